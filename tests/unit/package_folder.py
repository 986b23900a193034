"""A small folder of a release, made by hand: every type of column, missing reasons, merged levels, two datasets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from exports.freeze.folder import write_facts
from exports.sheets import Column, Sheet, sheet_path

REASONS = (("ND", "not done"), ("UNK", "unknown"), ("NA", "not applicable"))
CUT = "2026-05-04T03:02:01Z"


def coded(name: str, label: str, *choices: tuple[str, str], **more: Any) -> Column:
    return Column(name, label, "code", choices=choices, leaves_as="kept as recorded", **more)


def reason(name: str, label: str) -> Column:
    return coded(f"{name}__mr", f"{label}: why it is empty", *REASONS)


KEY = Column("subject_key", "Subject key of the project", "code", leaves_as="keyed pseudonym")
COURSE = Column("course_no", "Course number", "integer", "1", leaves_as="kept as recorded")
PATIENT = (
    KEY,
    Column("site", "Site code of the project", "code", leaves_as="keyed pseudonym"),
    Column("age_at_infusion", "Age", "integer", "a", leaves_as="years, 90 and over as 90"),
    reason("age_at_infusion", "Age"),
    coded("sex", "Sex", ("FEMALE", "female"), ("MALE", "male")),
    replace(coded("race", "Race", ("WHITE", "White")), leaves_as="levels held by few patients merged"),
)
LAB = (
    KEY,
    COURSE,
    coded("analyte", "Analyte", ("CRP", "C-reactive protein"), ("FERRITIN", "Ferritín, µg")),
    Column("sampled_day", "Day", "integer", "d", leaves_as="days from the infusion of the course"),
    Column("value", "Value", "decimal", "ug/L", missing_reasons="ND, UNK, NA"),
    reason("value", "Value"),
    Column("is_first", "First value", "yes/no", choices=(("1", "yes"), ("0", "no"))),
)
ADSL = (
    Column("USUBJID", "Subject key", "code", derivation="As in the tables", sources=("patient.subject_key",)),
    Column("DTHFL", "Died", "yes/no", choices=(("1", "yes"), ("0", "no")), derivation="A death is recorded"),
)
ADTTE = (
    Column("USUBJID", "Subject key", "code"),
    coded("PARAMCD", "Endpoint", ("OS", "Overall survival"), ("TRM28", "Death without relapse, day 28")),
    Column("AVAL", "Time", "integer", "d"),
    Column("EVSTAT", "Status", "integer", choices=(("0", "censored"), ("1", "event"), ("2", "competing"))),
)


def sheets(folder: Path) -> list[tuple[Sheet, pl.DataFrame]]:
    """Return the sheets of the folder with their rows."""
    patient = pl.DataFrame(
        {
            "subject_key": ["AAA", "BBB", "CCC"],
            "site": ["S01", "S01", "S02"],
            "age_at_infusion": [61, None, 90],
            "age_at_infusion__mr": [None, "UNK", None],
            "sex": ["FEMALE", "MALE", None],
            "race": ["WHITE", "MERGED", "MERGED"],
        }
    )
    lab = pl.DataFrame(
        {
            "subject_key": ["AAA", "AAA", "AAA", "CCC"],
            "course_no": [1, 1, 1, 1],
            "analyte": ["CRP", "CRP", "FERRITIN", "CRP"],
            "sampled_day": [-3, 4, 4, 0],
            "value": ["12.50", "0.10", None, "7.00"],
            "value__mr": [None, None, "ND", None],
            "is_first": [1, 0, 1, 1],
        }
    ).with_columns(pl.col("value").cast(pl.Decimal(8, 2)))
    adsl = pl.DataFrame({"USUBJID": ["AAA", "BBB", "CCC"], "DTHFL": [0, 1, 0]})
    adtte = pl.DataFrame(
        {
            "USUBJID": ["AAA", "AAA", "BBB"],
            "PARAMCD": ["OS", "TRM28", "OS"],
            "AVAL": [400, 28, 12],
            "EVSTAT": [0, 0, 1],
        }
    )
    return [
        sheet(folder, "table", "patient", ("subject_key",), PATIENT, patient),
        sheet(folder, "table", "lab", ("subject_key", "course_no", "analyte", "sampled_day"), LAB, lab),
        sheet(folder, "dataset", "adsl", ("USUBJID",), ADSL, adsl),
        sheet(folder, "dataset", "adtte", ("USUBJID", "PARAMCD"), ADTTE, adtte),
    ]


def sheet(
    folder: Path, kind: Any, name: str, key: tuple[str, ...], columns: tuple[Column, ...], rows: pl.DataFrame
) -> tuple[Sheet, pl.DataFrame]:
    """Return one sheet with its rows, counted."""
    subjects = rows[key[0]].n_unique()
    words = f"{name.capitalize()} of the release"
    told = Sheet(
        kind, name, words, "One row a line", key, rows.height, subjects, 2, columns, sheet_path(folder, kind, name)
    )
    return told, rows


def write_folder(folder: Path, made: list[tuple[Sheet, pl.DataFrame]] | None = None, **facts: Any) -> Path:
    """Write the folder and return it."""
    made = sheets(folder) if made is None else made
    for told, rows in made:
        path = sheet_path(folder, told.kind, told.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        rows.write_parquet(path, compression="lz4", statistics=False)
    write_facts(folder, {**facts_of([told for told, _rows in made]), **facts})
    return folder


def facts_of(told: list[Sheet]) -> Mapping[str, Any]:
    """Return the facts of these sheets."""
    return {
        "release": "QUELL-2026.1",
        "project": "p",
        "profile": "AGREEMENT",
        "level": "AGREEMENT",
        "policy_version": "release-2",
        "data_cut_at": CUT,
        "is_simulated": True,
        "code_revision": "test",
        "codebook_version": "abc",
        "excluded": [
            {"reason": "SITE", "words": "The site had no valid agreement.", "patients": 4},
            {"reason": "WITHDRAWN", "words": "The patient withdrew.", "patients": 0},
        ],
        "sites": [
            {"code": "S03", "included": False, "standing": "LAPSED", "words": "Its agreement has ended.", "patients": 0}
        ],
        "open_queries": {"OPEN": 2, "ANSWERED": 0},
        "withheld": [{"table": "patient", "column": "study_id", "why": "direct identifier"}],
        "tables": [sheet.facts() for sheet in told if sheet.kind == "table"],
        "datasets": [sheet.facts() for sheet in told if sheet.kind == "dataset"],
    }
