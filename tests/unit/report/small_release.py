"""What leaves of a small release, made by hand: invented people, the real columns of the analysis datasets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from exports.datasets.catalogue import DATASETS
from exports.freeze.folder import write_facts
from exports.sheets import Column, Sheet, sheet_path

DTYPES = {"code": pl.String, "integer": pl.Int64, "decimal": pl.Float64, "yes/no": pl.Int64}
# Who is analysed, treated alike: 300 mg/day i.v. of 75 kg.
PERSON: Mapping[str, Any] = {
    "SITEPSEUD": "S01", "AGE": 60, "SEX": "FEMALE", "DISGR": "LBCL", "NLINES": 3, "PRIORHCT": "NONE", "PROD": "AXI",
    "COSTIM": "CD28", "INFYR": 2020, "KPS": 80, "FERR_PRELD": 512.0, "LFERR": 9.0, "ANASTDY": 5, "DAYS2ANA": 5,
    "IDXRULE": "STUDY", "ANAIND": "ICANS", "DOSE24": 300.0, "WEIGHT": 75.0, "MGKGD": 4.0, "DOSEGRP": "HIGH",
    "ROUTE1": "IV", "DOSE72AVG": 300.0, "DOSEMAX": 300.0, "DOSEMEAN": 300.0, "ANADISC": "RESOLVED", "ANADISCAE": 0,
    "CRSMAX": 2, "ICANSMAX": 3, "GRATSTRT": 3, "HDSTER": 1, "TOCIN_PRE": 1, "BESTRESP": "CR", "ORRFL": 1, "DTHFL": 0,
    "TRMFL": 0, "FUPDAYS": 400, "SAFFL": 1,
}  # fmt: skip
LOW: Mapping[str, Any] = {"DOSEGRP": "LOW", "DOSE24": 150.0, "MGKGD": 2.0}
Row = Mapping[str, Any]
Rows = Sequence[Row]


@cache
def declared(name: str) -> tuple[Column, ...]:
    return next(dataset.columns for dataset in DATASETS if dataset.name == name)


def person(number: int, **facts: Any) -> dict[str, Any]:
    """Return a subject-level row of somebody who is analysed, in the high dose group unless said otherwise."""
    return {"USUBJID": f"K{number:04}", **PERSON, **facts}


def people(high: int, low: int = 0, **facts: Any) -> list[dict[str, Any]]:
    """Return so many people of each dose group, alike but for it."""
    return [person(number, **(LOW if number >= high else {}), **facts) for number in range(high + low)]


def timed(subjects: Rows, parameter: str, outcomes: Iterable[tuple[int | None, int | None]], **more: Any) -> Rows:
    """Return a row of times for each subject: day and status; None and None have no time."""
    return [
        {"USUBJID": subject["USUBJID"], "PARAMCD": parameter, "AVAL": day, "EVSTAT": status, **more}
        for subject, (day, status) in zip(subjects, outcomes, strict=True)
    ]


def small_release(
    folder: Path,
    *,
    lacking: Mapping[str, Iterable[str]] | None = None,
    coarse: Mapping[str, str] | None = None,
    **rows: Rows,
) -> Path:
    """Write these rows by dataset (adsl, adtte, …) as a release and return its folder.

    A dataset that is not given is not in the release; `lacking` are columns by dataset that are not, `coarse` says of
    columns how they left.
    """
    left_out, how = lacking or {}, coarse or {}
    sheets = [_written(folder, name, given, set(left_out.get(name, ())), how) for name, given in rows.items()]
    facts = {
        "release": "R-1",
        "project": "p",
        "profile": "AGREEMENT",
        "level": "AGREEMENT",
        "policy_version": "release-2",
        "data_cut_at": "2026-01-31T00:00:00Z",
        "is_simulated": True,
        "code_revision": "test",
        "codebook_version": "test",
        "excluded": [{"reason": "WITHDRAWN", "words": "Patient withdrew", "patients": 3}],
        "tables": [],
        "datasets": [sheet.facts() for sheet in sheets],
    }
    write_facts(folder, facts)
    return folder


def _written(folder: Path, name: str, rows: Rows, lacking: set[str], coarse: Mapping[str, str]) -> Sheet:
    kept = (column for column in declared(name) if column.column not in lacking)
    columns = tuple(replace(column, leaves_as=coarse.get(column.column, "")) for column in kept)
    unknown = {key for row in rows for key in row} - {column.column for column in declared(name)}
    assert not unknown, f"{name} has no column {unknown}"
    schema = {column.column: DTYPES[column.type] for column in columns}
    frame = pl.DataFrame([{key: row.get(key) for key in schema} for row in rows], schema=schema, orient="row")
    path = sheet_path(folder, "dataset", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path)
    patients = frame["USUBJID"].n_unique()
    return Sheet("dataset", name, f"The {name}", "one row", ("USUBJID",), frame.height, patients, 1, columns, path)
