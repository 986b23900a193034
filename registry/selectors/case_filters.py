"""By what the list of cases is narrowed, written so that the indexes can be used behind row-level security.

There the database looks a row's site up before it evaluates anything that might tell of it, and upper-casing or LIKE
are such; plain comparisons are not, and so a prefix is also given as ranges of study ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from itertools import product
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.lookups import IsNull

from registry.models import CaseLock, DataQuery, Draft, InfusionCourse, QueryState, Signature, SiteLock

# Every letter doubles the ranges; from the fourth on, the rows found are looked through instead.
LETTERS_IN_RANGES = 3
AFTER_ANY_ID = "z" * 20
# So many cases are sorted as quickly as the first page of a list is read.
FEW = 1000


class CaseOrder(StrEnum):
    """In what order cases are listed; as it stands in the address."""

    STUDY_ID = "study_id"
    STUDY_ID_DOWN = "-study_id"
    INFUSED_ON = "infused_on"
    INFUSED_ON_DOWN = "-infused_on"

    @property
    def is_by_infusion(self) -> bool:
        """Tell whether the order is that of the index infusions."""
        return self in (CaseOrder.INFUSED_ON, CaseOrder.INFUSED_ON_DOWN)

    @property
    def is_down(self) -> bool:
        """Tell whether the last comes first."""
        return self.value.startswith("-")


class CaseFilter(StrEnum):
    """Where a case stands as a whole; as it stands in the address.

    A case is signed while a signature is not void, also where the record has changed since; it is locked by a lock of
    the whole case or of its site, not by one of a single form. It has queries while an answer to one is owed.
    """

    OPEN = "open"
    QUERIES = "queries"
    SIGNED = "signed"
    LOCKED = "locked"
    DRAFTS = "drafts"


@dataclass(frozen=True)
class CasesWanted:
    """What a list of cases asks for, and from which case it goes on (`after`), back (`before`), or the last page."""

    prefix: str = ""
    site_id: UUID | None = None
    product: str = ""
    standing: CaseFilter | None = None
    order: CaseOrder = CaseOrder.STUDY_ID
    after: UUID | None = None
    before: UUID | None = None
    is_last: bool = False

    @property
    def is_backwards(self) -> bool:
        """Tell whether the page is found from its end."""
        return self.is_last or self.before is not None


def conditions(user: Any, wanted: CasesWanted, *, is_wide: bool) -> list[Q]:
    """Return the filters as alternatives, for courses where the order is by infusion and for patients otherwise.

    A case fits that fits one of them: each alternative can be read from an index in the order of the list, which a
    condition with an OR in it cannot. `is_wide` says that the list is one of many sites.
    """
    by_infusion = wanted.order.is_by_infusion
    name, key = ("patient__study_id", "patient_id") if by_infusion else ("study_id", "pk")
    prefixed = _prefixed(name, wanted.prefix, is_split=is_wide) if wanted.prefix else [Q()]
    has_product = _has_product(wanted, key, is_wide=is_wide) if wanted.product else Q()
    stand = _standing(user, wanted.standing, key, is_wide=is_wide) if wanted.standing else [Q()]
    return [has_product & one & other for one in prefixed for other in stand]


def _has_product(wanted: CasesWanted, key: str, *, is_wide: bool) -> Q:
    if wanted.order.is_by_infusion:
        return Q(product=wanted.product)
    return _has(InfusionCourse.objects.filter(course_no=1, product=wanted.product).order_by(), key, is_wide=is_wide)


def _prefixed(name: str, prefix: str, *, is_split: bool) -> list[Q]:
    ranges = [Q((f"{name}__gte", start), (f"{name}__lte", start + AFTER_ANY_ID)) for start in _spellings(prefix)]
    # In the collation "C" the range alone says all but capitals.
    fits = _likely(Q((f"{name}__istartswith", prefix)))
    return [fits & entry for entry in ranges] if is_split else [fits & reduce(or_, ranges)]


def _likely(condition: Any) -> Q:
    """Return a condition in a form that the planner of PostgreSQL takes for true of every second row.

    Of what it sees through, it would expect next to nothing behind row-level security, and read and sort all of it
    where the first fifty in the order of an index are wanted.
    """
    return Q(Case(When(condition, then=True), default=False, output_field=BooleanField()))


def _has(rows: QuerySet[Any], key: str, *, is_wide: bool) -> Q:
    """Return the condition that a case has one of these rows.

    In a list of many sites few rows are fetched and named, and of many, a case in the order of the list soon has one.
    """
    own = rows.filter(patient_id=OuterRef(key))
    if not is_wide:
        return Q(Exists(own))
    few = list(rows.values_list("patient_id", flat=True)[: FEW + 1])
    if len(few) <= FEW:
        return Q((f"{key}__in", set(few)))
    # Not EXISTS: of that PostgreSQL would read all rows into a hash table first.
    return Q(IsNull(Subquery(own.values("pk")[:1]), False))


def _spellings(prefix: str) -> list[str]:
    """Return the beginning of a prefix in capitals and small letters, as far as its third letter reaches."""
    choices: list[tuple[str, ...]] = []
    letters = 0
    for sign in prefix:
        both = tuple(sorted({sign.lower(), sign.upper()}))
        letters += len(both) > 1
        if letters > LETTERS_IN_RANGES:
            break
        choices.append(both)
    return ["".join(signs) for signs in product(*choices)]


def _standing(user: Any, standing: CaseFilter, key: str, *, is_wide: bool) -> list[Q]:
    signed = Signature.objects.filter(voided_at=None).order_by()
    locked = CaseLock.objects.filter(topic="")
    match standing:
        case CaseFilter.DRAFTS:
            return [_has(Draft.objects.filter(owner=user.pk).order_by(), key, is_wide=is_wide)]
        case CaseFilter.QUERIES:
            return [_has(DataQuery.objects.filter(state=QueryState.OPEN).order_by(), key, is_wide=is_wide)]
        case CaseFilter.SIGNED:
            return [_has(signed, key, is_wide=is_wide)]
        case CaseFilter.LOCKED:
            return [_has(rows, key, is_wide=is_wide) for rows in (locked, _held_by_site())]
        case CaseFilter.OPEN:
            return [Q(*(~Exists(rows.filter(patient_id=OuterRef(key))) for rows in (signed, locked, _held_by_site())))]


def _held_by_site() -> QuerySet[InfusionCourse]:
    """Return the courses that the lock of their site reaches; the case of any of them is locked."""
    lock = SiteLock.objects.filter(site_id=OuterRef("site_id"), until_on__gte=OuterRef("infused_on"))
    return InfusionCourse.objects.filter(Exists(lock)).order_by()
