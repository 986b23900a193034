"""Dose arithmetic shared by all drugs: from one dose and its interval to a day, from a written unit to mg."""

from __future__ import annotations

from decimal import Decimal

HOURS_PER_DAY = 24


def daily_mg(dose_mg: Decimal | None, interval_h: Decimal | int | None) -> Decimal | None:
    """Return mg per day from one dose in mg and the hours between doses; nothing when one is missing.

    A continuous infusion is the amount of a day with an interval of 24. ValueError unless the interval is positive.
    """
    if dose_mg is None or interval_h is None:
        return None
    if interval_h <= 0:
        raise ValueError("the hours between doses must be more than 0")
    return dose_mg * HOURS_PER_DAY / interval_h


def mg_per_kg_day(daily_mg: Decimal | None, weight_kg: Decimal | None) -> Decimal | None:
    """Return mg per kg of body weight and day, unrounded; nothing when dose or weight is missing."""
    if daily_mg is None or not weight_kg:
        return None
    return daily_mg / weight_kg
