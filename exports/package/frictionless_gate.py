"""The gate of a CSV package: nobody is offered one that its own descriptor does not fit.

`frictionless` reads the descriptor and the first rows of every file, which is all of them in a small release; our own
check of the same descriptor reads every row. Both read the written zip.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

import polars as pl

from exports.package.datapackage import DATAPACKAGE
from exports.package.row_check import WORDS, RowCheck, Subjects, refused
from exports.package.written_csv import CHUNK, first_cell, first_rows, pieces_of_rows

# About 20,000 rows a second of thirty columns: 33 sheets of this many rows take two seconds, whatever the release.
FRICTIONLESS_ROWS: Final = 1_000
UNREADABLE: Final = "it cannot be read back"
Resource = Mapping[str, Any]


def check_package(path: Path, work: Path) -> None:
    """Check a written CSV package; FreezeError names file, row and column of the first thing that is wrong."""
    try:
        with zipfile.ZipFile(path) as package:
            descriptor = json.loads(package.read(DATAPACKAGE))
            check_with_frictionless(package, descriptor, work / "first-rows")
            check_every_row(package, descriptor["resources"])
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, pl.exceptions.ComputeError) as error:
        raise refused(path.name, None, "", UNREADABLE) from error


def check_every_row(package: zipfile.ZipFile, resources: Sequence[Resource]) -> None:
    """Check every row of every sheet, the sheets of subjects first."""
    known: dict[str, Subjects] = {}
    roots = _referred_to(resources)
    for resource in sorted(resources, key=lambda resource: len(_foreign_keys(resource))):
        check = RowCheck(resource, known, is_referred_to=resource["name"] in roots)
        _check_rows(package, resource, check)
        known[resource["name"]] = check.subjects


def _check_rows(package: zipfile.ZipFile, resource: Resource, check: RowCheck) -> None:
    """Check one sheet against its schema, its count and its checksum."""
    names = [field["name"] for field in resource["schema"]["fields"]]
    with package.open(resource["path"]) as file:
        read = _Read(file)
        for number, piece in enumerate(pieces_of_rows(read.chunks())):
            if piece.width != len(names) or (not number and list(piece.row(0)) != names):
                raise refused(check.path, None, "", "the columns are not those of the descriptor")
            check.piece(piece[int(not number) :].rename(dict(zip(piece.columns, names, strict=True))))
    if check.rows != resource["rows"]:
        raise refused(check.path, None, "", f"it has {check.rows} rows where {resource['rows']} were counted")
    if (read.size, f"sha256:{read.digest.hexdigest()}") != (resource["bytes"], resource["hash"]):
        raise refused(check.path, None, "", "it is not the file that the descriptor was written for")


def _foreign_keys(resource: Resource) -> Sequence[Resource]:
    found: Sequence[Resource] = resource["schema"].get("foreignKeys", ())
    return found


def _referred_to(resources: Sequence[Resource]) -> set[str]:
    """Return the names of the resources that others refer to."""
    return {entry["reference"]["resource"] for resource in resources for entry in _foreign_keys(resource)}


class _Read:
    """Counts and sums up what is read of a member."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.size, self.digest = file, 0, hashlib.sha256()

    def chunks(self) -> Iterator[bytes]:
        while chunk := self._file.read(CHUNK):
            self.size += len(chunk)
            self.digest.update(chunk)
            yield chunk


def check_with_frictionless(package: zipfile.ZipFile, descriptor: Resource, folder: Path) -> None:
    """Have `frictionless` check the descriptor and the first rows of each file. It opens local files only."""
    _write_first_rows(package, descriptor, folder)
    # Imported here: a quarter of a second and 80 MiB that nothing else of a worker needs.
    from frictionless import FrictionlessException, Package

    try:
        report = Package(str(folder / DATAPACKAGE)).validate()
    except FrictionlessException as problem:
        raise refused(DATAPACKAGE, None, "", f"frictionless says {problem.error.type}") from problem
    paths = {str(resource["name"]): str(resource["path"]) for resource in descriptor["resources"]}
    found = [(DATAPACKAGE, error) for error in report.errors]
    found += [(paths[task.name], error) for task in report.tasks for error in task.errors]
    for path, error in found:
        row = getattr(error, "row_number", None)
        column = getattr(error, "field_name", "") or ", ".join(getattr(error, "field_names", ()))
        raise refused(path, row, column, WORDS.get(error.type, f"frictionless says {error.type}"))


def _write_first_rows(package: zipfile.ZipFile, descriptor: Resource, folder: Path) -> None:
    """Write the first rows of every file as they stand, of the subjects alone whose own rows are among them."""
    last = _last_subject(package, descriptor["resources"])
    for resource in descriptor["resources"]:
        path = folder / resource["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        with package.open(resource["path"]) as file:
            header, *rows = first_rows(file, FRICTIONLESS_ROWS) or [b""]
        path.write_bytes(b"".join([header, *(row for row in rows if last is None or first_cell(row) <= last)]))
    told_of_the_whole = {"bytes", "hash", "rows"}
    resources = [
        {name: value for name, value in resource.items() if name not in told_of_the_whole}
        for resource in descriptor["resources"]
    ]
    (folder / DATAPACKAGE).write_text(json.dumps({**descriptor, "resources": resources}), encoding="utf-8")


def _last_subject(package: zipfile.ZipFile, resources: list[Resource]) -> str | None:
    """Return the last subject of which all sheets may show rows, None where no sheet of subjects is cut short."""
    roots = _referred_to(resources)
    cut = [resource for resource in resources if resource["name"] in roots and resource["rows"] > FRICTIONLESS_ROWS]
    lasts = []
    for resource in cut:
        with package.open(resource["path"]) as file:
            lasts.append(first_cell(first_rows(file, FRICTIONLESS_ROWS)[-1]))
    return min(lasts, default=None)
