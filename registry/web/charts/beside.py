"""What the chart cannot show in a column of days: dates without a day, and days before or after those shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from registry.rules.dates import PartialDate
from registry.rules.labs import Analyte
from registry.web.charts.grades import GradeDay, GradeWords
from registry.web.charts.labs import analyte_name, analyte_unit, before_depletion, samples_of
from registry.web.charts.moments import moment
from registry.web.charts.outcomes import Outcome
from registry.web.charts.sheet import Sheet


@dataclass(frozen=True)
class Aside:
    """One line below the chart: what, when, and where it was entered."""

    words: str
    when: str
    url: str


def undrawn(sheet: Sheet, events: Sequence[Outcome]) -> list[Aside]:
    """Return everything of which only the month or year is known: it is never drawn as a day."""
    starts = [Aside(words, str(at), sheet.url(row)) for words, row, at in _starts(sheet) if at and at.day is None]
    late = [Aside(event.words, str(event.at), sheet.url(event.row)) for event in events if event.on is None]
    return [*starts, *late]


def _starts(sheet: Sheet) -> Iterator[tuple[str, object, PartialDate | None]]:
    rows = sheet.rows
    for words, episodes in (
        (_("Onset of CRS"), rows.crs_episodes),
        (_("Onset of ICANS"), rows.icans_episodes),
        (_("Onset of IEC-HS"), rows.iechs_episodes),
    ):
        for episode in episodes:
            yield words, episode, moment(episode, "onset_on")
    for course in rows.anakinra_courses:
        yield _("First day of anakinra"), course, moment(course, "started_on")
        yield _("Last day of anakinra"), course, moment(course, "ended_on")


def outside(
    sheet: Sheet,
    events: Sequence[Outcome],
    graded: Sequence[tuple[GradeWords, Mapping[dt.date, GradeDay]]],
    analytes: Sequence[Analyte],
) -> list[Aside]:
    """Return what lies before or after the days shown, in the order of days."""
    found = [*_events(sheet, events), *_grades(sheet, graded), *_labs(sheet, analytes)]
    return [aside for _on, aside in sorted(found, key=lambda item: item[0])]


def _beyond(sheet: Sheet, on: dt.date | None) -> bool:
    return on is not None and not sheet.axis.has(on)


def _events(sheet: Sheet, events: Sequence[Outcome]) -> Iterator[tuple[dt.date, Aside]]:
    for event in events:
        if event.on and _beyond(sheet, event.on):
            yield event.on, Aside(event.words, sheet.day(event.on), sheet.url(event.row))


def _grades(
    sheet: Sheet, graded: Sequence[tuple[GradeWords, Mapping[dt.date, GradeDay]]]
) -> Iterator[tuple[dt.date, Aside]]:
    """Yield one line for each toxicity: an unresolved episode may have been looked at for years."""
    for words, days in graded:
        late = [day for on, day in days.items() if day.grade is not None and _beyond(sheet, on)]
        if not late:
            continue
        last = late[-1]
        text = words.of_grade % {"grade": last.grade}
        if len(late) > 1:
            more = _("the last of %(count)s days, all in the table") % {"count": len(late)}
            text = f"{text} ({more})"
        yield last.on, Aside(text, sheet.day(last.on), sheet.url(last.row))


def _labs(sheet: Sheet, analytes: Sequence[Analyte]) -> Iterator[tuple[dt.date, Aside]]:
    """Yield the samples of the results shown, but for the one that the chart pins to its edge."""
    for analyte in analytes:
        samples = samples_of(sheet.rows.labs, analyte)
        pinned = before_depletion(sheet, samples)
        for sample in samples:
            if _beyond(sheet, sample.on) and sample is not pinned:
                words = f"{analyte_name(analyte)} {sample.shown} {analyte_unit(analyte)}".strip()
                yield sample.on, Aside(words, sheet.day(sample.on), sheet.url(sample.row))
