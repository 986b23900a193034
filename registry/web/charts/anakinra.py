"""Anakinra by day: mg/day as bars, mg/kg/day beside it in words, a question mark where a course has no dose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from registry.rules.anakinra import Intent
from registry.web.charts.days import Column, DayText, plain_number
from registry.web.charts.doses import DoseDay, bars, highest, on_axis, runs
from registry.web.charts.moments import day_of, days_from
from registry.web.charts.shapes import Lane
from registry.web.charts.sheet import Sheet, joined, short_number, shown_number

HEIGHT = 72
ONE_DAY = dt.timedelta(days=1)


def anakinra_days(sheet: Sheet) -> dict[dt.date, DoseDay]:
    """Return the dose of every day of every course; on a day of two segments, that of the later one."""
    found: dict[dt.date, DoseDay] = {}
    for course in sheet.rows.anakinra_courses:
        own = [row for row in sheet.rows.segments if row.anakinra_course_id == course.pk]
        found |= dict.fromkeys(_course_days(course), _unknown(sheet, course))
        for row, following in zip_longest(own, own[1:]):
            found |= dict.fromkeys(
                days_from(row.segment_started_on, _last(row, following, course)), _dose(sheet, row, course)
            )
    return found


def _course_days(course: Any) -> list[dt.date]:
    first = day_of(course, "started_on")
    return days_from(first, day_of(course, "ended_on")) if first else []


def _last(row: Any, following: Any, course: Any) -> dt.date | None:
    """Return the last day of a segment: where it is not recorded, the day before the next, or the course's last."""
    if row.segment_ended_on:
        return row.segment_ended_on
    return following.segment_started_on - ONE_DAY if following else day_of(course, "ended_on")


def _unknown(sheet: Sheet, course: Any) -> DoseDay:
    words = joined([_("dose not recorded"), _intent(course)])
    return DoseDay(None, sheet.url(course), words, pks=(course.pk,))


def _dose(sheet: Sheet, row: Any, course: Any) -> DoseDay:
    if row.daily_mg is None:
        return DoseDay(None, sheet.url(row), joined([_("dose not recorded"), _intent(course)]), pks=(row.pk, course.pk))
    per_kg = "" if row.mg_per_kg_day is None else f"{shown_number(row.mg_per_kg_day, 1)} {_('mg/kg/day')}"
    route = str(row.get_route_display()) if row.route else ""
    words = joined([f"{shown_number(row.daily_mg)} {_('mg/day')}", per_kg, route, _intent(course)])
    return DoseDay(row.daily_mg, sheet.url(row), words, row.mg_per_kg_day, (row.pk, course.pk))


def _intent(course: Any) -> str:
    return _("given as prophylaxis") if course.intent == Intent.PROPHYLAXIS else ""


def anakinra_lane(sheet: Sheet, days: Mapping[dt.date, DoseDay]) -> Lane:
    """Return the lane of anakinra."""
    found = on_axis(sheet.axis, runs(days))
    marks = bars(sheet.axis, found, "anakinra", highest(days), HEIGHT)
    titled = [
        replace(
            mark,
            title=joined([_("Anakinra"), run.dose.words, sheet.days(run.first, run.last)]),
            is_wrong=any(sheet.is_wrong(pk, run.first, run.last) for pk in run.dose.pks),
        )
        for run, mark in zip(found, marks, strict=True)
    ]
    return Lane("anakinra", _("Anakinra"), _("mg/day"), HEIGHT if days else 24, tuple(titled) if days else ())


def anakinra_columns(sheet: Sheet, days: Mapping[dt.date, DoseDay]) -> list[Column]:
    """Return the dose of a day and the dose per kilogram."""
    per_kg = {
        on: DayText(short_number(dose.mg_per_kg), plain_number(dose.mg_per_kg), dose.url)
        for on, dose in days.items()
        if dose.mg_per_kg is not None
    }
    return [
        Column(_("Anakinra"), _("mg/day"), {on: dose_text(dose) for on, dose in days.items()}, True),
        Column(_("Anakinra"), _("mg/kg/day"), per_kg, True),
    ]


def dose_text(dose: DoseDay) -> DayText:
    """Return the dose of a day for table and file."""
    if dose.mg is None:
        return DayText(_("not recorded"), "?", dose.url, is_absent=True)
    return DayText(shown_number(dose.mg), plain_number(dose.mg), dose.url)
