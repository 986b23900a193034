"""Single doses of tocilizumab as cells, every other drug against toxicity as a bar with its name."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from registry.rules.therapy import STEROIDS, DoseUnit, TherapyDrug, dose_in_mg
from registry.web.charts.bars import ROW, Stretch, packed
from registry.web.charts.days import Column, DayText, plain_number
from registry.web.charts.lettering import text_width
from registry.web.charts.moments import days_from
from registry.web.charts.shapes import Label, Lane, Mark
from registry.web.charts.sheet import Sheet, joined, short_number, shown_number

HEIGHT = 28
HOURS_PER_DAY = 24
DRAWN_ELSEWHERE = STEROIDS | {TherapyDrug.TOCILIZUMAB}


@dataclass(frozen=True)
class Given:
    """The doses of one day: mg of one dose (none where it is not recorded) and how many."""

    row: Any
    mg: Decimal | None
    times: int


def tocilizumab_days(sheet: Sheet) -> dict[dt.date, list[Given]]:
    """Return what was given on each day."""
    found: defaultdict[dt.date, list[Given]] = defaultdict(list)
    for row in sheet.rows.therapies:
        if row.drug == TherapyDrug.TOCILIZUMAB:
            unit = DoseUnit(row.dose_unit) if row.dose_unit else None
            mg = dose_in_mg(row.dose, unit, sheet.rows.course.weight_kg)
            for on, times in dosing_days(row.started_on, row.ended_on, row.interval_h).items():
                found[on].append(Given(row, mg, times))
    return dict(found)


def dosing_days(first: dt.date, last: dt.date | None, interval_h: Decimal | None) -> dict[dt.date, int]:
    """Return day -> doses. One a day without an interval; with one, the first dose is counted from midnight."""
    if not interval_h:
        return dict.fromkeys(days_from(first, last), 1)
    found: dict[dt.date, int] = {}
    hours, end = Decimal(0), (len(days_from(first, last))) * HOURS_PER_DAY
    while hours < end:
        on = first + dt.timedelta(days=int(hours // HOURS_PER_DAY))
        found[on] = found.get(on, 0) + 1
        hours += interval_h
    return found


def tocilizumab_lane(sheet: Sheet, days: Mapping[dt.date, list[Given]]) -> Lane:
    """Return a cell for each day with doses; the number is mg of one dose."""
    marks = [_cell(sheet, on, given) for on, given in days.items() if sheet.axis.has(on)]
    return Lane("tocilizumab", _("Tocilizumab"), _("mg per dose"), HEIGHT, tuple(marks))


def _cell(sheet: Sheet, on: dt.date, given: list[Given]) -> Mark:
    amounts = [dose.mg for dose in given]
    kind = "unknown" if None in amounts else "tocilizumab"
    text = "?" if None in amounts else short_number(max(mg for mg in amounts if mg is not None))
    times = sum(dose.times for dose in given)
    x, width, middle = sheet.axis.x(on), sheet.axis.day_px, sheet.axis.centre(on)
    y = 14 if times > 1 else HEIGHT / 2 + 4.5
    labels = [Label(middle, y, text, kind=kind, is_bold=True, is_small=text_width(text, bold=True) + 1 > width)]
    if times > 1:
        labels.append(Label(middle, 25, f"×{times}", kind=kind))
    wrong = any(sheet.is_wrong(dose.row.pk, on) for dose in given)
    return Mark(
        kind, x + 0.5, 0.5, round(width - 1, 1), HEIGHT - 1, _title(sheet, on, given), sheet.url(given[0].row),
        tuple(labels), is_wrong=wrong,
    )  # fmt: skip


def _title(sheet: Sheet, on: dt.date, given: list[Given]) -> str:
    return joined([_("Tocilizumab"), *(_amount(dose) for dose in given), sheet.day(on)])


def _amount(dose: Given) -> str:
    amount = _("dose not recorded") if dose.mg is None else f"{shown_number(dose.mg, 1)} mg"
    return f"{amount} × {dose.times}" if dose.times > 1 else amount


def tocilizumab_column(sheet: Sheet, days: Mapping[dt.date, list[Given]]) -> Column:
    """Return the doses of each day, one after the other."""
    return Column(_("Tocilizumab"), _("mg per dose"), {on: _text(sheet, given) for on, given in days.items()}, True)


def _text(sheet: Sheet, given: list[Given]) -> DayText:
    shown = " + ".join(
        short_number(dose.mg) if dose.mg is not None else "?" for dose in given for _n in range(dose.times)
    )
    plain = " + ".join(plain_number(dose.mg) or "?" for dose in given for _n in range(dose.times))
    return DayText(shown, plain, sheet.url(given[0].row))


def _others(sheet: Sheet) -> list[Any]:
    return [row for row in sheet.rows.therapies if row.drug not in DRAWN_ELSEWHERE]


def other_lane(sheet: Sheet) -> Lane:
    """Return all other drugs in one lane, in as many rows as their names need."""
    marks, rows = packed(sheet.axis, [_stretch(sheet, row) for row in _others(sheet)])
    return Lane("drugs", _("Other drugs"), "", rows * ROW, tuple(marks))


def _name(row: Any) -> str:
    name = str(row.get_drug_display())
    return name[:1].upper() + name[1:]


def _stretch(sheet: Sheet, row: Any) -> Stretch:
    last = row.ended_on or row.started_on
    dose = ""
    if row.dose is not None:
        dose = f"{shown_number(row.dose)} {str(row.get_dose_unit_display()) if row.dose_unit else ''}".strip()
    every = _("every %(hours)s h") % {"hours": shown_number(row.interval_h)} if row.interval_h else ""
    title = joined([_name(row), dose, every, sheet.days(row.started_on, last)])
    wrong = sheet.is_wrong(row.pk, row.started_on, last)
    return Stretch("drug", row.started_on, last, (_name(row),), title, sheet.url(row), False, wrong)


def other_column(sheet: Sheet) -> Column:
    """Return the names of the other drugs of each day."""
    names: defaultdict[dt.date, dict[str, str]] = defaultdict(dict)
    for row in _others(sheet):
        for on in days_from(row.started_on, row.ended_on):
            names[on].setdefault(_name(row), sheet.url(row))
    values = {on: DayText(joined(own), joined(own), next(iter(own.values()))) for on, own in names.items()}
    return Column(_("Other drugs"), "", values, is_stretch=True)
