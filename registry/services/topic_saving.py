"""The rows of one topic in the save of a page: deleted, changed and added, each judged by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from registry.metadata import ReferenceVariable, Topic, topics
from registry.services.locks import refusal_of
from registry.services.records import fill_in
from registry.services.row_arrays import update_rows
from registry.services.row_words import constraint_words, key_constraint
from registry.services.rows import (
    Became,
    Outcome,
    RowWrite,
    State,
    events_of,
    is_untouched,
    laid_together,
    last_change,
    put_states,
    seen_row,
    state_of,
)
from registry.services.saving import Saving

ROUNDS = 3
COMPANIONS = ("missing", "version", "canonical_value")


class TopicSaving:
    """The rows of one topic in a save."""

    def __init__(self, saving: Saving, topic: Topic) -> None:
        self.saving, self.topic, self.outcomes = saving, topic, saving.outcomes
        self.events: dict[UUID, list[Any]] = {}

    def save(self, writes: Sequence[RowWrite]) -> None:
        """Delete, change and add rows, in this order: a key that becomes free can be given again."""
        known = self._known([write.record_id for write in writes if write.record_id])
        self._read_events(writes, known)
        new: list[Outcome] = []
        changed: list[tuple[Outcome, Any]] = []
        for write in writes:
            outcome = self.outcomes[write.slot] = Outcome(write, Became.SAME)
            if write.record_id is None:
                new.append(outcome)
            elif record := known.get(write.record_id):
                changed.append((outcome, record))
            elif self._is_missed(write):
                outcome.became = Became.GONE
        self._delete([pair for pair in changed if pair[0].write.is_deleted])
        self._change([pair for pair in changed if not pair[0].write.is_deleted])
        self._create([outcome for outcome in new if not outcome.write.is_deleted])

    def _is_missed(self, write: RowWrite) -> bool:
        """Tell whether somebody deleted a row of which the person still wants something."""
        return not write.is_deleted and not is_untouched(write, self._seen(write))

    def _known(self, ids: Sequence[UUID]) -> dict[UUID, Any]:
        """Read and hold the rows that are named, none but those of the cases."""
        if not ids:
            return {}
        rows = self.topic.model._default_manager.select_for_update(of=("self",)).filter(pk__in=ids)
        return {row.pk: row for row in rows.filter(**self._of_cases(self.topic)).order_by("pk")}

    def _of_cases(self, topic: Topic) -> dict[str, Any]:
        return {f"{topic.path_to('patient') or 'pk'}__in": list(self.saving.patients)}

    def _read_events(self, writes: Sequence[RowWrite], known: dict[UUID, Any]) -> None:
        """Read what happened to the rows that are not as the person saw them."""
        named = {write.record_id: write.version for write in writes if write.record_id}
        moved = {key: version for key, version in named.items() if key not in known or known[key].version != version}
        self.events = events_of(self.topic, self._site_id, moved, since=min(moved.values(), default=0))

    @property
    def _site_id(self) -> UUID:
        """The site of a page, which is about one case."""
        return next(iter(self.saving.patients.values())).site_id

    def _seen(self, write: RowWrite) -> Any | None:
        return seen_row(self.events[write.record_id], write.version) if write.record_id else None

    def _delete(self, pairs: Sequence[tuple[Outcome, Any]]) -> None:
        going = []
        for outcome, record in pairs:
            outcome.record = record
            if record.version == outcome.write.version:
                outcome.became = Became.DELETED
                going.append(record.pk)
                self.saving.written.add(self.saving.case_of(outcome.write).pk)
            else:
                self._keep(outcome, record)
        if going:
            self.topic.model._default_manager.filter(pk__in=going).delete()
            # What hangs on a row goes with it.
            self.saving.touched |= {topic.code for topic in topics() if self.topic in (*topic.ancestors, topic)}

    def _keep(self, outcome: Outcome, record: Any) -> None:
        """Refuse to delete what somebody else has changed."""
        outcome.became = Became.REFUSED
        outcome.errors[""] = [_("Somebody else changed this row. Look at it once more before you delete it.")]
        outcome.merged = self._changed_by_others(outcome.write, record)

    def _changed_by_others(self, write: RowWrite, record: Any) -> dict[str, str]:
        seen, events = self._seen(write), self.events[record.pk]
        names = [field.name for field in self.topic.entered_fields]
        moved = [name for name in names if seen is None or state_of(seen, name) != state_of(record, name)]
        return {name: last_change(events, name)[0] for name in moved}

    def _change(self, pairs: Iterable[tuple[Outcome, Any]]) -> None:
        self._write([outcome for outcome, record in pairs if self._is_laid(outcome, record)], is_new=False)

    def _is_laid(self, outcome: Outcome, record: Any) -> bool:
        """Put the person's values into the row as it is now; return whether there is something to write."""
        write = outcome.write
        outcome.record = record
        states = {name: mine for name, mine in write.states.items() if mine != state_of(record, name)}
        if record.version != write.version:
            states = self._merge(outcome, record, self._seen(write))
        if outcome.clashes or not states:
            return False
        record.version += 1
        return self._is_filled(outcome, states)

    def _merge(self, outcome: Outcome, record: Any, seen: Any | None) -> dict[str, State]:
        states, outcome.clashes, merged = laid_together(outcome.write, record, seen)
        events = self.events.get(record.pk, [])
        outcome.merged = {name: last_change(events, name)[0] for name in merged}
        if outcome.clashes:
            outcome.became = Became.CONFLICT
        return states

    def _is_filled(self, outcome: Outcome, states: dict[str, State]) -> bool:
        """Fill in values and judge each by its field; what is refused is noted by field."""
        try:
            fill_in(self.topic, outcome.record, put_states(outcome.record, states))
            known = self._known_codes(outcome)
            outcome.record.clean_fields(exclude={"site", "id", "missing", self.topic.parent or "", *known})
        except ValidationError as refused:
            outcome.became = Became.REFUSED
            outcome.errors = {name: list(words) for name, words in refused.message_dict.items()}
            return False
        return True

    def _known_codes(self, outcome: Outcome) -> set[str]:
        """Return the references whose code is on its list, which is read once for all rows."""
        return {name for name, codes in self._lists.items() if getattr(outcome.record, f"{name}_id") in codes}

    @cached_property
    def _lists(self) -> dict[str, set[str]]:
        listed = [field for field in self.topic.entered_fields if isinstance(field, ReferenceVariable)]
        return {field.name: set(field.related_model._default_manager.values_list("pk", flat=True)) for field in listed}

    def _create(self, outcomes: Sequence[Outcome]) -> None:
        parents = self._parents(outcomes)
        ready = [outcome for outcome in outcomes if self._is_started(outcome, parents)]
        self._number(ready)
        self._write([outcome for outcome in ready if self._is_filled(outcome, dict(outcome.write.states))], is_new=True)

    def _parents(self, outcomes: Sequence[Outcome]) -> set[UUID]:
        """Read and hold the rows of the case that the page names as those above new ones."""
        above = self.topic.parent_topic
        cases = set(self.saving.patients)
        named = {key for outcome in outcomes if isinstance(key := outcome.write.above, UUID)} - cases
        if above is None or not named:
            return cases
        rows = above.model._default_manager.filter(pk__in=named, **self._of_cases(above))
        # Held against deletion only: others may go on to put rows of their own below them.
        return set(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))

    def _is_started(self, outcome: Outcome, parents: set[UUID]) -> bool:
        """Make the empty row below its parent; without one it waits, or is refused."""
        above = outcome.write.above
        if isinstance(above, str):
            parent = self.outcomes[above].record if above in self.outcomes else None
            if parent is None or parent._state.adding:
                outcome.became = Became.WAITS
                return False
            above = parent.pk
        elif self.topic.parent and above not in parents:
            outcome.became = Became.REFUSED
            outcome.errors[""] = [_("The row that this one belongs to does not exist any more.")]
            return False
        placed = {f"{self.topic.parent}_id": above} if self.topic.parent else {}
        site_id = self.saving.case_of(outcome.write).site_id
        outcome.record = self.topic.model(site_id=site_id, missing={}, **placed)
        return True

    def _number(self, outcomes: Sequence[Outcome]) -> None:
        """Give new rows the numbers after the highest among their siblings, those written with them included."""
        numbered = [outcome for outcome in outcomes if outcome.write.auto_key]
        if not numbered:
            return
        key, parent = numbered[0].write.auto_key, f"{self.topic.parent}_id"
        highest = self._highest(key, parent, {getattr(outcome.record, parent) for outcome in numbered})
        for outcome in outcomes:
            above, given = getattr(outcome.record, parent), outcome.write.states.get(key)
            if given and given.value is not None:
                highest[above] = max(highest.get(above, 0), given.value)
        first = int(self.topic.model._meta.get_field(key).variable.limits[0])
        for outcome in numbered:
            above = getattr(outcome.record, parent)
            highest[above] = max(first, highest.get(above, 0) + 1)
            setattr(outcome.record, key, highest[above])

    def _highest(self, key: str, parent: str, above: set[UUID]) -> dict[UUID, int]:
        siblings = self.topic.model._default_manager.filter(**{f"{parent}__in": above}).order_by()
        return dict(siblings.values(parent).annotate(most=Max(key)).values_list(parent, "most"))

    def _write(self, outcomes: Sequence[Outcome], *, is_new: bool) -> None:
        """Write all rows by one statement; if the database refuses it, row by row to find out which."""
        if not outcomes:
            return
        try:
            with transaction.atomic():
                self._write_all([outcome.record for outcome in outcomes], is_new=is_new)
        except IntegrityError as error:
            self._raise_refusal(error)
            for outcome in outcomes:
                self._write_one(outcome, is_new=is_new)
        else:
            self._note(outcomes)

    def _write_all(self, records: Sequence[Any], *, is_new: bool) -> None:
        manager = self.topic.model._default_manager
        if is_new:
            manager.bulk_create(records)
            return
        have = {field.name for field in self.topic.model._meta.concrete_fields}
        names = {field.name for field in self.topic.entered_fields} | {name for name in COMPANIONS if name in have}
        names |= {name for name in have if name.endswith("_precision")}
        update_rows(self.topic.model, records, sorted(names))

    def _write_one(self, outcome: Outcome, *, is_new: bool) -> None:
        for _round in range(ROUNDS):
            try:
                with transaction.atomic():
                    outcome.record.save(force_insert=is_new, force_update=not is_new)
            except IntegrityError as error:
                self._raise_refusal(error)
                name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
                if not (is_new and name == self._key_name):
                    return self._refuse(outcome, name)
                if outcome.write.auto_key:
                    self._number([outcome])
                    continue
                return self._meet(outcome)
            return self._note([outcome])
        return self._refuse(outcome, self._key_name)

    @property
    def _key_name(self) -> str:
        return key_constraint(self.topic)

    def _meet(self, outcome: Outcome) -> None:
        """Lay a new row over one that somebody else added with the same key; the page's own rows are kept apart."""
        theirs = self._same_key(outcome.record)
        if theirs is None or theirs.pk in self.saving.seen:
            self._refuse(outcome, self._key_name)
            return
        outcome.record = theirs
        self.events |= events_of(self.topic, self._site_id, [theirs.pk])
        states = self._merge(outcome, theirs, None)
        if outcome.clashes or not states:
            return
        theirs.version += 1
        if self._is_filled(outcome, states):
            self._write_one(outcome, is_new=False)

    def _same_key(self, mine: Any) -> Any | None:
        if not self.topic.parent:
            return None
        key = {name: getattr(mine, name) for name in (f"{self.topic.parent}_id", *self.topic.key)}
        return self.topic.model._default_manager.select_for_update(of=("self",)).filter(**key).first()

    def _note(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            outcome.became = Became.SAVED
            self.saving.seen.add(outcome.record.pk)
            self.saving.written.add(self.saving.case_of(outcome.write).pk)
        self.saving.touched.add(self.topic.code)

    def _raise_refusal(self, error: IntegrityError) -> None:
        if refused := refusal_of(error):
            raise refused from error

    def _refuse(self, outcome: Outcome, constraint: str) -> None:
        """Note the words of the constraint at the fields that it speaks of."""
        outcome.became = Became.REFUSED
        words, names = constraint_words(self.topic, constraint)
        outcome.errors = {name: [words] for name in names or ("",)}
