"""A zip whose bytes depend on its contents and the data cut alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self

UNIX = 3
READABLE = 0o100644 << 16
EARLIEST = (1980, 1, 1, 0, 0, 0)
# Most of a faster level's time for most of a slower level's size, measured on the generated registry.
LEVEL = 1


class Archive:
    """Adds files in the order given and remembers their checksums and sizes."""

    def __init__(self, path: Path, at: dt.datetime) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)
        moment = at.astimezone(dt.UTC)
        # Zip counts in steps of two seconds from 1980 on.
        written = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second // 2 * 2)
        self._written = max(written, EARLIEST)
        self.checksums: dict[str, str] = {}
        self.sizes: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def add(self, name: str, content: bytes) -> None:
        """Add one file."""
        info = zipfile.ZipInfo(name, self._written)
        info.create_system, info.external_attr, info.compress_type = UNIX, READABLE, zipfile.ZIP_DEFLATED
        self._zip.writestr(info, content, compresslevel=LEVEL)
        self.checksums[name] = hashlib.sha256(content).hexdigest()
        self.sizes[name] = len(content)


def archive_checks(path: Path) -> bool:
    """Say whether every member of a zip can be read back whole."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error):
        return False
