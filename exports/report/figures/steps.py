"""Step curves: an estimate holds until the next one; a band exists only where both of its limits are estimable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exports.report.figures.scales import Scale
from exports.report.figures.shapes import Line, Point, area, line


@dataclass(frozen=True)
class Reading:
    """An estimate at a day of the plan: the number still at risk, the estimate and its limits as fractions."""

    day: float
    est: float | None
    lower: float | None
    upper: float | None
    at_risk: int | None


@dataclass(frozen=True)
class Series:
    """One curve: times and estimates from day 0 on, its limits, the last day of follow-up, its readings."""

    kind: str
    label: str
    times: tuple[float, ...]
    est: tuple[float, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    last: float | None = None
    readings: tuple[Reading, ...] = ()
    at_risk: tuple[tuple[float, int | None], ...] = ()
    group: str = ""
    end: str = ""


def series_of(
    kind: str, label: str, curve: Mapping[str, Any] | None, readings: Sequence[Mapping[str, Any]]
) -> Series | None:
    """Return the series of a curve of the report; None where there is none to draw."""
    if not curve or not curve.get("time"):
        return None
    est: Sequence[float | None] = curve.get("est") or curve.get("surv") or ()
    known = [number for number, value in enumerate(est) if value is not None]
    pick = {name: tuple(curve[name][i] for i in known) for name in ("time", "lower", "upper")}
    reads = tuple(_reading(one) for one in readings or ())
    values = tuple(value for value in est if value is not None)
    return Series(kind, label, pick["time"], values, pick["lower"], pick["upper"], readings=reads)


def _reading(at: Mapping[str, Any]) -> Reading:
    est = at.get("est", at.get("surv"))
    return Reading(at["day"], est, at.get("lower"), at.get("upper"), at.get("at_risk"))


def end_of(series: Series, horizon: float) -> float:
    """Return the day at which a curve ends: its last follow-up or the end of the axis; where the follow-up is hidden,
    the day after its last step, which that estimate holds for sure."""
    return min(horizon, series.last if series.last is not None else series.times[-1] + 1)


def value_at(series: Series, day: float) -> float:
    """Return the estimate on a day: that of the last time on or before it."""
    return [value for time, value in zip(series.times, series.est, strict=True) if time <= day][-1]


def curve_line(series: Series, x: Scale, y: Scale) -> Line:
    """Return the steps of a curve up to its end."""
    return line(series.kind, *_stairs(series.times, series.est, end_of(series, x.high), x, y))


def bands(series: Series, x: Scale, y: Scale) -> list[Line]:
    """Return the stretches of the interval, each closed: the upper limits forth, the lower limits back."""
    found = []
    for start, stop in _stretches(series):
        until = series.times[stop] if stop < len(series.times) else end_of(series, x.high)
        times = series.times[start:stop]
        uppers = [value for value in series.upper[start:stop] if value is not None]
        lowers = [value for value in series.lower[start:stop] if value is not None]
        if times[0] < min(until, x.high):
            above = list(_stairs(times, uppers, min(until, x.high), x, y))
            below = list(_stairs(times, lowers, min(until, x.high), x, y))
            found.append(area(f"{series.kind}-band", [*above, *reversed(below)]))
    return found


def _stretches(series: Series) -> Iterator[tuple[int, int]]:
    start: int | None = None
    for number, limits in enumerate(zip(series.lower, series.upper, strict=True)):
        exists = None not in limits
        if exists and start is None:
            start = number
        if not exists and start is not None:
            yield start, number
            start = None
    if start is not None:
        yield start, len(series.times)


def _stairs(times: Sequence[float], values: Sequence[float], end: float, x: Scale, y: Scale) -> Iterator[Point]:
    before: float | None = None
    for time, value in zip(times, values, strict=True):
        if time > end:
            break
        if before is not None and value != before:
            yield x.at(time), y.at(before)
        if before is None or value != before:
            yield x.at(time), y.at(value)
        before = value
    if before is not None:
        yield x.at(end), y.at(before)
