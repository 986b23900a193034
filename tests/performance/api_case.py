"""The registry that the interface is measured in: filled, with people who ask by token, and what they open."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.test import Client

from registry.demo.bulk.generate import generate_registry
from registry.models import InfusionCourse, LabResult, Patient
from sites.context import acting_as, acting_as_system
from sites.models import Membership, Site, User
from sites.roles import Role
from sites.tokens import token_create
from tests.database import use_database
from tests.performance import api_floor
from tests.performance.api_stock import floor_address
from tests.walls import as_owner

LARGEST_SITE = "G1S1"
SINCE = dt.date(2018, 1, 1)
ROWS = 100
DEEP = 0.9
# Days before any that the generator writes: each new row has a key of its own.
FIRST_DAY = dt.date(2017, 1, 1)


@dataclass(frozen=True)
class Person:
    """Somebody who asks by token."""

    label: str
    user: User
    secret: str

    @property
    def client(self) -> Client:
        """Return a client that sends the token along."""
        return Client(headers={"authorization": f"Bearer {self.secret}"})


@dataclass(frozen=True)
class Page:
    """The same page of a list by three addresses: ours, a plain one, and one statement of the database."""

    name: str
    person: Person
    ours: str
    stock: str
    floor: str
    is_deep: bool


@dataclass
class Registry:
    """One filled registry: its database, its coordinator, its data manager, and the pages that both open."""

    name: str
    coordinator: Person
    manager: Person
    pages: list[Page] = field(default_factory=list)


def filled(name: str, patients: int) -> Registry:
    """Fill a database and return what is opened there."""
    use_database(name)
    generate_registry(patients=patients, seed=1)
    registry = Registry(name, person("coordinator", LARGEST_SITE), person("data manager"))
    # As autovacuum would have done; it cannot run inside a transaction.
    with as_owner() as cursor:
        cursor.execute("VACUUM ANALYZE")
    for one in (registry.coordinator, registry.manager):
        registry.pages += _pages(one)
    return registry


def person(label: str, site: str = "") -> Person:
    """Make somebody with a token: a coordinator of a site, or a data manager of all."""
    role = Role.COORDINATOR if site else Role.DATA_MANAGER
    with acting_as_system("benchmark", reason="people of the benchmark"):
        address = f"{label.replace(' ', '.')}@example.org"
        user = User.objects.create_user(address, "a password of the benchmark", full_name=label)
        place = Site.objects.get(code=site) if site else None
        Membership.objects.create(user=user, site=place, role=role, starts_on=SINCE)
    with acting_as(user):
        _token, secret = token_create(by=user, label="benchmark", scopes=["read", "write"], days=1)
    return Person(label, user, secret)


def courses(count: int) -> list[UUID]:
    """Return the index courses of so many cases of the largest site."""
    with acting_as_system("benchmark", reason="courses to write results for"):
        found = InfusionCourse.objects.filter(site__code=LARGEST_SITE, course_no=1).order_by("pk")
        return list(found.values_list("pk", flat=True)[:count])


def site_of_courses() -> UUID:
    """Return the site of those courses."""
    with acting_as_system("benchmark", reason="where to write results"):
        key: UUID = Site.objects.get(code=LARGEST_SITE).pk
    return key


def result(course: UUID, number: int) -> dict[str, Any]:
    """Return a new result as it is sent; the number makes its day."""
    day = FIRST_DAY + dt.timedelta(days=number)
    return {"parent": str(course), "analyte": "CRP", "sampled_on": str(day), "value": 5, "unit": "mg/L"}


def _pages(one: Person) -> list[Page]:
    found = []
    for is_deep in (False, True):
        which = f"{'deep' if is_deep else 'first'} page ({one.label})"
        found += [_cases(one, f"{ROWS} cases with all rows, {which}", is_deep=is_deep)]
        found += [_labs(one, f"{ROWS} results, {which}", is_deep=is_deep)]
    return found


def _cases(one: Person, name: str, *, is_deep: bool) -> Page:
    with acting_as(one.user):
        rows = Patient.objects.visible_to(one.user).order_by("study_id", "id").values_list("study_id", "id")
        skipped = _skipped(rows.count(), is_deep=is_deep)
        study_id, key = rows[skipped - 1] if skipped else ("", None)
    ours = f"/api/cases/?include=all&limit={ROWS}{_after(key)}"
    return Page(
        name, one, ours, _stock("cases", skipped), floor_address(*api_floor.cases(ROWS, study_id, key)), is_deep
    )


def _labs(one: Person, name: str, *, is_deep: bool) -> Page:
    with acting_as(one.user):
        rows = LabResult.objects.visible_to(one.user).order_by("id").values_list("id", flat=True)
        skipped = _skipped(rows.count(), is_deep=is_deep)
        key = rows[skipped - 1] if skipped else None
    ours = f"/api/records/lab/?limit={ROWS}{_after(key)}"
    return Page(name, one, ours, _stock("lab", skipped), floor_address(*api_floor.labs(ROWS, key)), is_deep)


def _skipped(rows: int, *, is_deep: bool) -> int:
    return max(0, min(int(rows * DEEP), rows - ROWS)) if is_deep else 0


def _after(key: UUID | None) -> str:
    return f"&after={key}" if key else ""


def _stock(name: str, skipped: int) -> str:
    return f"/api/stock/{name}/?limit={ROWS}&offset={skipped}"
