"""The rows of one topic as programs save them: what others changed is refused, nothing is merged.

Rows of many cases go through here at once. Which of them break a rule, meet a row with their key, or stand on a form
that is held, is found by one statement each, so that one bad row among a thousand does not make a thousand writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from registry.metadata import Topic
from registry.rules.icans import ice_total
from registry.services.held import held_cases
from registry.services.refusals import WriteRefused
from registry.services.row_arrays import broken_constraints
from registry.services.row_words import constraint_words
from registry.services.rows import Became, Outcome, RowWrite, State, state_of
from registry.services.rowwise import ICE_ITEMS
from registry.services.saving import Saving
from registry.services.topic_saving import TopicSaving


class StrictSaving(TopicSaving):
    """The rows of one topic in a save that merges nothing.

    With `updates` a new row whose key is there already changes that row; otherwise it is TAKEN.
    """

    def __init__(self, saving: Saving, topic: Topic, *, updates: bool = False) -> None:
        super().__init__(saving, topic)
        self.updates = updates

    def _read_events(self, writes: Sequence[RowWrite], known: dict[UUID, Any]) -> None:
        """What happened meanwhile is not needed where nothing is merged."""

    def _seen(self, write: RowWrite) -> Any | None:
        return None

    def _is_missed(self, write: RowWrite) -> bool:
        return True

    def _keep(self, outcome: Outcome, record: Any) -> None:
        outcome.became = Became.CONFLICT

    def _merge(self, outcome: Outcome, record: Any, seen: Any | None) -> dict[str, State]:
        outcome.became = Became.CONFLICT
        return {}

    def _change(self, pairs: Iterable[tuple[Outcome, Any]]) -> None:
        listed = list(pairs)
        for outcome, record in listed:
            outcome.write = with_sum(outcome.write, record)
        super()._change(listed)

    def _create(self, outcomes: Sequence[Outcome]) -> None:
        parents = self._parents(outcomes)
        ready = [outcome for outcome in outcomes if self._is_started(outcome, parents)]
        self._number(ready)
        ready = [outcome for outcome in ready if self._is_filled(outcome, dict(outcome.write.states))]
        known = self._with_their_keys([outcome.record for outcome in ready])
        met = [(outcome, known[key]) for outcome in ready if (key := self._key_of(outcome.record)) in known]
        self._write([outcome for outcome in ready if self._is_first(outcome, known)], is_new=True)
        if self.updates:
            self._change(self._once(met))

    def _is_first(self, outcome: Outcome, known: dict[tuple[Any, ...], Any]) -> bool:
        """Tell whether a row is the first with its key, and take note of it for the next one."""
        first = known.setdefault(self._key_of(outcome.record), outcome.record)
        is_first = first is outcome.record
        if not is_first:
            self._give_way(outcome, first)
        return is_first

    def _once(self, met: Sequence[tuple[Outcome, Any]]) -> list[tuple[Outcome, Any]]:
        """Lay the first new row with a key over the one that is there; a second one stays refused."""
        first: dict[UUID, tuple[Outcome, Any]] = {}
        for outcome, record in met:
            if first.setdefault(record.pk, (outcome, record))[0] is outcome:
                outcome.became, outcome.errors = Became.SAME, {}
                outcome.write = replace(outcome.write, record_id=record.pk, version=record.version)
        return list(first.values())

    def _with_their_keys(self, records: Sequence[Any]) -> dict[tuple[Any, ...], Any]:
        """Read and hold the rows that have the keys of these, in one query."""
        if not records:
            return {}
        names = [self._scope, *(name for name in self.topic.key if not self._column(name).null)]
        wanted = {f"{name}__in": {getattr(record, name) for record in records} for name in names}
        rows = self.topic.model._default_manager.select_for_update(of=("self",)).filter(**wanted)
        return {self._key_of(row): row for row in rows.order_by("pk")}

    def _key_of(self, record: Any) -> tuple[Any, ...]:
        return tuple(getattr(record, name) for name in (self._scope, *self.topic.key))

    @property
    def _scope(self) -> str:
        return f"{self.topic.parent or 'site'}_id"

    def _column(self, name: str) -> Any:
        return self.topic.model._meta.get_field(name)

    def _write(self, outcomes: Sequence[Outcome], *, is_new: bool) -> None:
        """Leave out what breaks a rule, and write the rest: what nobody holds at once, held cases each by itself."""
        broken = broken_constraints(self.topic.model, [outcome.record for outcome in outcomes])
        for outcome in outcomes:
            if rule := broken.get(outcome.record.pk):
                self._refuse(outcome, rule)
        sound = [outcome for outcome in outcomes if outcome.record.pk not in broken]
        held = held_cases(self.topic, {self._case(outcome) for outcome in sound})
        self._try([outcome for outcome in sound if self._case(outcome) not in held], is_new=is_new)
        self._try_each([outcome for outcome in sound if self._case(outcome) in held], is_new=is_new)

    def _try(self, outcomes: Sequence[Outcome], *, is_new: bool) -> None:
        """Write rows at once; where the database holds them, case by case, to find out which."""
        try:
            super()._write(outcomes, is_new=is_new)
        except WriteRefused as refused:
            left = [outcome for outcome in outcomes if outcome.became is not Became.SAVED]
            if len({self._case(outcome) for outcome in left}) > 1:
                self._try_each(left, is_new=is_new)
                return
            for outcome in left:
                outcome.became, outcome.refusal = Became.HELD, refused

    def _try_each(self, outcomes: Sequence[Outcome], *, is_new: bool) -> None:
        cases: dict[UUID, list[Outcome]] = {}
        for outcome in outcomes:
            cases.setdefault(self._case(outcome), []).append(outcome)
        for rows in cases.values():
            self._try(rows, is_new=is_new)

    def _case(self, outcome: Outcome) -> UUID:
        return self.saving.case_of(outcome.write).pk

    def _meet(self, outcome: Outcome) -> None:
        self._refuse(outcome, self._key_name)

    def _refuse(self, outcome: Outcome, constraint: str) -> None:
        if constraint != self._key_name:
            super()._refuse(outcome, constraint)
            return
        theirs = self._with_their_keys([outcome.record]).get(self._key_of(outcome.record))
        self._give_way(outcome, theirs or outcome.record)

    def _give_way(self, outcome: Outcome, other: Any) -> None:
        """Note that another row has the key; the words stand at its fields, of which some topics have none."""
        words, names = constraint_words(self.topic, self._key_name)
        outcome.became, outcome.record = Became.TAKEN, other
        outcome.errors = {name: [words] for name in names}


def with_sum(write: RowWrite, record: Any) -> RowWrite:
    """Add the score of ICE to a change of its items, as the pages do, unless the person gives one."""
    if write.topic.code != "icans_assessment" or "ice_total" in write.states or not set(ICE_ITEMS) & set(write.states):
        return write
    total = ice_total(*(write.states.get(item, state_of(record, item)).value for item in ICE_ITEMS))
    return write if total is None else replace(write, states={**write.states, "ice_total": State(total)})
