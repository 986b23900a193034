"""Grades by day. Three things are kept apart: grade 0, not recorded inside an episode, and outside of any episode."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from registry.web.charts.days import Column, DayText, plain_number
from registry.web.charts.moments import day_of
from registry.web.charts.shapes import Label as Text
from registry.web.charts.shapes import Lane, Mark
from registry.web.charts.sheet import Sheet, joined

HEIGHT = 28
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class GradeDay:
    """The grade of one day of an episode; none where the day was not recorded, or not enough of it."""

    on: dt.date
    episode: Any
    row: Any = None

    @property
    def grade(self) -> int | None:
        """Return the clinician's grade, or the computed one where the clinician gave none."""
        if self.row is None:
            return None
        return self.row.grade_computed if self.row.grade_reported is None else self.row.grade_reported

    @property
    def differs(self) -> bool:
        """Tell whether both grades are there and are not the same."""
        if self.row is None or None in (self.row.grade_reported, self.row.grade_computed):
            return False
        return bool(self.row.grade_reported != self.row.grade_computed)


def grade_days(episodes: Sequence[Any], rows: Sequence[Any], seen_until: dt.date | None) -> dict[dt.date, GradeDay]:
    """Return the days of all episodes; of two episodes on one day, the worse.

    `seen_until` is the day of death or last contact: an episode that is recorded as not resolved lasts until then.
    """
    own: defaultdict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        own[row.episode_id].append(row)
    found: dict[dt.date, GradeDay] = {}
    for episode in episodes:
        for day in _days_of(episode, own[episode.pk], seen_until):
            if day.on not in found or _rank(day) > _rank(found[day.on]):
                found[day.on] = day
    return dict(sorted(found.items()))


def _rank(day: GradeDay) -> int:
    return -1 if day.grade is None else day.grade


def _days_of(episode: Any, rows: Sequence[Any], seen_until: dt.date | None) -> Iterator[GradeDay]:
    recorded = {row.assessed_on: row for row in rows}
    first, end = _span(episode, sorted(recorded), seen_until)
    inside = [first + ONE_DAY * n for n in range((end - first).days)] if first and end else []
    for on in sorted({*inside, *recorded}):
        yield GradeDay(on, episode, recorded.get(on))


def _span(episode: Any, recorded: list[dt.date], seen_until: dt.date | None) -> tuple[dt.date | None, dt.date | None]:
    """Return the first day and the day after the last; the day of resolution needs no assessment any more."""
    first = day_of(episode, "onset_on") or (recorded[0] if recorded else None)
    if first is None:
        return None, None
    end = day_of(episode, "resolved_on")
    if end is None and episode.is_resolved is False and seen_until:
        end = seen_until + ONE_DAY
    return first, max(end or (recorded[-1] if recorded else first) + ONE_DAY, first + ONE_DAY)


@dataclass(frozen=True)
class GradeWords:
    """What the grades of one toxicity are called."""

    code: str
    title: str
    scale: str
    of_grade: str
    not_recorded: str


def crs_words() -> GradeWords:
    """Return the words of CRS."""
    return GradeWords("crs", _("CRS grade"), _("ASTCT"), _("CRS grade %(grade)s (ASTCT)"), _("CRS grade not recorded"))


def icans_words() -> GradeWords:
    """Return the words of ICANS."""
    return GradeWords(
        "icans", _("ICANS grade"), _("ASTCT"), _("ICANS grade %(grade)s (ASTCT)"), _("ICANS grade not recorded")
    )


def grade_lane(sheet: Sheet, words: GradeWords, days: Mapping[dt.date, GradeDay]) -> Lane:
    """Return the lane of a toxicity: a cell for every day of an episode."""
    marks = tuple(_cell(sheet, words, day) for on, day in days.items() if sheet.axis.has(on))
    return Lane(words.code, words.title, words.scale, HEIGHT, marks, gap=10 if words.code == "crs" else 4)


def _cell(sheet: Sheet, words: GradeWords, day: GradeDay) -> Mark:
    kind = "unknown" if day.grade is None else f"grade-{day.grade}"
    x, width = sheet.axis.x(day.on), sheet.axis.day_px
    text = "?" if day.grade is None else str(day.grade)
    labels = [Text(round(x + width / 2 - (3 if day.differs else 0), 1), HEIGHT / 2 + 5, text, kind=kind, is_bold=True)]
    if day.differs:
        labels.append(Text(round(x + width - 7, 1), HEIGHT / 2 - 2, "≠", kind=kind))
    return Mark(
        kind, x + 1, 0.5, round(width - 2, 1), HEIGHT - 1, title=_title(sheet, words, day),
        url=sheet.url(day.row or day.episode), labels=tuple(labels),
        is_wrong=sheet.is_wrong(day.episode.pk, day.on),
    )  # fmt: skip


def _title(sheet: Sheet, words: GradeWords, day: GradeDay) -> str:
    return joined([_grade_words(words, day), sheet.day(day.on), _origin(day)])


def _grade_words(words: GradeWords, day: GradeDay) -> str:
    return words.not_recorded if day.grade is None else words.of_grade % {"grade": day.grade}


def _origin(day: GradeDay) -> str:
    if day.row is None:
        return ""
    reported, computed = day.row.grade_reported, day.row.grade_computed
    if day.differs:
        return _("by clinician; computed from the components: %(grade)s") % {"grade": computed}
    if reported is None:
        return _("components incomplete") if computed is None else _("computed from the components")
    return _("by clinician")


def grade_columns(sheet: Sheet, words: GradeWords, days: Mapping[dt.date, GradeDay]) -> list[Column]:
    """Return the grade for the table, and for the file the two grades that it comes from."""
    recorded = {on: day.row for on, day in days.items() if day.row is not None}
    shown = {on: _text(sheet, day) for on, day in days.items()}
    return [
        Column(words.title, words.scale, shown),
        _file_column(_("%(grade)s by clinician"), words, recorded, "grade_reported"),
        _file_column(_("%(grade)s computed"), words, recorded, "grade_computed"),
    ]


def _file_column(title: str, words: GradeWords, rows: Mapping[dt.date, Any], name: str) -> Column:
    values = {on: DayText("", plain_number(getattr(row, name))) for on, row in rows.items()}
    return Column(title % {"grade": words.title}, words.scale, values, in_table=False)


def _text(sheet: Sheet, day: GradeDay) -> DayText:
    url = sheet.url(day.row or day.episode)
    if day.grade is None:
        return DayText(_("not recorded"), "?", url, is_absent=True)
    shown = f"{day.grade} ≠ {day.row.grade_computed}" if day.differs else str(day.grade)
    return DayText(shown, str(day.grade), url)
