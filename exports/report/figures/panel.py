"""A panel of curves over days: axes, bands, steps, labels at the ends, and the numbers at risk under the axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from exports.report.figures.lettering import broken, text_width
from exports.report.figures.scales import Scale
from exports.report.figures.shapes import Dot, Drawing, Shape, Word, diamond, line, square
from exports.report.figures.steps import Reading, Series, bands, curve_line, end_of, value_at
from exports.report.numbers import number, percent, percent_between

WIDTH, LEFT, RIGHT, TOP, PLOT = 400.0, 96.0, 342.0, 56.0, 200.0
RISK_ROW, RISK_GAP, RISK_LABEL = 16.0, 52.0, 66.0
LABEL_GAP = 14.0
SHARES = {1.0: (0.0, 0.25, 0.5, 0.75, 1.0), 0.5: (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)}


@dataclass(frozen=True)
class Panel:
    """What one panel shows: `top` is the share at the upper end of its axis, `ticks` the days of the numbers at risk.

    With `is_keyed` the curves are named in a legend above the plot instead of at their ends.
    """

    id: str
    title: str
    clock: str
    series: tuple[Series, ...]
    ticks: tuple[float, ...]
    read_days: tuple[float, ...]
    top: float = 1.0
    is_keyed: bool = False

    @property
    def x(self) -> Scale:
        """Return the scale of days."""
        return Scale(0.0, max(self.ticks[-1], 1.0), LEFT, RIGHT)

    @property
    def y(self) -> Scale:
        """Return the scale of shares, upwards."""
        return Scale(0.0, self.top, TOP + PLOT, TOP)

    @property
    def risk_rows(self) -> tuple[Series, ...]:
        """Return the series with numbers at risk; two causes of one group share theirs."""
        return tuple(one for one in self.series if one.at_risk)

    @property
    def height(self) -> float:
        """Return the height with the numbers at risk."""
        return TOP + PLOT + RISK_GAP + RISK_ROW * len(self.risk_rows) + 6


def drawn(panel: Panel) -> Drawing:
    """Return the drawing of a panel."""
    shapes = [*_head(panel), *_axes(panel), *_curves(panel), *_end_labels(panel), *_risk(panel)]
    return Drawing(panel.id, panel.title, described(panel), WIDTH, panel.height, tuple(shapes))


def described(panel: Panel) -> str:
    """Return what the curves say at the days of the plan, in one sentence for each curve."""
    return " ".join(filter(None, (_sentence(one) for one in panel.series))) or panel.title


def _sentence(series: Series) -> str:
    return f"{series.label}: {', '.join(map(_read, series.readings))}." if series.readings else ""


def _read(read: Reading) -> str:
    estimate = percent_between(read.est, read.lower, read.upper)
    return _("day %(day)s %(estimate)s") % {"day": number(read.day), "estimate": estimate}


def _head(panel: Panel) -> Iterator[Shape]:
    for place, text in enumerate(broken(panel.title, WIDTH - 8, 13, bold=True)[: 1 if panel.is_keyed else 3]):
        yield Word("title", 0, 13 + 16 * place, text)
    if panel.is_keyed:
        for place, one in enumerate(panel.series[:2]):
            yield line(one.kind, (0, 25.5 + 15 * place), (28, 25.5 + 15 * place))
            yield Word("text", 34, 29.5 + 15 * place, one.label)


def _axes(panel: Panel) -> Iterator[Shape]:
    x, y = panel.x, panel.y
    for share in SHARES[panel.top]:
        kind = "axis" if share == 0 else "guide"
        yield line(kind, (LEFT, y.at(share)), (RIGHT, y.at(share)))
        yield Word("tick", LEFT - 7, y.at(share) + 4, percent(share), "end")
    for day in panel.read_days:
        if 0 < day <= x.high:
            yield line("read", (x.at(day), TOP), (x.at(day), TOP + PLOT))
    for day in panel.ticks:
        yield line("axis", (x.at(day), TOP + PLOT), (x.at(day), TOP + PLOT + 4))
        yield Word("tick", x.at(day), TOP + PLOT + 16, number(day), "middle")
    yield Word("quiet", (LEFT + RIGHT) / 2, TOP + PLOT + 31, panel.clock, "middle")


def _curves(panel: Panel) -> Iterator[Shape]:
    for one in panel.series:
        yield from bands(one, panel.x, panel.y)
    for one in panel.series:
        yield curve_line(one, panel.x, panel.y)
    for one in panel.series:
        yield from _marks(panel, one)


def _marks(panel: Panel, series: Series) -> Iterator[Shape]:
    for read in series.readings:
        if read.est is None or read.day > end_of(series, panel.x.high):
            continue
        yield mark(series.kind, panel.x.at(read.day), panel.y.at(read.est), f"{series.label}, {_read(read)}")


def mark(kind: str, x: float, y: float, title: str = "") -> Shape:
    """Return the mark of a group: a disc for high dose, a square for low dose, a diamond for all, else a ring."""
    if kind == "low":
        return square("low-mark", x, y, 4, title)
    if kind.startswith("all"):
        return diamond("all-mark", x, y, 5.2, title)
    return Dot("high-mark" if kind == "high" else "other-mark", x, y, 4.4, title)


def _end_labels(panel: Panel) -> Iterator[Shape]:
    if panel.is_keyed:
        return
    wanted = [(panel.y.at(value_at(one, end_of(one, panel.x.high))), one) for one in panel.series]
    places = spread([y + 4 for y, _one in wanted], TOP + 8, TOP + PLOT + 2)
    for (_y, one), place in zip(wanted, places, strict=True):
        yield Word(f"{one.kind}-text", RIGHT + 6, place, one.end or one.group)


def spread(places: Sequence[float], top: float, bottom: float, gap: float = LABEL_GAP) -> list[float]:
    """Return places at least `gap` apart, in the same order of height, between `top` and `bottom`."""
    order = sorted(range(len(places)), key=lambda number: (places[number], number))
    result = list(places)
    below = top - gap
    for number_ in order:
        below = result[number_] = max(result[number_], below + gap)
    above = bottom + gap
    for number_ in reversed(order):
        above = result[number_] = min(result[number_], above - gap)
    return [round(place, 1) for place in result]


def _risk(panel: Panel) -> Iterator[Shape]:
    top = TOP + PLOT + RISK_GAP
    if panel.risk_rows:
        yield Word("bold", 0, top - 4, _("At risk"))
    for place, one in enumerate(panel.risk_rows):
        y = top + RISK_ROW * place + 12
        yield line(one.kind, (0, y - 4), (16, y - 4))
        yield Word("text", 21, y, one.group if text_width(one.group) <= RISK_LABEL else one.end)
        for day, n in one.at_risk:
            if day <= panel.x.high:
                yield Word("tick", panel.x.at(day), y, _("hidden") if n is None else number(n), "middle")
