"""ADTOX: what a subject had and was given on each day after the infusion."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.adsl_doses import start_day
from exports.datasets.adtox_columns import COLUMNS
from exports.datasets.adtox_grades import CRS, ICANS, assessed_days, masked, open_episodes, with_grades
from exports.datasets.anakinra_days import anakinra_days, unknown_from
from exports.datasets.declared import USUBJID, Dataset, Derived, Tables
from exports.datasets.fast_subjects import with_fast_subjects
from exports.datasets.index_course import index_anakinra, of_index_course, usubjid
from exports.datasets.spans import each_day, open_from
from exports.datasets.steroid_days import DEXEQ_TYPE, NUMBERS_APART, given, steroids_unknown_from, therapy_days
from exports.sheets import SUBJECT
from registry.rules.stays import CareKind

LAST_DAY: Final = 60
TABLES: Final = (
    "crs_assessment",
    "crs_episode",
    "icans_assessment",
    "icans_episode",
    "anakinra_course",
    "anakinra_segment",
    "toxicity_therapy",
    "stay",
)
CARE: Final = {"ICUFL": CareKind.ICU, "VENTFL": CareKind.VENTILATION, "CRRTFL": CareKind.RRT}
_ON: Final = [SUBJECT, "day"]
_DOSES: Final = {"ANAMG": "daily_mg", "ANAMGKG": "mg_per_kg_day"}


def adtox(tables: Tables, derived: Derived) -> pl.DataFrame:
    """Return the days with grades, components, anakinra, other therapies and care."""
    tables = with_fast_subjects(tables, *TABLES)
    anakinra, therapies, stays = anakinra_days(tables), therapy_days(tables), _stay_days(tables)
    days = _within(pl.concat([frame.select(_ON) for frame in (
        assessed_days(tables, CRS), assessed_days(tables, ICANS), anakinra, therapies, stays
    )]).unique(), tables)  # fmt: skip
    found = with_grades(with_grades(days, tables, CRS), tables, ICANS)
    found = _with_anakinra(found, anakinra, tables)
    for more in (given(therapies), _care(stays)):
        found = found.join(more, on=_ON, how="left")
    for more in (steroids_unknown_from(tables), _care_unknown_from(tables)):
        found = found.join(more, on=SUBJECT, how="left")
    start = index_anakinra(tables).select(SUBJECT, start_day().alias("start"))
    found = found.join(start, on=SUBJECT, how="left", maintain_order="left")
    return _named(found.with_columns(masked(found, tables), pl.col(SUBJECT).cast(pl.String)))


def _named(found: pl.DataFrame) -> pl.DataFrame:
    no_steroid = pl.when(pl.col("THERNOS").is_null()).then(pl.lit(0).cast(DEXEQ_TYPE)).otherwise("DEXEQ")
    return usubjid(
        found.with_columns(
            pl.col("day").alias("ADY"),
            (pl.col("day") - pl.col("start")).alias("ADYA"),
            pl.max_horizontal(CRS.carried, ICANS.carried).alias("LOCFFL"),
            pl.when(_is_known("steroid")).then(no_steroid).alias("DEXEQ"),
            pl.col("TOCI").fill_null(0),
            *(pl.when((pl.col(name) == 1) | _is_known(name)).then(pl.col(name).fill_null(0)) for name in CARE),
        )
    ).select(column.column for column in COLUMNS)


def _is_known(name: str) -> pl.Expr:
    """Say whether no period without its last day may have gone on to the day."""
    return (pl.col("day") < pl.col(f"{name}_unknown_from")).fill_null(value=True)


def _within(days: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Keep days 0 to 60, and later ones up to the resolution of an episode that was not resolved by day 60."""
    ends = pl.concat(
        [
            open_episodes(tables, toxicity.episodes).select(SUBJECT, (pl.col("open_to") + 1).alias("resolved"))
            for toxicity in (CRS, ICANS)
        ]
    )
    last = ends.group_by(SUBJECT).agg(pl.col("resolved").max())
    joined = days.join(last, on=SUBJECT, how="left")
    end = pl.max_horizontal(pl.lit(LAST_DAY), "resolved")
    return joined.filter((pl.col("day") >= 0) & (pl.col("day") <= end)).drop("resolved")


def _with_anakinra(days: pl.DataFrame, anakinra: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add the dose of each day: 0 without anakinra, empty where not even that is known."""
    doses = anakinra.select(
        *_ON,
        *(pl.col(source).cast(DEXEQ_TYPE).alias(name) for name, source in _DOSES.items()),
        pl.col("route").alias("ANAROUTE"),
        pl.col("anakinra_no").alias("ANANO"),
        pl.col("segment_no").alias("SEGNO"),
    )
    found = days.join(doses, on=_ON, how="left").join(unknown_from(tables), on=SUBJECT, how="left")
    may_go_on = (pl.col("day") >= pl.col("unknown_from")).fill_null(value=False)
    is_off = pl.col("ANANO").is_null() & ~may_go_on
    zero = pl.lit(0).cast(DEXEQ_TYPE)
    return found.with_columns(pl.when(is_off).then(zero).otherwise(name).alias(name) for name in _DOSES)


def _stay_days(tables: Tables) -> pl.DataFrame:
    """Return one row per stay of the index CAR-T course and day; a stay without its last day stands for its first."""
    return each_day(of_index_course(tables["stay"]), "began_day", "ended_day", "day")


def _care_unknown_from(tables: Tables) -> pl.DataFrame:
    """Return subject -> for each kind of care the first day on which one without a last day may have gone on."""
    opened = open_from(of_index_course(tables["stay"]), [SUBJECT, "kind"], "began_day", "ended_day", "from_day")
    return opened.group_by(SUBJECT).agg(
        pl.col("from_day").filter(pl.col("kind") == kind).first().alias(f"{name}_unknown_from")
        for name, kind in CARE.items()
    )


def _care(stays: pl.DataFrame) -> pl.DataFrame:
    """Return subject and day -> kinds of care and the numbers of the stays."""
    return (
        stays.sort(*_ON, "stay_no")
        .group_by(_ON, maintain_order=True)
        .agg(
            *((pl.col("kind") == kind).any().cast(pl.Int64).alias(name) for name, kind in CARE.items()),
            pl.col("stay_no").cast(pl.String).str.join(NUMBERS_APART).alias("STAYNOS"),
        )
    )


ADTOX: Final = Dataset(
    name="adtox",
    label="Daily toxicity and treatment",
    grain="One row per subject and day of the index CAR-T course with an assessment of CRS or ICANS, anakinra, another "
    "therapy or a stay: day 0 to 60, and beyond only up to the resolution of an episode not resolved by day 60",
    key=(USUBJID, "ADY"),
    columns=COLUMNS,
    derive=adtox,
)
