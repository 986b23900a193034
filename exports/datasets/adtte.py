"""ADTTE: times to events, one row per subject and parameter, with origin, event, competing event and source row."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.adsl_doses import start_day
from exports.datasets.adtte_parameters import GOALS, parameters
from exports.datasets.adtte_rows import ANAKINRA, INFUSION, rows_of
from exports.datasets.columns import DAYS, SUBJECT_COLUMN, code, identified, integer, source_key, typed
from exports.datasets.deaths import deaths
from exports.datasets.declared import USUBJID, Dataset, Derived, Tables
from exports.datasets.grades import read_grades
from exports.datasets.index_course import index_anakinra, of_index_course
from exports.datasets.progressions import first_progression
from exports.datasets.resolution import resolution
from exports.datasets.severe_infections import first_severe_infection
from exports.datasets.steroid_off import steroid_off
from exports.sheets import SUBJECT, Column
from registry.rules.response import Response

_PARAMETERS: Final = tuple((parameter.code, parameter.label) for parameter in parameters())
_DEATH: Final = ("death.died_day", "follow_up.last_contact_day")
_ALL: Final = (
    *_DEATH,
    "anakinra_course.started_day",
    "crs_assessment.grade_reported",
    "icans_assessment.grade_reported",
    "crs_episode.resolved_day",
    "icans_episode.resolved_day",
    "relapse.relapsed_day",
    "response.assessed_day",
    "infection.diagnosed_day",
    "toxicity_therapy.ended_day",
    "death.trm_class_site",
)
EVENTS: Final = (
    ("RESOLVED", "toxicity resolved and held"),
    ("TRM", "treatment-related death (A)"),
    ("DEATH_MALIGNANCY", "death of the malignancy"),
    ("DEATH_OTHER", "death of another class"),
    ("NRM", "death without relapse before (B)"),
    ("DEATH", "death"),
    ("RELAPSE", "relapse after a response"),
    ("PROGRESSION", "progression"),
    ("INFECTION", "infection of grade 3 or more or treated intravenously"),
    ("STEROID_OFF", "corticosteroids stopped for 3 days"),
    ("LAST_CONTACT", "last contact"),
    ("LAST_GRADE", "last day known not to be resolved"),
    ("LAST_ASSESSMENT", "last evaluable assessment of response"),
    ("NO_ASSESSMENT", "no evaluable assessment of response: day of infusion"),
    ("DAY_60", "day 60 from the start of anakinra"),
)
REASONS: Final = (
    ("NO_ANAKINRA", "no course of anakinra after the index infusion"),
    ("START_NO_DAY", "first day of anakinra not known"),
    ("GRADE_UNKNOWN", "grade at the start of anakinra not known"),
    ("NOT_ACTIVE", "not active at the start of anakinra"),
    ("NO_STEROID", "no corticosteroid at the start of anakinra"),
    ("PROG_NO_DAY", "day of the first relapse or progression not known"),
    ("INFECTION_NO_DAY", "day of a severe infection not known"),
    ("STEROID_NO_END", "last day of a corticosteroid not known"),
    ("DEATH_NO_DAY", "day of death not known"),
    ("CONTACT_NO_DAY", "day of last contact not known"),
    ("CLASS_UNKNOWN", "class of death unknown"),
    ("BEFORE_ORIGIN", "the time ends before its origin"),
)

COLUMNS: Final[tuple[Column, ...]] = identified(
    "ADTTE",
    (
        SUBJECT_COLUMN,
        code(
            "PARAMCD",
            "Parameter code",
            "One row per subject and parameter.",
            "patient.subject_key",
            choices=_PARAMETERS,
        ),
        code("PARAM", "Parameter", "The words of PARAMCD.", "patient.subject_key"),
        code(
            "ORIGIN",
            "Origin of the time",
            "Fixed for each parameter.",
            "patient.subject_key",
            choices=((INFUSION, "first infusion"), (ANAKINRA, "first day of anakinra")),
        ),
        integer(
            "ORIGDY",
            "Day of the origin",
            "0 for the infusion, ADSL.ANASTDY for anakinra.",
            "anakinra_course.started_day",
            unit=DAYS,
        ),
        integer(
            "ADY",
            "Day of event or censoring from infusion",
            "Day of the first event of the parameter, else of its censoring; only days that are known count.",
            *_ALL,
            unit=DAYS,
        ),
        integer(
            "AVAL", "Time from origin", "ADY - ORIGDY, whole days, 0 allowed, no half-day shift.", *_ALL, unit=DAYS
        ),
        integer(
            "EVSTAT",
            "Status",
            "Events go before censorings on the same day; TRM28, TRM60 and TRMA by DTHCLASS (variant A), NRM, NRMA "
            "and REL by the first of relapse and death (variant B), a death of the malignancy standing for a relapse.",
            *_ALL,
            choices=(("0", "censored"), ("1", "event"), ("2", "competing event")),
            note="Provisional: what counts as event, competing event and censoring waits for the study to confirm it",
        ),
        integer(
            "CNSR",
            "Status as ADaM has it",
            "0 where EVSTAT is 1, 1 where it is 0, 2 where it is 2.",
            *_ALL,
            choices=(("0", "event"), ("1", "censored"), ("2", "competing event")),
        ),
        code("EVNTDESC", "Event or censoring", "What ended the time.", *_ALL, choices=EVENTS),
        code("SRCTAB", "Table of the row that ended the time", "The table of that row.", *_ALL),
        code(
            "SRCKEY",
            "Key of the row that ended the time",
            "Its key below the subject; empty where the table has one row per subject.",
            *_ALL,
        ),
        integer(
            "ENTRYDY",
            "Day of delayed entry",
            "ADSL.ANASTDY for times from infusion: everybody lived until then, so the risk set is entry < t <= exit.",
            "anakinra_course.started_day",
            unit=DAYS,
        ),
        integer(
            "READDY",
            "Day at which the incidence is read",
            "Fixed for each parameter; the times are not cut there.",
            "patient.subject_key",
            unit=DAYS,
        ),
        code(
            "EXCLRSN",
            "Why the subject has no time",
            "The first reason that applies; the row is kept without a time so that it can be counted.",
            *_ALL,
            "follow_up.last_contact_day_precision",
            "death.died_day_precision",
            choices=REASONS,
        ),
    ),
)


def adtte(tables: Tables, _derived: Derived) -> pl.DataFrame:
    """Return one row per subject and parameter; who cannot be analysed has EXCLRSN and no time."""
    base = endings(tables)
    return typed(pl.concat(rows_of(base, parameter) for parameter in parameters()), COLUMNS)


def endings(tables: Tables) -> pl.DataFrame:
    """Return one row per subject with every day that can end a time, as the parameters name them."""
    base = deaths(tables).select(
        pl.col(USUBJID).alias(SUBJECT),
        pl.col("DTHFL").cast(pl.Int64),
        pl.col("NRMFL").cast(pl.Int64),
        "DTHCLASS",
        pl.col("DTHDY").alias("died_day"),
        pl.col("LSTCONDY").alias("contact_day"),
    )
    grades = read_grades(tables)
    parts = [
        _starts(tables),
        first_progression(tables),
        _last_response(tables),
        first_severe_infection(tables),
        steroid_off(tables).with_columns(pl.lit(value=True).alias("on_steroid")),
        *(
            resolution(grades, tables["death"], goal).select(SUBJECT, pl.exclude(SUBJECT).name.prefix(f"{code}."))
            for code, (_label, goal) in GOALS.items()
        ),
    ]
    for part in parts:
        base = base.join(part, on=SUBJECT, how="left", validate="1:1", maintain_order="left")
    return base.with_columns(pl.col("has_anakinra", "on_steroid").fill_null(value=False))


def left_out(adtte_rows: pl.DataFrame) -> pl.DataFrame:
    """Return how many subjects each parameter leaves out and why: PARAMCD, EXCLRSN, subjects."""
    counted = adtte_rows.drop_nulls("EXCLRSN").group_by("PARAMCD", "EXCLRSN").agg(pl.len().alias("subjects"))
    return counted.sort("PARAMCD", "EXCLRSN")


def _starts(tables: Tables) -> pl.DataFrame:
    return index_anakinra(tables).select(
        SUBJECT,
        pl.lit(value=True).alias("has_anakinra"),
        start_day().alias("start"),
        source_key("course_no", "anakinra_no").alias("start_key"),
    )


def _last_response(tables: Tables) -> pl.DataFrame:
    """Return the last dated assessment after the infusion that told the response; not evaluable tells nothing."""
    told = (pl.col("assessed_day") >= 0) & (pl.col("response") != Response.NE.value)
    dated = of_index_course(tables["response"]).filter(told)
    last = dated.sort(SUBJECT, "assessed_day", "response_no").unique(SUBJECT, keep="last", maintain_order=True)
    return last.select(SUBJECT, "assessed_day", source_key("course_no", "response_no").alias("assessed_key"))


ADTTE: Final = Dataset(
    name="adtte",
    label="Times to events",
    grain="one row per subject and parameter; who cannot be analysed has a reason and no time",
    key=(USUBJID, "PARAMCD"),
    columns=COLUMNS,
    derive=adtte,
)
