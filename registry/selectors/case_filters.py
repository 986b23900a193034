"""By what the list of cases is narrowed, written so that the indexes can be used behind row-level security.

There the database looks a row's site up before it evaluates anything that might tell of it, and upper-casing or LIKE
are such; plain comparisons are not, and so a prefix is also given as ranges of study ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from registry.models import CaseLock, Draft, InfusionCourse, Signature, SiteLock

# Every letter doubles the ranges; from the fourth on, the rows found are looked through instead.
LETTERS_IN_RANGES = 3
AFTER_ANY_ID = "z" * 20


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
    the whole case or of its site, not by one of a single form.
    """

    OPEN = "open"
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


def conditions(user: Any, wanted: CasesWanted) -> Q:
    """Return the filters, for courses where the order is by infusion and for patients otherwise."""
    by_infusion = wanted.order.is_by_infusion
    asked = Q()
    if wanted.prefix:
        asked &= _prefixed("patient__study_id" if by_infusion else "study_id", wanted.prefix)
    if wanted.product:
        first = Q(infusion_courses__course_no=1, infusion_courses__product=wanted.product)
        asked &= Q(product=wanted.product) if by_infusion else first
    if wanted.standing:
        asked &= _standing(user, wanted.standing, "patient_id" if by_infusion else "pk")
    return asked


def _prefixed(name: str, prefix: str) -> Q:
    ranges = Q()
    for start in _spellings(prefix):
        ranges |= Q((f"{name}__gte", start), (f"{name}__lte", start + AFTER_ANY_ID))
    return ranges & Q((f"{name}__istartswith", prefix))


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


def _standing(user: Any, standing: CaseFilter, key: str) -> Q:
    signed = Signature.objects.filter(voided_at=None)
    locked = CaseLock.objects.filter(topic="")
    match standing:
        case CaseFilter.DRAFTS:
            return Q((f"{key}__in", Draft.objects.filter(owner=user.pk).order_by().values("patient_id")))
        case CaseFilter.SIGNED:
            return Q((f"{key}__in", signed.order_by().values("patient_id")))
        case CaseFilter.LOCKED:
            held = locked.values("patient_id").union(held_by_site().values("patient_id"), all=True)
            return Q((f"{key}__in", held))
        case CaseFilter.OPEN:
            own = {"patient_id": OuterRef(key)}
            rows = (signed.filter(**own), locked.filter(**own), held_by_site().filter(**own))
            return ~Exists(rows[0]) & ~Exists(rows[1]) & ~Exists(rows[2])


def held_by_site() -> Any:
    """Return the courses that the lock of their site reaches; the case of any of them is locked."""
    lock = SiteLock.objects.filter(site_id=OuterRef("site_id"), until_on__gte=OuterRef("infused_on"))
    return InfusionCourse.objects.filter(Exists(lock)).order_by()
