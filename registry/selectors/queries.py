"""Reads of data queries: lists by what is asked for, one query with its neighbours, threads, and what waits for whom.

Lists go on from a place in the order (rank, asked_at, id) instead of counting what came before: a query that is
answered meanwhile moves no other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from registry.models import DataQuery, QueryAct, QueryEntry, QueryState
from registry.selectors.query_filters import STATES as STATE_NAMED
from registry.selectors.query_filters import QueryFilters, conditions
from registry.selectors.query_order import Spot, counted_at_most, keys_in_order
from sites.access import can, visible_site_ids
from sites.models import Membership, User
from sites.roles import ROLE_PERMISSIONS, Permission, Role

ON_A_PAGE = 100
# Counted no further: nobody works through more, and a count of everything costs more than the list itself.
COUNTED_AT_MOST = 10_000
SHOWN_AT_MOST = 99
WAITING_FOR = {QueryState.OPEN: Permission.QUERY_ANSWER, QueryState.ANSWERED: Permission.QUERY_CLOSE}


@dataclass(frozen=True)
class QueriesPage:
    """The queries of one page, and whether there are others before and after them."""

    queries: list[DataQuery]
    has_previous: bool
    has_following: bool


def queries_visible(user: Any) -> QuerySet[DataQuery]:
    """Return the queries of the sites whose cases this person may see."""
    return DataQuery.objects.visible_to(user)


def query_for(user: Any, query_id: UUID) -> DataQuery | None:
    """Return one query with its case, site and people; None where there is none or the person may not see it."""
    return _whole(queries_visible(user)).filter(pk=query_id).first()


def queries_found(user: Any, filters: QueryFilters) -> QuerySet[DataQuery]:
    """Return the queries that fit, in no order yet."""
    return queries_visible(user).filter(conditions(user, filters, timezone.now())).order_by()


def queries_page(
    user: Any,
    filters: QueryFilters,
    *,
    after: Spot | None = None,
    before: Spot | None = None,
    is_last: bool = False,
    size: int = ON_A_PAGE,
) -> QueriesPage:
    """Return one page of the queries that fit: from a place on, the one before a place, or the last one."""
    is_back = is_last or before is not None
    start = before if is_back else after
    keys = _keys(user, filters, size=size + 1, start=start, is_back=is_back)
    is_more, shown = len(keys) > size, query_rows(user, keys[:size])
    if is_back:
        return QueriesPage(shown[::-1], is_more, start is not None)
    return QueriesPage(shown, start is not None, is_more)


def query_next(user: Any, filters: QueryFilters, spot: Spot, *, is_back: bool = False) -> DataQuery | None:
    """Return the query that follows a place among those that fit, or the one before it."""
    return next(iter(query_rows(user, _keys(user, filters, size=1, start=spot, is_back=is_back))), None)


def _keys(user: Any, filters: QueryFilters, *, size: int, start: Spot | None, is_back: bool) -> list[UUID]:
    states = [STATE_NAMED[filters.state]] if filters.state in STATE_NAMED else list(QueryState)
    sites = sorted(visible_site_ids(user))
    return keys_in_order(queries_found(user, filters), sites, states, size=size, start=start, is_back=is_back)


def query_rows(user: Any, keys: Sequence[UUID]) -> list[DataQuery]:
    """Return queries by their keys, in the order of these, with their cases, sites and people."""
    found = _whole(queries_visible(user)).in_bulk(keys) if keys else {}
    return [found[key] for key in keys if key in found]


def _whole(queries: QuerySet[DataQuery]) -> QuerySet[DataQuery]:
    return queries.select_related("patient", "site", "assignee", "opened_by", "closed_by")


def state_counts(user: Any, filters: QueryFilters) -> dict[str, int]:
    """Return state -> how many queries fit but for their state; COUNTED_AT_MOST + 1 stands for all that are more."""
    found, sites = queries_found(user, filters.replaced(state="")), sorted(visible_site_ids(user))
    return {state.value: counted_at_most(found, sites, [state], COUNTED_AT_MOST + 1) for state in QueryState}


def waiting_state(user: Any) -> QueryState | None:
    """Return in which state queries wait for this person: open for who answers, answered for who settles, or none."""
    return next((state for state, permission in WAITING_FOR.items() if can(user, permission)), None)


def queries_waiting(user: Any, state: QueryState, limit: int) -> list[DataQuery]:
    """Return the first queries of a state that this person may deal with, in the order of lists."""
    return query_rows(user, _keys_waiting(user, state, limit))


def queries_waiting_count(user: Any) -> int:
    """Count what waits for this person, no further than SHOWN_AT_MOST + 1."""
    state = waiting_state(user)
    if state is None:
        return 0
    return counted_at_most(DataQuery.objects.all(), _sites_waiting(user, state), [state], SHOWN_AT_MOST + 1)


def is_anything_waiting(user: Any, state: QueryState) -> bool:
    """Tell whether a query of a state waits for this person."""
    return bool(_keys_waiting(user, state, 1))


def _keys_waiting(user: Any, state: QueryState, limit: int) -> list[UUID]:
    return keys_in_order(DataQuery.objects.all(), _sites_waiting(user, state), [state], size=limit)


def _sites_waiting(user: Any, state: QueryState) -> list[UUID]:
    return sorted(site for site in visible_site_ids(user) if can(user, WAITING_FOR[state], site))


def query_entries(queries: Collection[DataQuery]) -> dict[UUID, list[QueryEntry]]:
    """Return query -> its thread after the question, the earliest first, by one database query.

    Call it with queries that the person may see.
    """
    found: dict[UUID, list[QueryEntry]] = {query.pk: [] for query in queries}
    for entry in QueryEntry.objects.filter(query__in=list(found)).select_related("by").order_by("at", "id"):
        found[entry.query_id].append(entry)
    return found


def last_entries(queries: Collection[DataQuery]) -> dict[UUID, QueryEntry]:
    """Return query -> the last entry of its thread."""
    return _latest(queries, QueryEntry.objects.all())


def last_answers(queries: Collection[DataQuery]) -> dict[UUID, QueryEntry]:
    """Return query -> its last answer."""
    return _latest(queries, QueryEntry.objects.filter(act=QueryAct.ANSWERED))


def _latest(queries: Collection[DataQuery], entries: QuerySet[QueryEntry]) -> dict[UUID, QueryEntry]:
    own = entries.filter(query__in=[query.pk for query in queries]).select_related("by")
    return {entry.query_id: entry for entry in own.order_by("query_id", "-at", "-id").distinct("query_id")}


def answerers_at(site_ids: Collection[UUID]) -> dict[UUID, list[User]]:
    """Return site -> the people who may answer its queries today, by name."""
    today = timezone.localdate()
    roles = [role for role in Role if Permission.QUERY_ANSWER in ROLE_PERMISSIONS[role]]
    held = Membership.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), site__in=sorted(site_ids), role__in=roles,
        starts_on__lte=today, user__is_active=True,
    )  # fmt: skip
    found: dict[UUID, list[User]] = {site: [] for site in site_ids}
    for membership in held.select_related("user").order_by("user__full_name", "user__email"):
        if membership.user not in found[membership.site_id]:
            found[membership.site_id].append(membership.user)
    return found
