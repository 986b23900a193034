"""What a page asks to be written of one row, what became of it, and how two people's changes are laid together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from registry.metadata import DateVariable, IntegerVariable, Topic
from registry.rules.dates import Precision
from registry.services.refusals import WriteRefused
from registry.services.rowwise import ICE_ITEMS
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
    one. `states` may leave out fields that the person has not touched. `above` is the key of the row above it, or the
    slot of one that is written with it. `auto_key` is the number among siblings that the registry gives a new row.
    `patient_id` names its case where rows of several are written at once.
    """

    slot: str
    topic: Topic
    states: Mapping[str, State]
    record_id: UUID | None = None
    version: int = 0
    above: UUID | str | None = None
    auto_key: str = ""
    is_deleted: bool = False
    patient_id: UUID | None = None


class Became(Enum):
    """What became of a row. WAITS: the row above it could not be saved; GONE: somebody deleted it meanwhile.

    TAKEN: a row with its key is there already; HELD: a lock or a missing reason keeps its form as it is.
    """

    SAVED = "saved"
    SAME = "same"
    DELETED = "deleted"
    REFUSED = "refused"
    CONFLICT = "conflict"
    GONE = "gone"
    WAITS = "waits"
    TAKEN = "taken"
    HELD = "held"


@dataclass(frozen=True)
class Clash:
    """A field that two people gave different values: one's own, and the other one's as it is saved now."""

    mine: State
    theirs: State


@dataclass
class Outcome:
    """What became of one row; `errors` are by field, "" for the row. `merged` names, for each field that was taken over
    from somebody else, who that is. The record of a TAKEN row is the one that has its key; `refusal` says why a row is
    HELD.
    """

    write: RowWrite
    became: Became
    record: Any = None
    errors: dict[str, list[str]] = field(default_factory=dict)
    clashes: dict[str, Clash] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    refusal: WriteRefused | None = None


# Fields that say one thing together: from two people's halves would come a value that nobody recorded.
TOGETHER: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "lab": (("value", "unit", "comparator"),),
    "toxicity_therapy": (("dose", "dose_unit"),),
    "icans_assessment": ((*ICE_ITEMS, "ice_total"),),
}


def auto_key(topic: Topic) -> str:
    """Return the number that the registry gives the rows of a topic itself; "" where people name them."""
    names = [name for name in topic.key if isinstance(topic.model._meta.get_field(name), IntegerVariable)]
    return names[0] if names else ""


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
        if is_partial(record._meta.get_field(name)):
            values[f"{name}_precision"] = state.precision or Precision.DAY.value
    record.missing = missing
    return values


def is_partial(model_field: Any) -> bool:
    """Tell whether a date may be known to the month or year only."""
    return isinstance(model_field, DateVariable) and model_field.partial


def events_of(topic: Topic, site_id: UUID, ids: Collection[UUID], since: int = 0) -> dict[UUID, list[Any]]:
    """Return, for each of some rows of a site, what happened to it from a version on, oldest first, in one query."""
    found: dict[UUID, list[Any]] = {key: [] for key in ids}
    if ids:
        events = event_model_of(topic.model).objects.filter(pgh_obj_id__in=ids, site_id=site_id, version__gte=since)
        for event in events.order_by("pgh_id"):
            found[event.pgh_obj_id].append(event)
    return found


def seen_row(events: Sequence[Any], version: int) -> Any | None:
    """Return the event that shows a row as it was at a version; None where there is none."""
    shown = (event for event in reversed(events) if event.version == version and event.pgh_label != "delete")
    return next(shown, None)


def last_change(events: Sequence[Any], name: str) -> tuple[str, datetime | None]:
    """Return who gave a field the value that it holds now, and when."""
    for before, event in zip(reversed(events[:-1]), reversed(events), strict=False):
        if state_of(before, name) != state_of(event, name):
            return _who(event)
    return _who(events[0]) if events else ("", None)


def _who(event: Any) -> tuple[str, datetime]:
    return event.pgh_context.get("user_label", ""), event.pgh_created_at


def laid_together(
    write: RowWrite, record: Any, seen: Any | None
) -> tuple[dict[str, State], dict[str, Clash], list[str]]:
    """Lay a person's values over a row that others changed since they saw it.

    A field that one of the two changed is taken from that one; a field that both changed to different values is a
    clash; fields that say one thing together are taken or clash together. Returns the states to write, the clashes,
    and the fields taken over from others. Without `seen` (a row that two people added at once) an empty row is what
    both started from.
    """
    states: dict[str, State] = {}
    clashes: dict[str, Clash] = {}
    merged: list[str] = []
    for names in _together(write):
        theirs = {name: state_of(record, name) for name in names}
        base = {name: state_of(seen, name) if seen is not None else NOTHING for name in names}
        mine = {name: write.states.get(name, theirs[name]) for name in names}
        differing = [name for name in names if mine[name] != theirs[name]]
        if mine == base:
            merged += differing
        elif theirs == base:
            states |= {name: mine[name] for name in differing}
        else:
            clashes |= {name: Clash(mine[name], theirs[name]) for name in differing}
    return states, clashes, merged


def _together(write: RowWrite) -> Iterator[tuple[str, ...]]:
    """Yield the fields of a row, those that belong together at once."""
    groups = [names for names in TOGETHER.get(write.topic.code, ()) if set(names) & set(write.states)]
    yield from groups
    yield from ((name,) for name in write.states if not any(name in names for names in groups))


def is_untouched(write: RowWrite, seen: Any | None) -> bool:
    """Tell whether a row holds nothing but what the person saw there."""
    return seen is not None and all(mine == state_of(seen, name) for name, mine in write.states.items())
