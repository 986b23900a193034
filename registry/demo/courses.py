"""How the toxicities of a simulated case run: a grade per day from infusion, gone on exactly the right day."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from registry.demo.vector import Target

Grades = Mapping[int, int]

# The three patients treated for CRS; the other forty were treated for ICANS.
CRS_PATIENTS = frozenset({"P0030", "P0032", "P0042"})
WITHOUT_CRS = frozenset({"P0011", "P0020", "P0026", "P0036"})
# One patient is free of signs for a day and then relapses within 48 hours: that day is no resolution.
FALSE_DAWN = {"P0004": 10}

DAILY_FOR_DAYS = 28
WEEK = 7
CLEAR_DAYS = 4


def treated_grades(target: Target, rng: Random) -> Grades:
    """Return the grades of the toxicity that anakinra was given for, at least 2 on the day before and at start."""
    grades = {**_before(target, rng), **_after(target, rng)}
    if dawn := FALSE_DAWN.get(target.id):
        grades[target.entry + dawn] = 0
    return dict(sorted(grades.items()))


def _before(target: Target, rng: Random) -> dict[int, int]:
    days_ill = rng.randint(2, 5)
    onset = max(1, target.entry - days_ill) if target.id not in CRS_PATIENTS else rng.randint(0, 1)
    at_start = _grade_at_start(target, rng)
    grades = dict.fromkeys(range(onset, target.entry - 1), 1)
    grades[target.entry - 1] = 2 if at_start == 2 else rng.choice((2, at_start - 1))
    if target.entry - 2 in grades and rng.random() < 0.5:
        grades[target.entry - 2] = 2
    grades[target.entry] = at_start
    return grades


def _grade_at_start(target: Target, rng: Random) -> int:
    if target.resolution == 1 and target.resolution_day <= 2:
        return 2
    return rng.choices((2, 3, 4), (35, 50, 15 if target.id not in CRS_PATIENTS else 0))[0]


def _after(target: Target, rng: Random) -> dict[int, int]:
    if target.resolution == 1:
        return _resolving(target, rng)
    died_soon = target.resolution == 2 and target.os_day - target.entry <= 2 * DAILY_FOR_DAYS
    return _fatal(target, rng) if died_soon else _lasting(target, rng)


def _resolving(target: Target, rng: Random) -> dict[int, int]:
    start, length = target.entry, target.resolution_day
    worst = rng.choice((2, 3)) if length > 3 else 2
    grades = {start + day: max(1, worst - (worst * day) // length) for day in range(1, length)}
    last_clear = min(start + length + CLEAR_DAYS, target.os_day)
    return grades | dict.fromkeys(range(start + length, last_clear + 1), 0)


def _fatal(target: Target, rng: Random) -> dict[int, int]:
    """Never clear of signs, worse again in the last days; nobody is assessed on the day of death."""
    start, end = target.entry, target.os_day
    grades = {day: rng.choice((2, 2, 3)) for day in range(start + 1, end)}
    return grades | {day: rng.choice((3, 4)) for day in range(max(start + 1, end - 4), end)}


def _lasting(target: Target, rng: Random) -> dict[int, int]:
    """Mild signs that stay: seen daily for four weeks, then weekly, last on the day of last contact."""
    start, end = target.entry, target.os_day
    last = end - 1 if target.has_died else end
    daily = range(start + 1, min(start + DAILY_FOR_DAYS, last) + 1)
    weekly = range(start + DAILY_FOR_DAYS + WEEK, last + 1, WEEK)
    grades = {day: 2 if day < start + 10 else rng.choice((1, 1, 1, 2)) for day in daily}
    return grades | {day: rng.choice((1, 1, 1, 1, 2)) for day in weekly} | {last: 1}


def earlier_crs(target: Target, rng: Random) -> Grades:
    """Return the grades of the CRS that preceded neurotoxicity, empty where there was none.

    It is over two days before anakinra, or it is still there at start and gone before the neurotoxicity is.
    """
    if target.id in WITHOUT_CRS or target.id in CRS_PATIENTS:
        return {}
    onset = rng.randint(0, max(0, min(3, target.entry - 3)))
    end = onset + rng.randint(3, 7)
    if end > target.entry - 2:
        end = _end_near_start(target, onset, end)
    peak = rng.choice((1, 2, 2, 3))
    return _hill(onset, end, peak) | dict.fromkeys(range(end, end + 3), 0)


def _end_near_start(target: Target, onset: int, end: int) -> int:
    latest = (target.resolved_on_day or 0) - 1
    if latest > target.entry:
        return min(end, latest)
    return max(onset + 1, target.entry - 2)


def _hill(onset: int, end: int, peak: int) -> dict[int, int]:
    top = onset + (end - onset) // 2
    return {day: max(1, peak - abs(day - top)) for day in range(onset, end)}
