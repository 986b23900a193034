"""What was given against the toxicities on each day besides anakinra: corticosteroids, tocilizumab, other drugs."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.declared import Tables
from exports.datasets.index_course import of_index_course
from exports.datasets.spans import each_day, open_from
from exports.sheets import SUBJECT
from registry.rules.therapy import STEROIDS, TherapyDrug

NUMBERS_APART: Final = ","
DEXEQ_TYPE: Final = pl.Decimal(12, 3)
_NAMED: Final = sorted(STEROIDS | {TherapyDrug.TOCILIZUMAB})


def therapy_days(tables: Tables) -> pl.DataFrame:
    """Return one row per therapy of the index CAR-T course and day on which it was given.

    Columns of `toxicity_therapy` and `day`; a therapy without its last day stands for its first.
    """
    return each_day(of_index_course(tables["toxicity_therapy"]), "started_day", "ended_day", "day")


def steroids_unknown_from(tables: Tables) -> pl.DataFrame:
    """Return subject -> `steroid_unknown_from`, from which a corticosteroid without a last day may have gone on."""
    steroids = of_index_course(tables["toxicity_therapy"]).filter(pl.col("drug").is_in(sorted(STEROIDS)))
    return open_from(steroids, [SUBJECT], "started_day", "ended_day", "steroid_unknown_from")


def given(days: pl.DataFrame) -> pl.DataFrame:
    """Return subject and day -> DEXEQ, TOCI, OTHERTX and THERNOS, of the days on which anything was given.

    DEXEQ is the sum over the corticosteroids of the day in mg of dexamethasone, 0 without any, empty where the dose of
    one of them is unknown (equivalence provisional, `registry.rules.therapy`).
    """
    is_steroid = pl.col("drug").is_in(sorted(STEROIDS))
    is_unknown = is_steroid & pl.col("dexeq_mg_per_day").is_null()
    marked = days.with_columns(
        pl.when(is_steroid).then("dexeq_mg_per_day").alias("_dexeq"),
        is_unknown.alias("_unknown"),
        (pl.col("drug") == TherapyDrug.TOCILIZUMAB).alias("_toci"),
        pl.when(~pl.col("drug").is_in(_NAMED)).then("drug").alias("_other"),
        pl.col("therapy_no").cast(pl.String).alias("_no"),
    ).sort(SUBJECT, "day", "therapy_no")
    return marked.group_by(SUBJECT, "day", maintain_order=True).agg(
        pl.when(~pl.col("_unknown").any()).then(pl.col("_dexeq").sum()).cast(DEXEQ_TYPE).alias("DEXEQ"),
        pl.col("_toci").any().cast(pl.Int64).alias("TOCI"),
        pl.col("_other").drop_nulls().unique().sort().str.join(NUMBERS_APART).alias("_others"),
        pl.col("_no").str.join(NUMBERS_APART).alias("THERNOS"),
    ).with_columns(pl.col("_others").replace("", None).alias("OTHERTX")).drop("_others")  # fmt: skip
