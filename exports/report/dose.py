"""The dose of anakinra day by day from its start: of each group among those still treated, and of each case."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from exports.report.absent import carries, rows_of
from exports.report.groups import of_each
from exports.report.study import GROUP, Study
from exports.survival.table_one import numeric_summary

# From here on few are still treated.
LAST_DAY: Final = 28


def dose(study: Study) -> dict[str, Any] | None:
    """Return median and quartiles of mg/day by day and group, and the days of each case in mg/day."""
    if study.people.height == 0 or not carries(study, "dose"):
        return None
    given = rows_of(study, "addose").filter((pl.col("ADYA") >= 0) & (pl.col("DOSE") > 0))
    grouped = given.join(study.people.select("USUBJID", GROUP), on="USUBJID", how="inner")
    days = grouped.with_columns(pl.col("DOSE").cast(pl.Float64)).sort("USUBJID", "ADYA")
    early = days.filter(pl.col("ADYA") <= LAST_DAY).sort("ADYA")
    return {
        "daily": [
            {"day": rows["ADYA"][0], **of_each(rows, _summary)}
            for _day, rows in early.group_by("ADYA", maintain_order=True)
        ],
        "cases": [
            {
                "subject": rows["USUBJID"][0],
                "group": rows[GROUP][0],
                "points": [list(point) for point in rows.select("ADYA", "DOSE").rows()],
            }
            for _subject, rows in days.group_by("USUBJID", maintain_order=True)
        ],
    }


def _summary(rows: pl.DataFrame) -> dict[str, Any] | None:
    if rows.height == 0:
        return None
    found = numeric_summary(rows["DOSE"].to_numpy())
    return {"n": found.n, "median": found.median, "q1": found.q1, "q3": found.q3}
