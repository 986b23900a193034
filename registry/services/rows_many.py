"""Saving rows of one topic of many cases at once, in a number of statements that grows with neither rows nor cases.

Each row is judged by itself: a bad row, or one of a locked form, is refused beside good ones that are saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import DataError, OperationalError

from registry.metadata import Topic
from registry.models import Patient
from registry.services.case_turns import busy, may_try_again, wait_for_turns
from registry.services.records import writing
from registry.services.refresh import record_written
from registry.services.row_words import beyond_words
from registry.services.rows import Became, Outcome, RowWrite
from registry.services.saving import Saving
from registry.services.topic_saving import ROUNDS
from registry.services.topic_strict import StrictSaving
from sites.access import require
from sites.roles import Permission


def rows_save_many(
    *,
    topic: Topic,
    writes: Sequence[RowWrite],
    patients: Iterable[Patient],
    by: Any,
    reason: str = "",
    updates: bool = False,
) -> list[Outcome]:
    """Write rows of a topic, each with the key of its case, and return what became of each, in their order.

    Nothing is merged: a row that others changed is a CONFLICT, a new one whose key is there is TAKEN, or with `updates`
    changes the row that has it. A row of a locked form, or of a completed one without a reason, is HELD. A row is named
    once. PermissionDenied without the right to edit at the site of each case; WriteRefused where others keep one busy.
    """
    cases = {patient.pk: patient for patient in patients}
    for site_id in {patient.site_id for patient in cases.values()}:
        require(by, Permission.CASE_EDIT, site_id)
    outcomes = _outcomes(cases, writes, lambda saving: _save(saving, topic, writes, updates=updates), by, reason)
    if outcomes is None and len(cases) == 1:
        return [Outcome(write, Became.REFUSED, errors={"": [beyond_words()]}) for write in writes]
    if outcomes is None:
        found: dict[str, Outcome] = {}
        for case in cases.values():
            own = [write for write in writes if write.patient_id == case.pk]
            told = rows_save_many(topic=topic, writes=own, patients=[case], by=by, reason=reason, updates=updates)
            found |= {outcome.write.slot: outcome for outcome in told}
        return [found[write.slot] for write in writes]
    return outcomes


def _outcomes(
    cases: Mapping[UUID, Patient], writes: Sequence[RowWrite], save: Callable[[Saving], None], by: Any, reason: str
) -> list[Outcome] | None:
    """Return what became of each row; None, with nothing written, where a computed value of some case has no room."""
    for _round in range(ROUNDS):
        saving = Saving(cases, set())
        try:
            with writing(by, reason, ""):
                save(saving)
        except DataError:
            return None
        except OperationalError as error:
            if not may_try_again(error):
                raise
        else:
            return [saving.outcomes[write.slot] for write in writes]
    raise busy()


def _save(saving: Saving, topic: Topic, writes: Sequence[RowWrite], *, updates: bool) -> None:
    wait_for_turns(saving.patients)
    StrictSaving(saving, topic, updates=updates).save(writes)
    if saving.touched:
        record_written(sorted(saving.written), saving.touched)
