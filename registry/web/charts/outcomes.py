"""What became of it: resolution, discharge, response, relapse, death, last contact, each a mark with its words."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from registry.rules.dates import PartialDate
from registry.rules.outcome import VitalStatus
from registry.rules.stays import CareKind
from registry.web.charts.days import Column, DayText
from registry.web.charts.lettering import text_width
from registry.web.charts.moments import day_of, moment
from registry.web.charts.shapes import Anchor, Label, Lane, Mark, cross, diamond
from registry.web.charts.sheet import Sheet, joined

ROW = 20
HALF = 6.5


@dataclass(frozen=True)
class Outcome:
    """One event at its date; `detail` is said in its title only."""

    words: str
    at: PartialDate
    row: Any
    detail: str = ""
    kind: str = "outcome"

    @property
    def on(self) -> dt.date | None:
        """Return the day, where it is known."""
        return self.at.earliest() if self.at.day is not None else None


def outcomes_of(sheet: Sheet) -> list[Outcome]:
    """Return all events in the order of their dates."""
    return sorted([*_resolutions(sheet), *_responses(sheet), *_ends(sheet)], key=lambda event: event.at.earliest())


def _resolutions(sheet: Sheet) -> Iterator[Outcome]:
    rows = sheet.rows
    for words, episodes in (
        (_("CRS resolved"), rows.crs_episodes),
        (_("ICANS resolved"), rows.icans_episodes),
        (_("IEC-HS resolved"), rows.iechs_episodes),
    ):
        for episode in episodes:
            if at := moment(episode, "resolved_on"):
                yield Outcome(words, at, episode)


def _responses(sheet: Sheet) -> Iterator[Outcome]:
    for row in sheet.rows.responses:
        if at := moment(row, "assessed_on"):
            words = _capital(str(row.get_response_display())) if row.response else _("Response not recorded")
            yield Outcome(words, at, row, str(row.get_criteria_display()) if row.criteria else "")
    for row in sheet.rows.relapses:
        if at := moment(row, "relapsed_on"):
            yield Outcome(_capital(str(row.get_kind_display())), at, row)


def _ends(sheet: Sheet) -> Iterator[Outcome]:
    died = {day_of(death, "died_on") for death in sheet.rows.deaths} - {None}
    for row in sheet.rows.stays:
        if (
            row.kind == CareKind.HOSPITAL
            and row.ended_on
            and row.ended_on not in died
            and (at := moment(row, "ended_on"))
        ):
            yield Outcome(_("Discharged"), at, row)
    for row in sheet.rows.deaths:
        if at := moment(row, "died_on"):
            yield Outcome(_("Death"), at, row, str(row.get_cause_display()) if row.cause else "", "death")
    for row in sheet.rows.follow_ups:
        # The last contact with somebody who died is the death, which has a mark of its own.
        is_the_death = row.vital_status == VitalStatus.DEAD and day_of(row, "last_contact_on") in died
        if not is_the_death and (at := moment(row, "last_contact_on")):
            status = str(row.get_vital_status_display()) if row.vital_status else ""
            yield Outcome(joined([_("Last contact"), status]), at, row)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def outcome_lane(sheet: Sheet, events: Sequence[Outcome]) -> Lane:
    """Return the lane of outcomes, in as many rows as keep the words apart."""
    marks: list[Mark] = []
    taken: list[list[tuple[float, float]]] = []
    for event in events:
        if event.on and sheet.axis.has(event.on):
            marks.append(_mark(sheet, event, event.on, taken))
    return Lane("outcomes", _("Outcomes"), "", max(len(taken), 1) * ROW + 2, tuple(marks), gap=10)


def _mark(sheet: Sheet, event: Outcome, on: dt.date, taken: list[list[tuple[float, float]]]) -> Mark:
    x, width = sheet.axis.centre(on), text_width(event.words) + HALF + 6
    goes_right = x + width <= sheet.axis.width or x - width < 0
    left, right = (x - HALF, x + width) if goes_right else (x - width, x + HALF)
    y = _free_row(taken, left, right) * ROW + ROW / 2 + 1
    side, anchor = (x + HALF + 3, Anchor.START) if goes_right else (x - HALF - 3, Anchor.END)
    label = Label(round(side, 1), y + 4.5, event.words, anchor, is_bold=event.kind == "death")
    path = cross(x, y, HALF) if event.kind == "death" else diamond(x, y, HALF)
    title = joined([event.words, event.detail, sheet.day(on)])
    hit = (round(left, 1), y - ROW / 2, round(right - left, 1), ROW)
    wrong, flag = sheet.is_wrong(event.row.pk, on), (x + (-HALF if goes_right else HALF), y - HALF + 1)
    return Mark(event.kind, x, y, 0, 0, title, sheet.url(event.row), (label,), path, hit, wrong, flag)


def _free_row(taken: list[list[tuple[float, float]]], left: float, right: float) -> int:
    for number, spans in enumerate(taken):
        if all(right < start - 4 or left > end + 4 for start, end in spans):
            spans.append((left, right))
            return number
    taken.append([(left, right)])
    return len(taken) - 1


def outcome_column(sheet: Sheet, events: Sequence[Outcome]) -> Column:
    """Return the events of each day."""
    by_day: defaultdict[dt.date, list[Outcome]] = defaultdict(list)
    for event in events:
        if event.on:
            by_day[event.on].append(event)
    values = {on: DayText(_words(found), _words(found), sheet.url(found[0].row)) for on, found in by_day.items()}
    return Column(_("Outcomes"), "", values)


def _words(events: Sequence[Outcome]) -> str:
    return "; ".join(event.words for event in events)
