"""Panels of Kaplan-Meier curves: all cases, then the dose groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from exports.report.figures.panel import Panel, drawn
from exports.report.figures.shapes import Drawing
from exports.report.figures.steps import Series, series_of
from exports.report.told import ALL, HIGH, LOW, clock, end_name, group_name, told

KINDS = {HIGH: "high", LOW: "low", ALL: "all"}


def survival_panels(endpoint: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """Return the panels of an endpoint; none where nobody can be shown."""
    by_group = _("%(event)s, by dose group") % {"event": told(endpoint["title"])}
    wanted = [("all", _("All cases"), (ALL,)), ("groups", by_group, (HIGH, LOW))]
    panels = [_panel(endpoint, name, title, keys) for name, title, keys in wanted]
    return tuple(drawn(panel) for panel in panels if panel)


def _panel(endpoint: Mapping[str, Any], name: str, title: str, keys: Sequence[str]) -> Panel | None:
    series = tuple(one for key in keys if (one := _series(endpoint["groups"].get(key), key)))
    ticks = tuple(sorted({day for one in series for day, _n in one.at_risk}))
    if not series or not ticks:
        return None
    days = tuple(endpoint.get("days") or ())
    return Panel(f"fig-{endpoint['id']}-{name}", title, clock(endpoint["origin"]), series, ticks, days)


def _series(group: Mapping[str, Any] | None, key: str) -> Series | None:
    if not group:
        return None
    rows = tuple((row["day"], row["n"]) for row in group.get("at_risk") or ())
    found = series_of(KINDS[key], group_name(key), group.get("curve"), group.get("at") or ())
    return (
        replace(found, last=group.get("last"), at_risk=rows, group=group_name(key), end=end_name(key))
        if found
        else None
    )
