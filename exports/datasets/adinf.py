"""ADINF: infections after the CAR-T infusion."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.adsl_doses import start_day
from exports.datasets.banding import banded
from exports.datasets.columns import (
    AS_RECORDED,
    DAYS,
    SUBJECT_COLUMN,
    code,
    coded,
    flag,
    identified,
    integer,
    provisional,
    source_key,
    with_its_reason,
    with_reason,
)
from exports.datasets.declared import USUBJID, Dataset, Derived, Tables
from exports.datasets.index_course import index_anakinra, of_index_course, usubjid
from exports.datasets.infection_timing import timing_to_anakinra
from exports.datasets.source_rows import SOURCE_KEY, source_key_column
from exports.sheets import SUBJECT, Column
from registry.rules.dates import Precision
from registry.rules.endpoints import SEVERE_INFECTION_GRADE
from registry.rules.infections import (
    WINDOWS,
    InfectionClass,
    InfectionOutcome,
    InfectionRelation,
    InfectionSite,
    InfectionWindow,
    Organism,
    ViralManifestation,
)

_T: Final = "infection"
# Column -> column of the table with a reason beside it.
TAKEN: Final = {
    "ASTDY": "diagnosed_day",
    "INFCLASS": "infection_class",
    "ORGANISM": "organism",
    "VIRMAN": "viral_manifestation",
    "INFSITE1": "infection_site",
    "INFSITE2": "second_site",
    "CONFFL": "is_confirmed",
    "INFGR": "grade",
    "INFREL": "relation",
    "INFIVFL": "was_treated_iv",
    "INFICUFL": "needed_icu",
    "INFOUT": "outcome",
}

COLUMNS: Final[tuple[Column, ...]] = identified(
    "ADINF",
    (
        SUBJECT_COLUMN,
        integer("INFSEQ", "Infection number", AS_RECORDED, f"{_T}.infection_no"),
        *with_reason(
            integer(
                "ASTDY", "Day of diagnosis, from infusion", "As recorded to the day.", f"{_T}.diagnosed_day", unit=DAYS
            )
        ),
        code(
            "ASTDYPR",
            "Precision of the day of diagnosis",
            AS_RECORDED,
            f"{_T}.diagnosed_day_precision",
            choices=coded(Precision),
        ),
        integer(
            "ASTDYA",
            "Day of diagnosis, from index anakinra",
            "ASTDY less the first day of the index anakinra course.",
            f"{_T}.diagnosed_day",
            "anakinra_course.started_day",
            unit=DAYS,
        ),
        code(
            "INFWIN",
            "Reporting period",
            "From ASTDY: before day 0, day 0 to 30, 31 to 100, after day 100.",
            f"{_T}.diagnosed_day",
            choices=coded(InfectionWindow),
        ),
        *with_reason(code("INFCLASS", "Class", AS_RECORDED, f"{_T}.infection_class", choices=coded(InfectionClass))),
        *with_reason(code("ORGANISM", "Organism", AS_RECORDED, f"{_T}.organism", choices=coded(Organism))),
        *with_reason(
            code(
                "VIRMAN",
                "Viral infection or disease",
                AS_RECORDED,
                f"{_T}.viral_manifestation",
                choices=coded(ViralManifestation),
            )
        ),
        *with_reason(
            code(
                "INFSITE1", "Main site of infection", AS_RECORDED, f"{_T}.infection_site", choices=coded(InfectionSite)
            )
        ),
        *with_reason(
            code("INFSITE2", "Second site of infection", AS_RECORDED, f"{_T}.second_site", choices=coded(InfectionSite))
        ),
        *with_reason(flag("CONFFL", "Microbiologically confirmed", AS_RECORDED, f"{_T}.is_confirmed")),
        *with_reason(integer("INFGR", "Severity (CTCAE v5)", AS_RECORDED, f"{_T}.grade")),
        *with_reason(
            code(
                "INFREL",
                "Timing to anakinra by the site",
                AS_RECORDED,
                f"{_T}.relation",
                choices=coded(InfectionRelation),
            )
        ),
        code(
            "INFRELC",
            "Timing to anakinra by the days",
            "Seen from all courses of anakinra of the index CAR-T course, the first that holds of: during a course, "
            "within 30 days after one, later after one, before all. A course that was not stopped goes on; empty where "
            "a day that decides is not known, or without anakinra.",
            f"{_T}.diagnosed_day",
            "anakinra_course.started_day",
            "anakinra_course.ended_day",
            choices=coded(InfectionRelation),
        ),
        *with_reason(flag("INFIVFL", "Treated intravenously", AS_RECORDED, f"{_T}.was_treated_iv")),
        *with_reason(flag("INFICUFL", "Intensive care for the infection", AS_RECORDED, f"{_T}.needed_icu")),
        flag(
            "INFSEVFL",
            "Severe or treated intravenously",
            "1 where INFGR is 3 or more or INFIVFL is 1, 0 where neither; empty where a missing one decides.",
            f"{_T}.grade",
            f"{_T}.was_treated_iv",
            note=provisional("endpoints.SEVERE_INFECTION_GRADE"),
        ),
        *with_reason(code("INFOUT", "Outcome", AS_RECORDED, f"{_T}.outcome", choices=coded(InfectionOutcome))),
        source_key_column(_T, "course_no", "infection_no"),
    ),
)


def adinf(tables: Tables, derived: Derived) -> pl.DataFrame:
    """Return the infections of the index CAR-T course."""
    start = index_anakinra(tables).select(SUBJECT, start_day().alias("index_start"))
    infections = of_index_course(tables[_T]).join(start, on=SUBJECT, how="left")
    infections = infections.join(timing_to_anakinra(tables), on=[SUBJECT, "infection_no"], how="left")
    day = pl.col("diagnosed_day")
    return (
        usubjid(infections)
        .select(
            USUBJID,
            pl.col("infection_no").alias("INFSEQ"),
            *(expression for name, source in TAKEN.items() for expression in with_its_reason(source, name)),
            pl.col("diagnosed_day_precision").alias("ASTDYPR"),
            (day - pl.col("index_start")).alias("ASTDYA"),
            banded(day, WINDOWS, {window: window.value for window in InfectionWindow}).alias("INFWIN"),
            pl.col("timing").alias("INFRELC"),
            ((pl.col("grade") >= SEVERE_INFECTION_GRADE) | (pl.col("was_treated_iv") == 1))
            .cast(pl.Int64)
            .alias("INFSEVFL"),
            source_key("course_no", "infection_no").alias(SOURCE_KEY),
        )
        .select(column.column for column in COLUMNS)
    )


ADINF: Final = Dataset(
    name="adinf",
    label="Infections",
    grain="One row per infection of the index CAR-T course",
    key=(USUBJID, "INFSEQ"),
    columns=COLUMNS,
    derive=adinf,
)
