"""Swimmer plot: a row a case from the infusion on, with grades, anakinra, resolution, relapse and death."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from exports.report.figures.colours import GRADES, INK, MARKS, QUIET
from exports.report.figures.swimmer import ORDER, sorted_cases
from exports.report.paper.canvas import footnote, sheet
from exports.report.told import Report, group_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, ROW, LEFT, RIGHT, TOP, BOTTOM = 178.0, 4.2, 20.0, 4.0, 9.0, 27.0
LAST_DAY: Final = 60
# Colour and shape of each mark: they differ in both.
MARKERS: Final[Mapping[str, tuple[str, str, str]]] = {
    "resolved": ("o", "white", MARKS["resolved"].stroke),
    "relapse": ("D", MARKS["relapse"].fill, MARKS["relapse"].fill),
    "trm": ("X", MARKS["trm"].fill, MARKS["trm"].fill),
    "death": ("X", "white", INK),
}
Case = Mapping[str, Any]


def swimmer_plot(report: Report, note: str) -> Figure:
    """Return the plot of every case to day 60; an arrow says that follow-up goes on."""
    cases = sorted_cases(report)
    figure, axes = sheet(WIDTH, TOP + BOTTOM + ROW * len(cases), left=LEFT, right=RIGHT, top=TOP, bottom=BOTTOM)
    _courses(axes, cases)
    for kind, (shape, face, edge) in MARKERS.items():
        found = [(day, place) for place, case in enumerate(cases) for one, day in happened(case) if one == kind]
        look: dict[str, Any] = {"markerfacecolor": face, "markeredgecolor": edge, "markersize": 5}
        axes.plot([day for day, _p in found], [place for _d, place in found], shape, **look, zorder=5)
    _groups(axes, cases)
    axes.set_title(_("Course of each case"))
    axes.set_xlabel(_("Days from CAR-T infusion"))
    axes.set_xlim(-1, LAST_DAY + 1)
    axes.set_xticks(range(0, LAST_DAY + 1, 7))
    axes.set_ylim(len(cases) - 0.4, -0.6)
    axes.set_yticks([])
    figure.legend(*_key(), loc="lower center", ncols=4, bbox_to_anchor=(0.5, 3 / (TOP + BOTTOM + ROW * len(cases))))
    footnote(figure, note)
    return figure


def happened(case: Case) -> Iterator[tuple[str, float]]:
    """Yield what marks a case within the axis and its day: resolution, relapse, death."""
    death = "trm" if case["trm"] else "death"
    for kind, day in (
        ("resolved", case["resolved"]),
        ("relapse", case["relapse"]),
        (death, case["end"] if case["died"] else None),
    ):
        if day is not None and day <= LAST_DAY:
            yield kind, day


def _courses(axes: Axes, cases: Sequence[Case]) -> None:
    """Draw follow-up, grades and anakinra: one collection a kind, for there may be thousands of days."""
    from matplotlib.collections import LineCollection, PolyCollection

    ends = [(place, case["end"]) for place, case in enumerate(cases) if case["end"] is not None]
    lines = [((0, place), (min(end, LAST_DAY), place)) for place, end in ends]
    axes.add_collection(LineCollection(lines, colors=MARKS["all-bar"].stroke, linewidths=0.7, zorder=1))
    on = [place for place, end in ends if end > LAST_DAY]
    axes.plot([LAST_DAY + 0.4] * len(on), on, ">", color=QUIET, markersize=3)
    boxes = [found for place, case in enumerate(cases) for found in _boxes(place, case)]
    for kind in dict.fromkeys(kind for kind, _corners in boxes):
        colour = MARKS[kind].fill if kind in MARKS else GRADES[kind].fill
        drawn = [corners for found, corners in boxes if found == kind]
        axes.add_collection(PolyCollection(drawn, facecolors=colour, linewidths=0, zorder=3 if kind in MARKS else 2))


def _boxes(place: int, case: Case) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """Yield the kind and the corners of each day with a grade, and of each period of anakinra."""
    for band, top in (("crs", place - 0.42), ("icans", place + 0.12)):
        for day, grade in case[band] or ():
            if grade and day <= LAST_DAY:
                yield f"grade-{grade}", _box(day, day, top, 0.3)
    for first, last, _mg in case["anakinra"] or ():
        stop = min(LAST_DAY if last is None else last, LAST_DAY)
        if first <= stop:
            yield "anakinra", _box(first, stop, place - 0.1, 0.2)


def _box(first: float, last: float, top: float, height: float) -> list[tuple[float, float]]:
    left, right = first - 0.5, last + 0.5
    return [(left, top), (right, top), (right, top + height), (left, top + height)]


def _groups(axes: Axes, cases: Sequence[Case]) -> None:
    """Name each dose group beside its rows and draw a line between two groups."""
    keys = [case["group"] for case in cases]
    for key in dict.fromkeys(keys):
        first, count = keys.index(key), keys.count(key)
        words = group_name(key) if key in ORDER else _("No dose group")
        place: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "ha": "right", "va": "center"}
        axes.text(-0.015, first + (count - 1) / 2, words.replace(" ", "\n", 1), weight="bold", **place)
        if first:
            axes.axhline(first - 0.5, color=INK, linewidth=0.6)


def _key() -> tuple[list[Any], list[str]]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    grades = [Patch(color=GRADES[f"grade-{grade}"].fill) for grade in range(1, 6)]
    named = {"resolved": _("CRS and ICANS resolved"), "relapse": _("Relapse or progression"),
             "trm": _("Treatment-related death"), "death": _("Other death")}  # fmt: skip
    marks = [
        Line2D([], [], linestyle="", marker=shape, markerfacecolor=face, markeredgecolor=edge, markersize=5)
        for shape, face, edge in (MARKERS[kind] for kind in named)
    ]
    words = [_("Grade %(grade)s") % {"grade": grade} for grade in range(1, 6)]
    words[0] = _("Grade 1 (above CRS, below ICANS)")
    return [*grades, Patch(color=MARKS["anakinra"].fill), *marks], [*words, _("Anakinra"), *named.values()]
