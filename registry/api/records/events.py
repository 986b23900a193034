"""Events of the audit trail as programs read them: each value before and after, in the forms of the rows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.records.values import refused
from registry.metadata import DateVariable
from registry.metadata.fields import VariableField
from registry.selectors.history import Happening, Place, row_of
from registry.selectors.record_columns import KNOWN_OF_A_DATE, MISSING, WHOLE_DATE
from sites.api.addresses import AFTER, page_after

# As `Place` writes it; the number of an event has 64 bits.
PLACE: Final = (
    r"^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{6})?\+00:00"
    r"~[a-z_.]{1,60}~\d{1,18}$"
)


def place_asked(asked: dict[str, str]) -> Place | None:
    """Return the place from which a history goes on; Refused for what is none."""
    if AFTER not in asked:
        return None
    place = Place.read(asked[AFTER]) if re.fullmatch(PLACE, asked[AFTER]) else None
    if place is None:
        raise refused(AFTER, _("Follow the address under “next” as it is."))
    return place


def history_page(request: Request, found: list[Happening], size: int) -> Response:
    """Return a page of events, of which one more than its size was looked for."""
    following = page_after(request, str(found[size - 1].place)) if len(found) > size else None
    return Response({"next": following, "results": [event_told(one) for one in found[:size]]})


def event_told(happening: Happening) -> dict[str, Any]:
    """Return an event of a topic: who, when, from where and why, and what was before and after."""
    event, context = happening.event, happening.event.pgh_context
    return {
        "at": event.pgh_created_at,
        "by": context.get("user_label", ""),
        "act": event.pgh_label,
        "source": context.get("source", ""),
        "reason": context.get("reason", ""),
        "topic": happening.track.code,
        "row": event.pgh_obj_id,
        "version": event.version,
        "changes": list(_changes(happening)),
    }


def _changes(happening: Happening) -> Iterator[dict[str, Any]]:
    track, event = happening.track, happening.event
    now = row_of(track, event) if event.pgh_label != "delete" else None
    was = row_of(track, event) if event.pgh_label == "delete" else None
    if happening.before is not None:
        was = row_of(track, happening.before)
    for name, before, after in _values(happening, was, now):
        if before != after:
            yield {"field": name, "before": before, "after": after}


def _values(happening: Happening, was: Model | None, now: Model | None) -> Iterator[tuple[str, Any, Any]]:
    fields = happening.track.topic.fields if happening.track.topic else ()
    for field in fields:
        yield field.name, value_told(was, field), value_told(now, field)
    yield MISSING, _reasons(was), _reasons(now)


def _reasons(row: Any) -> dict[str, str]:
    return dict(row.missing) if row is not None else {}


def value_told(row: Model | None, field: VariableField) -> Any:
    """Return the value of a field as rows have it; None where there is no row or no value."""
    value = None if row is None else getattr(row, field.attname)
    match value:
        case dt.date():
            return value.isoformat()[: _known(row, field)]
        case dt.time():
            return value.isoformat()
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
    return value


def _known(row: Model | None, field: VariableField) -> int:
    """Return how much of a date is known, as the length of its text."""
    if not (isinstance(field, DateVariable) and field.partial):
        return WHOLE_DATE
    return KNOWN_OF_A_DATE.get(getattr(row, f"{field.name}_precision"), WHOLE_DATE)
