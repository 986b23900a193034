"""Saving a page: all rows at once, each judged by itself, in a number of statements that does not grow with them.

A row that cannot be stored, or that somebody else changed in between, is left as it is and named; the others are saved.
A lock, or a reason that is missing, refuses the whole page. What is strict merges nothing: a row that others changed,
or one whose key they have given to another row, is refused. Pages of one case are saved one after the other: what one
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
from registry.services.saving import Saving
from registry.services.topic_saving import ROUNDS, TopicSaving
from registry.services.topic_strict import StrictSaving
from sites.access import require
from sites.roles import Permission


def rows_save(
    *,
    patient: Patient,
    writes: Sequence[RowWrite],
    by: Any,
    seen: frozenset[UUID] = frozenset(),
    reason: str = "",
    source: str = "",
    is_strict: bool = False,
) -> dict[str, Outcome]:
    """Write the rows of one page of a case and return slot -> what became of each.

    `seen` are the rows that stood on the page: a new row with the key of one of them is no coincidence of two people,
    but a key given twice. PermissionDenied without the right to edit there; WriteRefused, with nothing written, for a
    locked form, for a completed one without a reason, and where others keep the case busy. With `is_strict` a version
    that is not the present one is a CONFLICT, and a new row whose key is there is TAKEN.
    """
    require(by, Permission.CASE_EDIT, patient.site_id)
    for _round in range(ROUNDS):
        saving = Saving({patient.pk: patient}, set(seen))
        try:
            with writing(by, reason, source):
                wait_for_turn(patient)
                _save_all(saving, writes, StrictSaving if is_strict else TopicSaving)
        except OperationalError as error:
            if not may_try_again(error):
                raise
        else:
            return saving.outcomes
    raise busy()


def _save_all(saving: Saving, writes: Sequence[RowWrite], way: type[TopicSaving]) -> None:
    """Write the rows, those above first, and compute anew what rests on them."""
    for topic in topics():
        if group := [write for write in writes if write.topic is topic]:
            way(saving, topic).save(group)
    for outcome in saving.outcomes.values():
        if outcome.refusal:
            raise outcome.refusal
    if saving.touched:
        record_written(sorted(saving.written), saving.touched)
