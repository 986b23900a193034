"""Impossible orders of events, each in one sentence. Dates count at their precision: only what is sure is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from registry.rules.anakinra import Intent
from registry.rules.dates import PartialDate, Precision
from registry.web.charts.after_death import faults_after_death
from registry.web.charts.moments import moment
from registry.web.charts.sheet import Fault, Hit, Sheet

ONE_DAY = dt.timedelta(days=1)


def faults_of(sheet: Sheet) -> tuple[Fault, ...]:
    """Return everything in the course that cannot have happened in the order recorded."""
    return (
        *_depletion(sheet),
        *_episodes(sheet, _("CRS"), sheet.rows.crs_episodes),
        *_episodes(sheet, _("ICANS"), sheet.rows.icans_episodes),
        *_episodes(sheet, _("IEC-HS"), sheet.rows.iechs_episodes),
        *_anakinra(sheet),
        *_segments(sheet),
        *faults_after_death(sheet),
    )


def _depletion(sheet: Sheet) -> Iterator[Fault]:
    course, day_0 = sheet.rows.course, sheet.day_0
    last = course.ld_ended_on or course.ld_started_on
    if last is None or last < day_0:
        return
    words = {"day": sheet.day(last), "infusion": sheet.day(day_0)}
    sentence = _("Lymphodepletion goes on until %(day)s, but the infusion is on %(infusion)s.") % words
    yield Fault(sentence, sheet.url(course), (Hit(course.pk),))


def _episodes(sheet: Sheet, name: str, episodes: Any) -> Iterator[Fault]:
    for episode in episodes:
        onset, resolved = moment(episode, "onset_on"), moment(episode, "resolved_on")
        url = sheet.url(episode)
        if onset and onset.surely_before(_exact(sheet.day_0)):
            words = {"toxicity": name, "day": sheet.when(onset)}
            sentence = _("%(toxicity)s begins before the infusion (%(day)s).") % words
            yield Fault(sentence, url, (Hit(episode.pk, until=sheet.day_0 - ONE_DAY),))
        if onset and resolved and resolved.surely_before(onset):
            words = {"toxicity": name, "resolved": sheet.when(resolved), "onset": sheet.when(onset)}
            sentence = _("%(toxicity)s is resolved (%(resolved)s) before its onset (%(onset)s).") % words
            yield Fault(sentence, url, (Hit(episode.pk),))


def _anakinra(sheet: Sheet) -> Iterator[Fault]:
    for course in sheet.rows.anakinra_courses:
        if course.intent == Intent.PROPHYLAXIS:
            continue
        starts = [at for at in [moment(course, "started_on")] if at]
        starts += [_exact(row.segment_started_on) for row in _own(sheet, course)]
        early = [at for at in starts if at.surely_before(_exact(sheet.day_0))]
        if early:
            first = min(early, key=PartialDate.earliest)
            words = {"day": sheet.when(first)}
            sentence = _("Anakinra begins before the infusion (%(day)s), but not as prophylaxis.") % words
            yield Fault(sentence, sheet.url(course), (Hit(course.pk, until=sheet.day_0 - ONE_DAY),))


def _segments(sheet: Sheet) -> Iterator[Fault]:
    for course in sheet.rows.anakinra_courses:
        began, ended = moment(course, "started_on"), moment(course, "ended_on")
        for row in _own(sheet, course):
            first, last = row.segment_started_on, row.segment_ended_on or row.segment_started_on
            if (began and _exact(first).surely_before(began)) or (ended and _exact(last).surely_after(ended)):
                words = {"number": row.segment_no, "days": sheet.days(first, last), "course": course.anakinra_no}
                sentence = _("Dose segment %(number)s (%(days)s) is outside anakinra course %(course)s.") % words
                yield Fault(sentence, sheet.url(row), (Hit(row.pk),))


def _own(sheet: Sheet, course: Any) -> list[Any]:
    return [row for row in sheet.rows.segments if row.anakinra_course_id == course.pk]


def _exact(on: dt.date) -> PartialDate:
    return PartialDate.of(on, Precision.DAY)
