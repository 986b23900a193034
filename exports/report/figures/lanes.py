"""One row of the swimmer plot: follow-up, bands of CRS and ICANS with their digits, anakinra, marks of events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from exports.report.figures.scales import Scale
from exports.report.figures.shapes import Box, Dot, Shape, Word, area, line, saltire, triangle
from exports.report.numbers import number

LEFT, RIGHT, ROW = 40.0, 720.0, 25.0
BAND, ICANS_AT, DRUG_AT, DRUG = 9.0, 10.5, 20.0, 3.6
Day = Sequence[Any]


def marks(x: float, y: float, titles: Mapping[str, str] | None = None) -> dict[str, Shape]:
    """Return the marks of events around a point, by kind: each has a shape of its own."""
    said = titles or {}
    return {
        "resolved": Dot("resolved", x, y, 4.2, said.get("resolved", "")),
        "relapse": triangle("relapse", x, y, 5, said.get("relapse", "")),
        "trm": saltire("trm", x, y, 6, said.get("trm", "")),
        "death": saltire("death", x, y, 6, said.get("death", "")),
    }


def row_shapes(case: Mapping[str, Any], y: float, x: Scale) -> Iterator[Shape]:
    """Return the shapes of one case; what lies beyond the axis is told at the end of the row."""
    yield from _followed(case, y + ICANS_AT, x)
    for name, words, top in (("crs", _("CRS"), 0.8), ("icans", _("ICANS"), ICANS_AT)):
        yield from _grades(case.get(name) or (), words, y + top, x)
    yield from _anakinra(case.get("anakinra") or (), y, x)
    yield from _events(case, y + ICANS_AT, x)


def _followed(case: Mapping[str, Any], y: float, x: Scale) -> Iterator[Shape]:
    if case["end"] is None:
        return
    end = x.at(case["end"])
    yield line("follow", (x.at(0), y), (end, y))
    if case["end"] > x.high:
        yield area("onward", [(end + 7, y), (end, y - 4), (end, y + 4)])


def _grades(days: Sequence[Day], words: str, y: float, x: Scale) -> Iterator[Shape]:
    for first, last, grade in grade_runs(days):
        if grade == 0 or first > x.high:
            continue
        left, right = x.at(first - 0.5), x.at(last + 0.5)
        kind = "unknown" if grade is None else str(grade)
        shown = "?" if grade is None else str(grade)
        title = _("%(toxicity)s grade %(grade)s, day %(first)s to %(last)s")
        told = title % {"toxicity": words, "grade": shown, "first": first, "last": last}
        yield Box(f"grade-{kind}", left, round(y, 1), round(right - left, 1), BAND, told)
        digit = "digit-light" if grade is not None and grade > 3 else "digit"
        yield Word(digit, round((left + right) / 2, 1), round(y + BAND - 1.2, 1), shown, "middle")


def grade_runs(days: Sequence[Day]) -> Iterator[tuple[int, int, int | None]]:
    """Yield first day, last day and grade of each run of consecutive days with one grade."""
    run: tuple[int, int, int | None] | None = None
    for day, grade in sorted(days, key=lambda one: one[0]):
        if run and day == run[1] + 1 and grade == run[2]:
            run = (run[0], day, grade)
            continue
        if run:
            yield run
        run = (day, day, grade)
    if run:
        yield run


def _anakinra(spans: Sequence[Day], y: float, x: Scale) -> Iterator[Shape]:
    for first, last, mg in spans:
        if first is None or first > x.high:
            continue
        left, right = x.at(first - 0.5), x.at((first if last is None else last) + 0.5)
        told = _("Anakinra %(dose)s mg/day, day %(first)s to %(last)s")
        shown = told % {"dose": number(mg), "first": first, "last": "?" if last is None else last}
        yield Box("anakinra", left, round(y + DRUG_AT, 1), round(right - left, 1), DRUG, shown)


def _events(case: Mapping[str, Any], y: float, x: Scale) -> Iterator[Shape]:
    died = {"trm" if case.get("trm") else "death": case["end"]} if case.get("died") else {}
    days = {"resolved": case.get("resolved"), "relapse": case.get("relapse"), **died}
    for kind, day in days.items():
        if day is not None and day <= x.high:
            yield marks(x.at(day), y, {kind: _("day %(day)s") % {"day": number(day)}})[kind]
