"""Estimates at the days of the plan, medians and tests of one endpoint; and its curves as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from exports.report.numbers import NOTHING, days_between, decimal, number, p_said, percent_between
from exports.report.tables.table import Cell, Column, Kind, Row, Table, heading, row, table
from exports.report.told import Report, count, group_keys, group_name, hidden, told

Endpoint = Mapping[str, Any]
# Estimates are checked against other programs: one decimal more than the text of a paper has.
PLACES = 1


def incidence_table(report: Report, endpoint: Endpoint) -> Table | None:
    """Return cases, events, estimates of both causes and the median of a competing-risks endpoint, by group."""
    groups = _groups(report, endpoint)
    columns = [Column(told(endpoint["title"]), is_number=False), *(Column(group_name(key)) for key in groups)]
    rows = [
        row(_("Cases"), *(count(report, groups[key].get("n")) for key in groups)),
        *_cause(report, groups, told(endpoint["event"]), "at", "1"),
        row(_("Median days"), *(_median(report, one) for one in groups.values()), kind=Kind.PART),
        *_cause(report, groups, told(endpoint["competing"]), "competing_at", "2"),
    ]
    name, caption = f"est-{endpoint['id']}", _("%(title)s: estimates") % {"title": told(endpoint["title"])}
    return table(name, caption, columns, rows if groups else [], _gray(endpoint))


def survival_table(report: Report, endpoint: Endpoint) -> Table | None:
    """Return cases, events, Kaplan-Meier estimates and the median, by group."""
    groups = _groups(report, endpoint)
    columns = [Column(told(endpoint["title"]), is_number=False), *(Column(group_name(key)) for key in groups)]
    rows = [
        row(_("Cases"), *(count(report, one.get("n")) for one in groups.values())),
        row(_("Events"), *(count(report, one.get("n_events")) for one in groups.values())),
        *_estimates(report, groups, "at"),
        row(_("Median days"), *(_median(report, one) for one in groups.values())),
    ]
    test = endpoint.get("log_rank")
    notes = [_("High against low dose, log-rank test: %(test)s.") % {"test": _test(test)}] if test else []
    name, caption = f"est-{endpoint['id']}", _("%(title)s: estimates") % {"title": told(endpoint["title"])}
    return table(name, caption, columns, rows if groups else [], [*notes, told(endpoint.get("error"))])


def curve_table(report: Report, endpoint: Endpoint) -> Table | None:
    """Return every step of the curves as rows, the same numbers that are drawn, with the numbers at risk."""
    groups = _groups(report, endpoint)
    wanted = [("curve", endpoint.get("event") or endpoint["title"]), ("competing_curve", endpoint.get("competing"))]
    columns = [Column(_("Day"), is_number=False), Column(_("Estimate (95 % CI)"))]
    rows: list[Row] = []
    for key, group in groups.items():
        rows += _at_risk(report, group, group_name(key))
        for name, what in wanted:
            rows += _steps(group.get(name), f"{group_name(key)}: {told(what)}")
    return table(f"curve-{endpoint['id']}", _("%(title)s: curves") % {"title": told(endpoint["title"])}, columns, rows)


def _groups(report: Report, endpoint: Endpoint) -> dict[str, Mapping[str, Any]]:
    return {key: endpoint["groups"][key] for key in group_keys(report) if endpoint["groups"].get(key)}


def _cause(report: Report, groups: Mapping[str, Any], words: str, name: str, cause: str) -> Iterator[Row]:
    yield heading(words)
    yield row(_("Events"), *(_events(report, one, cause) for one in groups.values()), kind=Kind.PART)
    yield from _estimates(report, groups, name, Kind.PART)


def _events(report: Report, group: Mapping[str, Any], cause: str) -> str:
    return count(report, (group.get("n_events") or {}).get(cause))


def _estimates(report: Report, groups: Mapping[str, Any], name: str, kind: Kind = Kind.PLAIN) -> Iterator[Row]:
    days = sorted({one["day"] for group in groups.values() for one in group.get(name) or ()})
    for day in days:
        cells = [_estimate(report, group.get(name) or (), day) for group in groups.values()]
        yield row(_("Day %(day)s") % {"day": number(day)}, *cells, kind=kind)


def _estimate(report: Report, readings: Sequence[Mapping[str, Any]], day: float) -> Cell:
    found = next((one for one in readings if one["day"] == day), None)
    if found is None:
        return Cell(hidden(report), tone="quiet")
    est = found.get("est", found.get("surv"))
    if est is None:
        words = hidden(report) if report.get("suppressed") else _("not estimable")
        return Cell(words, tone="quiet")
    shown = percent_between(est, found.get("lower"), found.get("upper"), PLACES)
    n = found.get("at_risk")
    return Cell(shown, _("at risk %(n)s") % {"n": count(report, n)})


def _median(report: Report, group: Mapping[str, Any]) -> str:
    """Return the median; where small numbers are hidden, one that is not there may be hidden or not reached."""
    limits = (group.get("median_lower"), group.get("median_upper"))
    return days_between(group.get("median"), *limits, hidden(report) if report.get("suppressed") else _("not reached"))


def _gray(endpoint: Endpoint) -> Iterator[str]:
    for cause, what in (("1", endpoint["event"]), ("2", endpoint["competing"])):
        if test := (endpoint.get("gray") or {}).get(cause):
            yield _("High against low dose, Gray's test, %(event)s: %(test)s.") % {
                "event": told(what),
                "test": _test(test),
            }
    yield told(endpoint.get("gray_error"))


def _test(test: Mapping[str, Any]) -> str:
    values = {"chisq": decimal(test["chisq"], 2), "df": test["df"], "p": p_said(test["p"])}
    return _("χ² = %(chisq)s, %(df)s df, %(p)s") % values


def _at_risk(report: Report, group: Mapping[str, Any], name: str) -> Iterator[Row]:
    rows = group.get("at_risk") or ()
    if rows:
        yield heading(_("%(group)s: number at risk") % {"group": name})
    for one in rows:
        yield row(number(one["day"]), count(report, one["n"]), kind=Kind.PART)


def _steps(curve: Mapping[str, Any] | None, words: str) -> Iterator[Row]:
    if not curve or not curve.get("time"):
        return
    yield heading(words)
    before: object = None
    est = curve.get("est") or curve.get("surv") or ()
    for time, value, lower, upper in zip(curve["time"], est, curve["lower"], curve["upper"], strict=True):
        if value is not None and value != before:
            yield row(number(time) or NOTHING, percent_between(value, lower, upper, PLACES), kind=Kind.PART)
        before = value
