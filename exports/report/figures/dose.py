"""Daily dose of anakinra from its start on: the median of each dose group as a line, the middle half as a band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from exports.report.figures.panel import mark, spread
from exports.report.figures.scales import Scale, rounded_up
from exports.report.figures.shapes import Drawing, Shape, Word, area, line
from exports.report.numbers import NOTHING, number
from exports.report.told import HIGH, LOW, Report, end_name, group_name

WIDTH, LEFT, RIGHT, TOP, PLOT = 640.0, 96.0, 580.0, 28.0, 220.0
LAST_DAY = 28
TICK_EVERY = 7
Point = tuple[int, float | None, float | None, float | None, int | None]


def dose_lines(report: Report) -> Drawing | None:
    """Return the doses of the two groups day by day; None where no group has any."""
    daily = (report.get("dose") or {}).get("daily") or ()
    groups = {key: points for key in (HIGH, LOW) if (points := _points(daily, key))}
    if not groups:
        return None
    ends = [value for points in groups.values() for _d, _m, _q1, q3, _n in points if (value := q3) is not None]
    last = max(day for points in groups.values() for day, *_rest in points)
    x = Scale(0.0, float(max(last, TICK_EVERY)), LEFT, RIGHT)
    y = Scale(0.0, rounded_up(max(ends, default=1.0)), TOP + PLOT, TOP)
    shapes = [*_axes(x, y), *_drawn(groups, x, y), *_given(groups, x)]
    title = _("Daily dose of anakinra by dose group")
    height = TOP + PLOT + 54 + 16 * len(groups)
    return Drawing("fig-dose", title, _described(groups), WIDTH, height, tuple(shapes))


def _points(daily: Sequence[Mapping[str, Any]], key: str) -> list[Point]:
    rows = [(row["day"], row.get(key) or {}) for row in daily if 0 <= row["day"] <= LAST_DAY]
    found = [(day, one.get("median"), one.get("q1"), one.get("q3"), one.get("n")) for day, one in rows]
    return [point for point in found if point[1] is not None]


def _axes(x: Scale, y: Scale) -> Iterator[Shape]:
    yield Word("quiet", LEFT - 7, TOP - 12, _("mg/day"), "end")
    for step in range(5):
        value = y.high * step / 4
        yield line("axis" if step == 0 else "guide", (LEFT, y.at(value)), (RIGHT, y.at(value)))
        yield Word("tick", LEFT - 7, y.at(value) + 4, number(value), "end")
    for day in range(0, int(x.high) + 1, TICK_EVERY):
        yield line("axis", (x.at(day), TOP + PLOT), (x.at(day), TOP + PLOT + 4))
        yield Word("tick", x.at(day), TOP + PLOT + 16, number(day), "middle")
    yield Word("quiet", (LEFT + RIGHT) / 2, TOP + PLOT + 31, _("Days from the start of anakinra"), "middle")


def _drawn(groups: Mapping[str, list[Point]], x: Scale, y: Scale) -> Iterator[Shape]:
    for key, points in groups.items():
        above = [(x.at(day), y.at(q3)) for day, _m, _q1, q3, _n in points if q3 is not None]
        below = [(x.at(day), y.at(q1)) for day, _m, q1, _q3, _n in points if q1 is not None]
        if len(above) > 1:
            yield area(f"{key.lower()}-band", [*above, *reversed(below)])
    for key, points in groups.items():
        yield line(key.lower(), *((x.at(day), y.at(median)) for day, median, *_rest in points if median is not None))
        for day, median, *_rest in points[::TICK_EVERY]:
            yield mark(key.lower(), x.at(day), y.at(median or 0), f"{group_name(key)}, {_at(day, median)}")
    last = [(key, y.at(points[-1][1] or 0), x.at(points[-1][0])) for key, points in groups.items()]
    places = spread([height + 4 for _key, height, _x in last], TOP + 8, TOP + PLOT)
    for (key, _height, at), place in zip(last, places, strict=True):
        yield Word(f"{key.lower()}-text", at + 7, place, end_name(key))


def _at(day: int, median: float | None) -> str:
    return _("day %(day)s: %(dose)s mg/day") % {"day": day, "dose": number(median)}


def _given(groups: Mapping[str, list[Point]], x: Scale) -> Iterator[Shape]:
    top = TOP + PLOT + 50
    yield Word("bold", 0, top - 4, _("Treated"))
    for place, (key, points) in enumerate(groups.items()):
        y = top + 16 * place + 12
        yield line(key.lower(), (0, y - 4), (16, y - 4))
        yield Word("text", 21, y, group_name(key))
        for day, _m, _q1, _q3, n in points:
            if day % TICK_EVERY == 0:
                yield Word("tick", x.at(day), y, NOTHING if n is None else number(n), "middle")


def _described(groups: Mapping[str, list[Point]]) -> str:
    return " ".join(f"{group_name(key)}: {_at(points[0][0], points[0][1])}." for key, points in groups.items())
