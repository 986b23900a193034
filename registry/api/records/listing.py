"""What stands in the address of a list of rows, read into what is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_
from typing import Any
from uuid import UUID

from django.db.models import Q
from rest_framework.request import Request

from registry.api.records.filters import value_filters
from registry.api.records.values import code_of, instant_of, key_of, keys_of, names_of, study_id_of
from registry.metadata import Topic
from registry.selectors.record_columns import row_names
from registry.selectors.record_pages import RowsWanted
from sites.api.addresses import AFTER, ROWS_AT_MOST, parameters
from sites.models import Site

SITE, CASE, PATIENT, PARENT, IDS, SINCE, FIELDS = (
    "site", "case", "patient", "parent", "id", "changed_since", "fields",
)  # fmt: skip
PLAIN = (SITE, CASE, PATIENT, PARENT, IDS, SINCE, FIELDS)


def rows_asked(request: Request, topic: Topic) -> dict[str, str]:
    """Return the parameters of a list of rows; Refused for one that the topic does not have."""
    return parameters(request, (*PLAIN, *value_filters(topic)))


def names_asked(asked: Mapping[str, str], topic: Topic) -> tuple[str, ...]:
    """Return the names that are asked for, none for all of them."""
    return names_of(FIELDS, asked[FIELDS], row_names(topic)) if FIELDS in asked else ()


def wanted_rows(user: Any, asked: Mapping[str, str], topic: Topic) -> RowsWanted:
    """Return what a list of rows asks for; Refused for values that cannot be read."""
    return RowsWanted(
        site_id=site_asked(user, asked),
        study_id=study_id_of(CASE, asked[CASE]) if CASE in asked else "",
        patient=_key(asked, PATIENT),
        parent=_key(asked, PARENT),
        ids=keys_of(IDS, asked[IDS], ROWS_AT_MOST) if IDS in asked else (),
        fits=_fits(asked, topic),
        since=instant_of(SINCE, asked[SINCE]) if SINCE in asked else None,
        after=_key(asked, AFTER),
    )


def site_asked(user: Any, asked: Mapping[str, str]) -> UUID | None:
    """Return the site that is asked for; Refused for one whose cases the person does not see, as for an unknown one."""
    if SITE not in asked:
        return None
    sites = {site.code: site.pk for site in Site.objects.visible_to(user).order_by("code")}
    found: UUID = sites[code_of(SITE, asked[SITE], sites)]
    return found


def _key(asked: Mapping[str, str], name: str) -> UUID | None:
    return key_of(name, asked[name]) if name in asked else None


def _fits(asked: Mapping[str, str], topic: Topic) -> Q:
    known = value_filters(topic)
    return reduce(and_, (known[name].condition(text) for name, text in asked.items() if name in known), Q())
