"""Swimmer plot: a row a case, days from the infusion; grades as bands with digits, anakinra, and how it went on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from exports.report.figures.lanes import LEFT, RIGHT, ROW, marks, row_shapes
from exports.report.figures.scales import Scale
from exports.report.figures.shapes import Box, Drawing, Key, Line, Shape, Word, line
from exports.report.figures.swimmer_words import ending
from exports.report.numbers import number
from exports.report.told import HIGH, LOW, Report, group_name

WIDTH, TOP, FOOT, HEADING = 940.0, 24.0, 26.0, 22.0
SHORTEST, LONGEST, WEEK = 28, 63, 7
# So many rows stand on one page of paper.
ROWS_A_PAGE = 44
ORDER = {HIGH: 0, LOW: 1}
Case = Mapping[str, Any]


def swimmers(report: Report) -> tuple[Drawing, ...]:
    """Return the plot in pieces that fit a page: high dose, low dose, others; the longest followed first."""
    cases = sorted_cases(report)
    if not cases:
        return ()
    x = Scale(-0.5, _last_day(cases) + 0.5, LEFT, RIGHT)
    pages = [cases[start : start + ROWS_A_PAGE] for start in range(0, len(cases), ROWS_A_PAGE)]
    return tuple(_page(page, x, place * ROWS_A_PAGE + 1) for place, page in enumerate(pages))


def sorted_cases(report: Report) -> list[Case]:
    """Return the cases by group, then by follow-up from long to short; the number of a row is its place here."""
    cases = (report.get("cases") or {}).get("swimmer") or ()
    return sorted(cases, key=lambda one: (ORDER.get(one["group"], 2), -(one["end"] or 0), one["subject"]))


def legend() -> tuple[Key, ...]:
    """Return what the shapes mean."""
    grades = tuple(
        shape
        for at in range(1, 6)
        for shape in (
            Box(f"grade-{at}", 1 + 15 * (at - 1), 2, 13, 11),
            Word("digit-light" if at > 3 else "digit", 7.5 + 15 * (at - 1), 11, str(at), "middle"),
        )
    )
    unknown = (Box("grade-unknown", 1, 2, 13, 11), Word("digit", 7.5, 11, "?", "middle"))
    keys = [
        Key(grades, _("Grade (upper band CRS, lower band ICANS)"), 78),
        Key(unknown, _("Not recorded inside an episode"), 16),
        Key((Box("anakinra", 1, 6, 22, 5),), _("Anakinra")),
        Key((line("follow", (1, 8), (24, 8)),), _("Followed")),
    ]
    named = {"resolved": _("CRS and ICANS resolved"), "relapse": _("Relapse or progression"),
             "trm": _("Treatment-related death"), "death": _("Other death")}  # fmt: skip
    return (*keys, *(Key((mark,), named[kind], 16) for kind, mark in marks(8, 8).items()))


def _last_day(cases: Sequence[Case]) -> int:
    """Return the last day of the axis: that of the last grade or dose, in whole weeks."""
    days = [day for one in cases for name in ("crs", "icans") for day, _grade in one.get(name) or ()]
    days += [last for one in cases for _first, last, _mg in one.get("anakinra") or () if last is not None]
    last = max(days, default=SHORTEST)
    return min(max(SHORTEST, -(-last // WEEK) * WEEK), LONGEST)


def _page(cases: Sequence[Case], x: Scale, first: int) -> Drawing:
    placed = list(_placed(cases))
    bottom = placed[-1][1] + ROW
    shapes = [*_axis(x, bottom), *_rows(placed, x, first)]
    title = _("Course of each case, rows %(first)s to %(last)s") % {"first": first, "last": first + len(cases) - 1}
    desc = _("Days from infusion. The same values are in the table below.")
    return Drawing(f"fig-cases-{first}", title, desc, WIDTH, bottom + FOOT, tuple(shapes))


def _placed(cases: Sequence[Case]) -> Iterator[tuple[Case, float, str]]:
    """Yield each case, where its row begins, and the heading above it where a group begins."""
    y, before = TOP, object()
    for case in cases:
        heading = ""
        if case["group"] != before:
            heading = group_name(case["group"]) if case["group"] in ORDER else _("No dose group")
            y += HEADING
        yield case, y, heading
        y, before = y + ROW, case["group"]


def _axis(x: Scale, bottom: float) -> Iterator[Shape]:
    yield Word("quiet", LEFT, 10, _("Days from CAR-T infusion"))
    for day in range(0, int(x.high) + 1, WEEK):
        yield line("axis" if day == 0 else "guide", (x.at(day), TOP), (x.at(day), bottom))
        yield Word("tick", x.at(day), TOP - 2, number(day), "middle")
        yield Word("tick", x.at(day), bottom + 14, number(day), "middle")


def _rows(placed: Sequence[tuple[Case, float, str]], x: Scale, first: int) -> Iterator[Shape]:
    for place, (case, y, heading) in enumerate(placed):
        if heading:
            yield Box("lane", 0, y - HEADING + 3, WIDTH, HEADING - 5)
            yield Word("bold", 4, y - 6, heading)
        yield _rule(y)
        yield Word("row", LEFT - 10, y + 15, number(first + place), "end")
        yield from row_shapes(case, y, x)
        yield Word("quiet", RIGHT + 14, y + 15, ending(case))


def _rule(y: float) -> Line:
    return line("guide", (0, y), (WIDTH, y))
