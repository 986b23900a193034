"""The events of one row of the record as programs ask for them: also of a row that is gone, page by page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from registry.metadata import Topic
from registry.selectors.history import Happening, Place, happenings, tracks
from sites.access import visible_site_ids


def row_events(user: Any, topic: Topic, row: UUID, size: int, before: Place | None = None) -> list[Happening] | None:
    """Return the newest events of a row before a place; None where the person's sites never had such a row."""
    track = tracks()[topic.code]
    events = track.events.objects.filter(pgh_obj_id=row, site_id__in=sorted(visible_site_ids(user)))
    found = happenings([(track, events)], size, before=before)
    return found if found or (before is not None and events.exists()) else None
