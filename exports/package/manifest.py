"""The manifest: what is in a package, what is not, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from exports.package.archive import Entry
from exports.package.formats.writing import Loss

MANIFEST: Final = "quell-manifest-2"
SHEET_FACTS: Final = ("name", "label", "grain", "key", "rows", "patients", "sites")
# Told elsewhere in the manifest in another form.
TOLD_APART: Final = frozenset({"tables", "datasets", "withheld", "excluded", "project", "risk", "sites"})
AGREEMENT: Final = "AGREEMENT"


def level_of(facts: Mapping[str, Any]) -> str:
    """Return how much detail a folder holds; a folder that nothing was taken from holds that of its profile."""
    return str(facts.get("level") or facts["profile"])


def names_sites(facts: Mapping[str, Any]) -> bool:
    """Say whether sites may be told apart, under their codes: at the level of the agreement alone."""
    return level_of(facts) == AGREEMENT


def manifest_of(
    facts: Mapping[str, Any],
    package_format: str,
    content_hash: str,
    entries: Mapping[str, Entry],
    losses: Sequence[Loss] = (),
) -> dict[str, Any]:
    """Return the manifest of a package in a format with these files; whatever else the facts say is passed on."""
    return {
        "manifest": MANIFEST,
        "format": package_format,
        "level": level_of(facts),
        **{name: value for name, value in facts.items() if name not in TOLD_APART},
        "content_sha256": content_hash,
        "tables": _sheets(facts, "tables"),
        "datasets": _sheets(facts, "datasets"),
        # The number of the project and the codes of its sites would join a lower level to the agreement's.
        **{name: facts[name] for name in ("project", "sites") if name in facts and names_sites(facts)},
        **_risk(facts),
        "excluded": facts["excluded"],
        "withheld": facts["withheld"],
        "losses": [asdict(loss) for loss in losses],
        "files": [{"path": name, **_checksums(entry)} for name, entry in sorted(entries.items())],
    }


def _sheets(facts: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    return [{name: sheet[name] for name in SHEET_FACTS} for sheet in facts.get(kind, ())]


def _checksums(entry: Entry) -> dict[str, Any]:
    return {"bytes": entry.size, "sha256": entry.sha256, "md5": entry.md5}


def _risk(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the risk report's own summary, or its plain figures: the sets that single people out stay with us."""
    risk = facts.get("risk")
    if not isinstance(risk, Mapping):
        return {}
    summary = risk.get("summary", risk)
    if isinstance(summary, Mapping):
        summary = {name: value for name, value in summary.items() if not isinstance(value, Mapping | list)}
    return {"risk": summary}


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Return a manifest as it is written to a file."""
    return (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()
