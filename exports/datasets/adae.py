"""ADAE: adverse events under anakinra."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.adsl_doses import start_day
from exports.datasets.anakinra_days import first_days
from exports.datasets.columns import (
    AS_RECORDED,
    DAYS,
    SUBJECT_COLUMN,
    code,
    coded,
    flag,
    identified,
    integer,
    source_key,
    with_its_reason,
    with_reason,
)
from exports.datasets.declared import USUBJID, Dataset, Derived, Tables
from exports.datasets.index_course import index_anakinra, of_index_course, usubjid
from exports.datasets.source_rows import SOURCE_KEY, source_key_column
from exports.sheets import SUBJECT, Column
from registry.rules.adverse import SIDE_EFFECT_RELATIONS, AeAction, AeOutcome, AeTerm, Relation
from registry.rules.dates import Precision

_T: Final = "adverse_event"
_COURSE: Final = [SUBJECT, "course_no", "anakinra_no"]
# Column -> column of the table with a reason beside it.
TAKEN: Final = {
    "ASTDY": "began_day",
    "AENDY": "ended_day",
    "AETOXGR": "grade",
    "AEREL": "relation",
    "AEACN": "action",
    "AESER": "is_serious",
    "AEOUT": "outcome",
}

COLUMNS: Final[tuple[Column, ...]] = identified(
    "ADAE",
    (
        SUBJECT_COLUMN,
        integer("ANANO", "Anakinra course number", AS_RECORDED, f"{_T}.anakinra_no"),
        integer("AESEQ", "Adverse event number", AS_RECORDED, f"{_T}.ae_no"),
        code("AETERM", "Term (CTCAE v5)", AS_RECORDED, f"{_T}.term", choices=coded(AeTerm)),
        *with_reason(integer("AETOXGR", "Grade (CTCAE v5)", AS_RECORDED, f"{_T}.grade")),
        *with_reason(code("AEREL", "Relation to anakinra", AS_RECORDED, f"{_T}.relation", choices=coded(Relation))),
        flag(
            "AERELFL",
            "Side effect of anakinra",
            "1 where the relation is possible, probable or definite, else 0; empty where it is not recorded.",
            f"{_T}.relation",
        ),
        *with_reason(code("AEACN", "Action taken with anakinra", AS_RECORDED, f"{_T}.action", choices=coded(AeAction))),
        flag(
            "AEDISFL",
            "Anakinra stopped because of the event",
            "1 where anakinra was stopped for good, else 0; empty where the action is not recorded.",
            f"{_T}.action",
        ),
        *with_reason(flag("AESER", "Serious", AS_RECORDED, f"{_T}.is_serious")),
        *with_reason(
            integer("ASTDY", "Day of onset, from infusion", "As recorded to the day.", f"{_T}.began_day", unit=DAYS)
        ),
        code("ASTDYPR", "Precision of the onset", AS_RECORDED, f"{_T}.began_day_precision", choices=coded(Precision)),
        *with_reason(
            integer("AENDY", "Day of the end, from infusion", "As recorded to the day.", f"{_T}.ended_day", unit=DAYS)
        ),
        code("AENDYPR", "Precision of the end", AS_RECORDED, f"{_T}.ended_day_precision", choices=coded(Precision)),
        integer(
            "ASTDYA",
            "Day of onset, from index anakinra course",
            "ASTDY less the first day of the index anakinra course.",
            f"{_T}.began_day",
            "anakinra_course.started_day",
            unit=DAYS,
        ),
        integer(
            "ADURN",
            "Duration, first and last day included",
            "AENDY less ASTDY plus 1.",
            f"{_T}.began_day",
            f"{_T}.ended_day",
            unit=DAYS,
        ),
        flag(
            "TRTEMFL",
            "Treatment-emergent",
            "1 where the onset lies on or after the first day of the anakinra course of the event, 0 before; empty "
            "where either day is not known.",
            f"{_T}.began_day",
            "anakinra_course.started_day",
        ),
        *with_reason(code("AEOUT", "Outcome", AS_RECORDED, f"{_T}.outcome", choices=coded(AeOutcome))),
        source_key_column(_T, "course_no", "anakinra_no", "ae_no"),
    ),
)


def adae(tables: Tables, derived: Derived) -> pl.DataFrame:
    """Return the adverse events of the index CAR-T course."""
    own = first_days(tables).select(*_COURSE, pl.col("first_day").alias("own_start"))
    start = index_anakinra(tables).select(SUBJECT, start_day().alias("index_start"))
    events = of_index_course(tables[_T]).join(own, on=_COURSE, how="left").join(start, on=SUBJECT, how="left")
    began, ended = pl.col("began_day"), pl.col("ended_day")
    return (
        usubjid(events)
        .select(
            USUBJID,
            pl.col("anakinra_no").alias("ANANO"),
            pl.col("ae_no").alias("AESEQ"),
            pl.col("term").alias("AETERM"),
            *(expression for name, source in TAKEN.items() for expression in with_its_reason(source, name)),
            pl.col("began_day_precision").alias("ASTDYPR"),
            pl.col("ended_day_precision").alias("AENDYPR"),
            pl.col("relation").is_in(sorted(SIDE_EFFECT_RELATIONS)).cast(pl.Int64).alias("AERELFL"),
            (pl.col("action") == AeAction.STOPPED).cast(pl.Int64).alias("AEDISFL"),
            (began - pl.col("index_start")).alias("ASTDYA"),
            (ended - began + 1).alias("ADURN"),
            (began >= pl.col("own_start")).cast(pl.Int64).alias("TRTEMFL"),
            source_key("course_no", "anakinra_no", "ae_no").alias(SOURCE_KEY),
        )
        .select(column.column for column in COLUMNS)
    )


ADAE: Final = Dataset(
    name="adae",
    label="Adverse events",
    grain="One row per adverse event of a course of anakinra in the index CAR-T course",
    key=(USUBJID, "ANANO", "AESEQ"),
    columns=COLUMNS,
    derive=adae,
)
