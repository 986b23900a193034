"""The four facts above the chart, which answer most questions without it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from registry.rules.labs import Analyte
from registry.web.charts.doses import DoseDay
from registry.web.charts.grades import GradeDay
from registry.web.charts.labs import analyte_unit, before_depletion, peak, samples_of
from registry.web.charts.moments import day_of, moment
from registry.web.charts.sheet import Sheet, joined, shown_number


@dataclass(frozen=True)
class Fact:
    """One fact: the words that stand out and what follows them."""

    strong: str
    rest: str = ""


def facts_of(
    sheet: Sheet,
    crs: Mapping[dt.date, GradeDay],
    icans: Mapping[dt.date, GradeDay],
    anakinra: Mapping[dt.date, DoseDay],
) -> list[Fact]:
    """Return peak CRS, peak ICANS, anakinra and peak ferritin."""
    rows = sheet.rows
    return [
        _peak(sheet, "crs_episode", _("CRS"), rows.crs_episodes, crs),
        _peak(sheet, "icans_episode", _("ICANS"), rows.icans_episodes, icans),
        _anakinra(sheet, anakinra),
        _ferritin(sheet),
    ]


def _peak(sheet: Sheet, topic: str, name: str, episodes: Sequence[Any], days: Mapping[dt.date, GradeDay]) -> Fact:
    if not episodes:
        words = _("No %(toxicity)s occurred") if topic in sheet.rows.none else _("No %(toxicity)s recorded")
        return Fact(words % {"toxicity": name})
    highest = _highest(episodes, days)
    if highest is None:
        return Fact(_("%(toxicity)s, grade not recorded") % {"toxicity": name}, _resolution(sheet, episodes))
    grade, on = highest
    words = _("Peak %(toxicity)s grade %(grade)s") % {"toxicity": name, "grade": grade}
    when = _("on %(day)s") % {"day": sheet.day(on)} if on else ""
    return Fact(words, joined([f"(ASTCT) {when}".strip(), _resolution(sheet, episodes)]))


def _highest(episodes: Sequence[Any], days: Mapping[dt.date, GradeDay]) -> tuple[int, dt.date | None] | None:
    """Return the highest grade and its first day; the clinician's grade of an episode counts where it is higher."""
    found = [(day.grade, on) for on, day in days.items() if day.grade is not None]
    best: tuple[int, dt.date | None] | None = max(found, key=lambda item: item[0]) if found else None
    for episode in episodes:
        if episode.max_grade is not None and (best is None or episode.max_grade > best[0]):
            best = episode.max_grade, episode.max_grade_on
    return best


def _resolution(sheet: Sheet, episodes: Sequence[Any]) -> str:
    dates = [moment(episode, "resolved_on") for episode in episodes]
    if any(episode.is_resolved is False for episode in episodes):
        return _("not resolved")
    if None in dates:
        return _("resolved, day not recorded") if all(e.is_resolved for e in episodes) else _("resolution not recorded")
    last = max((at for at in dates if at), key=lambda at: at.earliest())
    return _("resolved %(day)s") % {"day": sheet.when(last)}


def _anakinra(sheet: Sheet, days: Mapping[dt.date, DoseDay]) -> Fact:
    courses = sheet.rows.anakinra_courses
    if not courses:
        was_none = "anakinra_course" in sheet.rows.none
        return Fact(_("No anakinra was given") if was_none else _("No anakinra recorded"))
    if not days:
        return Fact(_("Anakinra"), _("days not recorded"))
    classes = dict.fromkeys(str(course.get_dose_class_display()) for course in courses if course.dose_class)
    dose_class = _("dose class: %(class)s") % {"class": "; ".join(classes)} if classes else ""
    return Fact(_("Anakinra"), joined([sheet.days(min(days), max(days)), _top_dose(days), dose_class]))


def _top_dose(days: Mapping[dt.date, DoseDay]) -> str:
    known = [dose for dose in days.values() if dose.mg is not None]
    if not known:
        return _("dose not recorded")
    top = max(known, key=lambda dose: (dose.mg or Decimal(0), dose.mg_per_kg or Decimal(0)))
    words = _("peak %(dose)s mg/day") % {"dose": shown_number(top.mg or 0)}
    if top.mg_per_kg is None:
        return words
    return f"{words} ({_('%(dose)s mg/kg/day') % {'dose': shown_number(top.mg_per_kg, 1)}})"


def _ferritin(sheet: Sheet) -> Fact:
    samples = samples_of(sheet.rows.labs, Analyte.FERRITIN)
    first = before_depletion(sheet, samples)
    during = [sample for sample in samples if sample.on >= sheet.day_0] or samples
    top = peak(during, Analyte.FERRITIN)
    if top is None:
        return Fact(_("No ferritin recorded"))
    words = f"{top.shown} {analyte_unit(Analyte.FERRITIN)} {_('on %(day)s') % {'day': sheet.day(top.on)}}"
    return Fact(_("Peak ferritin"), joined([words, _("%(value)s before LD") % {"value": first.shown} if first else ""]))


def seen_until(deaths: Sequence[Any], follow_ups: Sequence[Any]) -> dt.date | None:
    """Return the day of death, or else of the last contact, where the day is known."""
    dates = [day_of(row, "died_on") for row in deaths] + [day_of(row, "last_contact_on") for row in follow_ups]
    return next((on for on in dates if on), None)
