"""ADDOSE: the dose of anakinra that was prescribed on each day."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.adsl_doses import start_day
from exports.datasets.anakinra_days import ENDS, LATER_COUNTS, anakinra_days
from exports.datasets.columns import (
    AS_RECORDED,
    DAYS,
    SUBJECT_COLUMN,
    code,
    coded,
    decimal,
    flag,
    identified,
    integer,
    provisional,
    source_key,
    with_its_reason,
    with_reason,
)
from exports.datasets.declared import USUBJID, Dataset, Derived, Tables
from exports.datasets.index_course import index_anakinra, usubjid
from exports.datasets.source_rows import SOURCE_KEY, source_key_column
from exports.sheets import SUBJECT, Column
from registry.rules.anakinra import AnakinraRoute

_S: Final = "anakinra_segment"
_DAYS_OF_SEGMENT: Final = (f"{_S}.segment_started_day", f"{_S}.segment_ended_day")
MG_TYPE: Final = pl.Decimal(12, 3)

COLUMNS: Final[tuple[Column, ...]] = identified(
    "ADDOSE",
    (
        SUBJECT_COLUMN,
        integer(
            "ADY",
            "Day from infusion",
            f"Every day from the first to the last day of a dose segment; {ENDS}. Days of a course outside its "
            "segments are rows without a dose; days between two segments are a pause and have no row.",
            *_DAYS_OF_SEGMENT,
            "anakinra_course.started_day",
            "anakinra_course.ended_day",
            unit=DAYS,
        ),
        integer(
            "ADYA",
            "Day from start of index anakinra course",
            "ADY less the first day of the index anakinra course.",
            "anakinra_course.started_day",
            unit=DAYS,
        ),
        integer(
            "ANANO", "Anakinra course number", f"Course of the segment in force. {LATER_COUNTS}.", f"{_S}.anakinra_no"
        ),
        integer("SEGNO", "Segment number", f"Segment in force. {LATER_COUNTS}.", f"{_S}.segment_no"),
        integer("NSEG", "Segments that cover the day", "Number of segments that include the day.", *_DAYS_OF_SEGMENT),
        flag(
            "SEGENDFL",
            "Last day of the segment is assumed",
            f"1 where the last day of the segment in force is not recorded; {ENDS}.",
            f"{_S}.segment_ended_day",
        ),
        decimal(
            "DOSE",
            "Prescribed daily dose",
            "Dose x 24 / interval of the segment in force; a dose every 48 hours counts as half of it on each day.",
            f"{_S}.daily_mg",
            f"{_S}.dose_mg",
            f"{_S}.interval_h",
            unit="mg/d",
        ),
        code(
            "DOSU",
            "Unit of the daily dose",
            "Always mg/day.",
            f"{_S}.daily_mg",
            choices=(("mg/day", "mg per day"),),
        ),
        *with_reason(decimal("ADMDOSE", "Dose per administration", AS_RECORDED, f"{_S}.dose_mg", unit="mg")),
        *with_reason(decimal("DOSINT", "Dose interval", AS_RECORDED, f"{_S}.interval_h", unit="h")),
        *with_reason(code("ROUTE", "Route", AS_RECORDED, f"{_S}.route", choices=coded(AnakinraRoute))),
        decimal(
            "MGKG",
            "Prescribed daily dose per kg",
            "Daily dose of the segment in force per kg of the weight of its anakinra course.",
            f"{_S}.mg_per_kg_day",
            "anakinra_course.dose_weight_kg",
            unit="mg/kg/d",
            note=provisional("anakinra.choose_weight"),
        ),
        decimal(
            "CUMDOSE",
            "Cumulative dose up to the day",
            "Sum of DOSE of this day and all days before it; empty from the first day with an unknown dose on.",
            f"{_S}.daily_mg",
            unit="mg",
        ),
        source_key_column(_S, "course_no", "anakinra_no", "segment_no"),
    ),
)


def addose(tables: Tables, derived: Derived) -> pl.DataFrame:
    """Return the days of anakinra with their dose, the cumulative dose and the source segment."""
    days = anakinra_days(tables).sort(SUBJECT, "day")
    start = index_anakinra(tables).select(SUBJECT, start_day().alias("index_start"))
    return usubjid(days.join(start, on=SUBJECT, how="left", maintain_order="left")).select(
        USUBJID,
        pl.col("day").alias("ADY"),
        (pl.col("day") - pl.col("index_start")).alias("ADYA"),
        pl.col("anakinra_no").alias("ANANO"),
        pl.col("segment_no").alias("SEGNO"),
        pl.col("segments").alias("NSEG"),
        pl.col("is_end_assumed").cast(pl.Int64).alias("SEGENDFL"),
        pl.col("daily_mg").alias("DOSE"),
        pl.lit("mg/day").alias("DOSU"),
        *with_its_reason("dose_mg", "ADMDOSE"),
        *with_its_reason("interval_h", "DOSINT"),
        *with_its_reason("route", "ROUTE"),
        pl.col("mg_per_kg_day").alias("MGKG"),
        cumulative("daily_mg", USUBJID).alias("CUMDOSE"),
        source_key("course_no", "anakinra_no", "segment_no").alias(SOURCE_KEY),
    )


def cumulative(dose: str, by: str) -> pl.Expr:
    """Return the running sum of a daily dose in the order of rows; empty from the first unknown dose on."""
    is_known = pl.col(dose).is_null().cast(pl.Int64).cum_sum().over(by) == 0
    return pl.when(is_known).then(pl.col(dose).cum_sum().over(by)).cast(MG_TYPE)


ADDOSE: Final = Dataset(
    name="addose",
    label="Daily dose of anakinra",
    grain="One row per subject and day of anakinra in the index CAR-T course",
    key=(USUBJID, "ADY"),
    columns=COLUMNS,
    derive=addose,
)
