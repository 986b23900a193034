"""Subject level: the highest grades, the grades at the start of anakinra, and what was given before it."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.columns import DAYS, decimal, flag, integer, provisional
from exports.datasets.declared import USUBJID, Tables
from exports.datasets.grades import GRADE_COLUMNS, TOXICITIES, Grades, read_grades
from exports.datasets.therapy_before import therapy_before
from exports.sheets import SUBJECT, Column
from registry.rules.therapy import HIGH_DOSE_DEXEQ_MG_PER_DAY

_START: Final = ("anakinra_course.started_day",)
_DEXEQ: Final = (
    "toxicity_therapy.dexeq_mg_per_day",
    "toxicity_therapy.started_day",
    "toxicity_therapy.ended_day",
    *_START,
)
_EQUIVALENCE: Final = provisional("therapy.DEXAMETHASONE_FACTORS")


def _graded(tox: str) -> tuple[str, ...]:
    days, episode, _number = TOXICITIES[tox]
    return (f"{episode}.max_grade", f"{days}.grade_reported", f"{days}.grade_computed")


def _highest(name: str, tox: str) -> Column:
    return integer(
        name,
        f"Highest {tox} grade (ASTCT)",
        "The highest of the grades of the episodes, of the graded days (clinician's grade, else the computed one) and "
        "at the start of anakinra; 0 where the case has no episode, empty where none of it is graded.",
        *_graded(tox),
        f"anakinra_course.{tox.lower()}_grade_at_start",
    )


def _at_start(name: str, tox: str) -> Column:
    return integer(
        name,
        f"{tox} grade at start of anakinra (ASTCT)",
        "The grade recorded with the index course, else that of its first day, else of the day before; 0 where the "
        "case has no episode.",
        f"anakinra_course.{tox.lower()}_grade_at_start",
        *_graded(tox)[1:],
        *_START,
    )


COLUMNS: Final[tuple[Column, ...]] = (
    _highest("CRSMAX", "CRS"),
    _highest("ICANSMAX", "ICANS"),
    _at_start("CRSATST", "CRS"),
    _at_start("ICANATST", "ICANS"),
    integer(
        "GRATSTRT",
        "Higher grade at start of anakinra",
        "The higher of CRSATST and ICANATST, of the known ones.",
        "anakinra_course.crs_grade_at_start",
        "anakinra_course.icans_grade_at_start",
    ),
    integer(
        "ONS2ANA",
        "Days from index onset to anakinra",
        "ANASTDY - the earliest onset among the last episodes, begun by then, of the toxicities active at the start.",
        "crs_episode.onset_day",
        "icans_episode.onset_day",
        *_START,
        unit=DAYS,
    ),
    flag(
        "STER_PRE",
        "Corticosteroid before anakinra",
        "1 where a systemic corticosteroid began on or before the first day of anakinra.",
        "toxicity_therapy.drug",
        "toxicity_therapy.started_day",
        *_START,
    ),
    decimal(
        "DEXEQ_PRE",
        "Dexamethasone equivalent before anakinra",
        "Whole days stand for the 24 hours before: the higher of the daily sums of the first day of anakinra and of "
        "the day before; 0 without corticosteroids, empty where a dose, or whether one went on, is unknown.",
        *_DEXEQ,
        unit="mg/d",
        short="DEXEQPRE",
        note=_EQUIVALENCE,
    ),
    flag(
        "HDSTER",
        "High-dose steroid (provisional)",
        f"1 where DEXEQ_PRE is at least {HIGH_DOSE_DEXEQ_MG_PER_DAY} mg/day of dexamethasone.",
        *_DEXEQ,
        note=provisional("therapy.HIGH_DOSE_DEXEQ_MG_PER_DAY"),
    ),
    integer(
        "TOCIN_PRE",
        "Doses of tocilizumab before anakinra",
        "Doses up to the first day of anakinra; a row with interval and last day counts one dose per interval.",
        "toxicity_therapy.drug",
        "toxicity_therapy.interval_h",
        "toxicity_therapy.started_day",
        "toxicity_therapy.ended_day",
        *_START,
        short="TOCINPRE",
    ),
)


def toxicity(tables: Tables) -> pl.DataFrame:
    """Return one row per subject; what needs a course of anakinra is empty without one."""
    grades = read_grades(tables)
    everybody = tables["patient"].select(SUBJECT)
    parts = (_maxima(grades, everybody), _starts(grades), onset_to_start(grades), therapy_before(tables))
    found = everybody
    for part in parts:
        found = found.join(part, on=SUBJECT, how="left", validate="1:1", maintain_order="left")
    return found.rename({SUBJECT: USUBJID})


def graded_rows(grades: Grades) -> pl.DataFrame:
    """Return every known grade of a subject with the row that it is from: SUBJECT, tox, day, grade, table, no."""
    episodes = grades.episodes.with_columns(pl.lit(None, pl.Int64).alias("day")).rename({"max_grade": "grade"})
    frames = (episodes, grades.days, grades.starts.drop_nulls("table"))
    return pl.concat(frame.select(GRADE_COLUMNS).drop_nulls("grade") for frame in frames)


def _maxima(grades: Grades, everybody: pl.DataFrame) -> pl.DataFrame:
    highest = graded_rows(grades).group_by(SUBJECT, "tox").agg(pl.col("grade").max())
    found = everybody
    for tox in TOXICITIES:
        own = highest.filter(pl.col("tox") == tox).select(SUBJECT, pl.col("grade").alias(f"{tox}MAX"))
        there = grades.seen.filter(pl.col("tox") == tox).select(SUBJECT, pl.lit(value=True).alias("_seen"))
        none = pl.when(pl.col("_seen").is_null()).then(0)
        found = (
            found.join(own, on=SUBJECT, how="left", validate="1:1")
            .join(there, on=SUBJECT, how="left", validate="1:1")
            .with_columns(pl.coalesce(f"{tox}MAX", none).alias(f"{tox}MAX"))
            .drop("_seen")
        )
    return found


def _starts(grades: Grades) -> pl.DataFrame:
    def of(tox: str) -> pl.Expr:
        return pl.col("grade").filter(pl.col("tox") == tox).first()

    return grades.starts.group_by(SUBJECT).agg(
        of("CRS").alias("CRSATST"), of("ICANS").alias("ICANATST"), pl.col("grade").max().alias("GRATSTRT")
    )


def index_episodes(grades: Grades) -> pl.DataFrame:
    """Return the last episode that began by the start of anakinra of each toxicity that was active then."""
    active = grades.starts.filter(pl.col("grade") > 0).select(SUBJECT, "tox", "start", "day")
    return (
        grades.episodes.join(active, on=[SUBJECT, "tox"], how="inner")
        .filter(pl.col("onset") <= pl.col("start"))
        .sort(SUBJECT, "tox", "onset")
        .unique([SUBJECT, "tox"], keep="last", maintain_order=True)
    )


def onset_to_start(grades: Grades) -> pl.DataFrame:
    """Return subject -> ONS2ANA, days from the earliest onset of the index episodes to the start of anakinra."""
    days = (pl.col("start") - pl.col("onset")).max().alias("ONS2ANA")
    return index_episodes(grades).group_by(SUBJECT).agg(days)
