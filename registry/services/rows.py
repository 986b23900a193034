"""What a page asks to be written of one row, what became of it, and how two people's changes are laid together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from registry.metadata import DateVariable, Topic
from sites.audit import event_model_of


@dataclass(frozen=True)
class State:
    """What a field holds: a value with its precision, or the reason why there is none."""

    value: Any = None
    precision: str | None = None
    reason: str = ""


NOTHING = State()


@dataclass(frozen=True)
class RowWrite:
    """One row as a person wants it.

    `slot` is the page's name for the row; `record_id` and `version` name the row as the person saw it, None for a new
    one. `above` is the key of the row above it, or the slot of one that is written with it. `auto_key` is the number
    among siblings that the registry gives a new row. `settled` are the fields in which the person has seen another
    one's value and keeps their own.
    """

    slot: str
    topic: Topic
    states: Mapping[str, State]
    record_id: UUID | None = None
    version: int = 0
    above: UUID | str | None = None
    auto_key: str = ""
    is_deleted: bool = False
    settled: frozenset[str] = frozenset()


class Became(Enum):
    """What became of a row."""

    SAVED = "saved"
    SAME = "same"
    DELETED = "deleted"
    REFUSED = "refused"
    CONFLICT = "conflict"
    GONE = "gone"


@dataclass(frozen=True)
class Clash:
    """A field that two people gave different values: one's own, and the other one's as it is saved now."""

    mine: State
    theirs: State


@dataclass
class Outcome:
    """What became of one row; `errors` are by field, "" for the row. `merged` are fields taken over from others."""

    write: RowWrite
    became: Became
    record: Any = None
    errors: dict[str, list[str]] = field(default_factory=dict)
    clashes: dict[str, Clash] = field(default_factory=dict)
    merged: tuple[str, ...] = ()
    other: str = ""
    other_at: datetime | None = None


def state_of(record: Any, name: str) -> State:
    """Return what a field of a row (or of an event of it) holds; of a reference its key."""
    value = getattr(record, record._meta.get_field(name).attname)
    if value is None or value == "":
        return State(reason=(record.missing or {}).get(name, ""))
    precision = getattr(record, f"{name}_precision", None)
    return State(value, str(precision) if precision else None)


def put_states(record: Any, states: Mapping[str, State]) -> dict[str, Any]:
    """Return the values that a row takes from these states, and set its missing reasons."""
    values: dict[str, Any] = {}
    missing = dict(record.missing)
    for name, state in states.items():
        values[name] = state.value
        missing.pop(name, None)
        if state.reason:
            missing[name] = state.reason
        if is_partial(record._meta.get_field(name)) and state.value is not None:
            values[f"{name}_precision"] = state.precision
    record.missing = missing
    return values


def is_partial(model_field: Any) -> bool:
    """Tell whether a date may be known to the month or year only."""
    return isinstance(model_field, DateVariable) and model_field.partial


def seen_row(record: Any, version: int) -> Any | None:
    """Return the event that shows a row as it was at a version; None where there is none."""
    events = event_model_of(type(record)).objects.filter(pgh_obj_id=record.pk, site_id=record.site_id, version=version)
    return events.exclude(pgh_label="delete").order_by("-pgh_id").first()


def last_change(record: Any) -> tuple[str, datetime | None]:
    """Return who changed a row last, and when."""
    event = event_model_of(type(record)).objects.filter(pgh_obj_id=record.pk, site_id=record.site_id).latest("pgh_id")
    return event.pgh_context.get("user_label", ""), event.pgh_created_at


def laid_together(
    write: RowWrite, record: Any, seen: Any | None
) -> tuple[dict[str, State], dict[str, Clash], list[str]]:
    """Lay a person's values over a row that others changed since they saw it.

    A field that one of the two changed is taken from that one; a field that both changed to different values is a
    clash, unless it is settled. Returns the states to write, the clashes, and the fields taken over from others.
    Without `seen` (a row that two people added at once) an empty row is what both started from.
    """
    states: dict[str, State] = {}
    clashes: dict[str, Clash] = {}
    merged: list[str] = []
    for name, mine in write.states.items():
        theirs = state_of(record, name)
        base = state_of(seen, name) if seen is not None else NOTHING
        if mine in (theirs, base) and theirs != mine:
            merged.append(name)
        elif mine != theirs and (theirs == base or name in write.settled):
            states[name] = mine
        elif mine != theirs:
            clashes[name] = Clash(mine, theirs)
    return states, clashes, merged
