"""Opens the CSV package of a release: its dictionary says the fields, its manifest the forms, its files the rows."""

from __future__ import annotations

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import polars as pl

from exports.package.checksums import file_sha256
from exports.package.csv_tables import safe_text
from exports.package.manifest import AGREEMENT
from exports.redcap.project import RECORD, YES_NO, Field, Form, Project
from exports.sheets import FACTS_OF, SUBJECT_OF, Kind
from registry.metadata.redcap import HEADINGS

DICTIONARY: Final = "redcap-dictionary.csv"
# The place of the choices in a line of the dictionary.
CHOICES: Final = 5
# What the dictionary makes of the columns that hold the code of the site.
SITE_COLUMNS: Final = ("site", "sitepseud")
# Packages that a process keeps open; each holds about as much memory as its CSV files have bytes.
KEPT: Final = 4


class PackageDamagedError(RuntimeError):
    """The file is not the package that was released."""


@lru_cache(maxsize=KEPT)
def open_project(path: Path, sha256: str) -> Project:
    """Read a package once and keep it; PackageDamagedError where the file has other bytes than were released."""
    try:
        if file_sha256(path) != sha256:
            raise PackageDamagedError(path.name)
        with zipfile.ZipFile(path) as archive:
            return project_of(archive)
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        raise PackageDamagedError(path.name) from error


def project_of(archive: zipfile.ZipFile) -> Project:
    """Return the project that an open package holds."""
    manifest = json.loads(archive.read("manifest.json"))
    record, *lines = _dictionary(archive)
    by_form = {name: list(found) for name, found in groupby(lines, key=lambda line: line.form)}
    forms = tuple(_form(archive, kind, told, by_form) for kind, told in _sheets(manifest))
    return Project(
        release=str(manifest["release"]),
        level=str(manifest["level"]),
        data_cut_at=str(manifest["data_cut_at"]),
        is_simulated=bool(manifest["is_simulated"]),
        record_field=record,
        forms=forms,
        subjects=tuple(sorted({subject for form in forms for subject in form.rows[RECORD].unique()})),
        groups=_groups(forms) if manifest["level"] == AGREEMENT else {},
    )


def _sheets(manifest: Mapping[str, Any]) -> Iterator[tuple[Kind, Mapping[str, Any]]]:
    for kind, named in FACTS_OF.items():
        for told in manifest[named]:
            yield kind, told


def _dictionary(archive: zipfile.ZipFile) -> list[Field]:
    with archive.open(DICTIONARY) as file:
        header, *lines = csv.reader(io.TextIOWrapper(file, "utf-8", newline=""))
    if tuple(header) != HEADINGS:
        raise PackageDamagedError(DICTIONARY)
    return [_field(line) for line in lines]


def _field(line: Sequence[str]) -> Field:
    name, form, _section, kind, label, guarded, _note, validation, *_more = line
    choices = _unguarded(guarded)
    return Field(
        name=name,
        form=form,
        kind=kind,
        label=label,
        is_decimal=validation == "number",
        choices=YES_NO if kind == "yesno" else _choices(choices),
        line=(*line[:CHOICES], choices, *line[CHOICES + 1 :]),
    )


def _unguarded(text: str) -> str:
    """Return choices without the apostrophe that keeps a spreadsheet from running them: it is no part of a code."""
    return text[1:] if text.startswith("'") and safe_text(text[1:]) == text else text


def _choices(written: str) -> dict[str, str]:
    """Return code -> label."""
    pairs = [choice.partition(", ") for choice in written.split(" | ") if choice]
    return {code: label for code, _comma, label in pairs}


def _form(
    archive: zipfile.ZipFile, kind: Kind, told: Mapping[str, Any], by_form: Mapping[str, Sequence[Field]]
) -> Form:
    """Return one form: its fields stand in the dictionary in the order of the columns of its file."""
    name = str(told["name"]).lower()
    fields, subject = tuple(by_form.get(name, ())), SUBJECT_OF[kind]
    frame = _rows(archive, kind, told)
    columns = [column for column in frame.columns if column != subject]
    if subject not in frame.columns or len(columns) != len(fields):
        raise PackageDamagedError(name)
    named = frame.rename({subject: RECORD, **{old: new.name for old, new in zip(columns, fields, strict=True)}})
    return Form(
        name=name,
        label=str(told["label"]),
        is_repeating=list(told["key"]) != [subject],
        fields=fields,
        rows=named.sort(RECORD, maintain_order=True),
    )


def _rows(archive: zipfile.ZipFile, kind: Kind, told: Mapping[str, Any]) -> pl.DataFrame:
    content = archive.read(f"{FACTS_OF[kind]}/{told['name']}.csv")
    return pl.read_csv(content, infer_schema=False).fill_null("")


def _groups(forms: Sequence[Form]) -> dict[str, str]:
    """Return subject -> site code, from the first form of one row a subject that names the site."""
    for form in forms:
        for column in SITE_COLUMNS:
            name = f"{form.name}_{column}"
            if not form.is_repeating and name in form.rows.columns:
                return dict(form.rows.filter(pl.col(name) != "").select(RECORD, name).rows())
    return {}
