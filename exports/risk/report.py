"""The risk report of what leaves, read from its folder: figures, columns with what was done to them, suggestions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from exports.freeze.errors import FreezeError
from exports.freeze.folder import read_facts
from exports.freeze.policy import K_SHAREABLE, NUMBERS
from exports.leaving.carriers import SUBJECTS, Place, quasi_of
from exports.leaving.coarsen import STEPS
from exports.leaving.counted import read_counted
from exports.leaving.order import AGREEMENT
from exports.leaving.quasi import declared_places, shown_columns, shown_quasi
from exports.leaving.shareable import DATASETS, FINER
from exports.leaving.write import LEAVING_KEY
from exports.risk.figures import Previous, Question, risk_report
from exports.risk.suggest import Choice, suggestions
from exports.sheets import SUBJECT, SUBJECT_OF, Column, Sheet, sheets_of

# What must not follow from looking alike, among the columns of the subject-level dataset.
SENSITIVE: Final = ("DTHFL", "DTHCLASS", "TRMFL", "ORRFL", "ANAIND", "CRSMAX", "ICANSMAX")
SITE_COLUMN: Final = "SITEPSEUD"
DAY_UNIT: Final = "d"


def risk_of(folder: Path, *, k_min: int, previous: Path | None = None) -> dict[str, Any]:
    """Return the report of a leaving folder as plain values; `previous` is the leaving folder to compare with.

    k counts the quasi-identifiers that leave, as they leave. Days are told as uniqueness and are not counted in k.
    Raises FreezeError where one leaves and cannot be counted.
    """
    facts = read_facts(folder)
    sheets = sheets_of(folder, facts)
    leaving = declared_places((sheet.name, name) for sheet in sheets for name in sheet.names)
    frame = _frame(folder, sheets)
    report = risk_report(_question(frame, sheets, leaving, k_min), _previous(previous))
    ordered = tuple(step["code"] for step in facts.get("coarsening", ()))
    choice = Choice(frame, leaving, ordered, k_min)
    return {
        **report,
        "level": facts.get("level", facts["profile"]),
        "coarsening": list(ordered),
        "columns": [_told(sheet, column) for sheet in sheets for column in sheet.columns],
        "suggestions": {**suggestions(choice), "shareable": _shareable(choice, facts)},
    }


def subjects_of(folder: Path) -> frozenset[str]:
    """Return the project's keys of the people in a leaving folder."""
    return frozenset(_frame(folder, sheets_of(folder, read_facts(folder)))[SUBJECT])


def _frame(folder: Path, sheets: Sequence[Sheet]) -> pl.DataFrame:
    """Return one row per person: the columns that count and whatever else of the subject-level dataset leaves."""
    counted = read_counted(folder)
    level = next((sheet for sheet in sheets if sheet.name == SUBJECTS), None)
    if level is None:
        return _people(sheets) if counted is None else counted
    rows = level.frame().rename({SUBJECT_OF[level.kind]: LEAVING_KEY})
    if counted is None:
        return rows.with_columns(pl.col(LEAVING_KEY).alias(SUBJECT))
    more = rows.select(name for name in rows.columns if name == LEAVING_KEY or name not in counted.columns)
    return counted.join(more, on=LEAVING_KEY, how="left", maintain_order="left")


def _people(sheets: Sequence[Sheet]) -> pl.DataFrame:
    keys = [pl.scan_parquet(sheet.path).select(pl.col(SUBJECT_OF[sheet.kind]).alias(SUBJECT)) for sheet in sheets]
    return pl.concat(keys).unique().sort(SUBJECT).collect() if keys else pl.DataFrame(schema={SUBJECT: pl.String})


def _question(frame: pl.DataFrame, sheets: Sequence[Sheet], leaving: frozenset[Place], k_min: int) -> Question:
    own = [column for sheet in sheets if sheet.name == SUBJECTS for column in sheet.columns]
    there = [column for column in own if column.column in frame.columns and not column.is_reason]
    counted = shown_columns(leaving)
    if missing := [name for name in counted if name not in frame.columns]:
        raise FreezeError(f"k cannot be counted: {', '.join(missing)} can be told from what leaves but is not there.")
    finer = [column.column for column in there if (SUBJECTS, column.column) in FINER]
    return Question(
        frame,
        SUBJECT,
        shown_quasi(leaving),
        k_min,
        attributes=[name for name in finer if name not in counted and name != SITE_COLUMN],
        sensitive=[column.column for column in there if column.column in SENSITIVE],
        intervals=[column.column for column in there if column.unit == DAY_UNIT],
        site=SITE_COLUMN if SITE_COLUMN in frame.columns else None,
    )


def _previous(folder: Path | None) -> Previous | None:
    """Return the earlier release as the report compares it; its figures are computed again, from what left."""
    if folder is None:
        return None
    facts = read_facts(folder)
    sheets = sheets_of(folder, facts)
    leaving = declared_places((sheet.name, name) for sheet in sheets for name in sheet.names)
    frame = _frame(folder, sheets)
    return Previous(facts["release"], risk_report(_question(frame, sheets, leaving, 0)), frozenset(frame[SUBJECT]))


def _told(sheet: Sheet, column: Column) -> dict[str, str]:
    """Return a column with its class and with what was done to it on the way out."""
    quasi = quasi_of((sheet.name, column.column))
    kind = f"QUASI: {quasi.code}" if quasi else _kind(sheet, column)
    how = column.leaves_as or column.derivation
    told = {"sheet": sheet.name, "column": column.column, "label": column.label}
    return {**told, "class": kind, "leaves_as": how}


def _kind(sheet: Sheet, column: Column) -> str:
    if column.column in sheet.key:
        return "KEY"
    return "DAY" if column.unit == DAY_UNIT else "CLINICAL"


def _shareable(choice: Choice, facts: Mapping[str, Any]) -> list[str]:
    """Return the further steps with which a shareable release could be made of this one.

    They may fall short where there are too few people; the shareable level is then refused.
    """
    if facts.get("level") != AGREEMENT:
        return []
    k_min = dict(facts.get("policy", {})).get(K_SHAREABLE, NUMBERS[K_SHAREABLE].value)
    dropped = FINER | (frozenset() if "YEAR_PAIRS" in choice.ordered else STEPS["NO_YEAR"].drops)
    leaving = frozenset(place for place in choice.leaving - dropped if place[0] in DATASETS)
    found = suggestions(Choice(choice.frame, leaving, choice.ordered, k_min))
    steps = found["sequence"][-1]["steps"] if found["sequence"] else []
    return [code for code in steps if code not in choice.ordered]
