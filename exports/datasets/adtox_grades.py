"""The grades of a day of CRS or ICANS: the row that counts, the grade to analyse, the one day it may be carried on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from exports.datasets.declared import Tables
from exports.datasets.index_course import of_index_course
from exports.sheets import SUBJECT
from registry.rules.therapy import MASKING_DRUGS

# Later than any day of a course.
NO_END: Final = 10**6


@dataclass(frozen=True)
class Toxicity:
    """How the tables of one toxicity and its columns in ADTOX are called; `columns` maps the latter to the former."""

    table: str
    episodes: str
    number: str
    grade: str
    columns: tuple[tuple[str, str], ...]
    discrepancy: str
    carried: str
    episode_number: str
    short: str


CRS: Final = Toxicity(
    table="crs_assessment",
    episodes="crs_episode",
    number="crs_no",
    grade="CRSGR",
    columns=(
        ("TEMPMAX", "temp_max_c"),
        ("O2DEV", "oxygen"),
        ("O2LPM", "oxygen_flow_l_min"),
        ("NPRESS", "vasopressors"),
        ("VASOPR", "has_vasopressin"),
    ),
    discrepancy="CRSDISFL",
    carried="CRSLOCFL",
    episode_number="CRSNO",
    short="CRS",
)
ICANS: Final = Toxicity(
    table="icans_assessment",
    episodes="icans_episode",
    number="icans_no",
    grade="ICANSGR",
    columns=(
        ("ICE", "ice_total"),
        ("LOC", "consciousness"),
        ("SEIZ", "seizure"),
        ("MOTOR", "motor"),
        ("EDEMA", "oedema"),
    ),
    discrepancy="ICNDISFL",
    carried="ICNLOCFL",
    episode_number="ICANSNO",
    short="ICN",
)


def assessed_days(tables: Tables, toxicity: Toxicity) -> pl.DataFrame:
    """Return one assessment per subject and day: the one with the higher grade to analyse, else of the earlier episode.

    Columns of the table, `day`, and `grade`: that of the clinician, else the computed one.
    """
    rows = of_index_course(tables[toxicity.table]).with_columns(
        pl.coalesce("grade_reported", "grade_computed").alias("grade"), pl.col("assessed_day").alias("day")
    )
    order = [False, False, True, False]
    ordered = rows.sort(SUBJECT, "day", "grade", toxicity.number, descending=order, nulls_last=True)
    return ordered.unique([SUBJECT, "day"], keep="first", maintain_order=True)


def with_grades(days: pl.DataFrame, tables: Tables, toxicity: Toxicity) -> pl.DataFrame:
    """Return the days with the columns of a toxicity, its grade carried over one day without an assessment at most."""
    assessed = assessed_days(tables, toxicity)
    found = days.join(_named(assessed, toxicity), on=[SUBJECT, "day"], how="left")
    found = found.join(_carried(assessed, tables, toxicity), on=[SUBJECT, "day"], how="left")
    is_free = pl.col(toxicity.episode_number).is_null()
    is_carried = is_free & pl.col("_before").is_not_null()
    return found.with_columns(
        pl.when(is_carried).then("_before").otherwise(toxicity.grade).alias(toxicity.grade),
        is_carried.cast(pl.Int64).alias(toxicity.carried),
    ).drop("_before")


def _named(assessed: pl.DataFrame, toxicity: Toxicity) -> pl.DataFrame:
    """Return the assessments under the names of ADTOX."""
    site, calc = pl.col("grade_reported"), pl.col("grade_computed")
    return assessed.select(
        SUBJECT,
        "day",
        pl.col(toxicity.number).alias(toxicity.episode_number),
        site.alias(f"{toxicity.grade}_SITE"),
        pl.col("grade_reported__mr").alias(f"{toxicity.grade}_SITE__mr"),
        calc.alias(f"{toxicity.grade}_CALC"),
        pl.col("grade").alias(toxicity.grade),
        (site != calc).cast(pl.Int64).alias(toxicity.discrepancy),
        *(pl.col(source).alias(name) for name, source in toxicity.columns),
        *(pl.col(f"{source}__mr").alias(f"{name}__mr") for name, source in toxicity.columns),
    )


def _carried(assessed: pl.DataFrame, tables: Tables, toxicity: Toxicity) -> pl.DataFrame:
    """Return the grade of the day before, for days on which the episode is known to go on."""
    key = [SUBJECT, "course_no", toxicity.number]
    return (
        assessed.with_columns(pl.col("day") + 1)
        .join(open_episodes(tables, toxicity.episodes).select(*key, "open_to"), on=key, how="inner")
        .filter(pl.col("day") <= pl.col("open_to"))
        .select(SUBJECT, "day", pl.col("grade").alias("_before"))
    )


def open_episodes(tables: Tables, episodes: str) -> pl.DataFrame:
    """Return the episodes of the index CAR-T course with `open_to`, the last day on which each is known to go on.

    That is the day before its resolution, NO_END for one that has not resolved, empty where it resolved on a day that
    is not known.
    """
    has_ended = (pl.col("is_resolved") == 1).fill_null(value=False) | pl.col("resolved_day_precision").is_not_null()
    endless = pl.when(~has_ended).then(pl.lit(NO_END, pl.Int64))
    return of_index_course(tables[episodes]).with_columns(
        pl.coalesce(pl.col("resolved_day") - 1, endless).alias("open_to")
    )


def masked(days: pl.DataFrame, tables: Tables) -> pl.Series:
    """Return for each of the days whether fever may be hidden: 1 on and after the first day of a corticosteroid, an
    anticytokine drug or anakinra, or after an antipyretic in the episode of CRS; 0 where neither; empty where unknown.
    """
    found = days.join(_first_masking_day(tables), on=SUBJECT, how="left", maintain_order="left")
    found = found.join(_antipyretic(tables), on=[SUBJECT, "day"], how="left", maintain_order="left")
    is_treated = (pl.col("day") >= pl.col("masked_from")).fill_null(value=False)
    return found.select(pl.when(is_treated).then(1).otherwise("antipyretic").cast(pl.Int64).alias("MASKFL")).to_series()


def _first_masking_day(tables: Tables) -> pl.DataFrame:
    therapies = of_index_course(tables["toxicity_therapy"]).filter(pl.col("drug").is_in(sorted(MASKING_DRUGS)))
    starts = [
        therapies.select(SUBJECT, pl.col("started_day").alias("masked_from")),
        of_index_course(tables["anakinra_course"]).select(SUBJECT, pl.col("started_day").alias("masked_from")),
        of_index_course(tables["anakinra_segment"]).select(SUBJECT, pl.col("segment_started_day").alias("masked_from")),
    ]
    return pl.concat(starts).drop_nulls().group_by(SUBJECT).agg(pl.col("masked_from").min())


def _antipyretic(tables: Tables) -> pl.DataFrame:
    """Return whether an antipyretic was given up to the day, in the episode whose assessment counts for it."""
    rows = of_index_course(tables["crs_assessment"]).sort(SUBJECT, "crs_no", "assessed_day")
    episode = [SUBJECT, "course_no", "crs_no"]
    was_given = (pl.col("had_antipyretic") == 1).fill_null(value=False).cast(pl.Int64).cum_sum().over(episode) > 0
    is_unknown = pl.col("had_antipyretic").is_null().cast(pl.Int64).cum_sum().over(episode) > 0
    so_far = rows.select(
        *episode,
        pl.col("assessed_day").alias("day"),
        pl.when(was_given).then(1).when(~is_unknown).then(0).alias("antipyretic"),
    )
    counting = assessed_days(tables, CRS).select(*episode, "day")
    return so_far.join(counting, on=[*episode, "day"], how="inner").select(SUBJECT, "day", "antipyretic")
