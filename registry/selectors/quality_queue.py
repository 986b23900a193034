"""What waits: open and answered queries by site, form, check and age, and the oldest open query of each site."""

# ruff: noqa: S608 -- names in the statements are constants of this module, values are parameters

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from registry.models import DataQuery, QueryState
from registry.selectors.grouped_sql import counted
from registry.selectors.query_ages import Age, age_column

WAITING = (QueryState.OPEN, QueryState.ANSWERED)
# What is counted by what; `state` stands in each.
GROUPS = ("site_id", "topic", "check_code")


@dataclass
class Waiting:
    """Queries that wait: open ones, for the hospital, by age; answered ones, for the registry."""

    open: dict[Age, int] = field(default_factory=dict)
    answered: dict[Age, int] = field(default_factory=dict)

    @property
    def open_count(self) -> int:
        """Return how many are open."""
        return sum(self.open.values())

    @property
    def answered_count(self) -> int:
        """Return how many are answered."""
        return sum(self.answered.values())


@dataclass
class Queue:
    """What waits, by site, by topic, by check (an empty code for what people asked), and all together."""

    sites: Mapping[UUID, Waiting]
    topics: Mapping[str, Waiting]
    checks: Mapping[str, Waiting]
    all: Waiting


def queue(user: Any, now: datetime) -> Queue:
    """Return what waits at the sites that a person may see, counted in one statement."""
    rows = DataQuery.objects.visible_to(user).filter(state__in=WAITING).annotate(age=age_column(now))
    sets = ", ".join(f"({name}, state, age)" for name in GROUPS)
    found = counted(
        rows.values("site_id", "topic", "check_code", "state", "age"),
        f"SELECT grouping({', '.join(GROUPS)}), {', '.join(GROUPS)}, state, age, count(*)"
        f" FROM g GROUP BY GROUPING SETS ({sets}, (state, age))",
    )
    groups: list[defaultdict[Any, Waiting]] = [defaultdict(Waiting) for _name in (*GROUPS, "all")]
    for absent, *keys, state, age, count in found:
        place = _place(absent)
        waiting = groups[place][keys[place] if place < len(GROUPS) else ""]
        (waiting.open if state == QueryState.OPEN else waiting.answered)[Age(age)] = count
    sites, topics, checks, everything = groups
    return Queue(sites, topics, checks, everything[""])


def _place(absent: int) -> int:
    """Return which of GROUPS a line is about, by the bits of those that it does not tell; their number for none."""
    present = [place for place in range(len(GROUPS)) if not absent >> (len(GROUPS) - 1 - place) & 1]
    return present[0] if present else len(GROUPS)


def oldest_open(user: Any) -> dict[UUID, DataQuery]:
    """Return site -> the query that has been open for longest."""
    rows = DataQuery.objects.visible_to(user).filter(state=QueryState.OPEN).only("site_id", "asked_at")
    return {query.site_id: query for query in rows.order_by("site_id", "asked_at", "id").distinct("site_id")}
