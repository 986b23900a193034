"""Builds a package from the folder of a release. It reads nothing else: no database, no clock."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from exports.freeze.durable import whole_file
from exports.freeze.folder import read_facts
from exports.package.archive import Archive
from exports.package.checksums import checksum_lines, file_sha256
from exports.package.columns import csv_name, sheet_name
from exports.package.companions import companions
from exports.package.content import content_of
from exports.package.formats import WRITERS, Loss, Member, Writing
from exports.package.frictionless_gate import check_package
from exports.package.manifest import manifest_bytes, manifest_of
from exports.sheets import Sheet, sheets_of

PACKAGE_FILE: Final = "package.zip"
CSV: Final = "CSV"
STUDY: Final = "Anakinra for refractory CRS and ICANS after CAR-T cell therapy"
Tick = Callable[[int, int], None]


@dataclass(frozen=True)
class Package:
    """A finished package: where it is, its checksum and size, and its manifest."""

    path: Path
    sha256: str
    size: int
    manifest: dict[str, Any]


def _silent(_done: int, _sheets: int) -> None:
    """Report nothing."""


def build_package(
    folder: Path,
    format: str = CSV,  # noqa: A002 - the word that people use
    out: Path | None = None,
    tick: Tick = _silent,
) -> Package:
    """Write the package of a folder in one format; the same folder gives the same bytes.

    CSV goes into the folder itself where no place is given. `tick` hears how many sheets of all are done. FreezeError
    when what was written is not what was declared; nothing is there then.
    """
    facts = read_facts(folder)
    path = _place(folder, format, out)
    with _work_beside(path) as work, whole_file(path) as part:
        manifest = _write(folder, facts, format, part, work, tick)
        if format == CSV:
            check_package(part, work)
    return Package(path, file_sha256(path), path.stat().st_size, manifest)


def _place(folder: Path, package_format: str, out: Path | None) -> Path:
    if package_format not in WRITERS:
        raise ValueError(f"No format {package_format}.")
    if out is None and package_format != CSV:
        raise ValueError("Say where the package goes: only CSV has a place of its own.")
    return out or folder / PACKAGE_FILE


@contextmanager
def _work_beside(path: Path) -> Iterator[Path]:
    """Give a folder for unfinished files on the same disk, emptied of what a killed worker left."""
    work = path.with_name(f"{path.name}.work")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write(
    folder: Path, facts: dict[str, Any], package_format: str, part: Path, work: Path, tick: Tick
) -> dict[str, Any]:
    sheets, losses = sheets_of(folder, facts), list[Loss]()
    at = dt.datetime.fromisoformat(facts["data_cut_at"])
    writing = Writing(at, facts["release"], facts["is_simulated"], STUDY, work)
    with Archive(part, at) as archive:
        for done, member in enumerate(_ahead(WRITERS[package_format](sheets, writing, losses))):
            tick(min(done, len(sheets)), len(sheets))
            _move(archive, member)
        for member in companions(facts, sheets, package_format, writing, losses, archive.entries):
            _move(archive, member)
        content = content_of(folder, sheets, _canonical(sheets, archive, losses) if package_format == CSV else {})
        manifest = manifest_of(facts, package_format, content, archive.entries, losses)
        archive.add("manifest.json", manifest_bytes(manifest))
        archive.add("checksums.txt", checksum_lines(archive.entries))
    return manifest


def _ahead(members: Iterator[Member]) -> Iterator[Member]:
    """Yield members; a second thread makes the next one while the caller compresses this one."""
    with ThreadPoolExecutor(1, "writer") as writer:
        coming = writer.submit(next, members, None)
        while (member := coming.result()) is not None:
            coming = writer.submit(next, members, None)
            yield member


def _move(archive: Archive, member: Member) -> None:
    archive.add(member.name, member.content)
    if isinstance(member.content, Path):
        member.content.unlink()


def _canonical(sheets: Sequence[Sheet], archive: Archive, losses: Sequence[Loss]) -> dict[str, str]:
    """Return the digests of the sheets whose CSV is their canonical rows, byte for byte."""
    changed = {loss.file for loss in losses}
    plain = [sheet for sheet in sheets if csv_name(sheet) not in changed]
    return {sheet_name(sheet): archive.entries[csv_name(sheet)].sha256 for sheet in plain}
