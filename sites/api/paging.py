"""Long lists page by page: each begins behind the last row of the one before, whatever was added meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from sites.api.addresses import AFTER, LIMIT, ROWS, ROWS_AT_MOST, no_place, page_after, rows_wanted

M = TypeVar("M", bound=Model)
PAGING = (
    OpenApiParameter(
        LIMIT,
        {"type": "integer", "minimum": 1, "maximum": ROWS_AT_MOST, "default": ROWS},
        description="How many rows a page has.",
    ),
    OpenApiParameter(AFTER, OpenApiTypes.STR, description="The place to go on from, as the address under “next” has."),
)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Place:
    """A place in a list ordered by an instant, whether or not its row still is there."""

    at: dt.datetime
    key: UUID

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read a place from an address; None for what is none."""
        try:
            moment, key = text.split(".")
            return cls(EPOCH + int(moment) * MICROSECOND, UUID(key))
        except (ValueError, OverflowError):
            return None

    def __str__(self) -> str:
        """Return the place as it stands in an address."""
        return f"{(self.at - EPOCH) // MICROSECOND}.{self.key}"


def page(
    request: Request, rows: QuerySet[M], *, by: str = "created_at", is_latest_first: bool = True
) -> tuple[Sequence[M], str | None]:
    """Return the rows of the page that is asked for, and the address of the next one, None after the last."""
    size, place = rows_wanted(request.query_params), _place(request)
    down, beyond = ("-", "lt") if is_latest_first else ("", "gt")
    if place is not None:
        same = Q(**{by: place.at, f"pk__{beyond}": place.key})
        rows = rows.filter(Q(**{f"{by}__{beyond}": place.at}) | same)
    found = list(rows.order_by(f"{down}{by}", f"{down}pk")[: size + 1])
    shown = found[:size]
    return shown, page_after(request, _place_of(shown[-1], by)) if len(found) > size else None


def listed(results: Sequence[Any], following: str | None) -> dict[str, Any]:
    """Return a page of a list as it is told."""
    return {"next": following, "results": list(results)}


def _place_of(row: Model, by: str) -> str:
    return str(Place(getattr(row, by), row.pk))


def _place(request: Request) -> Place | None:
    text = request.query_params.get(AFTER, "")
    place = Place.read(text) if text else None
    if text and place is None:
        raise no_place()
    return place
