"""What was sent, taken apart before anything is read: sizes, kinds, zip archives, and which topic each file is."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from registry.intake.refusals import UploadRefused
from registry.intake.topics import topic_of_code, upload_topics

MEGABYTE = 1024 * 1024
SENT_BYTES_MAX = 20 * MEGABYTE
UNPACKED_BYTES_MAX = 50 * MEGABYTE
ENTRIES_MAX = 1000
RATIO_MAX = 100
ZIP_MAGIC = b"PK\x03\x04"
# Beginnings of what people send instead of CSV: zip-based workbooks, old workbooks, PDF, gzip, RTF.
FOREIGN_MAGIC = (ZIP_MAGIC, b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"{\\rtf")


@dataclass(frozen=True)
class SentFile:
    """One CSV file and the topic that its name says it is."""

    name: str
    topic: str
    content: bytes


def unpack(files: Mapping[str, bytes], *, site_code: str) -> list[SentFile]:
    """Return the CSV files of an upload, archives opened; UploadRefused for anything else."""
    size = sum(map(len, files.values()))
    if not files:
        raise UploadRefused("no_files")
    if size > SENT_BYTES_MAX:
        raise UploadRefused("too_large", size=-(-size // MEGABYTE), limit=SENT_BYTES_MAX // MEGABYTE)
    found: dict[str, SentFile] = {}
    for name, content in _opened(files):
        sent = _named(name, content, site_code)
        if sent.topic in found:
            raise UploadRefused("topic_twice", name=sent.name, topic=sent.topic)
        found[sent.topic] = sent
    if not found:
        raise UploadRefused("no_files")
    return list(found.values())


def _opened(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for name, content in files.items():
        if name.casefold().endswith(".zip") and content.startswith(ZIP_MAGIC):
            yield from _unzipped(name, content)
        else:
            yield name, content


def _unzipped(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an archive; what it says of its sizes is checked first, and then not believed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = _entries(name, archive, len(content))
            left = UNPACKED_BYTES_MAX
            for entry in entries:
                with archive.open(entry) as file:
                    data = file.read(left + 1)
                left -= len(data)
                if left < 0:
                    raise UploadRefused("zip_too_big", name=name, limit=UNPACKED_BYTES_MAX // MEGABYTE)
                yield entry.filename, data
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError):
        raise UploadRefused("bad_zip", name=name) from None


def _entries(name: str, archive: zipfile.ZipFile, packed: int) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES_MAX or total > min(UNPACKED_BYTES_MAX, RATIO_MAX * packed):
        raise UploadRefused("zip_too_big", name=name, limit=UNPACKED_BYTES_MAX // MEGABYTE)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise UploadRefused("zip_locked", name=name)
    return [entry for entry in entries if not entry.is_dir() and not _is_litter(entry.filename)]


def _is_litter(path: str) -> bool:
    """Tell whether an entry was put there by a computer, not by a person, or is a note to the reader."""
    parts = PurePosixPath(path).parts
    is_hidden = any(part.startswith(("__MACOSX", ".")) for part in parts)
    return is_hidden or parts[-1].casefold() in {"thumbs.db", "desktop.ini", "readme.txt"}


def _named(path: str, content: bytes, site_code: str) -> SentFile:
    name = PurePosixPath(path.replace("\\", "/")).name[:100]
    if not content:
        raise UploadRefused("empty_file", name=name)
    if not name.casefold().endswith(".csv") or content.startswith(FOREIGN_MAGIC):
        raise UploadRefused("not_csv", name=name)
    return SentFile(name, _topic(name, site_code), content)


def _topic(name: str, site_code: str) -> str:
    """Return the topic of `crs_assessment.csv` or `SEV_crs_assessment.csv`."""
    stem = name[: -len(".csv")].casefold()
    if topic_of_code(stem):
        return stem
    prefix, _, rest = stem.partition("_")
    if not topic_of_code(rest):
        known = ", ".join(topic.code for topic in upload_topics())
        raise UploadRefused("unknown_topic", name=name, known=known)
    if prefix != site_code.casefold():
        raise UploadRefused("other_site", name=name, other=prefix.upper(), site=site_code)
    return rest
