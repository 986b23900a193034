"""The figures of the publication beside those of this report, at the precision that was published.

Source: the abstract of Gazeau et al., Transplant Cell Ther 2023, DOI 10.1016/j.jtct.2023.04.001. Its multivariable
models are taken to count from the start of anakinra, and its Karnofsky ratio ("per 10 %") to be per point.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_noop

from exports.report.covariates import KARNOFSKY
from exports.report.study import DOSE, GROUP, HIGH
from exports.report.wording import NOT_ESTIMABLE, days, hazard_ratio, p_said, percent

DOI: Final = "10.1016/j.jtct.2023.04.001"
Report = Mapping[str, Any]
ALL: Final = "ALL"
NOT_HERE: Final = gettext_noop("not in this report")
YES, NO = gettext_noop("yes"), gettext_noop("no")
SIGNIFICANT: Final = 0.05


class _NotHereError(LookupError):
    """The report has no such figure."""


@dataclass(frozen=True)
class Line:
    """One figure of the abstract: how it was published, and how it is read from a report and worded alike."""

    id: str
    label: str
    published: str
    read: Callable[[Report], str]


def abstract(report: Report) -> list[dict[str, Any]]:
    """Return each line with what was published, what is found, and whether they agree at the published precision."""
    return [_line(line, report) for line in LINES]


def _line(line: Line, report: Report) -> dict[str, Any]:
    try:
        found = line.read(report)
    except _NotHereError:
        found = NOT_HERE
    return {
        "id": line.id,
        "label": line.label,
        "published": line.published,
        "found": found,
        "agrees": found == line.published,
    }


def _patients(report: Report) -> str:
    return str(_of(report, "flow", "analysed"))


def _sites(report: Report) -> str:
    return str(sum(1 for site in _of(report, "flow", "sites") if site.get("patients") != 0))


def _incidence(name: str, group: str, day: int) -> Callable[[Report], str]:
    def read(report: Report) -> str:
        readings = _of(_named(report, "incidence", name), "groups", group, "at")
        at = next((reading for reading in readings if reading["day"] == day), None)
        if at is None:
            raise _NotHereError(day)
        return percent(at["est"], at["lower"], at["upper"])

    return read


def _median(group: str) -> Callable[[Report], str]:
    def read(report: Report) -> str:
        return days(_of(_named(report, "incidence", "resolution"), "groups", group).get("median"))

    return read


def _share(*path: str) -> Callable[[Report], str]:
    return lambda report: percent(_of(report, *path).get("est"))


def _ratio(model: str, name: str, places: int = 3) -> Callable[[Report], str]:
    def read(report: Report) -> str:
        term = next((term for term in _terms(report, model) if term["name"] == name), None)
        if term is None:
            return NOT_ESTIMABLE
        return f"{hazard_ratio(term['hr'], term['lower'], term['upper'])}, {p_said(term['p'], places=places)}"

    return read


def _kps_alone(report: Report) -> str:
    terms = _terms(report, "resolution_multivariable")
    if not terms:
        return NOT_ESTIMABLE
    below = [term["name"] for term in terms if term["p"] < SIGNIFICANT]
    return YES if below == [KARNOFSKY.column] else NO


def _terms(report: Report, model: str) -> Sequence[Mapping[str, Any]]:
    terms: Sequence[Mapping[str, Any]] = _named(report, "models", model).get("terms") or ()
    return terms


def _named(report: Report, part: str, name: str) -> Mapping[str, Any]:
    for entry in report.get(part) or ():
        if entry["id"] == name:
            found: Mapping[str, Any] = entry
            return found
    raise _NotHereError(name)


def _of(found: Any, *path: str) -> Any:
    for name in path:
        found = found.get(name)
        if found is None:
            raise _NotHereError(name)
    return found


LINES: Final = (
    Line("patients", gettext_noop("Patients"), "43", _patients),
    Line("sites", gettext_noop("Sites"), "9", _sites),
    Line(
        "response",
        gettext_noop("Overall response to the CAR-T cells"),
        "77 %",
        _share("response", "overall", ALL),
    ),
    Line(
        "stopped",
        gettext_noop("Anakinra stopped for side effects"),
        "7 %",
        _share("safety", "stopped_for_side_effect", ALL),
    ),
    Line(
        "trm_28",
        gettext_noop("Treatment-related death by day 28 from infusion"),
        "7 % (2-17)",
        _incidence("trm_infusion", ALL, 28),
    ),
    Line(
        "trm_60",
        gettext_noop("Treatment-related death by day 60 from infusion"),
        "23 % (11-38)",
        _incidence("trm_infusion", ALL, 60),
    ),
    Line(
        "trm_low",
        gettext_noop("Treatment-related death by day 28 from anakinra, low dose"),
        "47 % (20-70)",
        _incidence("trm_start", "LOW", 28),
    ),
    Line(
        "trm_high",
        gettext_noop("Treatment-related death by day 28 from anakinra, high dose"),
        "0 %",
        _incidence("trm_start", HIGH, 28),
    ),
    Line("median_high", gettext_noop("Median time to resolution, high dose"), "7 d", _median(HIGH)),
    Line("median_low", gettext_noop("Median time to resolution, low dose"), "not reached", _median("LOW")),
    Line(
        "resolution_group",
        gettext_noop("Hazard ratio of resolution, high vs low dose"),
        "2.19 (0.94-5.12), p = 0.069",
        _ratio("resolution_group", f"{GROUP}={HIGH}"),
    ),
    Line(
        "trm_dose",
        gettext_noop("Hazard ratio of treatment-related death per 1 mg/kg/day, multivariable"),
        "0.41 (0.17-0.96), p = 0.039",
        _ratio("trm_multivariable", DOSE),
    ),
    Line(
        "resolution_kps",
        gettext_noop("Hazard ratio of resolution per 1 point of Karnofsky status, multivariable"),
        "1.05 (1.01-1.09), p = 0.02",
        _ratio("resolution_multivariable", KARNOFSKY.column, 2),
    ),
    Line(
        "kps_alone",
        gettext_noop("Karnofsky status alone has p below 0.05 for resolution, multivariable"),
        YES,
        _kps_alone,
    ),
)
