"""Every byte of a package, and how a word would stand in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path


def every_byte(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of a zip, of its members and of the zips inside it, and the names of all."""
    content = path.read_bytes()
    yield path.name, content
    yield from _members_of(path.name, content)


def _members_of(of: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield f"comment of {of}", archive.comment
        for info in archive.infolist():
            yield f"entry of {info.filename}", info.filename.encode() + info.comment + info.extra
            held = archive.read(info)
            yield f"{of}/{info.filename}", held
            if zipfile.is_zipfile(io.BytesIO(held)):
                yield from _members_of(info.filename, held)


def written_forms(word: str) -> list[bytes]:
    """Return a word in small letters as it would stand in a file: one byte a letter, two bytes, hexadecimal digits."""
    small = word.lower()
    return [
        small.encode(),
        small.encode("utf-16-le"),
        small.encode("utf-16-be"),
        small.encode().hex().encode(),
        word.encode().hex().encode(),
    ]
