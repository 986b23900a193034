"""The area under the results of one analyte after the infusion, by the trapezoidal rule in exact arithmetic."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import polars as pl

from registry.rules.labs import Analyte

FIRST_DAY: Final = 0
LAST_DAY: Final = 30
LEAST_DAYS: Final = 3
ANALYTES: Final = (Analyte.FERRITIN, Analyte.CRP, Analyte.LDH)
AUC_TYPE: Final = pl.Decimal(18, 6)
# Results have six decimals; a day's mean and the area are whole numbers of this part.
_PART: Final = Decimal("0.000001")


def areas(samples: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return `by` -> `AUC030`, `AUCN` (days with a result), `AUCSPAN` (days from the first to the last of them).

    `samples` has `analyte`, `day` and `value` (Decimal with six places). The results of one day count as their mean;
    nothing is drawn beyond the first and the last day with a result. Empty with fewer than three days.
    """
    means = _daily_means(samples, by)
    width, height = pl.col("day").diff().over(by), pl.col("part") + pl.col("part").shift().over(by)
    found = (
        means.with_columns((width * height).alias("twice"))
        .group_by(by, maintain_order=True)
        .agg(
            pl.col("twice").sum(),
            pl.len().cast(pl.Int64).alias("AUCN"),
            (pl.col("day").last() - pl.col("day").first()).alias("AUCSPAN"),
        )
    )
    area = pl.when(pl.col("AUCN") >= LEAST_DAYS).then((pl.col("twice") + 1) // 2)
    return found.select(*by, decimal_of(area).alias("AUC030"), "AUCN", "AUCSPAN")


def _daily_means(samples: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return the mean of each day in millionths, halves rounded up, in the order of days."""
    is_in = pl.col("day").is_between(FIRST_DAY, LAST_DAY) & pl.col("analyte").is_in([*ANALYTES])
    parts = samples.filter(is_in & pl.col("value").is_not_null()).select(
        *by, "day", pl.col("value").cast(AUC_TYPE).to_physical().cast(pl.Int64).alias("part")
    )
    total, count = pl.col("part").sum(), pl.len().cast(pl.Int64)
    return parts.group_by(*by, "day").agg(((2 * total + count) // (2 * count)).alias("part")).sort(*by, "day")


def decimal_of(parts: pl.Expr) -> pl.Expr:
    """Return millionths as a decimal number."""
    return (parts.cast(pl.Decimal(20, 0)) * pl.lit(_PART, pl.Decimal(18, 6))).cast(AUC_TYPE)
