"""The curves of the endpoints: cumulative incidence in all cases and by dose group, and Kaplan-Meier survival."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from exports.report.numbers import number, p_value, percent_between
from exports.report.paper.curves import COMPETING, Line, Plot, curves
from exports.report.told import ALL, HIGH, LOW, clock, group_name, told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Endpoint = Mapping[str, Any]


def can_be_drawn(endpoint: Endpoint, keys: Sequence[str]) -> bool:
    """Say whether any of these groups has a curve with numbers at risk."""
    return any(_has_curve(endpoint, key) and endpoint["groups"][key].get("at_risk") for key in keys)


def incidence_whole(endpoint: Endpoint, note: str) -> Figure:
    """Return both causes in all cases."""
    group = endpoint["groups"][ALL]
    lines = [_line(endpoint, ALL, "est", told(endpoint["event"]))]
    if group.get("competing_curve"):
        lines.append(Line(COMPETING, told(endpoint["competing"]), group["competing_curve"], group.get("last")))
    return _drawn(endpoint, _("Cumulative incidence (%)"), lines, note)


def incidence_by_group(endpoint: Endpoint, note: str) -> Figure:
    """Return the event by dose group, with Gray's test."""
    lines = [_line(endpoint, key, "est") for key in (HIGH, LOW) if _has_curve(endpoint, key)]
    p = ((endpoint.get("gray") or {}).get("1") or {}).get("p")
    label = "" if p is None else _("Gray's test: P %(p)s") % {"p": _equal(p)}
    return _drawn(endpoint, _("Cumulative incidence (%)"), lines, note, label)


def survival_by_group(endpoint: Endpoint, note: str) -> Figure:
    """Return survival by dose group, or that of all cases where no group has a curve, with the log-rank test."""
    keys = [key for key in (HIGH, LOW) if _has_curve(endpoint, key)] or [ALL]
    p = (endpoint.get("log_rank") or {}).get("p")
    label = "" if p is None else _("Log-rank test: P %(p)s") % {"p": _equal(p)}
    return _drawn(endpoint, _("Survival (%)"), [_line(endpoint, key, "surv") for key in keys], note, label)


def _drawn(endpoint: Endpoint, share: str, lines: Sequence[Line], note: str, label: str = "") -> Figure:
    title, days = told(endpoint["title"]), tuple(endpoint.get("days") or ())
    return curves(Plot(title, clock(endpoint["origin"]), share, tuple(lines), note=note, label=label, days=days))


def _has_curve(endpoint: Endpoint, key: str) -> bool:
    group = endpoint["groups"].get(key)
    return bool(group and (group.get("curve") or {}).get("time"))


def _line(endpoint: Endpoint, key: str, value: str, label: str = "") -> Line:
    group = endpoint["groups"][key]
    read = [at for at in group.get("at") or () if at[value] is not None]
    words = label or group_name(key)
    if read:
        last = read[-1]
        estimate = percent_between(last[value], last["lower"], last["upper"])
        words = _("%(group)s (day %(day)s: %(estimate)s)") % {
            "group": words, "day": number(last["day"]), "estimate": estimate,
        }  # fmt: skip
    points = tuple((at["day"], at[value]) for at in read)
    return Line(key, words, group["curve"], group.get("last"), group.get("at_risk") or (), points, group_name(key))


def _equal(p: float) -> str:
    shown = p_value(p)
    return shown if shown.startswith("<") else f"= {shown}"
