"""Where the patient was cared for: hospital, intensive care, ventilation, renal replacement."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from registry.rules.stays import CareKind
from registry.web.charts.bars import ROW, Stretch, bar, edges, packed, visible
from registry.web.charts.days import Column, DayText
from registry.web.charts.lettering import text_width
from registry.web.charts.moments import days_from
from registry.web.charts.shapes import Anchor, Label, Lane, Mark
from registry.web.charts.sheet import Sheet, joined

# Intensive care is drawn over the stay in hospital that it is part of; organ support has rows of its own.
KINDS = {CareKind.HOSPITAL: "hospital", CareKind.ICU: "icu", CareKind.VENTILATION: "ventilation", CareKind.RRT: "rrt"}
ON_THE_FIRST_ROW = (CareKind.HOSPITAL, CareKind.ICU)


def _care_names(kind: CareKind) -> tuple[str, ...]:
    match kind:
        case CareKind.HOSPITAL:
            return (_("Hospital"),)
        case CareKind.ICU:
            return (_("Intensive care"), _("ICU"))
        case CareKind.VENTILATION:
            return (_("Mechanical ventilation"), _("Ventilation"), _("MV"))
    return (_("Renal replacement"), _("RRT"))


def care_lane(sheet: Sheet) -> Lane:
    """Return hospital and intensive care on one row, ventilation and renal replacement below where there were any."""
    stretches = {kind: [_stay(sheet, row) for row in sheet.rows.stays if row.kind == kind] for kind in KINDS}
    stretches = {kind: visible(sheet.axis, found) for kind, found in stretches.items()}
    marks = [_hospital(sheet, stretch, stretches[CareKind.ICU]) for stretch in stretches[CareKind.HOSPITAL]]
    marks += [_intensive(sheet, stretch) for stretch in stretches[CareKind.ICU]]
    height = ROW
    for kind in (CareKind.VENTILATION, CareKind.RRT):
        if stretches[kind]:
            more, rows = packed(sheet.axis, stretches[kind])
            marks += [_lowered(mark, height) for mark in more]
            height += rows * ROW
    return Lane("care", _("Care setting"), "", height, tuple(marks))


def _hospital(sheet: Sheet, stretch: Stretch, over: list[Stretch]) -> Mark:
    """Name a stay on its longest part that intensive care does not cover."""
    mark = bar(sheet.axis, replace(stretch, names=()))
    left, right = edges(sheet.axis, stretch)
    cuts = sorted(_reach(sheet, other) for other in over)
    starts, ends = [left, *(end for _start, end in cuts)], [*(start for start, _end in cuts), right]
    free = [(max(a, left), min(b, right)) for a, b in zip(starts, ends, strict=True)]
    start, end = max(free, key=lambda part: part[1] - part[0])
    name = stretch.names[0]
    if text_width(name) + 8 > end - start:
        return mark
    return replace(mark, labels=(Label(round((start + end) / 2, 1), 14, name, kind=mark.kind),))


def _intensive(sheet: Sheet, stretch: Stretch) -> Mark:
    """Name intensive care inside its bar, or beside it, over the stay that it is part of."""
    mark, right = bar(sheet.axis, stretch), edges(sheet.axis, stretch)[1]
    if mark.labels:
        return mark
    name = stretch.names[-1]
    if right + text_width(name) + 4 > sheet.axis.width:
        return replace(mark, labels=(Label(round(mark.x - 3, 1), 14, name, Anchor.END),))
    return replace(mark, labels=(Label(round(right + 3, 1), 14, name, Anchor.START),))


def _reach(sheet: Sheet, stretch: Stretch) -> tuple[float, float]:
    """Return where intensive care begins and ends together with its name."""
    left, right = edges(sheet.axis, stretch)
    labels = _intensive(sheet, stretch).labels
    return min([left, *(label.left for label in labels)]), max([right, *(label.right for label in labels)])


def _lowered(mark: Mark, by: float) -> Mark:
    return replace(mark, y=mark.y + by, labels=tuple(replace(label, y=label.y + by) for label in mark.labels))


def _stay(sheet: Sheet, row: Any) -> Stretch:
    kind = CareKind(row.kind)
    last, is_open = (row.ended_on, False) if row.ended_on else (row.began_on, True)
    names = _care_names(kind)
    return Stretch(
        KINDS[kind],
        row.began_on,
        last,
        names,
        joined([names[0], sheet.days(row.began_on, last), _("last day not recorded") if is_open else ""]),
        sheet.url(row),
        is_open,
        sheet.is_wrong(row.pk, row.began_on, last),
    )


def care_column(sheet: Sheet) -> Column:
    """Return, for each day, every kind of care that was given."""
    values: dict[dt.date, DayText] = {}
    for row in sheet.rows.stays:
        name = _care_names(CareKind(row.kind))[-1]
        for on in days_from(row.began_on, row.ended_on):
            before = f"{values[on].plain}, " if on in values else ""
            values[on] = DayText(before + name, before + name, sheet.url(row))
    return Column(_("Care setting"), "", values, is_stretch=True)
