"""The hash of what a release says, whatever the format: over the canonical rows of every sheet.

It is computed once per folder and kept beside the facts, with the checksum of each file that it was computed from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from exports.freeze.durable import write_text
from exports.package.checksums import file_sha256
from exports.package.columns import sheet_name
from exports.package.csv_tables import content_hash, rows_sha256
from exports.sheets import Sheet

CONTENT_FILE: Final = "content.json"
FILE, ROWS = "file_sha256", "rows_sha256"


def content_of(folder: Path, sheets: Sequence[Sheet], known: Mapping[str, str]) -> str:
    """Return the content hash of a folder; `known` are digests of canonical rows that a writer has found already."""
    kept, found = _kept(folder), {}
    for sheet in sheets:
        name, file = sheet_name(sheet), file_sha256(sheet.path)
        before = kept.get(name, {})
        rows = known.get(name) or (before[ROWS] if before.get(FILE) == file else rows_sha256(sheet))
        found[name] = {FILE: file, ROWS: rows}
    if found != kept:
        write_text(folder / CONTENT_FILE, json.dumps(found, indent=1, sort_keys=True) + "\n")
    return content_hash({name: entry[ROWS] for name, entry in found.items()})


def _kept(folder: Path) -> dict[str, dict[str, str]]:
    try:
        kept: dict[str, dict[str, str]] = json.loads((folder / CONTENT_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Not there, or cut short by a full disk: it is only kept to save time.
        return {}
    return kept
