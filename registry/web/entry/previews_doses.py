"""Doses of anakinra and of corticosteroids, from what stands in the controls: per day, per kilogram, and the class."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from registry.metadata.units import shown_unit
from registry.rules.anakinra import (
    AnakinraRoute,
    DoseClass,
    WeighedOn,
    WeightChoice,
    choose_weight,
    dose_class,
)
from registry.rules.dosing import HOURS_PER_DAY, daily_mg, mg_per_kg_day
from registry.rules.therapy import STEROIDS, DoseUnit, TherapyDrug, dexeq_mg_per_day, dose_in_mg
from registry.services.changed import rounded
from registry.web.case_cells import number
from registry.web.entry.lines import Computed, Line
from registry.web.entry.sheet import Sheet


def preview_anakinra(sheet: Sheet) -> None:
    """Show each segment's dose a day and per kilogram, and the dose class with the rule behind it."""
    head, grid = sheet.heads[0], sheet.grids[0]
    filled = [line for line in grid.lines if not line.is_blank and not line.is_deleted]
    weight = _weight(sheet, head, filled)
    for line in grid.lines:
        daily = _daily(line)
        per_kg = mg_per_kg_day(daily, weight.kg if weight else None)
        line.computed["daily_mg"] = _amount(line, "daily_mg", daily)
        line.computed["mg_per_kg_day"] = _amount(line, "mg_per_kg_day", per_kg)
    _show_class(head, filled, weight)


def preview_therapy(sheet: Sheet) -> None:
    """Show the dexamethasone equivalent of each corticosteroid."""
    for line in sheet.grids[0].lines:
        course = sheet.course_of(line)
        weight = course.weight_kg if course else None
        drug, unit = line.value("drug"), line.value("dose_unit")
        amount = None
        if drug in STEROIDS:
            mg = dose_in_mg(line.value("dose"), DoseUnit(unit) if unit else None, weight)
            hours = line.value("interval_h") or (None if line.boxes["interval_h"].state.reason else HOURS_PER_DAY)
            amount = dexeq_mg_per_day(TherapyDrug(drug), mg, hours)
        line.computed["dexeq_mg_per_day"] = _amount(line, "dexeq_mg_per_day", amount)


def _daily(line: Line) -> Decimal | None:
    interval = line.value("interval_h")
    return daily_mg(line.value("dose_mg"), interval) if interval is None or interval > 0 else None


def _amount(line: Line, key: str, amount: Decimal | None) -> Computed:
    field: Any = line.topic.model._meta.get_field(key)
    text = "" if amount is None else number(rounded(amount, 1) or Decimal(0))
    return Computed(key, str(field.verbose_name), text)


def _weight(sheet: Sheet, head: Line, filled: list[Line]) -> WeightChoice | None:
    starts = [day for line in filled if (day := line.value("segment_started_on"))]
    start: dt.date | None = head.value("started_on") or min(starts, default=None)
    course = sheet.course_of(head)
    fallback = course.weight_kg if course else None
    if start is None:
        return choose_weight([], dt.date.min, fallback)
    kg = head.value("weight_kg")
    own = [] if kg is None else [WeighedOn(head.value("weighed_on") or start, kg)]
    return choose_weight(own, start, fallback)


def _when(line: Line) -> tuple[dt.date, dt.time]:
    return line.value("segment_started_on") or dt.date.max, line.value("segment_started_at") or dt.time.min


def _show_class(head: Line, filled: list[Line], weight: WeightChoice | None) -> None:
    """Say the dose class and what it follows from, in one sentence."""
    first = min(filled, key=_when, default=None)
    daily = _daily(first) if first else None
    if first is None or daily is None:
        words = _("The dose class follows from the first segment: enter its dose and interval.")
        head.computed["dose_class"] = Computed("dose_class", _("Dose class"), "", "waits", words)
        return
    code = first.value("route")
    group = dose_class(daily, AnakinraRoute(code) if code else None)
    per_kg = mg_per_kg_day(daily, weight.kg if weight else None)
    text = f"{group.value}: {_(group.label)}" if group else ""
    head.computed["dose_class"] = Computed(
        "dose_class", _("Dose class"), text, "" if group else "waits", _rule(daily, per_kg, code, weight, group)
    )


def _rule(
    daily: Decimal, per_kg: Decimal | None, route: str | None, weight: WeightChoice | None, group: DoseClass | None
) -> str:
    words = [
        _("The first segment gives %(amount)s %(unit)s") % {"amount": _round(daily), "unit": shown_unit("mg/d")}
        + (f", {_(AnakinraRoute(route).label)}." if route else ".")
    ]
    if per_kg is not None and weight is not None:
        words.append(
            _("That is %(amount)s %(unit)s with %(kg)s kg (%(source)s).")
            % {
                "amount": _round(per_kg), "unit": shown_unit("mg/kg/d"),
                "kg": _round(weight.kg), "source": _(weight.source.label),
            }
        )  # fmt: skip
    if group is None:
        words.append(_("The route decides the class: enter it."))
    return " ".join(words)


def _round(amount: Decimal) -> str:
    return number(rounded(amount, 1) or Decimal(0))
