"""The parameters of lists and histories, as the description of the interface has them: what is read is what is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter

from registry.api.records.events import PLACE
from registry.api.records.filters import value_filters
from registry.api.records.listing import CASE, FIELDS, IDS, PARENT, PATIENT, SINCE, SITE
from registry.api.records.values import STUDY_ID
from registry.metadata import Topic
from registry.selectors.record_columns import row_names
from sites.api.addresses import AFTER, LIMIT, ROWS, ROWS_AT_MOST

KEY = {"type": "string", "format": "uuid"}
CODE = {"type": "string", "minLength": 1}
HISTORY_PLACE = {"type": "string", "pattern": PLACE}
STUDY = {"type": "string", "pattern": STUDY_ID}


def parameter(name: str, schema: dict[str, Any], words: Any) -> OpenApiParameter:
    """Return a parameter of the address; those of lists are apart by commas."""
    is_list = schema.get("type") == "array"
    apart: dict[str, Any] = {"explode": False, "style": "form"} if is_list else {}
    return OpenApiParameter(name, type=schema, location=OpenApiParameter.QUERY, description=words, **apart)


def several(items: dict[str, Any], most: int) -> dict[str, Any]:
    """Return the schema of a list in an address."""
    return {"type": "array", "items": items, "minItems": 1, "maxItems": most}


def paging(after: dict[str, Any]) -> list[OpenApiParameter]:
    """Return the parameters of every list."""
    limit = {"type": "integer", "minimum": 1, "maximum": ROWS_AT_MOST, "default": ROWS}
    return [
        parameter(LIMIT, limit, _("How many rows a page has at most.")),
        parameter(AFTER, after, _("From where the list goes on: follow “next” instead of writing it yourself.")),
    ]


def rows_parameters(topic: Topic) -> Sequence[OpenApiParameter]:
    """Return the parameters of the list of rows of a topic."""
    names = {"type": "string", "enum": list(row_names(topic))}
    return [
        parameter(SITE, CODE, _("Rows of this site: its code.")),
        parameter(CASE, STUDY, _("Rows of the cases with this study id.")),
        parameter(PATIENT, KEY, _("Rows of this case: the key of its patient.")),
        parameter(PARENT, KEY, _("Rows below this row of the topic above.")),
        parameter(IDS, several(KEY, ROWS_AT_MOST), _("These rows, apart by commas.")),
        parameter(SINCE, {"type": "string", "format": "date-time"}, _("Rows entered or changed since this moment.")),
        parameter(FIELDS, several(names, len(names["enum"])), _("Only these names; “id” and “version” always are.")),
        *(parameter(one.name, one.schema, one.field.verbose_name) for one in value_filters(topic).values()),
        *paging(KEY),
    ]
