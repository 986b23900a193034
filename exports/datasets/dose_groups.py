"""The daily dose of a segment and its dose group as column expressions, by the tables of `registry.rules.anakinra`.

Source of the groups: Gazeau et al., Transplant Cell Ther 2023, DOI 10.1016/j.jtct.2023.04.001.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from registry.rules.anakinra import DOSE_CLASSES, AnakinraRoute, DoseClass
from registry.rules.bands import Band
from registry.rules.dosing import HOURS_PER_DAY

GROUP_CODES: Final[Mapping[DoseClass, str]] = {
    DoseClass.HIGH: "HIGH",
    DoseClass.LOW: "LOW",
    DoseClass.OTHER_SC_HIGH: "OTHER_SC_HIGH",
    DoseClass.SUBTHRESHOLD: "SUB100",
}
# Doses have two decimals and intervals one: as whole numbers, a daily dose meets the limits of its class exactly.
_CENTS, _TENTHS = 100, 10


def daily_dose(dose: str = "first_dose_mg", interval: str = "first_interval_h") -> pl.Expr:
    """Return mg per day from columns of one dose in mg and of the hours between doses."""
    return pl.col(dose).cast(pl.Float64) * HOURS_PER_DAY / pl.col(interval).cast(pl.Float64)


def dose_group(dose: str = "first_dose_mg", interval: str = "first_interval_h", route: str = "first_route") -> pl.Expr:
    """Return the dose group under its code of the dataset, by the tables of `registry.rules.anakinra`; exact."""
    by_route = {route: _group(dose, interval, bands) for route, bands in DOSE_CLASSES.items()}
    intravenous, subcutaneous = by_route[AnakinraRoute.IV], by_route[AnakinraRoute.SC]
    is_clear = pl.when(intravenous == subcutaneous).then(intravenous)
    return (
        pl.when(pl.col(route) == AnakinraRoute.IV.value)
        .then(intravenous)
        .when(pl.col(route) == AnakinraRoute.SC.value)
        .then(subcutaneous)
        .otherwise(is_clear)
    )


def _group(dose: str, interval: str, bands: tuple[Band[DoseClass], ...]) -> pl.Expr:
    """Return the class by one route: dose x 24 against limit x interval, both whole numbers."""
    amount = _whole(dose, _CENTS) * HOURS_PER_DAY * _TENTHS
    unit = _whole(interval, _TENTHS) * _CENTS
    found: pl.Expr = pl.lit(None, pl.String)
    for band in reversed(bands):
        inside = pl.lit(value=True)
        if band.low is not None:
            low = unit * int(band.low)
            inside &= amount >= low if band.low_closed else amount > low
        if band.high is not None:
            high = unit * int(band.high)
            inside &= amount <= high if band.high_closed else amount < high
        found = pl.when(inside).then(pl.lit(GROUP_CODES[band.result])).otherwise(found)
    return pl.when(amount.is_not_null() & unit.is_not_null()).then(found)


def _whole(name: str, scale: int) -> pl.Expr:
    return (pl.col(name).cast(pl.Float64) * scale).round().cast(pl.Int64)
