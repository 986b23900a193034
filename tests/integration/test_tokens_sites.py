"""A token for some of a person's hospitals: lists, single rows, counts, queries, uploads and the database follow it."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from registry.models import DataQuery
from sites.access import can
from sites.context import acting_as_system
from sites.models import Membership, User
from sites.roles import Permission, Role
from sites.tokens import grants_of_token
from tests.integration.token_programs import also, cases_at_both, program_of, token_of
from tests.walls import WALLS

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.token_programs")]
REACH = "/api/reach/"
BOTH = ["HOU-1", "SEV-1"]


@pytest.fixture
def cases(cast):
    return cases_at_both(cast)


def asked(case) -> DataQuery:
    now = timezone.now()
    with acting_as_system("tests", reason="a question"):
        return DataQuery.objects.create(
            site=case.site, patient=case, topic="patient", row_id=case.pk, text="Look.", opened_at=now, asked_at=now
        )


@pytest.mark.parametrize("name", ["carol", "dana"])
def test_without_hospitals_named_a_token_reaches_all_of_the_person(cast, cases, name) -> None:
    told = program_of(cast[name]).get(REACH).json()
    assert (told["listed"], told["counted"], told["bare"]) == (BOTH, 2, BOTH)


@pytest.mark.parametrize("wall_off", ["", *WALLS], indirect=True)
@pytest.mark.parametrize("name", ["carol", "dana"])
def test_a_named_hospital_narrows_what_is_listed_counted_and_read(cast, cases, name, wall_off) -> None:
    narrow = program_of(cast[name], sites=[cast.sev.pk])
    told = narrow.get(REACH).json()
    assert (told["listed"], told["counted"]) == (["SEV-1"], 1)
    assert told["uploads"] == (["SEV"] if name == "carol" or wall_off == "without_scoping" else [])
    assert told["told"] == [str(cast.sev.pk)]
    assert told["bare"] == (BOTH if wall_off == "without_policies" else ["SEV-1"])
    assert narrow.get(f"{REACH}{cases['SEV'].pk}/").json() == {"case": "SEV-1"}
    there, nowhere = (narrow.get(f"{REACH}{key}/") for key in (cases["HOU"].pk, uuid.uuid4()))
    assert (there.status_code, there.content) == (404, nowhere.content)


@pytest.mark.parametrize("wall_off", ["", *WALLS], indirect=True)
@pytest.mark.parametrize("name", ["carol", "dana"])
def test_a_named_hospital_narrows_the_queries_and_the_acts_on_them(cast, cases, name, wall_off) -> None:
    here, there = asked(cases["SEV"]), asked(cases["HOU"])
    narrow = program_of(cast[name], sites=[cast.sev.pk])
    assert [row["id"] for row in narrow.get("/api/queries/").json()["results"]] == [str(here.pk)]
    assert narrow.get(f"/api/queries/{there.pk}/").status_code == 404
    for query, status in ((here, 200), (there, 404)):
        path = f"/api/queries/{query.pk}/comment/"
        assert narrow.post(path, {"text": "a word"}, content_type="application/json").status_code == status


def test_a_named_hospital_where_the_role_has_ended_gives_nothing(cast, cases) -> None:
    narrow = program_of(cast.carol, sites=[cast.hou.pk])
    with acting_as_system("tests", reason="moved on"):
        Membership.objects.filter(user=cast.carol, site=cast.hou).delete()
    assert narrow.get(REACH).status_code == 403
    assert program_of(cast.carol).get(REACH).json()["listed"] == ["SEV-1"]


def test_a_hospital_that_came_later_is_not_reached_by_a_narrow_token(cast, cases) -> None:
    narrow, wide = program_of(cast.alice, sites=[cast.sev.pk]), program_of(cast.alice)
    also(cast.alice, Role.COORDINATOR, cast.hou)
    assert narrow.get(REACH).json()["listed"] == ["SEV-1"]
    assert wide.get(REACH).json()["listed"] == BOTH


def test_a_role_at_another_hospital_gives_a_narrow_token_nothing_at_all(cast) -> None:
    also(cast.carol, Role.INVESTIGATOR, cast.hou)
    token, _secret = token_of(cast.carol, sites=[cast.sev.pk])
    person = User.objects.get(pk=cast.carol.pk)
    assert can(person, Permission.REQUEST_CREATE)
    person.request_grants = grants_of_token(token)
    assert not can(person, Permission.REQUEST_CREATE)
    assert can(person, Permission.CASE_EDIT)
    assert not can(person, Permission.CASE_EDIT, cast.hou)


def test_the_hospital_chosen_in_the_browser_says_nothing_to_a_token(cast, cases, signed_in) -> None:
    browser = signed_in(cast.carol)
    browser.post("/sites/switch/", {"site": str(cast.sev.pk)})
    _token, secret = token_of(cast.carol)
    told = browser.get(REACH, headers={"authorization": f"Bearer {secret}"}).json()
    assert told["listed"] == BOTH
    assert browser.get(REACH).json()["listed"] == ["SEV-1"]


def test_the_audit_trail_names_the_person_and_the_interface(cast, cases) -> None:
    actor = program_of(cast.alice).get(REACH).json()["actor"]
    assert (actor["user_label"], actor["source"]) == (cast.alice.email, "api")
