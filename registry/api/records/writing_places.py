"""Where rows that were sent belong: the row above each, and its case, or what is wrong with how it is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from registry.api.serializers.topic_names import keys_above
from registry.api.serializers.topic_sent import PARENT_HELP, RowGiven
from registry.metadata import Topic
from registry.selectors.row_places import Keys, Place, places_of_keys, places_of_rows
from sites.api.problems import FieldError, Problem, wrong_fields


def rows_above(user: Any, topic: Topic, rows: Sequence[RowGiven]) -> list[Place | Problem]:
    """Return the row above each new row, or why there is none; one query for keys, one a level for columns."""
    above = topic.parent_topic
    if above is None:
        raise ValueError(f"Nothing is above {topic.code}.")
    by_id = places_of_rows(user, above, {row.parent for row in rows if row.parent})
    by_keys = places_of_keys(user, above, {row.keys for row in rows if row.keys})
    return [
        by_id.get(row.parent) or _unknown("parent", str(PARENT_HELP))
        if row.parent
        else _named(topic, row.keys, by_keys)
        for row in rows
    ]


def _named(topic: Topic, keys: Keys, known: Mapping[Keys, list[Place]]) -> Place | Problem:
    names = [key.name for key in keys_above(topic)]
    remedy = _("Compare the columns that name the row above: %(fields)s.") % {"fields": ", ".join(names)}
    for width, name in enumerate(names, 1):
        if not known.get(keys[:width]):
            return _unknown(name, remedy)
    found = known[keys]
    if len(found) > 1:
        words = _("Several of your hospitals have a case with this study id.")
        return wrong_fields([FieldError(names[0], words, _("Send “parent” instead of the columns."))])
    return found[0]


def _unknown(name: str, remedy: str) -> Problem:
    return wrong_fields([FieldError(name, _("There is no such row, or none that you may see."), remedy)])
