"""Figures for a paper, drawn with matplotlib from the report alone: PDF, PNG with 300 points per inch, SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from exports.report.figures.swimmer import sorted_cases
from exports.report.paper.canvas import FORMS, rendered
from exports.report.paper.dose import dose_over_time, dosed, responded, response_levels
from exports.report.paper.endpoints import can_be_drawn, incidence_by_group, incidence_whole, survival_by_group
from exports.report.paper.forest import forest_plot, rows_of
from exports.report.paper.swimmer import swimmer_plot
from exports.report.tables.models import endpoint_models
from exports.report.told import ALL, HIGH, LOW, Report, told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FORMS", "paper_figures", "rendered"]
Draw = Callable[[], "Figure"]
# The endpoints of the publication; the report itself draws every one.
WHOLE: Final = ("trm_infusion", "resolution")
BY_GROUP: Final = ("trm_start", "resolution")


def paper_figures(report: Report) -> dict[str, Draw]:
    """Return how to draw each figure of a report by its name; in the language that is active when it is drawn.

    What a report cannot tell, because it has no such rows or hides them, has no figure.
    """
    return dict([*_curves(report), *_forests(report), *_courses(report)])


def _note(report: Report) -> str:
    parts = [_("Simulated data")] if report["release"].get("simulated") else []
    return " · ".join([*parts, str(report["release"]["name"])])


def _curves(report: Report) -> Iterator[tuple[str, Draw]]:
    note = _note(report)
    for endpoint in report.get("incidence") or ():
        if endpoint["id"] in WHOLE and can_be_drawn(endpoint, [ALL]):
            yield f"incidence_{endpoint['id']}", partial(incidence_whole, endpoint, note)
        if endpoint["id"] in BY_GROUP and can_be_drawn(endpoint, [HIGH, LOW]):
            yield f"incidence_{endpoint['id']}_by_group", partial(incidence_by_group, endpoint, note)
    for endpoint in report.get("survival") or ():
        if can_be_drawn(endpoint, [HIGH, LOW, ALL]):
            yield f"survival_{endpoint['id']}", partial(survival_by_group, endpoint, note)


def _forests(report: Report) -> Iterator[tuple[str, Draw]]:
    for (endpoint, cause), models in endpoint_models(report).items():
        rows = rows_of(report, models)
        if cause == 1 and any(row.is_drawn for row in rows):
            yield f"forest_{endpoint}", partial(forest_plot, rows, told(models[0]["title"]), _note(report))


def _courses(report: Report) -> Iterator[tuple[str, Draw]]:
    note = _note(report)
    if sorted_cases(report):
        yield "swimmer", partial(swimmer_plot, report, note)
    if responded(report) and report["response"].get("levels"):
        yield "response", partial(response_levels, report, note)
    if dosed(report):
        yield "dose", partial(dose_over_time, report, note)
