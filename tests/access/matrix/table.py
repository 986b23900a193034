"""The whole table."""

from __future__ import annotations

from tests.access.matrix import (
    administration,
    api,
    decisions,
    entry,
    holders,
    pages,
    queries,
    records,
    releases,
    requests,
    signin,
    status,
)
from tests.access.matrix.row import Row

AREAS: dict[str, list[Row]] = {
    "pages": pages.ROWS,
    "entering a case": entry.ROWS,
    "status": status.ROWS,
    "queries and quality": queries.ROWS,
    "requests for data": requests.ROWS,
    "releases": releases.ROWS,
    "holders of releases": holders.ROWS,
    "decisions on releases": decisions.ROWS,
    "signing in": signin.ROWS,
    "administration": administration.ROWS,
    "interface for programs": api.ROWS,
    "interface for programs: the record": records.ROWS,
}


def rows() -> list[Row]:
    """Return every row."""
    return [row for area in AREAS.values() for row in area]
