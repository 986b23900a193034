"""The order of lists of queries, and places in it: read from the index site by site and state by state, and merged.

Nothing is sorted as a whole and nothing skipped, so what a page costs depends neither on how many queries there are
nor on how far down the list it stands.
"""

# ruff: noqa: S608 -- the statement inside is Django's own, and values are parameters

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

from django.db import connection
from django.db.models import CharField, Func, Q, QuerySet, UUIDField

from registry.models import DataQuery

ORDER = ("rank", "asked_at", "id")


@dataclass(frozen=True)
class Spot:
    """A place in the order of lists: that of a query, whether or not it still is there."""

    rank: int
    asked_at: datetime
    id: UUID

    @classmethod
    def of(cls, query: DataQuery) -> Self:
        """Return the place of a query."""
        return cls(query.rank, query.asked_at, query.pk)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read a place from an address; None for what is none."""
        try:
            rank, moment, key = text.split(".")
            return cls(int(rank), datetime.fromtimestamp(int(moment) / 1_000_000, UTC), UUID(key))
        except (ValueError, OverflowError, OSError):
            return None

    def __str__(self) -> str:
        """Return the place as it stands in an address."""
        whole = int(self.asked_at.timestamp())
        return f"{self.rank}.{whole * 1_000_000 + self.asked_at.microsecond}.{self.id}"


def keys_in_order(
    queries: QuerySet[DataQuery],
    sites: Sequence[UUID],
    states: Sequence[str],
    *,
    size: int,
    start: Spot | None = None,
    is_back: bool = False,
) -> list[UUID]:
    """Return the keys of the first queries of these sites and states, in order or from the end, from a place on."""
    order = [f"-{name}" if is_back else name for name in ORDER]
    own = queries.filter(_beyond(start, is_back=is_back)).order_by(*order)
    down = " DESC" if is_back else ""
    merged = ", ".join(f"{name}{down}" for name in ORDER)
    return [
        key for (key,) in _read(f"SELECT id FROM ({{}}) AS found ORDER BY {merged} LIMIT %s", own, sites, states, size)
    ]


def counted_at_most(queries: QuerySet[DataQuery], sites: Sequence[UUID], states: Sequence[str], most: int) -> int:
    """Count the queries of these sites and states, no further than told."""
    around = "SELECT count(*) FROM (SELECT FROM ({}) AS one LIMIT %s) AS found"
    found = _read(around, queries.order_by(), sites, states, most)
    return found[0][0] if found else 0


def _read(
    around: str, queries: QuerySet[DataQuery], sites: Sequence[UUID], states: Sequence[str], size: int
) -> list[tuple[Any, ...]]:
    """Read, with a statement around it, as many queries of each site in each state as are wanted of all together."""
    if not sites:
        return []
    place = {
        "site_id": Func(template="place_site.id", output_field=UUIDField()),
        "state": Func(template="place_state.code", output_field=CharField()),
    }
    inner, parameters = queries.filter(**place).values_list(*ORDER)[:size].query.sql_with_params()
    each = (
        "SELECT one.* FROM unnest(%s::uuid[]) AS place_site (id) CROSS JOIN unnest(%s::text[]) AS place_state (code)"
        f" CROSS JOIN LATERAL ({inner}) AS one (rank, asked_at, id)"
    )
    with connection.cursor() as cursor:
        cursor.execute(around.format(each), [list(sites), list(states), *parameters, size])
        return cursor.fetchall()


def _beyond(start: Spot | None, *, is_back: bool) -> Q:
    if start is None:
        return Q()
    than = "lt" if is_back else "gt"
    later = Q((f"asked_at__{than}", start.asked_at)) | Q(("asked_at", start.asked_at), (f"id__{than}", start.id))
    # Says the first part once more, but of one column: this is what the index is entered with.
    return (Q((f"rank__{than}", start.rank)) | Q(later, rank=start.rank)) & Q((f"rank__{than}e", start.rank))
