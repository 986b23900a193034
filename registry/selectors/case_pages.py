"""Pages of the list of cases: each goes on from a case instead of counting what came before, in every order.

What a page costs depends neither on how many cases there are nor on how far down the list it stands: nothing is
counted, nothing skipped, and every order and filter is read from an index. A person of a few sites among many would
else have to read past everybody else's cases; their sites are read one by one and merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from registry.models import InfusionCourse, Patient
from registry.selectors.case_filters import CaseOrder, CasesWanted, conditions
from sites.access import visible_site_ids

# Up to so many sites are read one by one; more are a good part of the registry.
SITES_ONE_BY_ONE = 8


@dataclass(frozen=True)
class CasesPage:
    """The cases of one page, each with `index_courses`, and whether there are others before and after them."""

    patients: list[Patient]
    has_previous: bool
    has_following: bool


@dataclass(frozen=True)
class CaseKeysPage:
    """The keys of the cases of one page, and whether there are others before and after them."""

    keys: list[UUID]
    has_previous: bool
    has_following: bool


def cases_page(user: Any, size: int, wanted: CasesWanted) -> CasesPage:
    """Return one page of the cases that fit and that this person may see, as `case_keys_page` finds it."""
    page = case_keys_page(user, size, wanted)
    return CasesPage(_patients(user, page.keys), page.has_previous, page.has_following)


def case_keys_page(user: Any, size: int, wanted: CasesWanted) -> CaseKeysPage:
    """Return the keys of one page of the cases that fit and that this person may see.

    In the order of infusions there are only cases with one. A case that the person may not see is no place to go on
    from: the answer is then the first page.
    """
    start = _start(user, wanted)
    if start is None and (wanted.after or wanted.before):
        wanted = CasesWanted(wanted.prefix, wanted.site_id, wanted.product, wanted.standing, wanted.order)
    found = _keys(user, size + 1, wanted, start)
    is_more, keys = len(found) > size, found[:size]
    if wanted.is_backwards:
        return CaseKeysPage(keys[::-1], is_more, start is not None)
    return CaseKeysPage(keys, start is not None, is_more)


def _start(user: Any, wanted: CasesWanted) -> tuple[Any, UUID] | None:
    """Return the place in the order of the case from which the page goes on or back."""
    key = wanted.after or wanted.before
    if key is None:
        return None
    rows = _rows(user, wanted.order)
    return rows.filter(**{_columns(wanted.order)[1]: key}).values_list(*_columns(wanted.order)).first()


def _rows(user: Any, order: CaseOrder) -> QuerySet[Any]:
    if order.is_by_infusion:
        return InfusionCourse.objects.visible_to(user).filter(course_no=1)
    return Patient.objects.visible_to(user)


def _columns(order: CaseOrder) -> tuple[str, str]:
    return ("infused_on", "patient_id") if order.is_by_infusion else ("study_id", "id")


def _keys(user: Any, size: int, wanted: CasesWanted, start: tuple[Any, UUID] | None) -> list[UUID]:
    """Return the keys of the next cases in the direction of reading."""
    columns, is_down = _columns(wanted.order), wanted.order.is_down != wanted.is_backwards
    order = [f"-{name}" if is_down else name for name in columns]
    beyond = Q() if start is None else _beyond(columns, start, is_down=is_down)
    rows = _rows(user, wanted.order).filter(beyond).order_by(*order).values_list(*columns)
    seen = visible_site_ids(user)
    sites = sorted(seen & {wanted.site_id} if wanted.site_id else seen)
    is_wide = len(sites) > SITES_ONE_BY_ONE
    asked = conditions(user, wanted, is_wide=is_wide)
    places = [Q()] if is_wide else [Q(site_id=site) for site in sites]
    parts = [rows.filter(place, condition)[:size] for place in places for condition in asked]
    _without_helpers()
    return [key for _value, key in _merged(parts, order)[:size]]


def _merged(parts: Sequence[QuerySet[Any]], order: Sequence[str]) -> Sequence[Any]:
    """Return the first rows of several queries in their common order, each row once."""
    if len(parts) < 2:
        return parts[0] if parts else []
    return parts[0].union(*parts[1:]).order_by(*order)


def _without_helpers() -> None:
    """Let the database look by itself in this request: to start helping processes takes longer than any page."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")


def _beyond(columns: tuple[str, str], start: tuple[Any, UUID], *, is_down: bool) -> Q:
    (value, key), (first, second), than = start, columns, "lt" if is_down else "gt"
    further = Q((f"{first}__{than}", value)) | Q((first, value), (f"{second}__{than}", key))
    # Says the same once more, but of one column: this is what the index is entered with.
    return further & Q((f"{first}__{than}e", value))


def _patients(user: Any, keys: Sequence[UUID]) -> list[Patient]:
    # Courses are of the site of their patient, the database sees to it.
    courses = InfusionCourse.objects.filter(course_no=1).select_related("product")
    indexed = Prefetch("infusion_courses", courses, to_attr="index_courses")
    found = Patient.objects.visible_to(user).select_related("site").prefetch_related(indexed).in_bulk(keys)
    return [found[key] for key in keys]
