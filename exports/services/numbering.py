"""Numbers and names that are given one after the other, also when two people ask at the same moment."""

from __future__ import annotations

from typing import Final

from django.db import connection

REQUESTS: Final = "numbers of requests"
RELEASES: Final = "names of releases"


def one_at_a_time(what: str) -> None:
    """Wait until nobody else gives a number of this kind, and keep others waiting until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])
