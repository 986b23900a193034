"""How long a sign-in lasts, and that it ends at once when it must."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sites import sign_in_age
from sites.audit import event_model_of
from sites.context import acting_as_system
from sites.models import User
from sites.roles import Role
from sites.services import account_open, end_sign_ins
from tests.cast import PASSWORD

MINUTE = 60


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def time(self) -> float:
        return self.now

    def forward(self, minutes: float) -> None:
        self.now += minutes * MINUTE


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(sign_in_age, "time", clock)
    return clock


@pytest.fixture
def alices(cast, client) -> Client:
    client.post(reverse("account_login"), {"login": "alice@example.org", "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_half_an_hour_without_use_ends_it_and_the_page_says_why(clock, alices) -> None:
    assert is_in(alices)
    clock.forward(29)
    assert is_in(alices)
    clock.forward(30)
    answer = alices.get("/", follow=True)
    assert answer.redirect_chain[-1][0] == f"{reverse('account_login')}?next=/"
    assert b"You were signed out" in answer.content


def test_twelve_hours_end_it_however_busy_one_is(clock, alices) -> None:
    for _ in range(12 * 3 - 1):
        assert is_in(alices)
        clock.forward(20)
    assert is_in(alices)
    clock.forward(20)
    assert not is_in(alices)


def test_what_a_page_asks_by_itself_does_not_prolong_it(clock, alices) -> None:
    assert is_in(alices)
    for _ in range(29):
        clock.forward(1)
        assert alices.get("/", headers={"HX-Request": "true"}).status_code == 200
    clock.forward(1)
    assert not is_in(alices)


def test_the_page_knows_how_long_and_staying_prolongs_it(clock, alices) -> None:
    page = alices.get("/")
    assert 'data-seconds="1800"' in page.content.decode()
    clock.forward(26)
    state = reverse("session_state")
    assert alices.get(state, headers={"HX-Request": "true"}).json()["seconds"] == 4 * MINUTE
    assert alices.post(state, headers={"HX-Request": "true"}).json()["seconds"] == 30 * MINUTE
    clock.forward(29)
    assert is_in(alices)


def test_the_state_of_a_stranger_is_empty_and_is_never_kept(db, client) -> None:
    answer = client.get(reverse("session_state"))
    assert (answer.json()["person"], answer.json()["seconds"]) == ("", 0)
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_key_of_the_session_changes_on_signing_in(cast, client) -> None:
    client.get(reverse("account_login"))
    client.session["planted"] = "by a stranger"
    client.session.save()
    before = client.session.session_key
    client.post(reverse("account_login"), {"login": "alice@example.org", "password": PASSWORD})
    assert client.session.session_key != before


def test_ending_all_sign_ins_holds_at_the_next_request_and_is_audited(alices, cast) -> None:
    with acting_as_system("tests", reason="computer lost"):
        end_sign_ins(cast.alice)
    assert not is_in(alices)
    event = event_model_of(User).objects.filter(pgh_obj_id=cast.alice.pk).latest("pgh_id")
    assert (event.sign_in_epoch, event.pgh_context["reason"]) == (1, "computer lost")


def change(cast, **fields: str) -> dict[str, str]:
    held = cast.alice.memberships.get()
    kept = {"email": "alice@example.org", "full_name": "Alice", "language": "en", "is_active": "on"}
    row = {"id": held.pk, "user": cast.alice.pk, "role": held.role, "site": held.site_id, "starts_on": held.starts_on}
    inline = {f"memberships-0-{name}": str(value) for name, value in row.items()}
    counts = {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "1"}
    return {name: value for name, value in {**kept, **inline, **counts, **fields}.items() if value}


@pytest.mark.parametrize(
    ("fields", "ends"),
    [({"full_name": "Alice B."}, False), ({"is_active": ""}, True), ({"memberships-0-role": "INVESTIGATOR"}, True)],
)
def test_closing_an_account_or_changing_roles_in_the_administration_ends_them(
    alices, cast, signed_in, fields, ends
) -> None:
    page = reverse("admin:study_sites_user_change", args=[cast.alice.pk])
    answer = signed_in(cast.adam).post(page, change(cast, **fields))
    assert answer.status_code == 302, answer.context["errors"]
    assert is_in(alices) is not ends


def test_a_new_role_by_command_ends_them(alices, cast) -> None:
    with acting_as_system("tests", reason="second hospital"):
        account_open(
            email="alice@example.org",
            full_name="",
            role=Role.COORDINATOR,
            site=cast.hou,
            starts_on=timezone.localdate(),
        )
    assert not is_in(alices)


@pytest.mark.parametrize("action", ["end_their_sign_ins", "remove_second_factors"])
def test_administrators_end_them_by_hand(alices, cast, signed_in, action) -> None:
    chosen = {"action": action, "_selected_action": [str(cast.alice.pk)]}
    signed_in(cast.adam).post(reverse("admin:study_sites_user_changelist"), chosen)
    assert not is_in(alices)


def test_a_changed_password_ends_the_others_and_keeps_this_one(alices) -> None:
    other = Client()
    other.post(reverse("account_login"), {"login": "alice@example.org", "password": PASSWORD})
    new = "seven quiet herons at dusk"
    page = reverse("account_change_password")
    alices.post(page, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert is_in(alices)
    assert not is_in(other)


def test_a_person_sees_and_ends_their_own_sign_ins(alices, cast) -> None:
    other = Client(headers={"User-Agent": "ward computer"})
    other.post(reverse("account_login"), {"login": "alice@example.org", "password": PASSWORD})
    page = alices.get(reverse("sign_ins"))
    assert b"ward computer" in page.content
    assert len(page.context["sign_ins"]) == 2
    theirs = next(one for one in page.context["sign_ins"] if one.session_key != alices.session.session_key)
    assert alices.post(reverse("sign_in_end", args=[theirs.pk])).status_code == 302
    assert not is_in(other)
    assert is_in(alices)


def test_all_others_end_together(alices) -> None:
    other = Client()
    other.post(reverse("account_login"), {"login": "alice@example.org", "password": PASSWORD})
    alices.post(reverse("sign_ins_end_others"))
    assert not is_in(other)
    assert len(alices.get(reverse("sign_ins")).context["sign_ins"]) == 1


def test_nobody_ends_the_sign_in_of_another_person(alices, cast, client) -> None:
    bob = Client()
    bob.post(reverse("account_login"), {"login": "bob@example.org", "password": PASSWORD})
    theirs = bob.get(reverse("sign_ins")).context["sign_ins"][0]
    assert alices.post(reverse("sign_in_end", args=[theirs.pk])).status_code == 404
    assert alices.post(reverse("sign_in_end", args=[theirs.pk + 1000])).status_code == 404
    assert is_in(bob)
