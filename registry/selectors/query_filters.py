"""By what the list of data queries is narrowed, as it stands in the address."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Q

from registry.metadata.forms import FORMS, case_form
from registry.models import Patient, QueryState, Rank
from registry.selectors.query_ages import Age, of_age
from sites.models import Site

ALL = "all"
STATES = {state.value.lower(): state for state in QueryState}
KINDS = ("check", "hand")
ME = "me"


@dataclass(frozen=True)
class QueryFilters:
    """What a list of queries asks for; an empty part asks for nothing. `ignored` names what an address said in vain."""

    state: str = ""
    site: str = ""
    form: str = ""
    check: str = ""
    rank: str = ""
    age: str = ""
    who: str = ""
    case: str = ""
    kind: str = ""
    ignored: tuple[str, ...] = ()

    @classmethod
    def read(cls, asked: Mapping[str, str], *, sites: Collection[str], checks: Collection[str]) -> Self:
        """Read an address: what is not known is left out and named in `ignored`."""
        known: dict[str, Collection[str]] = {
            "state": {*STATES, ALL}, "site": sites, "form": {form.code for form in FORMS}, "check": checks,
            "rank": {str(rank.value) for rank in Rank}, "age": {age.value for age in Age}, "who": {ME}, "kind": KINDS,
        }  # fmt: skip
        given = {name: asked.get(name, "").replace("\x00", "").strip() for name in NAMES}
        given["case"] = given["case"][:20]
        ignored = tuple(name for name, values in known.items() if given[name] and given[name] not in values)
        return cls(**{name: "" if name in ignored else text for name, text in given.items()}, ignored=ignored)

    def replaced(self, **changes: str) -> Self:
        """Return the same filters but for some."""
        return replace(self, **changes)

    def as_query(self, **further: Any) -> str:
        """Return the filters as they stand in an address, and further parts after them."""
        parts = {name: getattr(self, name) for name in NAMES} | further
        return urlencode({name: text for name, text in parts.items() if text})

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything but the state narrows the list."""
        return any(getattr(self, name) for name in NAMES if name != "state")


NAMES = tuple(field.name for field in fields(QueryFilters) if field.name != "ignored")


def conditions(user: Any, filters: QueryFilters, now: datetime) -> Q:
    """Return what a query must fulfil."""
    found = Q()
    if filters.state in STATES:
        found &= Q(state=STATES[filters.state])
    if filters.site:
        found &= Q(site__in=Site.objects.filter(code=filters.site).values("pk"))
    if filters.form:
        found &= Q(topic__in=[topic.code for topic in case_form(filters.form).topics])
    if filters.check:
        found &= Q(check_code=filters.check)
    if filters.rank:
        found &= Q(rank=int(filters.rank))
    if filters.age:
        found &= of_age(Age(filters.age), now)
    return found & _about(user, filters)


def _about(user: Any, filters: QueryFilters) -> Q:
    found = Q()
    if filters.who == ME:
        found &= Q(assignee=user.pk)
    if filters.case:
        named = Patient.objects.visible_to(user).filter(study_id__in={filters.case, filters.case.upper()})
        found &= Q(patient__in=named.values("pk"))
    if filters.kind:
        found &= Q(check_code="") if filters.kind == "hand" else ~Q(check_code="")
    return found
