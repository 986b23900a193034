"""The fixed cast of the tests. None of these people or hospitals exist; all data are synthetic.

alice coordinates at Sevilla, bob at Houston, carol at both; ivan investigates at Sevilla, dana manages data,
judy adjudicates, adam administers, eve can sign in and holds no role.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone, translation

from sites.context import acting_as_system
from sites.models import Agreement, AgreementKind, Membership, Site, SiteStatus, User
from sites.roles import Role

PASSWORD = "correct horse battery staple"
ROLES_AT_SITES = [
    ("alice", "SEV", Role.COORDINATOR),
    ("bob", "HOU", Role.COORDINATOR),
    ("carol", "SEV", Role.COORDINATOR),
    ("carol", "HOU", Role.COORDINATOR),
    ("ivan", "SEV", Role.INVESTIGATOR),
]
WIDE_ROLES = [("dana", Role.DATA_MANAGER), ("judy", Role.ADJUDICATOR), ("adam", Role.ADMINISTRATOR)]
NAMES = ["alice", "bob", "carol", "ivan", "dana", "judy", "adam", "eve"]


@dataclass(frozen=True)
class Cast:
    """Everybody, and the two hospitals."""

    sev: Site
    hou: Site
    alice: User
    bob: User
    carol: User
    ivan: User
    dana: User
    judy: User
    adam: User
    eve: User

    def __getitem__(self, name: str) -> User:
        return getattr(self, name)


def long_ago() -> date:
    """The first day of every role and agreement of the cast."""
    return timezone.localdate() - timedelta(days=400)


def create_cast() -> Cast:
    """Write the cast into the database, as the system."""
    with acting_as_system("tests", reason="the cast"):
        sev, hou = Site.objects.bulk_create(
            [
                Site(code="SEV", name="Sevilla", country="ES", time_zone="Europe/Madrid", status=SiteStatus.ACTIVE),
                Site(code="HOU", name="Houston", country="US", time_zone="America/Chicago", status=SiteStatus.ACTIVE),
            ]
        )
        _create_agreements([sev, hou])
        password = make_password(PASSWORD)
        people = {
            name: User(email=f"{name}@example.org", full_name=name.capitalize(), password=password) for name in NAMES
        }
        User.objects.bulk_create(people.values())
        _create_memberships(people, {"SEV": sev, "HOU": hou})
    return Cast(sev, hou, **people)


def _create_agreements(sites: list[Site]) -> None:
    since = long_ago()
    Agreement.objects.bulk_create(
        Agreement(site=site, kind=kind, reference=f"{kind}-{site.code}", signed_on=since, valid_from=since)
        for site in sites
        for kind in AgreementKind
    )


def _create_memberships(people: dict[str, User], sites: dict[str, Site]) -> None:
    local = [Membership(user=people[name], site=sites[code], role=role) for name, code, role in ROLES_AT_SITES]
    wide = [Membership(user=people[name], role=role) for name, role in WIDE_ROLES]
    for membership in [*local, *wide]:
        membership.starts_on = long_ago()
    Membership.objects.bulk_create([*local, *wide])


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Begin every test in English: a page shown in Spanish would leave its language to the test that follows."""
    with translation.override("en"):
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    """The whole cast, anew for each test."""
    return create_cast()


@pytest.fixture
def sev(cast: Cast) -> Site:
    """Sevilla."""
    return cast.sev


@pytest.fixture
def hou(cast: Cast) -> Site:
    """Houston."""
    return cast.hou


def _person(name: str) -> Any:
    @pytest.fixture(name=name)
    def person(cast: Cast) -> User:
        return cast[name]

    return person


alice, bob, carol, ivan = map(_person, ["alice", "bob", "carol", "ivan"])
dana, judy, adam, eve = map(_person, ["dana", "judy", "adam", "eve"])


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """Make a client of the pages that has signed in as somebody."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def as_system(db: None) -> Iterator[None]:
    """Let a whole test write as the system."""
    with acting_as_system("tests", reason="arrange"):
        yield


@pytest.fixture
def nothing_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests about locks whose made-up cases would not pass the blocking checks; those have tests of their own."""
    monkeypatch.setattr("registry.checks.blocking._standing", lambda _found: [])
