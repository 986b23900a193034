"""Which course of a subject the analysis is about: the first infusion, and within it one course of anakinra.

Frames here keep the names of the frozen tables; `usubjid` renames the subject for a dataset.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.declared import USUBJID, Tables
from exports.sheets import SUBJECT
from registry.rules.anakinra import COHORT_INTENTS
from registry.rules.endpoints import ENTRY_GRADE

# Day 0 of the one-row-per-patient tables is the infusion of this course, so no other can be the index course.
INDEX_COURSE_NO: Final = 1
# Why a course of anakinra is the index course, best reason first.
INDEX_RULES: Final = (
    ("STUDY", "Refractory intent, grade 2 or more or no grade recorded"),
    ("REFRACTORY", "Refractory intent, recorded grades below 2"),
    ("ANY", "No course with refractory intent: the first course"),
)
# How the first segment's columns are called beside the columns of its course.
FIRST_SEGMENT: Final = {
    "segment_no": "first_segment_no",
    "segment_started_day": "first_segment_day",
    "dose_mg": "first_dose_mg",
    "interval_h": "first_interval_h",
    "route": "first_route",
    "daily_mg": "first_segment_daily_mg",
}
_COURSE_KEY: Final = (SUBJECT, "course_no", "anakinra_no")


def usubjid(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with its subject named as in datasets."""
    return frame.rename({SUBJECT: USUBJID})


def of_index_course(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a table below `infusion_course` whose days count from the index infusion."""
    return frame.filter(pl.col("course_no") == INDEX_COURSE_NO)


def index_course(tables: Tables) -> pl.DataFrame:
    """Return the index infusion course, one row per subject that has one; columns as in `infusion_course`."""
    return of_index_course(tables["infusion_course"])


def index_anakinra(tables: Tables) -> pl.DataFrame:
    """Return the index course of anakinra, one row per subject that has one, with its first segment.

    It is the first course, by number, with refractory intent and CRS or ICANS of grade 2 or more at its start; a
    course without any recorded grade counts. Where there is none, the first with refractory intent; where there is
    none either, the first. Columns of `anakinra_course`, `index_rule` (see INDEX_RULES) and FIRST_SEGMENT.
    """
    rank = _rank()
    rules = dict(enumerate(code for code, _words in INDEX_RULES))
    courses = (
        of_index_course(tables["anakinra_course"])
        .with_columns(rank.alias("_rank"))
        .sort(SUBJECT, "_rank", "anakinra_no")
        .unique(SUBJECT, keep="first", maintain_order=True)
        .with_columns(pl.col("_rank").replace_strict(rules, return_dtype=pl.String).alias("index_rule"))
        .drop("_rank")
    )
    return courses.join(_first_segments(tables, courses), on=list(_COURSE_KEY), how="left", maintain_order="left")


def _rank() -> pl.Expr:
    """Return the place of a course's rule in INDEX_RULES."""
    grade = pl.max_horizontal("crs_grade_at_start", "icans_grade_at_start")
    is_refractory = pl.col("intent").is_in(sorted(COHORT_INTENTS)).fill_null(value=False)
    enters = (grade >= ENTRY_GRADE).fill_null(value=True)
    return pl.when(is_refractory & enters).then(0).when(is_refractory).then(1).otherwise(2)


def _first_segments(tables: Tables, courses: pl.DataFrame) -> pl.DataFrame:
    """Return the first segment of each course: of the first day, and there the one whose dose the course starts with.

    Clock times do not leave; of two segments on one day, the registry has told which came first by `first_daily_mg`.
    """
    segments = tables["anakinra_segment"].join(
        courses.select(*_COURSE_KEY, "first_daily_mg"), on=list(_COURSE_KEY), how="inner"
    )
    is_later = pl.col("daily_mg").ne_missing(pl.col("first_daily_mg"))
    return (
        segments.sort(*_COURSE_KEY, "segment_started_day", is_later, "segment_no")
        .unique(list(_COURSE_KEY), keep="first", maintain_order=True)
        .select(*_COURSE_KEY, *(pl.col(name).alias(new) for name, new in FIRST_SEGMENT.items()))
    )
