"""Laboratory results as lines: the worst of each day, dashed where samples are more than three days apart."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from registry.metadata.units import shown_unit
from registry.rules.labs import ANALYTES, LOWEST_IS_WORST, Analyte, Timepoint
from registry.rules.timepoints import pick_sample
from registry.web.charts.days import Column, DayText, plain_number
from registry.web.charts.scales import Scale, linear, logarithmic
from registry.web.charts.shapes import Anchor, Label, Lane, Level, Mark, Stroke, disc
from registry.web.charts.sheet import Sheet, joined, shown_number

GAP_DAYS = 3
TALL, LOW = 96, 64
TOP, FLOOR = 20, 6
DOT = 3.4
LOGARITHMIC = frozenset({Analyte.FERRITIN, Analyte.IL6, Analyte.DDIMER, Analyte.LDH, Analyte.AST, Analyte.ALT})
DEFAULT = (Analyte.FERRITIN, Analyte.CRP)


@dataclass(frozen=True)
class Sample:
    """The worst result of one day; a comparator says that the assay ended there."""

    on: dt.date
    row: Any
    count: int

    @property
    def value(self) -> float:
        """Return the result in the registry's unit."""
        return float(self.row.canonical_value)

    @property
    def shown(self) -> str:
        """Return the result as the page writes it."""
        places = 0 if abs(self.value) >= 100 else 1 if abs(self.value) >= 10 else 2
        return f"{self.row.comparator or ''}{shown_number(self.row.canonical_value, places)}"


def samples_of(rows: Sequence[Any], analyte: Analyte) -> list[Sample]:
    """Return the samples of an analyte, one a day: the worst."""
    by_day: defaultdict[dt.date, list[Any]] = defaultdict(list)
    for row in rows:
        if row.analyte == analyte and row.canonical_value is not None:
            by_day[row.sampled_on].append(row)
    worst = min if analyte in LOWEST_IS_WORST else max
    return [
        Sample(on, worst(found, key=lambda row: row.canonical_value), len(found))
        for on, found in sorted(by_day.items())
    ]


def analytes_with_values(rows: Sequence[Any]) -> list[Analyte]:
    """Return the analytes of which there is a result, in the order of their declaration."""
    present = {row.analyte for row in rows if row.canonical_value is not None}
    return [analyte for analyte in Analyte if analyte in present]


def before_depletion(sheet: Sheet, samples: Sequence[Sample]) -> Sample | None:
    """Return the sample that stands for the time before lymphodepletion: the one so marked, else by its window."""
    marked = [sample for sample in samples if sample.row.timepoint == Timepoint.PRE_LD]
    start = sheet.rows.course.ld_started_on
    if marked or start is None:
        return marked[-1] if marked else None
    return pick_sample(Timepoint.PRE_LD, [((sample.on - start).days, sample) for sample in samples])


def peak(samples: Sequence[Sample], analyte: Analyte) -> Sample | None:
    """Return the worst sample of the course, the first where several are equal."""
    if not samples:
        return None
    worst = min if analyte in LOWEST_IS_WORST else max
    return worst(samples, key=lambda sample: sample.value)


def analyte_name(analyte: Analyte) -> str:
    """Return the name of an analyte as a heading."""
    name = analyte.value if analyte in SHORT else _(analyte.label)
    return name[:1].upper() + name[1:]


# Known to everybody by their letters; their names would fill the margin.
SHORT = frozenset({Analyte.CRP, Analyte.LDH, Analyte.AST, Analyte.ALT})


def analyte_unit(analyte: Analyte) -> str:
    """Return the registry's unit of an analyte as people write it."""
    return shown_unit(ANALYTES[analyte].unit)


def lab_lane(sheet: Sheet, analyte: Analyte) -> Lane:
    """Return the lane of an analyte."""
    samples = samples_of(sheet.rows.labs, analyte)
    height = TALL if analyte == Analyte.FERRITIN else LOW
    inside = [sample for sample in samples if sheet.axis.has(sample.on)]
    unit = analyte_unit(analyte)
    note = _("%(unit)s, log scale") % {"unit": unit} if analyte in LOGARITHMIC else unit
    if not samples:
        return Lane(f"lab-{analyte.value}", analyte_name(analyte), note, 24)
    baseline = before_depletion(sheet, samples)
    scale = _scale(analyte, [*inside, *([baseline] if baseline else [])] or samples, height)
    pinned = baseline if baseline and not sheet.axis.has(baseline.on) and baseline.on < sheet.axis.first else None
    points = [(_x(sheet, sample), sample) for sample in ([pinned] if pinned else []) + inside]
    top = peak(inside, analyte)
    marks = [_dot(sheet, analyte, x, sample, scale, height) for x, sample in points]
    return Lane(
        f"lab-{analyte.value}", analyte_name(analyte), note, height, tuple(marks),
        tuple(_strokes(points, scale, height)), tuple(_levels(scale, height)),
        tuple(_labels(sheet, points, top, baseline, scale, height)),
    )  # fmt: skip


