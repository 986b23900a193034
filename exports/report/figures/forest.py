"""Forest plot: a row a covariate, its hazard ratio and 95 % interval on a logarithmic axis, the numbers beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from exports.report.figures.lettering import shortened
from exports.report.figures.scales import Scale, ratio_ticks
from exports.report.figures.shapes import Box, Drawing, Line, Shape, Word, area, line, square
from exports.report.numbers import decimal, p_value, ratio_between
from exports.report.tables.labels import coefficient_label, model_label, term_label
from exports.report.told import Report, count, hidden

WIDTH, LABELS, COUNTS = 940.0, 330.0, 424.0
LEFT, RIGHT = 448.0, 700.0
NUMBERS, LAST = 716.0, WIDTH - 6
ROW, TOP, FOOT = 24.0, 42.0, 40.0
SMALLEST, LARGEST = 3.0, 7.0
Model = Mapping[str, Any]


@dataclass(frozen=True)
class ForestRow:
    """One row: a heading where it has no counts, else the ratio with its limits; `weight` is one over the variance."""

    label: str
    counts: str = ""
    hr: float | None = None
    lower: float | None = None
    upper: float | None = None
    p: float | None = None
    se: float | None = None
    is_joint: bool = False
    is_heading: bool = False
    words: str = ""

    @property
    def is_drawn(self) -> bool:
        """Say whether there is an interval to draw."""
        return None not in (self.hr, self.lower, self.upper)


def forest(report: Report, models: Sequence[Model], name: str, title: str) -> Drawing | None:
    """Return the forest plot of the models of one endpoint and cause; None where no ratio is estimable."""
    rows = [*forest_rows(report, models, "univariable"), *forest_rows(report, models, "multivariable")]
    if not any(row.is_drawn for row in rows):
        return None
    lowers = [row.lower for row in rows if row.is_drawn and row.lower]
    uppers = [row.upper for row in rows if row.is_drawn and row.upper]
    ticks = ratio_ticks(lowers, uppers)
    x = Scale(ticks[0], ticks[-1], LEFT, RIGHT, is_log=True)
    height = TOP + ROW * len(rows) + FOOT
    shapes = [*_frame(x, ticks, len(rows)), *(shape for at, row in enumerate(rows) for shape in _row(row, at, x, rows))]
    return Drawing(f"fig-forest-{name}", title, _described(rows), WIDTH, height, tuple(shapes))


def forest_rows(report: Report, models: Sequence[Model], kind: str) -> list[ForestRow]:
    """Return the heading and the rows of the models of one kind; nothing where there are none."""
    words = _("One covariate at a time") if kind == "univariable" else _("All covariates together")
    rows = [row for model in models if model["kind"] == kind for row in _rows_of(report, model)]
    return [ForestRow(words, is_heading=True), *rows] if rows else []


def _penalised(label: str) -> str:
    return _("%(term)s, penalised (Firth)") % {"term": label}


def _rows_of(report: Report, model: Model) -> Iterator[ForestRow]:
    counts = f"{count(report, model['n_events'])}/{count(report, model['n'])}"
    is_joint = model["kind"] == "multivariable"
    if model.get("error"):
        is_hidden = model["error"].get("code") == "SUPPRESSED"
        yield ForestRow(model_label(model), counts, words=hidden(report) if is_hidden else _("not estimable"))
        for one in model.get("firth") or ():
            limits = {name: one.get(name) for name in ("hr", "lower", "upper", "p")}
            yield ForestRow(_penalised(coefficient_label(one["name"])), counts, **limits, is_joint=is_joint)
    for term in model.get("terms") or ():
        limits = {name: term.get(name) for name in ("hr", "lower", "upper", "p", "se")}
        yield ForestRow(term_label(term), counts, **limits, is_joint=is_joint)


def _frame(x: Scale, ticks: Sequence[float], rows: int) -> Iterator[Shape]:
    bottom = TOP + ROW * rows
    heads = [(0.0, "start", _("Covariate")), (COUNTS, "end", _("Events/n")), (NUMBERS, "start", _("HR (95 % CI)"))]
    for at, anchor, words in [*heads, (LAST, "end", _("P (Wald)"))]:
        yield Word("bold", at, 18, words, anchor)
    yield Word("quiet", x.at(1) - 8, 34, "← " + _("less often"), "end")
    yield Word("quiet", x.at(1) + 8, 34, _("more often") + " →", "start")
    yield line("axis", (0, TOP - 2), (WIDTH, TOP - 2))
    for tick in ticks:
        yield line("unity" if tick == 1 else "guide", (x.at(tick), TOP), (x.at(tick), bottom + 5))
        yield Word("tick", x.at(tick), bottom + 18, _tick(tick), "middle")
    yield line("axis", (LEFT, bottom + 5), (RIGHT, bottom + 5))
    yield Word("quiet", (LEFT + RIGHT) / 2, bottom + 34, _("Hazard ratio, logarithmic scale"), "middle")


def _tick(value: float) -> str:
    return decimal(value, 0 if value >= 1 else 1 if value >= 0.1 else 2)


def _row(row: ForestRow, place: int, x: Scale, rows: Sequence[ForestRow]) -> Iterator[Shape]:
    y = TOP + ROW * place + ROW / 2
    if row.is_heading:
        yield Box("lane", 0, y - ROW / 2 + 1, WIDTH, ROW - 2)
        yield Word("bold", 4, y + 4, row.label)
        return
    yield Word("text", 12, y + 4, shortened(row.label, LABELS))
    yield Word("text", COUNTS, y + 4, row.counts, "end")
    yield Word("text", NUMBERS, y + 4, row.words or ratio_between(row.hr, row.lower, row.upper))
    if row.p is not None:
        yield Word("text", LAST, y + 4, p_value(row.p), "end")
    if row.is_drawn:
        yield from _interval(row, y, x, rows)


def _interval(row: ForestRow, y: float, x: Scale, rows: Sequence[ForestRow]) -> Iterator[Shape]:
    hr, lower, upper = float(row.hr or 0), float(row.lower or 0), float(row.upper or 0)
    told_ = f"{row.label}: {ratio_between(row.hr, row.lower, row.upper)}"
    yield line("whisker", (x.at(lower), y), (x.at(upper), y), title=told_)
    yield _end(lower < x.low, x.start, y, -1) if lower < x.low else line("whisker", *_tip(x.at(lower), y))
    yield _end(upper > x.high, x.end, y, 1) if upper > x.high else line("whisker", *_tip(x.at(upper), y))
    if x.low <= hr <= x.high:
        yield square("estimate-joint" if row.is_joint else "estimate", x.at(hr), y, _half(row, rows), told_)


def _end(is_cut: bool, x: float, y: float, way: int) -> Line:
    """Return the arrow of an interval that goes on beyond the axis."""
    return area("arrow", [(x, y), (x - 7 * way, y - 4.5), (x - 7 * way, y + 4.5)])


def _tip(x: float, y: float) -> tuple[tuple[float, float], tuple[float, float]]:
    return (x, y - 4), (x, y + 4)


def _half(row: ForestRow, rows: Sequence[ForestRow]) -> float:
    """Return half the side of a square whose area tells the weight of the row among all rows."""
    weights = [1 / one.se**2 for one in rows if one.se]
    if not row.se or not weights:
        return SMALLEST
    share = math.sqrt(1 / row.se**2 / max(weights))
    return round(SMALLEST + (LARGEST - SMALLEST) * share, 1)


def _described(rows: Sequence[ForestRow]) -> str:
    return " ".join(f"{row.label}: {ratio_between(row.hr, row.lower, row.upper)}." for row in rows if row.is_drawn)
