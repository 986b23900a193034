"""Builds the package from the folder of a frozen release. It reads nothing else: no database, no clock."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from exports.freeze.durable import whole_file
from exports.freeze.folder import read_facts
from exports.freeze.parquet import read_parquet
from exports.package.archive import Archive
from exports.package.codebook import codebook_csv
from exports.package.csv_tables import content_hash, table_csv
from exports.package.manifest import manifest_bytes, manifest_of
from exports.package.readme import readme

PACKAGE_FILE = "package.zip"
CHUNK = 1 << 20
Tick = Callable[[int, int], None]


@dataclass(frozen=True)
class Package:
    """A finished package: where it is, its checksum and size, and its manifest."""

    path: Path
    sha256: str
    size: int
    manifest: dict[str, Any]


def _silent(_done: int, _tables: int) -> None:
    """Report nothing."""


def build_package(folder: Path, tick: Tick = _silent) -> Package:
    """Write package.zip into the folder of a frozen release; the same folder gives the same bytes."""
    facts = read_facts(folder)
    path = folder / PACKAGE_FILE
    with whole_file(path) as part, Archive(part, dt.datetime.fromisoformat(facts["data_cut_at"])) as archive:
        digests = _add_tables(archive, folder, facts, tick)
        archive.add("codebook.csv", codebook_csv(facts))
        archive.add("README.txt", readme(facts))
        manifest = manifest_of(facts, content_hash(digests), archive.checksums, archive.sizes)
        archive.add("manifest.json", manifest_bytes(manifest))
        archive.add("checksums.txt", _checksums(archive))
    return Package(path, file_sha256(path), path.stat().st_size, manifest)


def _add_tables(archive: Archive, folder: Path, facts: dict[str, Any], tick: Tick) -> dict[str, str]:
    digests: dict[str, str] = {}
    names = [str(table["name"]) for table in facts["tables"]]
    for done, (name, (content, digest)) in enumerate(_written(folder, names)):
        tick(done, len(names))
        archive.add(f"tables/{name}.csv", content)
        digests[name] = digest
    return digests


def _written(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, tuple[bytes, str]]]:
    """Yield each table as CSV with its digest; the next one is written while the caller compresses this one."""
    with ThreadPoolExecutor(1, "csv") as writer:
        ahead: Future[tuple[bytes, str]] | None = None
        for name, following in zip_longest(names, names[1:]):
            current = ahead or writer.submit(_one, folder, name)
            ahead = writer.submit(_one, folder, following) if following else None
            yield name, current.result()


def _one(folder: Path, name: str) -> tuple[bytes, str]:
    return table_csv(read_parquet(folder, name))


def _checksums(archive: Archive) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(archive.checksums.items())).encode()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, read piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
