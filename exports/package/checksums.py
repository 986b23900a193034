"""Checksums of files and of members."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from exports.package.archive import Entry, pieces_of


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, read piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for piece in pieces_of(file):
            digest.update(piece)
    return digest.hexdigest()


def checksum_lines(entries: Mapping[str, Entry]) -> bytes:
    """Return checksums.txt, as `sha256sum -c` reads it."""
    return "".join(f"{entry.sha256}  {name}\n" for name, entry in sorted(entries.items())).encode()
