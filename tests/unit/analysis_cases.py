"""Rows of made-up subjects for the tests of ADSL, ADTTE and TRACE: what a test does not name is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from exports.datasets.adsl import ADSL
from exports.datasets.adtte import ADTTE
from tests.unit.small_tables import small_tables

Row = dict[str, Any]
WHO = "S1"


def row(**values: Any) -> Row:
    """Return a row of the first subject."""
    return {"subject_key": WHO, **values}


def course(**values: Any) -> Row:
    return row(**{"course_no": 1, **values})


def anakinra(start: int | None = 5, **values: Any) -> Row:
    precision = "DAY" if start is not None else "MONTH"
    told = {"intent": "REFRACTORY_ICANS", "anakinra_no": 1, "started_day": start, "started_day_precision": precision}
    return course(**{**told, **values})


def grades(tox: str, *days: tuple[int, int | None], **values: Any) -> list[Row]:
    """Return graded days of a toxicity, from (day, grade)."""
    number = f"{tox}_no"
    return [course(**{number: 1, "assessed_day": day, "grade_reported": grade, **values}) for day, grade in days]


def alive(last: int | None = 200) -> Row:
    return row(last_contact_day=last, vital_status="ALIVE")


def death(day: int | None, cause: str = "INF_BACTERIAL", site: str | None = None, **values: Any) -> Row:
    precision = "DAY" if day is not None else "MONTH"
    return row(died_day=day, died_day_precision=precision, cause=cause, trm_class_site=site, **values)


def relapse(day: int | None, number: int = 1, **values: Any) -> Row:
    return course(**{"relapse_no": number, "relapsed_day": day, "kind": "RELAPSE", **values})


def response(day: int | None, answer: str, number: int = 1, criteria: str | None = "LUGANO_2014", **values: Any) -> Row:
    return course(**{"response_no": number, "assessed_day": day, "response": answer, "criteria": criteria, **values})


def subject_level(**tables: Sequence[Row]) -> Row:
    """Return the row of ADSL of the first subject."""
    return ADSL.rows(_with_subject(tables), {}).row(0, named=True)


def times(**tables: Sequence[Row]) -> dict[str, Row]:
    """Return the rows of ADTTE of the first subject by parameter."""
    return {found["PARAMCD"]: found for found in ADTTE.rows(_with_subject(tables), {}).to_dicts()}


def time(parameter: str, **tables: Sequence[Row]) -> tuple[int | None, int | None, str | None]:
    """Return AVAL, EVSTAT and the reason for leaving out."""
    found = times(**tables)[parameter]
    return found["AVAL"], found["EVSTAT"], found["EXCLRSN"]


def belonging_to(who: str, tables: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """Return the rows of one subject's tables as those of another subject."""
    return {name: [{**found, "subject_key": who} for found in rows] for name, rows in tables.items()}


def all_together(subjects: Sequence[Mapping[str, Sequence[Row]]]) -> dict[str, pl.DataFrame]:
    """Return the tables of many subjects, S0, S1 and so on, each with its index infusion."""
    merged: dict[str, list[Row]] = defaultdict(list)
    for number, tables in enumerate(subjects):
        whole = {"patient": [row()], "infusion_course": [course()], **tables}
        for name, rows in belonging_to(f"S{number}", whole).items():
            merged[name] += rows
    return small_tables(**merged)


def _with_subject(tables: dict[str, Sequence[Row]]) -> dict[str, pl.DataFrame]:
    return small_tables(**{"patient": [row()], "infusion_course": [course()], **tables})
