"""What the list of queries shows, as plain values: a line a query, tabs, filters, and what was typed below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.checks.declared import edit_checks
from registry.metadata.forms import FORMS
from registry.models import DataQuery, QueryEntry, QueryState, Rank
from registry.selectors.queries import (
    COUNTED_AT_MOST,
    ON_A_PAGE,
    QueriesPage,
    last_entries,
    queries_page,
    state_counts,
)
from registry.selectors.query_ages import Age
from registry.selectors.query_filters import ALL, QueryFilters
from registry.selectors.query_order import Spot
from registry.web.query_links import QueryPlace, query_places
from registry.web.query_page import list_address, query_address
from registry.web.query_ranks import RankLook, age_words, rank_look
from registry.web.query_threads import causes, resolutions, words_of
from sites.access import can
from sites.models import Site
from sites.roles import Permission

TABS: Sequence[tuple[str, Promise | str]] = (
    ("open", gettext_lazy("Open queries")),
    ("answered", gettext_lazy("Answered queries")),
    ("closed", gettext_lazy("Closed queries")),
    (ALL, gettext_lazy("All queries")),
)


@dataclass(frozen=True)
class Line:
    """One query of the list."""

    query: DataQuery
    url: str
    place: QueryPlace
    words: str
    rank: RankLook
    age: str
    last: QueryEntry | None


@dataclass(frozen=True)
class Tab:
    """One state of queries: its address in the list, its words, how many there are, and whether it is shown."""

    url: str
    words: str
    count: str
    is_here: bool


@dataclass(frozen=True)
class Bulk:
    """What was chosen and typed to be done with several queries, and what came of it."""

    chosen: frozenset[UUID] = frozenset()
    cause: str = ""
    resolution: str = ""
    text: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    refused: Sequence[tuple[DataQuery, str]] = ()


NOTHING_CHOSEN = Bulk()


def list_page(
    request: HttpRequest, filters: QueryFilters, asked: Mapping[str, str], bulk: Bulk = NOTHING_CHOSEN
) -> dict[str, Any]:
    """Return the values of the list at the place that the address names."""
    user, before = request.user, asked.get("before", "")
    page = queries_page(
        user,
        filters,
        after=Spot.read(asked.get("after", "")),
        before=Spot.read(before),
        is_last=before == "end",
        size=ON_A_PAGE,
    )
    acts = _acts(user, filters, page)
    return {
        "filters": filters,
        "lines": lines_of(user, page.queries, filters),
        "tabs": _tabs(user, filters),
        **_choices(user),
        **_pages(filters, page),
        **acts,
        "bulk": bulk,
        "here": filters.as_query(**{name: asked[name] for name in ("after", "before") if asked.get(name)}),
        "is_own": can(user, Permission.QUERY_ANSWER) or not can(user, Permission.QUERY_CLOSE),
        "may_ask": can(user, Permission.QUERY_OPEN),
        "may_manage_checks": can(user, Permission.CHECK_MANAGE),
        "clear_url": list_address(QueryFilters(state=filters.state)),
        "csv_url": f"{reverse('queries_csv')}?{filters.as_query()}",
    }


def lines_of(user: Any, queries: Sequence[DataQuery], filters: QueryFilters) -> list[Line]:
    """Return the lines of some queries, by as many database queries for a hundred as for one of each topic."""
    words, places, last, now = words_of(queries), query_places(user, queries), last_entries(queries), timezone.now()
    return [
        Line(
            query,
            query_address(query, filters),
            places[query.pk],
            words[query.pk],
            rank_look(query.rank),
            age_words(query, now),
            last.get(query.pk),
        )
        for query in queries
    ]


def _acts(user: Any, filters: QueryFilters, page: QueriesPage) -> dict[str, Any]:
    """Return what may be done with several queries at once: of closed ones nothing is asked any more."""
    is_open = filters.state != QueryState.CLOSED.lower() and bool(page.queries)
    may_answer = is_open and can(user, Permission.QUERY_ANSWER)
    may_close = is_open and can(user, Permission.QUERY_CLOSE)
    return {
        "may_answer": may_answer,
        "may_close": may_close,
        "may_choose": may_answer or may_close,
        "causes": causes() if may_answer else (),
        "resolutions": resolutions() if may_close else (),
    }


def _tabs(user: Any, filters: QueryFilters) -> list[Tab]:
    counts = {state.lower(): count for state, count in state_counts(user, filters).items()}
    counts[ALL] = sum(counts.values())
    return [
        Tab(list_address(filters.replaced(state=code)), str(words), _counted(counts[code]), code == filters.state)
        for code, words in TABS
    ]


def _counted(count: int) -> str:
    return f"{COUNTED_AT_MOST}+" if count > COUNTED_AT_MOST else str(count)


def _choices(user: Any) -> dict[str, Any]:
    """Return what the filters can be set to."""
    return {
        "sites": list(Site.objects.visible_to(user).order_by("code")),
        "forms": [(form.code, _(form.label)) for form in FORMS],
        "checks": [check.code for check in edit_checks()],
        "ranks": [(str(rank.value), rank_look(rank)) for rank in Rank],
        "ages": [(age.value, _age_words(age)) for age in Age],
    }


def _age_words(age: Age) -> str:
    if age.last_day is None:
        return _("%(first)s days or more") % {"first": age.first_day}
    return _("%(first)s to %(last)s days") % {"first": age.first_day, "last": age.last_day}


def _pages(filters: QueryFilters, page: QueriesPage) -> dict[str, str]:
    """Return the addresses of the pages before and after, empty where there are none."""
    found = page.queries
    has_previous, has_following = page.has_previous and bool(found), page.has_following and bool(found)
    return {
        "first_url": list_address(filters) if has_previous else "",
        "previous_url": list_address(filters, before=Spot.of(found[0])) if has_previous else "",
        "following_url": list_address(filters, after=Spot.of(found[-1])) if has_following else "",
        "last_url": list_address(filters, before="end") if has_following else "",
    }
