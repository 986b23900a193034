"""Corticosteroids of a simulated case: high doses before anakinra, then a taper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from registry.demo.case import Case
from registry.rules.therapy import Route, TherapyDrug

PULSE_PROBABILITY = 0.25


@dataclass(frozen=True, slots=True)
class Period:
    """One corticosteroid at one dose from a day to a day, both included."""

    drug: TherapyDrug
    first: int
    last: int
    dose_mg: Decimal
    interval_h: int
    route: Route = Route.IV


def steroid_periods(case: Case) -> Iterator[Period]:
    """Yield the periods of a case one after the other, none after its last day."""
    for period in _planned(case):
        last = min(period.last, case.last_day)
        if period.first <= last:
            yield Period(period.drug, period.first, last, period.dose_mg, period.interval_h, period.route)


def _planned(case: Case) -> Iterator[Period]:
    """From the day before grade 2 was treated in vain: dexamethasone 40 mg a day, at times a pulse, then less."""
    start = case.target.entry
    first = min(day for day, grade in _treated(case).items() if grade >= 2)
    day = start + _high_dose_days(case)
    if case.rng("pulse").random() < PULSE_PROBABILITY:
        yield _dexamethasone(first, start - 1, "10", 6)
        yield Period(TherapyDrug.METHYLPREDNISOLONE, start, start + 2, Decimal(1000), 24)
        day = max(day, start + 3)
        yield _dexamethasone(start + 3, day, "10", 6)
    else:
        yield _dexamethasone(first, day, "10", 6)
    yield _dexamethasone(day + 1, day + 3, "10", 12)
    yield _dexamethasone(day + 4, day + 6, "4", 12)
    if case.target.resolution != 1:
        yield Period(TherapyDrug.PREDNISONE, day + 7, day + 34, Decimal(20), 24, Route.PO)


def _treated(case: Case) -> dict[int, int]:
    return dict(case.crs if case.is_for_crs else case.icans)


def _high_dose_days(case: Case) -> int:
    """Return for how many days after the start of anakinra the high dose goes on."""
    return min(case.target.resolution_day, 10) if case.target.resolution == 1 else 10


def _dexamethasone(first: int, last: int, dose_mg: str, interval_h: int) -> Period:
    return Period(TherapyDrug.DEXAMETHASONE, first, last, Decimal(dose_mg), interval_h)
