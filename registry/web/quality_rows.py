"""The rows behind the figures of quality: cases by what they hold or how long they took, queries by their times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from registry.metadata.forms import FORMS
from registry.models import DataQuery, InfusionCourse, Patient
from registry.selectors.peers import Scale
from registry.selectors.quality_completeness import Completeness, lacking
from registry.selectors.quality_measures import COMPLETE, ENTRY, FIRST_FORM, RAISED, REOPENED, RESOLUTION, RESPONSE
from registry.selectors.quality_rates import queries_by_time, queries_raised
from registry.selectors.quality_times import cases_by_time, cases_due, in_days
from registry.selectors.quality_variables import TOGETHER, Held, watched_named
from registry.web.case_links import form_address
from registry.web.quality_card import shown
from registry.web.quality_heat import label_of
from registry.web.quality_links import missing_url
from registry.web.query_links import QueryPlace, query_places
from registry.web.query_threads import words_of
from sites.models import Site


@dataclass(frozen=True)
class Cell:
    """One cell of a list: its text, where it leads, and whether it is a number."""

    text: str
    url: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Choice:
    """One of several lists beside each other: its words, how many rows it has, where it stands."""

    words: str
    count: int
    url: str
    is_here: bool


TIMES = {ENTRY: "entry_time", FIRST_FORM: "first_form_time", RESPONSE: "response_time", RESOLUTION: "resolution_time"}

BY_CASE = (ENTRY, FIRST_FORM, COMPLETE)


def rows_of(user: Any, measure: str, site: Site, now: datetime) -> QuerySet[Any]:
    """Return the cases or queries that a figure of a site rests on; LookupError for a measure with rows elsewhere."""
    if measure in (ENTRY, FIRST_FORM):
        return cases_by_time(user, site, TIMES[measure])
    if measure == COMPLETE:
        return cases_due(user, site, now)
    if measure in (RESPONSE, RESOLUTION):
        return queries_by_time(user, site, TIMES[measure], now)
    if measure in (RAISED, REOPENED):
        return queries_raised(user, site, is_reopened=measure == REOPENED)
    raise LookupError(f"{measure} has no rows of its own.")


def heads(measure: str) -> list[tuple[str, bool]]:
    """Return the headings of the rows of a measure, each with whether its column holds numbers."""
    days = [(_("Days"), True)] if measure in TIMES else []
    if measure in BY_CASE:
        forms = [(_("Complete forms"), True)] if measure == COMPLETE else []
        return [(_("Study id"), False), (_("Infusion"), False), (_("Entered"), False), *days, *forms]
    reopened = [(_("Times re-opened"), True)] if measure == REOPENED else []
    return [
        (_("Question"), False),
        (_("Check"), False),
        (_("Study id"), False),
        (_("Place"), False),
        (_("State"), False),
        *days,
        *reopened,
    ]


def row_lines(user: Any, measure: str, rows: Sequence[Any]) -> list[list[Cell]]:
    """Return the rows of one page of a measure as cells."""
    if measure in BY_CASE:
        return [_case(measure, case) for case in rows]
    words, places = words_of(rows), query_places(user, rows)
    return [_query(measure, query, words[query.pk], places[query.pk]) for query in rows]


def _case(measure: str, case: Patient) -> list[Cell]:
    own = [
        Cell(case.study_id, reverse("case", args=[case.pk])),
        Cell(case.infused_on.isoformat() if case.infused_on else ""),
        Cell(case.entered_at.date().isoformat() if case.entered_at else ""),
    ]
    if measure == COMPLETE:
        return [*own, Cell(f"{case.forms_done}/{len(FORMS)}", is_number=True)]
    return [*own, _days(case, measure)]


def _query(measure: str, query: DataQuery, words: str, place: QueryPlace) -> list[Cell]:
    own = [
        Cell(words, reverse("query", args=[query.pk])),
        Cell(query.check_code),
        Cell(query.patient.study_id, reverse("case", args=[query.patient_id])),
        Cell(place.words, place.url),
        Cell(str(query.get_state_display())),
    ]
    if measure == REOPENED:
        return [*own, Cell(str(query.times_reopened), is_number=True)]
    return [*own, _days(query, measure)] if measure in TIMES else own


def _days(row: Any, measure: str) -> Cell:
    days = in_days(getattr(row, TIMES[measure]))
    return Cell("" if days is None else shown(round(days, 1), Scale.DAYS), is_number=True)


def held_choices(site: str, code: str, counts: Completeness, here: Held) -> list[Choice]:
    """Return the three lists of a variable, each with how many cases are in it right now."""
    words = {Held.EMPTY: _("Empty"), Held.REASON: _("A reason"), Held.VALUE: _("A value")}
    numbers = {Held.EMPTY: counts.empty, Held.REASON: counts.reason, Held.VALUE: counts.value}
    return [Choice(words[held], numbers[held], missing_url(site, code, held), held is here) for held in Held]


@dataclass(frozen=True)
class HeldLine:
    """One case: which covariates it lacks, where all of them are asked about, and the form to go to."""

    course: InfusionCourse
    lacks: list[tuple[str, str]]
    url: str


def held_lines(code: str, rows: Sequence[InfusionCourse]) -> list[HeldLine]:
    """Return the cases of one page of a list of a variable."""
    return [_held(code, course) for course in rows]


def _held(code: str, course: InfusionCourse) -> HeldLine:
    if code != TOGETHER:
        return HeldLine(course, [], form_address(course.patient_id, watched_named(code).form))
    lacks = [(label_of(one), form_address(course.patient_id, watched_named(one).form)) for one in lacking(course)]
    return HeldLine(course, lacks, "")
