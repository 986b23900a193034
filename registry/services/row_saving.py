"""Saving a page: all rows at once, each judged by itself, in a number of statements that does not grow with them.

A row that cannot be stored, or that somebody else changed in between, is left as it is and named; the others are saved.
A lock, or a reason that is missing, refuses the whole page. Pages of one case are saved one after the other: what one
save computes anew may be rows that another one is writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import OperationalError

from registry.metadata import topics
from registry.models import Patient
from registry.services.case_turns import busy, may_try_again, wait_for_turn
from registry.services.records import writing
from registry.services.refresh import record_written
from registry.services.rows import Outcome, RowWrite
from registry.services.topic_saving import ROUNDS, Saving, TopicSaving
from sites.access import require
from sites.roles import Permission


def rows_save(
    *,
    patient: Patient,
    writes: Sequence[RowWrite],
    by: Any,
    seen: frozenset[UUID] = frozenset(),
    reason: str = "",
    source: str = "web",
) -> dict[str, Outcome]:
    """Write the rows of one page of a case and return slot -> what became of each.

    `seen` are the rows that stood on the page: a new row with the key of one of them is no coincidence of two people,
    but a key given twice. PermissionDenied without the right to edit there; WriteRefused, with nothing written, for a
    locked form, for a completed one without a reason, and where others keep the case busy.
    """
    require(by, Permission.CASE_EDIT, patient.site_id)
    for _round in range(ROUNDS):
        saving = Saving(patient, set(seen))
        try:
            with writing(by, reason, source):
                _save_all(saving, writes)
        except OperationalError as error:
            if not may_try_again(error):
                raise
        else:
            return saving.outcomes
    raise busy()


def _save_all(saving: Saving, writes: Sequence[RowWrite]) -> None:
    """Write the rows, those above first, and compute anew what rests on them."""
    wait_for_turn(saving.patient)
    for topic in topics():
        if group := [write for write in writes if write.topic is topic]:
            TopicSaving(saving, topic).save(group)
    if saving.touched:
        record_written([saving.patient.pk], saving.touched)
