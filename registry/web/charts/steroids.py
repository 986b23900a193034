"""Corticosteroids by day, each turned into mg of dexamethasone of the same strength (equivalence provisional)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from registry.rules.therapy import STEROIDS
from registry.web.charts.anakinra import dose_text
from registry.web.charts.days import Column
from registry.web.charts.doses import DoseDay, bars, highest, on_axis, runs
from registry.web.charts.moments import days_from
from registry.web.charts.shapes import Lane
from registry.web.charts.sheet import Sheet, joined, shown_number

HEIGHT = 60


def steroid_days(sheet: Sheet) -> dict[dt.date, DoseDay]:
    """Return the dose of every day, summed over the drugs given on it; unknown where one of them is unknown."""
    given: defaultdict[dt.date, list[Any]] = defaultdict(list)
    for row in sheet.rows.therapies:
        if row.drug in STEROIDS:
            for on in days_from(row.started_on, row.ended_on):
                given[on].append(row)
    return {on: _dose(sheet, rows) for on, rows in given.items()}


def _dose(sheet: Sheet, rows: list[Any]) -> DoseDay:
    doses = [row.dexeq_mg_per_day for row in rows]
    total = None if None in doses else sum(doses)
    amount = _("dose not recorded") if total is None else f"{shown_number(total)} {_('mg/day')}"
    drugs = joined(dict.fromkeys(str(row.get_drug_display()) for row in rows))
    return DoseDay(total, sheet.url(rows[0]), f"{amount} ({drugs})", pks=tuple(row.pk for row in rows))


def steroid_lane(sheet: Sheet, days: Mapping[dt.date, DoseDay]) -> Lane:
    """Return the lane of corticosteroids."""
    found = on_axis(sheet.axis, runs(days))
    marks = bars(sheet.axis, found, "steroid", highest(days), HEIGHT)
    titled = [
        replace(
            mark,
            title=joined([_("Dexamethasone equivalent"), run.dose.words, sheet.days(run.first, run.last)]),
            is_wrong=any(sheet.is_wrong(pk, run.first, run.last) for pk in run.dose.pks),
        )
        for run, mark in zip(found, marks, strict=True)
    ]
    return Lane("steroid", _("Corticosteroid"), _note(), HEIGHT if days else 24, tuple(titled))


def steroid_column(days: Mapping[dt.date, DoseDay]) -> Column:
    """Return the dose of every day."""
    return Column(_("Corticosteroid"), _note(), {on: dose_text(dose) for on, dose in days.items()}, True)


def _note() -> str:
    return _("dexamethasone-eq. mg/day*")
