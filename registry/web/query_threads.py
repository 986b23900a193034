"""Threads of queries as pages show them: the question, what was said, and what this person may do about it.

A page shows a thread by including `registry/queries/thread.html`, and, outside of any other form,
`registry/queries/thread_form.html`: the controls of a thread name that form, so a thread may stand inside a table of
controls that belong to another one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Model, prefetch_related_objects

from registry.checks.declared import check_named
from registry.checks.settings import settings_now
from registry.models import AnswerCause, DataQuery, QueryEntry, QueryState
from registry.selectors.queries import answerers_at, query_entries
from registry.selectors.row_names import first_infusions
from registry.services.queries import CLOSINGS
from registry.web.query_links import QueryPlace, query_places
from registry.web.query_rows import Asked, asked_values, records_of, suggested_for, suggestion_key
from sites.access import can
from sites.models import User
from sites.roles import Permission

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Acts:
    """What a person may do with a query as it stands. `main` is the act to do first: answer, close, or none."""

    main: str = ""
    may_answer: bool = False
    may_close: bool = False
    may_reopen: bool = False
    may_comment: bool = False
    may_assign: bool = False
    may_edit: bool = False
    causes: Choices = ()
    resolutions: Choices = ()
    assignees: Sequence[User] = ()
    suggested: Sequence[Asked] = ()
    suggestion_key: str = ""
    correct_url: str = ""


@dataclass(frozen=True)
class Typed:
    """What somebody typed into a thread and could not be done with, and why not, by control ("" for the whole)."""

    cause: str = ""
    resolution: str = ""
    text: str = ""
    assignee: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


NOTHING_TYPED = Typed()


def words_of(queries: Iterable[DataQuery]) -> dict[UUID, str]:
    """Return query -> the question: a check's with the thresholds of now, a person's as they asked it."""
    settings = settings_now()
    return {
        query.pk: settings.words(check_named(query.check_code)) if query.check_code else query.text for query in queries
    }


def thread_context(
    user: Any, query: DataQuery, entries: Sequence[QueryEntry], *, typed: Typed = NOTHING_TYPED, next_url: str = ""
) -> dict[str, Any]:
    """Return the values of one thread; `next_url` is where acts "and next" lead, "" where there is no next one."""
    context = _threads(user, [query], {query.pk: entries})[query.pk]
    return {**context, "typed": typed, "next_url": next_url}


def threads_of(user: Any, queries: Collection[DataQuery]) -> dict[UUID, dict[str, Any]]:
    """Return query -> the values of its thread, by a few database queries for all of them."""
    return _threads(user, queries, query_entries(queries)) if queries else {}


def _threads(
    user: Any, queries: Collection[DataQuery], entries: Mapping[UUID, Sequence[QueryEntry]]
) -> dict[UUID, dict[str, Any]]:
    asked = list(queries)
    prefetch_related_objects(asked, "site", "assignee", "opened_by")
    words, records, places = words_of(asked), records_of(user, asked), query_places(user, asked)
    sites = {query.site_id for query in asked if _may_assign(user, query)}
    people = answerers_at(sites) if sites else {}
    days = first_infusions(user, {query.patient_id for query in asked})
    found: dict[UUID, dict[str, Any]] = {}
    for query in asked:
        record = records.get(query.row_id)
        suggested = suggested_for(user, query, record)
        values = asked_values(query, record, days.get(query.patient_id), suggested)
        acts = _acts(user, query, record, people, places[query.pk], values, suggestion_key(suggested))
        found[query.pk] = {
            "query": query, "entries": entries[query.pk], "words": words[query.pk], "acts": acts, "values": values,
            "place": places[query.pk], "record": record, "day_0": days.get(query.patient_id), "typed": NOTHING_TYPED,
            "next_url": "",
        }  # fmt: skip
    return found


def _acts(
    user: Any,
    query: DataQuery,
    record: Model | None,
    people: Mapping[UUID, Sequence[User]],
    place: QueryPlace,
    values: Sequence[Asked],
    key: str,
) -> Acts:
    is_closed = query.state == QueryState.CLOSED
    may_answer = can(user, Permission.QUERY_ANSWER, query.site_id) and not is_closed
    settles = can(user, Permission.QUERY_CLOSE, query.site_id)
    may_edit = can(user, Permission.CASE_EDIT, query.site_id)
    return Acts(
        main=_main(query, may_answer=may_answer, may_close=settles and not is_closed),
        may_answer=may_answer,
        may_close=settles and not is_closed,
        may_reopen=settles and query.state != QueryState.OPEN,
        may_comment=_may_speak(user, query),
        may_assign=_may_assign(user, query),
        may_edit=may_edit,
        causes=causes() if may_answer else (),
        resolutions=resolutions() if settles and not is_closed else (),
        assignees=people.get(query.site_id, ()),
        suggested=[value for value in values if value.suggested is not None],
        suggestion_key=key,
        correct_url=place.url if may_edit and record is not None and not is_closed else "",
    )


def _main(query: DataQuery, *, may_answer: bool, may_close: bool) -> str:
    """Return the act of one key: whoever may do both answers what is open and settles what is answered."""
    if may_close and (query.state == QueryState.ANSWERED or not may_answer):
        return "close"
    return "answer" if may_answer else ""


def causes() -> Choices:
    """Return the causes that an answer may give."""
    return _numbered(AnswerCause.choices)


def resolutions() -> Choices:
    """Return the ways in which a person may settle a query."""
    return _numbered((choice.value, choice.label) for choice in CLOSINGS)


def _numbered(choices: Iterable[tuple[str, Any]]) -> Choices:
    """Put a digit first, so that one key chooses in a list without a script."""
    return [(value, f"{number} {label}") for number, (value, label) in enumerate(choices, start=1)]


def _may_speak(user: Any, query: DataQuery) -> bool:
    return can(user, Permission.QUERY_ANSWER, query.site_id) or can(user, Permission.QUERY_OPEN, query.site_id)


def _may_assign(user: Any, query: DataQuery) -> bool:
    return query.state != QueryState.CLOSED and _may_speak(user, query)
