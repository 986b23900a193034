"""Who may do what: each role's rights as a table."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from sites.access import can, grants_of, require, visible_site_ids
from sites.context import acting_as_system
from sites.models import Membership
from sites.roles import REGISTRY_WIDE, ROLE_PERMISSIONS, SITE_BOUND, Permission, Role
from tests.cast import Cast

P = Permission
# person, may at Sevilla, may at Houston, may not anywhere
TABLE = [
    ("alice", {P.CASE_VIEW, P.CASE_EDIT, P.CASE_UPLOAD, P.QUERY_ANSWER}, set(), {P.CASE_SIGN, P.RELEASE_VIEW}),
    ("bob", set(), {P.CASE_VIEW, P.CASE_EDIT, P.CASE_UPLOAD, P.QUERY_ANSWER}, {P.QUERY_CLOSE, P.AUDIT_VIEW}),
    ("carol", {P.CASE_EDIT}, {P.CASE_EDIT}, {P.CASE_SIGN, P.SITE_ADMIN}),
    ("ivan", {P.CASE_VIEW, P.CASE_SIGN, P.REQUEST_CREATE}, set(), {P.CASE_EDIT, P.CASE_UPLOAD, P.RELEASE_FREEZE}),
    ("dana", {P.CASE_VIEW, P.QUERY_CLOSE, P.RELEASE_FREEZE}, {P.CASE_VIEW}, {P.CASE_EDIT, P.REQUEST_CREATE}),
    ("judy", {P.DEATH_ADJUDICATE}, {P.DEATH_ADJUDICATE}, {P.CASE_VIEW, P.RELEASE_VIEW}),
    ("adam", {P.SITE_ADMIN, P.PEOPLE_ADMIN, P.REFERENCE_ADMIN}, {P.SITE_ADMIN}, {P.CASE_VIEW, P.AUDIT_VIEW}),
    ("eve", set(), set(), set(P)),
]


@pytest.mark.parametrize(("name", "at_sev", "at_hou", "nowhere"), TABLE, ids=[row[0] for row in TABLE])
def test_each_person_may_do_what_the_role_says_and_no_more(cast: Cast, name, at_sev, at_hou, nowhere) -> None:
    person = cast[name]
    assert all(can(person, permission, cast.sev) for permission in at_sev)
    assert all(can(person, permission, cast.hou.pk) for permission in at_hou)
    assert not any(can(person, permission) for permission in nowhere)
    assert {permission for permission in Permission if can(person, permission)} >= at_sev | at_hou


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("alice", {"SEV"}),
        ("bob", {"HOU"}),
        ("carol", {"SEV", "HOU"}),
        ("ivan", {"SEV"}),
        ("dana", {"SEV", "HOU"}),
        ("judy", set()),
        ("adam", set()),
        ("eve", set()),
    ],
)
def test_each_person_sees_the_cases_of_their_own_sites(cast: Cast, name: str, codes: set[str]) -> None:
    assert visible_site_ids(cast[name]) == {{"SEV": cast.sev.pk, "HOU": cast.hou.pk}[code] for code in codes}


def test_nobody_signed_in_may_do_nothing(cast: Cast) -> None:
    assert visible_site_ids(AnonymousUser()) == frozenset()
    assert not any(can(AnonymousUser(), permission) for permission in Permission)


def test_a_closed_account_may_do_nothing(alice) -> None:
    alice.is_active = False
    assert visible_site_ids(alice) == frozenset()
    assert not can(alice, Permission.CASE_VIEW)


def test_require_refuses_what_can_denies(alice, sev, hou) -> None:
    require(alice, Permission.CASE_EDIT, sev)
    with pytest.raises(PermissionDenied):
        require(alice, Permission.CASE_EDIT, hou)


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [
        (-10, None, True),
        (0, None, True),
        (1, None, False),
        (-10, 0, True),
        (-10, -1, False),
        (0, 0, True),
        (-10, 10, True),
    ],
)
def test_a_role_holds_from_its_first_day_to_its_last(eve, sev, starts, ends, holds) -> None:
    today = timezone.localdate()
    with acting_as_system("tests", reason="a dated role"):
        Membership.objects.create(
            user=eve,
            site=sev,
            role=Role.COORDINATOR,
            starts_on=today + timedelta(days=starts),
            ends_on=None if ends is None else today + timedelta(days=ends),
        )
    assert can(eve, Permission.CASE_EDIT, sev) is holds
    assert visible_site_ids(eve) == (frozenset({sev.pk}) if holds else frozenset())


def test_a_role_can_be_asked_for_another_day(alice) -> None:
    assert grants_of(alice, timezone.localdate()).roles() == {Role.COORDINATOR}
    assert grants_of(alice, timezone.localdate() - timedelta(days=401)).roles() == frozenset()


def test_every_role_has_rights_and_no_role_mixes_clinical_data_with_administration() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role) == SITE_BOUND | REGISTRY_WIDE
    clinical = {P.CASE_VIEW, P.CASE_EDIT, P.CASE_UPLOAD, P.RELEASE_DOWNLOAD, P.DEATH_ADJUDICATE}
    administration = {P.SITE_ADMIN, P.PEOPLE_ADMIN, P.REFERENCE_ADMIN}
    assert not [role for role, held in ROLE_PERMISSIONS.items() if held & clinical and held & administration]


def test_every_permission_is_held_by_somebody() -> None:
    assert set().union(*ROLE_PERMISSIONS.values()) == set(Permission)


def test_nobody_decides_the_requests_that_their_own_role_makes() -> None:
    assert not [r for r, held in ROLE_PERMISSIONS.items() if {P.REQUEST_CREATE, P.REQUEST_DECIDE} <= held]


def test_only_administrators_open_the_administration(cast: Cast) -> None:
    assert [name for name in ("alice", "ivan", "dana", "judy", "adam", "eve") if cast[name].is_staff] == ["adam"]
    assert cast.adam.has_perm("study_sites.change_site")
    assert cast.adam.has_perm("registry.change_product")
    assert not cast.dana.has_perm("registry.change_product")
