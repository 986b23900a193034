"""The page of one query, in the order of the list from which it was opened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from registry.checks.declared import edit_checks
from registry.models import DataQuery, QueryState
from registry.selectors.queries import is_anything_waiting, query_entries, query_next, waiting_state
from registry.selectors.query_filters import QueryFilters
from registry.selectors.query_order import Spot
from registry.web.case_cells import heading_unit
from registry.web.query_ranks import age_words, rank_look
from registry.web.query_rows import Neighbour, neighbours_of
from registry.web.query_threads import NOTHING_TYPED, Typed, thread_context
from sites.models import Site


def filters_of(user: Any, asked: Mapping[str, str]) -> QueryFilters:
    """Read the filters of an address; without a state it is the one in which queries wait for this person."""
    sites = list(Site.objects.visible_to(user).order_by("code").values_list("code", flat=True))
    found = QueryFilters.read(asked, sites=sites, checks={check.code for check in edit_checks()})
    return found if found.state else found.replaced(state=default_state(user))


def default_state(user: Any) -> str:
    """Return which tab a person finds open: what waits for them, or what is open where nothing waits."""
    state = waiting_state(user)
    if state == QueryState.ANSWERED and not is_anything_waiting(user, state):
        state = QueryState.OPEN
    return (state or QueryState.OPEN).lower()


def list_address(filters: QueryFilters, **further: Any) -> str:
    """Return the address of the list with its filters."""
    return f"{reverse('queries')}?{filters.as_query(**further)}"


def query_address(query: DataQuery, filters: QueryFilters) -> str:
    """Return the address of a query in a list."""
    return f"{reverse('query', args=[query.pk])}?{filters.as_query()}"


def next_address(query: DataQuery, filters: QueryFilters) -> str:
    """Return the address that leads to the query after this one, whatever becomes of this one meanwhile."""
    return f"{reverse('query_next')}?{filters.as_query(after=str(Spot.of(query)))}"


@dataclass(frozen=True)
class Heading:
    """A column of the rows beside the one asked about."""

    title: str
    unit: str


def query_page(
    request: HttpRequest, query: DataQuery, filters: QueryFilters, typed: Typed = NOTHING_TYPED
) -> dict[str, Any]:
    """Return the values of the page."""
    user, spot = request.user, Spot.of(query)
    thread = thread_context(
        user, query, query_entries([query])[query.pk], typed=typed, next_url=next_address(query, filters)
    )
    following, before = (query_next(user, filters, spot, is_back=is_back) for is_back in (False, True))
    headings, beside = _beside(query, thread["record"], thread["day_0"])
    return {
        **thread,
        "thread": thread,
        "here": query_address(query, filters),
        "list_url": list_address(filters),
        "next_query_url": query_address(following, filters) if following else "",
        "previous_query_url": query_address(before, filters) if before else "",
        "headings": headings,
        "neighbours": beside,
        "rank": rank_look(query.rank),
        "age": age_words(query, timezone.now()),
        "is_gone": thread["record"] is None,
    }


def _beside(query: DataQuery, record: Model | None, day_0: dt.date | None) -> tuple[list[Heading], list[Neighbour]]:
    fields, lines = neighbours_of(query, record, day_0)
    return [Heading(str(field.verbose_name), heading_unit(field)) for field in fields], lines
