"""One row a case for the swimmer plot: grades, anakinra, resolution, relapse and death, in days from the infusion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from exports.report.absent import carries, rows_of
from exports.report.study import DOSE, GROUP, Study

Row = Mapping[str, Any]


def cases(study: Study) -> dict[str, Any] | None:
    """Return the rows of the analysed cases, None where the release does not carry what happened on single days."""
    if study.people.height == 0 or not carries(study, "cases"):
        return None
    toxicity = rows_of(study, "adtox").sort("USUBJID", "ADY")
    days = {
        "crs": _grades(toxicity, "CRSGR"),
        "icans": _grades(toxicity, "ICANSGR"),
        "anakinra": _anakinra(rows_of(study, "addose")),
    }
    events = {"resolved": _event_days(study, "RES"), "relapse": _event_days(study, "REL")}
    return {"swimmer": [_case(row, days, events) for row in study.people.rows(named=True)]}


def _case(row: Row, days: Mapping[str, Mapping[str, Any]], events: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    subject = row["USUBJID"]
    return {
        "subject": subject,
        "site": row.get("SITEPSEUD"),
        "group": row[GROUP],
        "dose": row[DOSE],
        "entry": row.get("ANASTDY"),
        "end": row["FUPDAYS"],
        "died": row["DTHFL"] == 1,
        "trm": row.get("TRMFL") == 1,
        **{name: found.get(subject) for name, found in events.items()},
        **{name: found.get(subject, []) for name, found in days.items()},
    }


def _event_days(study: Study, parameter: str) -> dict[str, int]:
    """Return subject -> day of the event from the infusion; times from another origin are moved there."""
    if study.times is None:
        return {}
    rows = study.times.filter((pl.col("PARAMCD") == parameter) & (pl.col("EVSTAT") == 1))
    if "ADY" in rows.columns:
        return dict(rows.select("USUBJID", "ADY").drop_nulls().rows())
    start = pl.col("ANASTDY") if parameter == "RES" else pl.lit(0)
    if parameter == "RES" and not study.has("ANASTDY"):
        return {}
    moved = rows.join(study.people, on="USUBJID", how="inner").select("USUBJID", pl.col("AVAL") + start)
    return dict(moved.drop_nulls().rows())


def _grades(toxicity: pl.DataFrame, column: str) -> dict[str, list[list[Any]]]:
    """Return subject -> days with their grade; None is a day without one between two days of a toxicity."""
    graded = toxicity.select("USUBJID", "ADY", column).drop_nulls()
    return {
        str(subject): list(_filled(rows.select("ADY", column).rows()))
        for (subject,), rows in graded.group_by("USUBJID", maintain_order=True)
    }


def _filled(days: Sequence[tuple[int, int]]) -> Iterator[list[Any]]:
    before: tuple[int, int] | None = None
    for day, grade in days:
        if before and before[1] > 0:
            yield from ([between, None] for between in range(before[0] + 1, day))
        yield [day, grade]
        before = (day, grade)


def _anakinra(given: pl.DataFrame) -> dict[str, list[list[Any]]]:
    """Return subject -> first day, last day and mg/day of each run of days with one dose; an assumed end is None."""
    assumed = pl.col("SEGENDFL") if "SEGENDFL" in given.columns else pl.lit(0)
    days = given.filter(pl.col("DOSE") > 0).sort("USUBJID", "ADY")
    rows = days.select("USUBJID", "ADY", pl.col("DOSE").cast(pl.Float64), assumed.alias("assumed"))
    return {
        str(subject): list(_runs(found.rows())) for (subject,), found in rows.group_by("USUBJID", maintain_order=True)
    }


def _runs(days: Sequence[tuple[str, int, float, int]]) -> Iterator[list[Any]]:
    run: list[Any] = []
    is_assumed = False
    for _subject, day, mg, assumed in days:
        if run and (day != run[1] + 1 or mg != run[2]):
            yield [run[0], None if is_assumed else run[1], run[2]]
            run = []
        run = [run[0] if run else day, day, mg]
        is_assumed = assumed == 1
    if run:
        yield [run[0], None if is_assumed else run[1], run[2]]
