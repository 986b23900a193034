"""A zip whose bytes depend on its contents and the data cut alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

UNIX = 3
READABLE = 0o100644 << 16
EARLIEST = (1980, 1, 1, 0, 0, 0)
# Most of a faster level's time for most of a slower level's size, measured on the generated registry.
LEVEL = 1
CHUNK = 1 << 18
# Above this a member may not fit the fields of a plain zip even if it does not shrink.
LARGE = 1 << 31


@dataclass(frozen=True)
class Entry:
    """One member as it was written: its size in bytes and its checksums.

    MD5 is there because R reads no other checksum without a package; it finds damage, not forgery.
    """

    size: int
    sha256: str
    md5: str


class Archive:
    """Adds files in the order given, piece by piece, and remembers their checksums and sizes."""

    def __init__(self, path: Path, at: dt.datetime) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)
        moment = at.astimezone(dt.UTC)
        # Zip counts in steps of two seconds from 1980 on.
        written = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second // 2 * 2)
        self._written = max(written, EARLIEST)
        self.entries: dict[str, Entry] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def add(self, name: str, content: bytes | Path) -> None:
        """Add one file, from memory or from the disk; ValueError where the name is taken."""
        if name in self.entries:
            raise ValueError(f"{name} is in the package already.")
        if isinstance(content, bytes):
            self._add(name, io.BytesIO(content), len(content))
            return
        with content.open("rb") as file:
            self._add(name, file, content.stat().st_size)

    def _add(self, name: str, source: BinaryIO, size: int) -> None:
        sha256, md5, written = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
        with self._zip.open(self._info(name), "w", force_zip64=size > LARGE) as out:
            for piece in pieces_of(source):
                sha256.update(piece)
                md5.update(piece)
                out.write(piece)
                written += len(piece)
        self.entries[name] = Entry(written, sha256.hexdigest(), md5.hexdigest())

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._written)
        info.create_system, info.external_attr, info.compress_type = UNIX, READABLE, zipfile.ZIP_DEFLATED
        # A member that is streamed takes its level from here and nowhere else.
        info._compresslevel = LEVEL  # type: ignore[attr-defined]
        return info


def pieces_of(source: BinaryIO) -> Iterator[bytes]:
    """Yield what is left of a file, a piece at a time."""
    while piece := source.read(CHUNK):
        yield piece


def archive_checks(path: Path) -> bool:
    """Say whether every member of a zip can be read back whole."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error):
        return False
