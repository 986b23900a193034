"""Saving a page: all rows at once, each judged by itself, in a number of statements that does not grow with them.

A row that cannot be stored, or that somebody else changed in between, is left as it is and named; the others are saved.
A lock, or a reason that is missing, refuses the whole page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max, UniqueConstraint
from django.utils.translation import gettext as _

from registry.metadata import Topic, topics
from registry.models import Patient
from registry.services.derive import derive_patients
from registry.services.locks import refusal_of
from registry.services.merging import constraint_columns, constraint_named
from registry.services.records import fill_in, writing
from registry.services.rows import (
    Became,
    Outcome,
    RowWrite,
    State,
    laid_together,
    last_change,
    put_states,
    seen_row,
    state_of,
)
from sites.access import require
from sites.roles import Permission

ROUNDS = 3
COMPANIONS = ("missing", "version", "canonical_value", "ice_total")


def rows_save(
    *, patient: Patient, writes: Sequence[RowWrite], by: Any, reason: str = "", source: str = "web"
) -> dict[str, Outcome]:
    """Write the rows of one page of a case and return slot -> what became of each.

    PermissionDenied without the right to edit there; WriteRefused, with nothing written, for a locked form and for a
    completed one without a reason.
    """
    require(by, Permission.CASE_EDIT, patient.site_id)
    saving = _Saving(patient)
    with writing(by, reason, source):
        for topic in topics():
            if group := [write for write in writes if write.topic is topic]:
                saving.save(topic, group)
        if saving.touched:
            derive_patients([patient.pk], saving.touched)
    return saving.outcomes


class _Saving:
    """One save under way: the outcomes so far and the topics that were written."""

    def __init__(self, patient: Patient) -> None:
        self.patient = patient
        self.outcomes: dict[str, Outcome] = {}
        self.touched: set[str] = set()

    def save(self, topic: Topic, writes: Sequence[RowWrite]) -> None:
        """Write the rows of one topic."""
        known = self._known(topic, writes)
        new: list[Outcome] = []
        changed: list[tuple[Outcome, Any]] = []
        for write in writes:
            outcome = self.outcomes[write.slot] = Outcome(write, Became.SAME)
            if write.record_id is None:
                new.append(outcome)
            elif (record := known.get(write.record_id)) is None:
                outcome.became = Became.GONE
            else:
                changed.append((outcome, record))
        self._delete(topic, [pair for pair in changed if pair[0].write.is_deleted])
        self._change(topic, [pair for pair in changed if not pair[0].write.is_deleted])
        self._create(topic, [outcome for outcome in new if not outcome.write.is_deleted])

    def _known(self, topic: Topic, writes: Sequence[RowWrite]) -> dict[UUID, Any]:
        """Read and hold the rows named by the page, none but those of the case."""
        ids = [write.record_id for write in writes if write.record_id]
        if not ids:
            return {}
        path = topic.path_to("patient") or "pk"
        rows = topic.model._default_manager.select_for_update(of=("self",))
        return {row.pk: row for row in rows.filter(pk__in=ids, **{path: self.patient.pk}).order_by("pk")}

    def _delete(self, topic: Topic, pairs: Iterable[tuple[Outcome, Any]]) -> None:
        for outcome, record in pairs:
            if record.version != outcome.write.version:
                self._tell_other(outcome, record)
                outcome.became = Became.REFUSED
                outcome.errors[""] = [_("Somebody else changed this row. Look at it once more before you delete it.")]
                continue
            record.delete()
            outcome.became = Became.DELETED
            self.touched.add(topic.code)

    def _change(self, topic: Topic, pairs: Iterable[tuple[Outcome, Any]]) -> None:
        ready = [outcome for outcome, record in pairs if self._is_laid(outcome, record)]
        self._write(topic, ready, is_new=False)

    def _is_laid(self, outcome: Outcome, record: Any) -> bool:
        """Put the person's values into the row as it is now; return whether there is something to write."""
        write = outcome.write
        outcome.record = record
        states = {name: mine for name, mine in write.states.items() if mine != state_of(record, name)}
        if record.version != write.version:
            states = self._merge(outcome, record, seen_row(record, write.version))
        if outcome.clashes or not states:
            return False
        record.version += 1
        return self._is_filled(outcome, states)

    def _merge(self, outcome: Outcome, record: Any, seen: Any | None) -> dict[str, State]:
        states, clashes, merged = laid_together(outcome.write, record, seen)
        outcome.clashes, outcome.merged = clashes, tuple(merged)
        if clashes:
            outcome.became = Became.CONFLICT
        if clashes or merged:
            self._tell_other(outcome, record)
        return states

    def _tell_other(self, outcome: Outcome, record: Any) -> None:
        outcome.record = record
        outcome.other, outcome.other_at = last_change(record)

    def _is_filled(self, outcome: Outcome, states: dict[str, State]) -> bool:
        """Fill in values and judge each by its field; what is refused is noted by field."""
        record, topic = outcome.record, outcome.write.topic
        try:
            fill_in(topic, record, put_states(record, states))
            record.clean_fields(exclude={"site", "id", "missing", topic.parent or ""})
        except ValidationError as refused:
            outcome.became = Became.REFUSED
            outcome.errors = {name: list(words) for name, words in refused.message_dict.items()}
            return False
        return True

    def _create(self, topic: Topic, outcomes: Sequence[Outcome]) -> None:
        ready = [outcome for outcome in outcomes if self._is_started(topic, outcome)]
        self._number(topic, ready)
        filled = [outcome for outcome in ready if self._is_filled(outcome, dict(outcome.write.states))]
        self._write(topic, filled, is_new=True)

    def _is_started(self, topic: Topic, outcome: Outcome) -> bool:
        """Make the empty row below its parent; without one (it was refused on the same page) it waits."""
        above = outcome.write.above
        if isinstance(above, str):
            parent = self.outcomes[above].record if above in self.outcomes else None
            above = parent.pk if parent is not None and not parent._state.adding else None
        if topic.parent and above is None:
            outcome.became = Became.REFUSED
            outcome.errors[""] = [_("It belongs to a row that could not be saved. Correct that one first.")]
            return False
        placed = {f"{topic.parent}_id": above} if topic.parent else {}
        outcome.record = topic.model(site_id=self.patient.site_id, missing={}, **placed)
        return True

    def _number(self, topic: Topic, outcomes: Sequence[Outcome]) -> None:
        """Give new rows the numbers after the highest among their siblings."""
        following: dict[Any, int] = {}
        for outcome in outcomes:
            if not (key := outcome.write.auto_key):
                continue
            above = getattr(outcome.record, f"{topic.parent}_id")
            if above not in following:
                siblings = topic.model._default_manager.filter(**{f"{topic.parent}_id": above})
                first = topic.model._meta.get_field(key).variable.limits[0]
                following[above] = max(int(first), (siblings.aggregate(most=Max(key))["most"] or 0) + 1)
            setattr(outcome.record, key, following[above])
            following[above] += 1

    def _write(self, topic: Topic, outcomes: Sequence[Outcome], *, is_new: bool) -> None:
        """Write all rows by one statement; if the database refuses it, row by row to find out which."""
        if not outcomes:
            return
        try:
            with transaction.atomic():
                self._write_all(topic, [outcome.record for outcome in outcomes], is_new=is_new)
        except IntegrityError as error:
            self._raise_refusal(error)
            for outcome in outcomes:
                self._write_one(topic, outcome, is_new=is_new)
        else:
            self._note(topic, outcomes)

    def _write_all(self, topic: Topic, records: Sequence[Any], *, is_new: bool) -> None:
        manager = topic.model._default_manager
        if is_new:
            manager.bulk_create(records)
            return
        have = {field.name for field in topic.model._meta.concrete_fields}
        names = {field.name for field in topic.entered_fields} | {name for name in COMPANIONS if name in have}
        names |= {name for name in have if name.endswith("_precision")}
        manager.bulk_update(records, sorted(names))

    def _write_one(self, topic: Topic, outcome: Outcome, *, is_new: bool) -> None:
        for _round in range(ROUNDS):
            try:
                with transaction.atomic():
                    outcome.record.save(force_insert=is_new, force_update=not is_new)
            except IntegrityError as error:
                self._raise_refusal(error)
                name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
                if not (is_new and name == f"{topic.code}_key"):
                    return self._refuse(topic, outcome, name)
                if outcome.write.auto_key:
                    self._number(topic, [outcome])
                    continue
                return self._meet(topic, outcome)
            return self._note(topic, [outcome])
        return self._refuse(topic, outcome, f"{topic.code}_key")

    def _meet(self, topic: Topic, outcome: Outcome) -> None:
        """Somebody added the same row at the same time: lay both together."""
        mine = outcome.record
        key = {name: getattr(mine, name) for name in topic.key}
        above = {f"{topic.parent}_id": getattr(mine, f"{topic.parent}_id")} if topic.parent else {"site": mine.site_id}
        rows = topic.model._default_manager.select_for_update(of=("self",))
        theirs = rows.filter(**above, **key).first()
        if theirs is None or not topic.parent:
            self._refuse(topic, outcome, f"{topic.code}_key")
            return
        outcome.record = theirs
        states = self._merge(outcome, theirs, None)
        if outcome.clashes or not states:
            return
        theirs.version += 1
        if self._is_filled(outcome, states):
            self._write_one(topic, outcome, is_new=False)

    def _note(self, topic: Topic, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            outcome.became = Became.SAVED
        self.touched.add(topic.code)

    def _raise_refusal(self, error: IntegrityError) -> None:
        if refused := refusal_of(error):
            raise refused from error

    def _refuse(self, topic: Topic, outcome: Outcome, constraint: str) -> None:
        """Note the words of the constraint at the fields that it speaks of."""
        outcome.became = Became.REFUSED
        words, names = _words_of(topic, constraint)
        outcome.errors = {name: [words] for name in names or ("",)}


def _words_of(topic: Topic, name: str) -> tuple[str, tuple[str, ...]]:
    if check := constraint_named(name):
        return str(check.get_violation_error_message()), constraint_columns(check)
    for constraint in topic.model._meta.constraints:
        if constraint.name == name and isinstance(constraint, UniqueConstraint):
            return str(constraint.get_violation_error_message()), topic.key
    return _("The registry cannot store this row."), ()
