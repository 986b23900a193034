"""Which dose of anakinra was prescribed on which day of the index CAR-T course, from courses and dose segments."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.declared import Tables
from exports.datasets.index_course import of_index_course
from exports.datasets.spans import each_day
from exports.sheets import SUBJECT

COURSE: Final = (SUBJECT, "course_no", "anakinra_no")
# The words of the rule, for the codebook.
LATER_COUNTS: Final = (
    "On a day of two segments the later one counts: the one that began later, or, begun on one day, the one whose "
    "dose the course did not start with, or the higher number"
)
ENDS: Final = (
    "a segment without its last day lasts to the day before the next one of its course, else to the last day of the "
    "course, else for its first day"
)


def anakinra_days(tables: Tables) -> pl.DataFrame:
    """Return one row per subject and day of anakinra, with the segment in force.

    Columns of `anakinra_segment`, `day`, `segments` (how many cover the day) and `is_end_assumed`. A day of a course
    before its first segment or after its last, or of a course without segments, has no segment and no dose; a day
    between two segments is a pause and has no row.
    """
    segments = dated_segments(tables)
    days = each_day(segments, "segment_started_day", "last_day", "day")
    bare = _days_without_segment(tables, segments, days)
    order = [SUBJECT, "day", "segment_started_day", "_is_later", "anakinra_no", "segment_no"]
    found = pl.concat([days, bare], how="diagonal").with_columns(
        pl.col("segment_no").count().over(SUBJECT, "day").cast(pl.Int64).alias("segments")
    )
    in_force = found.sort(order, nulls_last=False).unique([SUBJECT, "day"], keep="last", maintain_order=True)
    return in_force.drop("_is_later", "last_day")


def dated_segments(tables: Tables) -> pl.DataFrame:
    """Return the segments of the index CAR-T course in their order, with `last_day` and `is_end_assumed`."""
    courses = of_index_course(tables["anakinra_course"]).select(*COURSE, "ended_day", "first_daily_mg")
    segments = of_index_course(tables["anakinra_segment"]).join(courses, on=list(COURSE), how="left")
    is_later = pl.col("daily_mg").ne_missing(pl.col("first_daily_mg")).alias("_is_later")
    ordered = segments.with_columns(is_later).sort(*COURSE, "segment_started_day", "_is_later", "segment_no")
    before_next = pl.col("segment_started_day").shift(-1).over(COURSE) - 1
    last = pl.coalesce("segment_ended_day", before_next, "ended_day", "segment_started_day")
    return ordered.with_columns(
        pl.max_horizontal(last, "segment_started_day").alias("last_day"),
        pl.col("segment_ended_day").is_null().alias("is_end_assumed"),
    ).drop("ended_day", "first_daily_mg")


def _days_without_segment(tables: Tables, segments: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Return the days of courses on which no segment is in force although none has paused."""
    reach = segments.group_by(COURSE).agg(
        pl.col("segment_started_day").min().alias("_from"), pl.col("last_day").max().alias("_to")
    )
    courses = of_index_course(tables["anakinra_course"]).select(*COURSE, "started_day", "ended_day")
    bare = each_day(courses, "started_day", "ended_day", "day").join(reach, on=list(COURSE), how="left")
    is_pause = pl.col("day").is_between("_from", "_to").fill_null(value=False)
    return bare.filter(~is_pause).join(days, on=[SUBJECT, "day"], how="anti").select(*COURSE, "day")


def first_days(tables: Tables) -> pl.DataFrame:
    """Return the anakinra courses of the index CAR-T course with `first_day`: their own, else of the first segment."""
    begun = of_index_course(tables["anakinra_segment"]).group_by(COURSE).agg(pl.col("segment_started_day").min())
    courses = of_index_course(tables["anakinra_course"]).join(begun, on=list(COURSE), how="left")
    return courses.with_columns(pl.coalesce("started_day", "segment_started_day").alias("first_day"))


def unknown_from(tables: Tables) -> pl.DataFrame:
    """Return subject -> first day from which a course without segments and without an end may have gone on.

    From the earliest day of all where its first day is unknown too.
    """
    segments = of_index_course(tables["anakinra_segment"]).select(COURSE)
    courses = of_index_course(tables["anakinra_course"]).join(segments, on=list(COURSE), how="anti")
    is_open = pl.col("started_day").is_null() | pl.col("ended_day").is_null()
    first = pl.col("started_day").fill_null(pl.lit(-(10**6), pl.Int64)).min().alias("unknown_from")
    return courses.filter(is_open).group_by(SUBJECT).agg(first)
