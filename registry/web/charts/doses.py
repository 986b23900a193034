"""Doses per day as bars on one scale: days of the same dose are one bar, and the number stands there once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from registry.web.charts.axis import Axis
from registry.web.charts.scales import Scale, from_zero
from registry.web.charts.shapes import Label, Mark, lifted
from registry.web.charts.sheet import shown_number

HEADROOM = 26
LEAST_BAR = 3
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class DoseDay:
    """The dose of one day in mg, none where a drug was given at a dose that is not recorded."""

    mg: Decimal | None
    url: str
    words: str = ""
    mg_per_kg: Decimal | None = None
    pks: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Run:
    """Days on end with one and the same dose from the same entry."""

    first: dt.date
    last: dt.date
    dose: DoseDay = field(repr=False)


def runs(days: Mapping[dt.date, DoseDay]) -> list[Run]:
    """Return the days merged into runs, in order."""
    found: list[Run] = []
    for on, dose in sorted(days.items(), key=lambda item: item[0]):
        if found and found[-1].last + ONE_DAY == on and found[-1].dose == dose:
            found[-1] = replace(found[-1], last=on)
        else:
            found.append(Run(on, on, dose))
    return found


def on_axis(axis: Axis, found: Sequence[Run]) -> list[Run]:
    """Return the runs as far as the axis goes."""
    return [
        replace(run, first=max(run.first, axis.first), last=min(run.last, axis.last))
        for run in found
        if run.first <= axis.last and run.last >= axis.first
    ]


def highest(days: Mapping[dt.date, DoseDay]) -> Decimal:
    """Return the highest dose of a day, 0 where none is recorded."""
    return max((dose.mg for dose in days.values() if dose.mg is not None), default=Decimal(0))


def bars(axis: Axis, found: Sequence[Run], kind: str, most: Decimal, height: float) -> list[Mark]:
    """Return the bars of the runs; a run of unknown dose is a dashed box with a question mark, as high as a label."""
    scale = from_zero(float(most), height - HEADROOM)
    numbered = [at for at, run in enumerate(found) if run.dose.mg is not None and not _goes_on(found, at)]
    numbers = lifted(_label(axis, found[at], scale, height) for at in numbered)
    marks = [_bar(axis, run, kind, scale, height) for run in found]
    for at, label in zip(numbered, numbers, strict=True):
        marks[at] = replace(marks[at], labels=(label,))
    return marks


def _goes_on(found: Sequence[Run], at: int) -> bool:
    """Tell whether a run goes on with the dose of the day before: its number stands there already."""
    before, run = found[at - 1], found[at]
    return at > 0 and before.dose.mg == run.dose.mg and before.last + ONE_DAY == run.first


def _bar(axis: Axis, run: Run, kind: str, scale: Scale, height: float) -> Mark:
    left, right = round(axis.x(run.first) + 0.5, 1), round(axis.right(run.last) - 0.5, 1)
    width = round(right - left, 1)
    if run.dose.mg is None:
        text = Label(round(left + width / 2, 1), height - 4, "?", kind="unknown", is_bold=True)
        return Mark("unknown", left, height - 16, width, 15.5, "", run.dose.url, (text,))
    tall = max(scale.up(float(run.dose.mg)), LEAST_BAR)
    hit = (left, 0.0, width, height)
    return Mark(
        kind, left, round(height - tall, 1), width, tall, "", run.dose.url, hit=hit, flag_at=(left + 8, height - 8)
    )


def _label(axis: Axis, run: Run, scale: Scale, height: float) -> Label:
    tall = max(scale.up(float(run.dose.mg or 0)), LEAST_BAR)
    middle = round((axis.x(run.first) + axis.right(run.last)) / 2, 1)
    return Label(middle, round(height - tall - 4, 1), _whole(run.dose.mg or Decimal(0)), is_bold=True)


def _whole(mg: Decimal) -> str:
    """Return a dose for a label: whole milligrams from 10 on, since the exact dose is in the title and the table."""
    return shown_number(mg, 0 if mg >= 10 else 1)
