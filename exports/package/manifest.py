"""The manifest: what is in a release, what is not, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

FORMAT = "quell-manifest-1"
TABLE_FACTS = ("name", "label", "grain", "key", "rows", "patients", "sites")


def manifest_of(
    facts: Mapping[str, Any], content_hash: str, checksums: Mapping[str, str], sizes: Mapping[str, int]
) -> dict[str, Any]:
    """Return the manifest of a package with these files."""
    plain = {name: value for name, value in facts.items() if name not in {"tables", "withheld", "excluded"}}
    return {
        "format": FORMAT,
        **plain,
        "content_sha256": content_hash,
        "tables": [{name: table[name] for name in TABLE_FACTS} for table in facts["tables"]],
        "excluded": facts["excluded"],
        "withheld": facts["withheld"],
        "files": [{"path": name, "bytes": sizes[name], "sha256": checksums[name]} for name in sorted(checksums)],
    }


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Return a manifest as it is written to a file."""
    return (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()
