"""The data queries on the page of a case: open ones, answered ones, and those that were closed last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from registry.models import DataQuery, Patient, QueryState
from registry.selectors.case_queries import queries_last_closed, queries_waiting
from registry.web.query_links import QueryPlace, query_places
from registry.web.query_ranks import RankLook, age_words, rank_look
from registry.web.query_threads import words_of

OPEN_SHOWN, ANSWERED_SHOWN, CLOSED_SHOWN = 10, 5, 3


@dataclass(frozen=True)
class Line:
    """One query: where it stands, where its thread is, what it asks, how urgent it is and since when."""

    query: DataQuery
    place: QueryPlace
    url: str
    words: str
    rank: RankLook
    age: str


def queries_panel(request: HttpRequest, patient: Patient) -> dict[str, Any]:
    """Return the values of the panel."""
    waiting = queries_waiting(request.user, patient)
    found = {state: [query for query in waiting if query.state == state] for state in QueryState}
    shown = [
        *found[QueryState.OPEN][:OPEN_SHOWN],
        *found[QueryState.ANSWERED][:ANSWERED_SHOWN],
        *queries_last_closed(request.user, patient, CLOSED_SHOWN),
    ]
    lines = _lines(request.user, patient, shown)
    return {
        "open_count": len(found[QueryState.OPEN]),
        "answered_count": len(found[QueryState.ANSWERED]),
        "waiting": [line for line in lines if line.query.state != QueryState.CLOSED],
        "closed": [line for line in lines if line.query.state == QueryState.CLOSED],
        "further": len(waiting) - sum(line.query.state != QueryState.CLOSED for line in lines),
        "list_url": list_of_case(patient),
    }


def list_of_case(patient: Patient, **further: str) -> str:
    """Return the address of the list of queries of a case."""
    return f"{reverse('queries')}?{urlencode({'case': patient.study_id, 'state': 'all', **further})}"


def _lines(user: Any, patient: Patient, queries: Sequence[DataQuery]) -> list[Line]:
    if not queries:
        return []
    places, words, now = query_places(user, queries), words_of(queries), timezone.now()
    return [
        Line(
            query, places[query.pk], _thread(patient, query.pk), words[query.pk], rank_look(query.rank),
            age_words(query, now),
        )
        for query in queries
    ]  # fmt: skip


def _thread(patient: Patient, query: UUID) -> str:
    return f"{reverse('query', args=[query])}?{urlencode({'case': patient.study_id, 'state': 'all'})}"
