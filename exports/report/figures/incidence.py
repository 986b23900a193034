"""Panels of one competing-risks endpoint: both causes in all cases, then each cause by dose group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from exports.report.figures.panel import Panel, drawn
from exports.report.figures.shapes import Drawing
from exports.report.figures.steps import Series, series_of
from exports.report.told import ALL, HIGH, LOW, clock, end_name, group_name, told

KINDS = {HIGH: "high", LOW: "low"}
# Where no limit of any curve exceeds half, the upper half of the axis would be empty.
HALF = 0.5


def incidence_panels(endpoint: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """Return the panels of an endpoint; none where nobody can be shown."""
    panels = [_all_cases(endpoint), _by_group(endpoint, 1), _by_group(endpoint, 2)]
    kept = [panel for panel in panels if panel is not None]
    top = _top(kept)
    return tuple(drawn(replace(panel, top=top)) for panel in kept)


def _all_cases(endpoint: Mapping[str, Any]) -> Panel | None:
    if not endpoint["groups"].get(ALL):
        return None
    event = _series(endpoint, ALL, "all", 1, told(endpoint["event"]))
    other = _series(endpoint, ALL, "other", 2, told(endpoint["competing"]))
    found = [event, replace(other, at_risk=()) if other else None]
    return _panel(endpoint, "all", _("All cases"), found, is_keyed=True)


def _by_group(endpoint: Mapping[str, Any], cause: int) -> Panel | None:
    shown = [key for key in (HIGH, LOW) if endpoint["groups"].get(key)]
    what = told(endpoint["event"] if cause == 1 else endpoint["competing"])
    title = _("%(event)s, by dose group") % {"event": what}
    return _panel(endpoint, f"cause-{cause}", title, [_series(endpoint, key, KINDS[key], cause) for key in shown])


def _series(endpoint: Mapping[str, Any], key: str, kind: str, cause: int, label: str = "") -> Series | None:
    group, name = endpoint["groups"][key], group_name(key)
    curve, readings = ("curve", "at") if cause == 1 else ("competing_curve", "competing_at")
    rows = tuple((row["day"], row["n"]) for row in group.get("at_risk") or ())
    found = series_of(kind, label or name, group.get(curve), group.get(readings) or ())
    return replace(found, last=group.get("last"), at_risk=rows, group=name, end=end_name(key)) if found else None


def _panel(
    endpoint: Mapping[str, Any], name: str, title: str, found: Sequence[Series | None], *, is_keyed: bool = False
) -> Panel | None:
    series = tuple(one for one in found if one)
    ticks = tuple(sorted({day for one in series for day, _n in one.at_risk}))
    if not series or not ticks:
        return None
    days = tuple(endpoint.get("days") or ())
    return Panel(
        f"fig-{endpoint['id']}-{name}", title, clock(endpoint["origin"]), series, ticks, days, is_keyed=is_keyed
    )


def _top(panels: list[Panel]) -> float:
    limits = [
        value
        for panel in panels
        for one in panel.series
        for time, *values in zip(one.times, one.est, one.upper, strict=True)
        if time <= panel.x.high
        for value in values
        if value is not None
    ]
    return HALF if limits and max(limits) <= HALF else 1.0
