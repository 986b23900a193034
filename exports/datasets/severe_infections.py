"""The first infection after the start of anakinra that was severe or treated intravenously."""

from __future__ import annotations

import polars as pl

from exports.datasets.adsl_doses import start_day
from exports.datasets.columns import source_key
from exports.datasets.declared import Tables
from exports.datasets.index_course import index_anakinra, of_index_course
from exports.sheets import SUBJECT
from registry.rules.endpoints import SEVERE_INFECTION_GRADE
from registry.rules.infections import InfectionRelation


def first_severe_infection(tables: Tables) -> pl.DataFrame:
    """Return one row per subject with a severe infection on or after the first day of anakinra.

    Columns: SUBJECT; inf_day, inf_key (the first dated one, else empty); inf_hidden (whether one without a day, and not
    said to lie before anakinra, could be earlier).
    """
    starts = index_anakinra(tables).select(SUBJECT, start_day().alias("start"))
    is_severe = (pl.col("grade") >= SEVERE_INFECTION_GRADE) | (pl.col("was_treated_iv") == 1)
    rows = of_index_course(tables["infection"]).filter(is_severe).join(starts, on=SUBJECT, how="inner")
    is_before = (pl.col("relation") == InfectionRelation.BEFORE.value).fill_null(value=False)
    day = pl.col("diagnosed_day")
    candidates = rows.filter((day >= pl.col("start")) | (day.is_null() & ~is_before))
    ordered = candidates.sort(SUBJECT, "diagnosed_day", "infection_no", nulls_last=True)
    return ordered.group_by(SUBJECT, maintain_order=True).agg(
        pl.col("diagnosed_day").first().alias("inf_day"),
        pl.when(pl.col("diagnosed_day").is_not_null())
        .then(source_key("course_no", "infection_no"))
        .first()
        .alias("inf_key"),
        pl.col("diagnosed_day").is_null().any().alias("inf_hidden"),
    )
