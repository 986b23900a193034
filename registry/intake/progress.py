"""Progress that others can see while the work itself is still one open transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from registry.models.uploads import Upload, UploadState

LEASE = timedelta(minutes=5)


class Cancelled(Exception):  # noqa: N818 -- the name says what happened
    """The person has discarded the upload."""


class Reporter:
    """Writes steps on a connection of its own, which prolongs the lease, and learns of a cancellation."""

    def __init__(self, upload: Upload) -> None:
        self._upload, self._aside = upload, connection.copy()

    def step(self, number: int, file_name: str) -> None:
        """Say which file is at hand; raises Cancelled where nobody wants the result any more."""
        now = timezone.now()
        state = UploadState.COMMITTING if self._upload.is_commit_wanted else UploadState.CHECKING
        values = [state.value, number, file_name, now, now + LEASE, self._upload.pk, UploadState.CANCELLED.value]
        if self._written(values) is None and self._state() == UploadState.CANCELLED:
            raise Cancelled

    def _written(self, values: list[Any]) -> Any:
        return self._apart(
            "UPDATE registry_upload SET state = %s, step = %s, step_file = %s, heartbeat_at = %s, lease_until = %s"
            " WHERE id = %s AND state <> %s RETURNING state",
            values,
        )

    def _state(self) -> str:
        row = self._apart("SELECT state FROM registry_upload WHERE id = %s", [self._upload.pk])
        return row[0] if row else ""

    def _apart(self, statement: str, values: list[Any]) -> Any:
        """Run one statement in a transaction of its own, beside the open one, within the upload's site."""
        with self._aside.cursor() as cursor, cursor.connection.transaction():
            cursor.execute("SELECT set_config('app.sites', %s, true)", [f"{{{self._upload.site_id}}}"])
            cursor.execute(statement, values)
            return cursor.fetchone()

    def close(self) -> None:
        """Give the connection back."""
        self._aside.close()
