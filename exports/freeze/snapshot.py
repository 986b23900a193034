"""One moment of the registry, read by the role that may read nothing but exportable columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from exports.freeze.policy import EXPORT_ALIAS
from sites.context import acting_as_system

# A snapshot holds back the clean-up of dead rows, so it may not stay open behind a worker that has stopped reading.
LIMITS = "SET LOCAL lock_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '10min'"


@contextmanager
def snapshot(release: str) -> Iterator[CursorWrapper]:
    """Open a read-only transaction in which every query sees the same moment, over all sites."""
    with transaction.atomic(using=EXPORT_ALIAS), connections[EXPORT_ALIAS].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(LIMITS)
        with acting_as_system("freeze", reason=f"Release {release}", using=EXPORT_ALIAS):
            yield cursor
