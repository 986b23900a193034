"""The daily grades of CRS and ICANS of the index course, and the grade at the start of anakinra."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from exports.datasets.adsl_doses import start_day
from exports.datasets.declared import Tables
from exports.datasets.index_course import INDEX_COURSE_NO, index_anakinra, of_index_course
from exports.sheets import SUBJECT

# Toxicity -> the table of its days, the table of its episodes and the number that both carry.
TOXICITIES: Final = {
    "CRS": ("crs_assessment", "crs_episode", "crs_no"),
    "ICANS": ("icans_assessment", "icans_episode", "icans_no"),
}
COURSE_TABLE: Final = "anakinra_course"
# `table` and `no` tell the row that a grade is from; `row_key` writes its key.
GRADE_COLUMNS: Final = (SUBJECT, "tox", "day", "grade", "table", "no")


@dataclass(frozen=True)
class Grades:
    """What is known of the grades of a block of subjects, read once.

    `days`: one row per subject, toxicity and graded day (GRADE_COLUMNS), the worst episode of the day. `episodes`: one
    row per episode (SUBJECT, tox, onset, resolved, max_grade, table, no). `starts`: two rows per subject with a course
    of anakinra (GRADE_COLUMNS with the day of the grade, and `start`), see `_at_start`. `seen`: SUBJECT and tox of
    which there is an episode or a day, graded or not.
    """

    days: pl.DataFrame
    episodes: pl.DataFrame
    starts: pl.DataFrame
    seen: pl.DataFrame


def read_grades(tables: Tables) -> Grades:
    """Return the grades of a block of subjects: the clinician's grade of a day, else the computed one."""
    days = pl.concat(_days(tables, tox) for tox in TOXICITIES)
    episodes = pl.concat(_episodes(tables, tox) for tox in TOXICITIES)
    seen = _seen(tables)
    return Grades(days, episodes, _at_start(index_anakinra(tables), days, seen), seen)


def row_key() -> pl.Expr:
    """Return the key below the subject of the row that `table` and `no`, and `day` for a graded day, tell."""
    prefix, of_row = f"course_no={INDEX_COURSE_NO}|", pl.col("table")
    found = pl.when(of_row == COURSE_TABLE).then(pl.format(f"{prefix}anakinra_no={{}}", "no")).otherwise(None)
    for days, episode, number in TOXICITIES.values():
        of_episode = pl.format(f"{prefix}{number}={{}}", "no")
        of_day = pl.format(f"{prefix}{number}={{}}|assessed_day={{}}", "no", "day")
        found = pl.when(of_row == episode).then(of_episode).when(of_row == days).then(of_day).otherwise(found)
    return found


def _days(tables: Tables, tox: str) -> pl.DataFrame:
    table, _episode, number = TOXICITIES[tox]
    graded = of_index_course(tables[table]).select(
        SUBJECT,
        pl.lit(tox).alias("tox"),
        pl.col("assessed_day").alias("day"),
        pl.coalesce("grade_reported", "grade_computed").alias("grade"),
        pl.lit(table).alias("table"),
        pl.col(number).alias("no"),
    )
    worst = graded.drop_nulls("grade").sort(SUBJECT, "day", "grade", "no", descending=[False, False, True, False])
    return worst.unique([SUBJECT, "day"], keep="first", maintain_order=True)


def _episodes(tables: Tables, tox: str) -> pl.DataFrame:
    _days_table, table, number = TOXICITIES[tox]
    return of_index_course(tables[table]).select(
        SUBJECT,
        pl.lit(tox).alias("tox"),
        pl.col("onset_day").alias("onset"),
        pl.when(pl.col("is_resolved") == 1).then("resolved_day").alias("resolved"),
        "max_grade",
        pl.lit(table).alias("table"),
        pl.col(number).alias("no"),
    )


def _seen(tables: Tables) -> pl.DataFrame:
    rows = (
        of_index_course(tables[name]).select(SUBJECT, pl.lit(tox).alias("tox")).unique()
        for tox, (days, episode, _number) in TOXICITIES.items()
        for name in (days, episode)
    )
    return pl.concat(rows).unique()


def _at_start(courses: pl.DataFrame, days: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
    """Return the grade of each toxicity at the start of anakinra.

    The grade recorded with the course; else the daily one of the first day, else of the day before; else 0 where the
    case has no episode and no day of the toxicity, without a row that says so; else nothing.
    """
    recorded = pl.concat(_recorded(courses, tox) for tox in TOXICITIES)
    near = (
        days.join(courses.select(SUBJECT, start_day().alias("start")), on=SUBJECT, how="inner")
        .filter((pl.col("day") - pl.col("start")).is_between(-1, 0))
        .sort(SUBJECT, "tox", "day")
        .unique([SUBJECT, "tox"], keep="last", maintain_order=True)
        .select(SUBJECT, "tox", pl.col("day", "grade", "table", "no").name.suffix("_near"))
    )
    joined = recorded.join(near, on=[SUBJECT, "tox"], how="left").join(
        seen.with_columns(pl.lit(value=True).alias("_seen")), on=[SUBJECT, "tox"], how="left", maintain_order="left"
    )
    is_recorded = pl.col("grade").is_not_null()
    none = pl.when(pl.col("_seen").is_null()).then(0)
    source = (pl.when(is_recorded).then(name).otherwise(f"{name}_near").alias(name) for name in ("day", "table", "no"))
    grade = pl.coalesce("grade", "grade_near", none)
    return joined.with_columns(*source, grade.alias("grade")).select(*GRADE_COLUMNS, "start")


def _recorded(courses: pl.DataFrame, tox: str) -> pl.DataFrame:
    return courses.select(
        SUBJECT,
        pl.lit(tox).alias("tox"),
        start_day().alias("day"),
        pl.col(f"{tox.lower()}_grade_at_start").alias("grade"),
        pl.lit(COURSE_TABLE).alias("table"),
        pl.col("anakinra_no").alias("no"),
        start_day().alias("start"),
    )
