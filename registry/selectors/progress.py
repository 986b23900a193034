"""How far the forms of cases are, many cases at once: started, complete, signed, locked, what is missing or asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from registry.metadata import Topic
from registry.metadata.forms import FORMS, CaseForm
from registry.models import Patient
from registry.selectors import progress_sql as sql
from registry.selectors.progress_sql import counted_fields
from registry.selectors.record_hashes import record_hashes
from sites.access import visible_site_ids

NAMED_AT_MOST = 3


class Standing(Enum):
    """Where a form stands: locked before signed, signed before an open query, and that before what was entered."""

    NOT_STARTED = "not started"
    IN_PROGRESS = "in progress"
    NONE_OCCURRED = "none occurred"
    COMPLETE = "complete"
    QUERY_OPEN = "query open"
    SIGNED = "signed"
    LOCKED = "locked"

    @property
    def words(self) -> Promise | str:
        """Return what people read."""
        return _LOOKS[self][2]

    @property
    def tone(self) -> str:
        """Return the tone of its chip (components/chip.html)."""
        return _LOOKS[self][1]

    @property
    def shape(self) -> str:
        """Return the character that tells it apart without its colour."""
        return _LOOKS[self][0]


_LOOKS: Mapping[Standing, tuple[str, str, Promise | str]] = {
    Standing.NOT_STARTED: ("○", "plain", gettext_lazy("Not started")),
    Standing.IN_PROGRESS: ("◐", "busy", gettext_lazy("In progress")),
    Standing.NONE_OCCURRED: ("∅", "good", gettext_lazy("None occurred")),
    Standing.COMPLETE: ("✓", "good", gettext_lazy("Complete")),
    Standing.QUERY_OPEN: ("?", "wait", gettext_lazy("Query open")),
    Standing.SIGNED: ("✎", "good", gettext_lazy("Signed")),
    Standing.LOCKED: ("■", "plain", gettext_lazy("Locked")),
}


@dataclass(frozen=True)
class FormProgress:
    """One form of one case.

    `rows` counts those of the form's first topic; `missing` names the fields that are empty without a reason and how
    often; `queries` counts those to which an answer is owed; `has_draft` tells whether the person who asks has typed
    something here that is not saved.
    """

    form: CaseForm
    standing: Standing
    rows: int
    missing: tuple[tuple[str, int], ...]
    said_none: bool
    has_draft: bool
    queries: int = 0

    @property
    def missing_count(self) -> int:
        """Return how many values are missing."""
        return sum(count for _label, count in self.missing)

    @property
    def missing_words(self) -> str:
        """Return the first fields that are missing, with how often where it is more than once, and how many follow."""
        named = [f"{label} ({count})" if count > 1 else label for label, count in self.missing[:NAMED_AT_MOST]]
        listed, further = ", ".join(named), len(self.missing) - NAMED_AT_MOST
        if further <= 0:
            return listed
        words = ngettext("%(fields)s and %(count)s more", "%(fields)s and %(count)s more", further)
        return words % {"fields": listed, "count": further}


@dataclass(frozen=True)
class _Found:
    """What was read about the cases asked for: counts by case and topic, and by kind the (case, name) it is true of."""

    counts: Mapping[tuple[UUID, str], tuple[int, list[int]]]
    asked: Mapping[tuple[UUID, str], int]
    marks: Mapping[str, Collection[tuple[UUID, str]]]

    def rows(self, case: UUID, topic: Topic) -> int:
        return self.counts.get((case, topic.code), (0, []))[0]

    def queries(self, case: UUID, form: CaseForm) -> int:
        return sum(self.asked.get((case, topic.code), 0) for topic in form.topics)

    def has(self, kind: str, case: UUID, *names: str) -> bool:
        return any((case, name) in self.marks.get(kind, ()) for name in names)


def forms_progress(user: Any, patients: Sequence[Patient]) -> dict[UUID, list[FormProgress]]:
    """Return case -> its forms in the order of FORMS; a case that the person may not see is left out.

    The number of queries is the same for one case and for a hundred. A signature counts while it stands for the
    record as it is now, which only a hash over the signed cases tells.
    """
    sites = visible_site_ids(user)
    # Rows are of their patient's site, the database sees to it: who sees the patient sees all of them.
    cases = [patient.pk for patient in patients if patient.site_id in sites]
    if not cases:
        return {}
    found = _read(cases, user.pk)
    signed, labels = _still_signed(found.marks.get(sql.SIGNED, ())), _labels()
    return {case: [_progress(case, form, found, labels, case in signed) for form in FORMS] for case in cases}


def _labels() -> dict[str, list[str]]:
    """Return topic -> the words of its counted fields, looked up in the catalogue once for all cases."""
    topics = (topic for form in FORMS for topic in form.topics)
    return {topic.code: [str(field.verbose_name) for field in counted_fields(topic)] for topic in topics}


def _read(cases: Collection[UUID], owner: Any) -> _Found:
    counts: dict[tuple[UUID, str], tuple[int, list[int]]] = {}
    asked: dict[tuple[UUID, str], int] = {}
    marks: defaultdict[str, set[tuple[UUID, str]]] = defaultdict(set)
    for said in sql.read_progress(cases, owner):
        if said.kind == sql.ROWS:
            counts[said.case, said.name] = (said.rows, said.empty or [])
        elif said.kind == sql.ASKED:
            asked[said.case, said.name] = said.rows
        else:
            marks[said.kind].add((said.case, said.name))
    return _Found(counts, asked, marks)


def _still_signed(signed: Collection[tuple[UUID, str]]) -> frozenset[UUID]:
    """Return the cases whose record is the one that was signed."""
    now = record_hashes([case for case, _hash in signed])
    return frozenset(case for case, signed_hash in signed if now.get(case) == signed_hash)


def _progress(
    case: UUID, form: CaseForm, found: _Found, labels: Mapping[str, list[str]], is_signed: bool
) -> FormProgress:
    return FormProgress(
        form,
        _standing(case, form, found, is_signed),
        found.rows(case, form.first),
        tuple(_missing(case, form.topics, found, labels)),
        found.has(sql.NONE, case, form.first.code),
        found.has(sql.DRAFT, case, form.code),
        found.queries(case, form),
    )


def _standing(case: UUID, form: CaseForm, found: _Found, is_signed: bool) -> Standing:
    if found.has(sql.LOCKED, case, "", *(topic.code for topic in form.topics)):
        return Standing.LOCKED
    if is_signed:
        return Standing.SIGNED
    if found.queries(case, form):
        return Standing.QUERY_OPEN
    started = [topic for topic in form.topics if found.rows(case, topic)]
    if not started and found.has(sql.NONE, case, form.first.code):
        return Standing.NONE_OCCURRED
    # A form may be complete without a row, where there was nothing to enter and "none occurred" is no answer to it.
    if all(found.has(sql.COMPLETE, case, topic.code) for topic in started or [form.first]):
        return Standing.COMPLETE
    return Standing.IN_PROGRESS if started else Standing.NOT_STARTED


def _missing(
    case: UUID, topics: Iterable[Topic], found: _Found, labels: Mapping[str, list[str]]
) -> Iterable[tuple[str, int]]:
    for topic in topics:
        empty = found.counts.get((case, topic.code), (0, []))[1]
        yield from ((label, count) for label, count in zip(labels[topic.code], empty, strict=False) if count)