def _x(sheet: Sheet, sample: Sample) -> float:
    """Return where a sample stands; the one before lymphodepletion stays at the edge when its day is not shown."""
    return sheet.axis.centre(sample.on) if sheet.axis.has(sample.on) else 4.0


def _scale(analyte: Analyte, samples: Sequence[Sample], height: float) -> Scale:
    values = [sample.value for sample in samples]
    if analyte in LOGARITHMIC:
        return logarithmic(min((v for v in values if v > 0), default=1), max(values), height - TOP - FLOOR)
    return linear(max(values), height - TOP - FLOOR)


def _y(scale: Scale, value: float, height: float) -> float:
    return round(height - FLOOR - scale.up(value), 1)


def _dot(sheet: Sheet, analyte: Analyte, x: float, sample: Sample, scale: Scale, height: float) -> Mark:
    more = _("worst of %(count)s samples of the day") % {"count": sample.count} if sample.count > 1 else ""
    title = joined(
        [f"{analyte_name(analyte)} {sample.shown} {analyte_unit(analyte)}".strip(), sheet.day(sample.on), more]
    )
    width = sheet.axis.day_px
    hit = (round(max(x - width / 2, 0), 1), 0.0, width, height)
    y = _y(scale, sample.value, height)
    kind = "ring" if sample.row.comparator else "dot"
    return Mark(
        kind, x, y, 0, 0, title, sheet.url(sample.row), path=disc(x, y, DOT), hit=hit,
        is_wrong=sheet.is_wrong(sample.row.pk, sample.on), flag_at=(x, y - 11),
    )  # fmt: skip


def _strokes(points: Sequence[tuple[float, Sample]], scale: Scale, height: float) -> list[Stroke]:
    return [
        Stroke(x1, _y(scale, one.value, height), x2, _y(scale, two.value, height), (two.on - one.on).days > GAP_DAYS)
        for (x1, one), (x2, two) in pairwise(points)
    ]


def _levels(scale: Scale, height: float) -> list[Level]:
    """Return the values of the scale that stand far enough apart to be read, the uppermost kept."""
    kept: list[Level] = []
    for tick in reversed(scale.ticks):
        level = Level(_y(scale, tick, height), shown_number(tick))
        if not kept or level.y - kept[-1].y >= 14:
            kept.append(level)
    return kept


def _labels(
    sheet: Sheet,
    points: Sequence[tuple[float, Sample]],
    top: Sample | None,
    baseline: Sample | None,
    scale: Scale,
    height: float,
) -> list[Label]:
    found: list[Label] = []
    for x, sample in points:
        y = _y(scale, sample.value, height)
        if top and sample.on == top.on:
            found.append(_inside(sheet, Label(x, round(y - 8, 1), sample.shown, is_bold=True)))
        if baseline and sample.on == baseline.on:
            words = _("%(value)s before LD") % {"value": sample.shown}
            if not sheet.axis.has(sample.on):
                words = joined([words, sheet.day(sample.on)])
            found.append(Label(round(max(x - 3, 2), 1), round(y - 8, 1), words, Anchor.START, is_bold=True))
    return found


def _inside(sheet: Sheet, label: Label) -> Label:
    """Keep a label on the sheet: near an end it hangs on that end."""
    if label.right > sheet.axis.width:
        return Label(sheet.axis.width - 2, label.y, label.text, Anchor.END, is_bold=label.is_bold)
    if label.left < 0:
        return Label(2, label.y, label.text, Anchor.START, is_bold=label.is_bold)
    return label


def lab_column(sheet: Sheet, analyte: Analyte, *, in_table: bool) -> Column:
    """Return the worst result of each day."""
    values = {
        sample.on: DayText(
            sample.shown,
            f"{sample.row.comparator or ''}{plain_number(sample.row.canonical_value)}",
            sheet.url(sample.row),
        )
        for sample in samples_of(sheet.rows.labs, analyte)
    }
    return Column(analyte_name(analyte), analyte_unit(analyte), values, True, in_table)


def chosen_analytes(asked: Sequence[str], present: Sequence[Analyte]) -> list[Analyte]:
    """Return the analytes to draw: ferritin always, and those asked for that have results; CRP where none was."""
    wanted = set(asked) or set(DEFAULT)
    return [analyte for analyte in Analyte if analyte == Analyte.FERRITIN or (analyte in wanted and analyte in present)]


def toggled(analyte: Analyte, chosen: Sequence[Analyte]) -> list[Analyte]:
    """Return what to ask for so that an analyte comes in or goes; ferritin alone says that nothing else is wanted."""
    others = [other for other in chosen if other not in (Analyte.FERRITIN, analyte)]
    return [*others, *([] if analyte in chosen else [analyte])] or [Analyte.FERRITIN]
