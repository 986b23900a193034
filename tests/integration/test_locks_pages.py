"""The pages of completing, locking and signing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from registry.models import CaseLock, FormStatus, LabResult, Signature, SiteLock
from sites.context import acting_as_system
from tests.cast import PASSWORD
from tests.factories.whole_case import INFUSED, whole_case

pytestmark = pytest.mark.usefixtures("nothing_blocks")


@pytest.fixture
def case(cast):
    return whole_case(cast.sev, "A-1", judge=cast.judy)


def text(response):
    return response.content.decode()


def seen(model):
    with acting_as_system("tests", reason="looking on"):
        return list(model.objects.all())


def act(client, case, **values):
    where = "case_locks" if values["act"] in {"lock", "unlock"} else "case_forms"
    return client.post(reverse(where, args=[case.pk]), {"topic": "", "reason": "", **values}, follow=True)


def test_a_coordinator_completes_a_form_and_opens_it_again_with_a_reason(cast, case, signed_in):
    client = signed_in(cast.alice)
    page = text(client.get(reverse("case", args=[case.pk])))
    assert "Form is complete" in page
    assert 'value="unlock"' not in page
    assert "Complete" in text(act(client, case, act="complete", topic="lab"))
    assert "Say why" in text(act(client, case, act="reopen", topic="lab"))
    assert seen(FormStatus)[0].is_complete
    assert "Opened again" in text(act(client, case, act="reopen", topic="lab", reason="a result was missing"))
    assert not seen(FormStatus)[0].is_complete


def test_a_case_is_completed_form_by_form(cast, case, signed_in):
    assert "Choose a form" in text(act(signed_in(cast.alice), case, act="complete"))
    assert not seen(FormStatus)


def test_a_data_manager_locks_and_unlocks_a_case_with_a_reason(cast, case, signed_in):
    client = signed_in(cast.dana)
    assert "Say why" in text(act(client, case, act="lock"))
    assert "Case locked" in text(act(client, case, act="lock", reason="first analysis"))
    assert "first analysis" in text(client.get(reverse("case", args=[case.pk])))
    assert "This form is locked" in text(act(signed_in(cast.alice), case, act="complete", topic="lab"))
    act(client, case, act="unlock", reason="late corrections")
    assert seen(CaseLock) == []


@pytest.mark.parametrize(
    ("name", "what", "status"),
    [
        ("alice", "lock", 403), ("alice", "unlock", 403), ("ivan", "complete", 403), ("dana", "complete", 403),
        ("bob", "complete", 404), ("judy", "complete", 403), ("adam", "lock", 403),
    ],
)  # fmt: skip
def test_who_may_not_is_refused_and_of_another_site_there_is_nothing(cast, case, signed_in, name, what, status):
    answer = act(signed_in(cast[name]), case, act=what, topic="lab", reason="good")
    assert answer.status_code == status
    assert not seen(CaseLock)
    assert not seen(FormStatus)


@pytest.mark.parametrize(
    "values", [{"act": "burn"}, {"act": "complete", "topic": "x"}, {"act": "lock", "topic": "identity"}]
)
def test_what_is_no_form_or_no_act_is_not_found(cast, case, signed_in, values):
    client = signed_in(cast.dana if values["act"] == "lock" else cast.alice)
    assert act(client, case, reason="good", **values).status_code == 404


def test_the_board_locks_a_site_up_to_a_day_and_unlocks_it(cast, case, signed_in):
    client, where = signed_in(cast.dana), reverse("site_lock", args=[cast.sev.pk])
    board = text(client.get(reverse("locks")))
    assert "A-1" in board
    assert "not signed" in board
    values = {"SEV-until_on": INFUSED.isoformat(), "SEV-reason": "first analysis", "act": "lock"}
    assert "Say up to which day" in text(client.post(where, {**values, "SEV-until_on": ""}, follow=True))
    assert "Say why" in text(client.post(where, {**values, "SEV-reason": ""}, follow=True))
    assert "Site locked" in text(client.post(where, values, follow=True))
    earlier = (INFUSED - dt.timedelta(days=9)).isoformat()
    assert "later day" in text(client.post(where, {**values, "SEV-until_on": earlier}, follow=True))
    assert "A-1" not in text(client.get(reverse("locks"), {"site": "HOU"}))
    client.post(where, {"act": "unlock", "SEV-reason": "late corrections"})
    assert seen(SiteLock) == []


@pytest.mark.parametrize("name", ["alice", "ivan", "judy", "adam", "eve"])
def test_the_board_is_for_data_managers(cast, case, signed_in, name):
    client = signed_in(cast[name])
    assert client.get(reverse("locks")).status_code == 403
    assert client.post(reverse("site_lock", args=[cast.sev.pk]), {"act": "unlock"}).status_code == 403


def test_signing_asks_for_the_password_again_and_a_change_shows(cast, case, signed_in):
    client, where = signed_in(cast.ivan), reverse("case_sign", args=[case.pk])
    assert "Nobody has signed" in text(client.get(reverse("case", args=[case.pk])))
    assert "not complete" in text(client.get(where))
    assert "not your password" in text(client.post(where, {"password": "something else"}))
    assert not seen(Signature)
    assert "You have signed this case" in text(client.post(where, {"password": PASSWORD}, follow=True))
    assert seen(Signature)[0].signer_name == "Ivan"
    with acting_as_system("tests", reason="a late change"):
        LabResult.objects.update(value=7)
    page = text(client.get(reverse("case", args=[case.pk])))
    assert "Signature superseded" in page
    assert "changed after it was signed" in page
    assert "Signature superseded" in text(signed_in(cast.dana).get(reverse("locks")))


@pytest.mark.parametrize(("name", "status"), [("alice", 403), ("dana", 403), ("bob", 403), ("judy", 403)])
def test_others_do_not_sign(cast, case, signed_in, name, status):
    client, where = signed_in(cast[name]), reverse("case_sign", args=[case.pk])
    assert client.get(where).status_code == status
    assert client.post(where, {"password": PASSWORD}).status_code == status


def test_an_investigator_finds_no_case_of_another_site_to_sign(cast, signed_in):
    foreign = whole_case(cast.hou, "H-1", judge=cast.judy)
    assert signed_in(cast.ivan).get(reverse("case_sign", args=[foreign.pk])).status_code == 404


def test_guessing_the_password_comes_to_an_end(cast, case, signed_in, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reauthenticate": "10/m/user"}
    client, where = signed_in(cast.ivan), reverse("case_sign", args=[case.pk])
    answers = [text(client.post(where, {"password": "wrong"})) for _ in range(11)]
    assert "Too many attempts" in answers[-1]
    assert "Too many attempts" in text(client.post(where, {"password": PASSWORD}))
    assert not seen(Signature)
