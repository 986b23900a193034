"""Inviting people: a signed link that works once, for seven days, opens an account with the role that was meant."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from sites.access import can
from sites.audit import event_model_of
from sites.context import acting_as_system
from sites.invitations import token_of
from sites.models import Invitation, Membership, User
from sites.roles import Permission
from tests.cast import Cast

NEW = "seven quiet herons at dusk"
GIVEN = {"full_name": "Nora Nunez", "password1": NEW, "password2": NEW}


@pytest.fixture
def adams(cast, signed_in) -> Client:
    return signed_in(cast.adam)


def asked(cast: Cast, **fields: str) -> dict[str, str]:
    return {
        "email": "Nora@Example.org", "role": "COORDINATOR", "site": str(cast.sev.pk), "language": "en",
        "reason": "replaces Alice in spring", **fields,
    }  # fmt: skip


def invite(adams: Client, cast: Cast, **fields: str) -> str:
    """Invite Nora; gives the address in her e-mail."""
    answer = adams.post(reverse("invitation_new"), asked(cast, **fields))
    assert answer.status_code == 302, answer.context["form"].errors
    return link()


def link() -> str:
    return urlsplit(re.search(r"https?://\S+", mail.outbox[-1].body).group()).path


def test_an_invited_person_opens_the_account_and_can_work(adams, cast, client) -> None:
    address = invite(adams, cast)
    assert mail.outbox[-1].to == ["nora@example.org"]
    assert b"Coordinator" in client.get(address).content
    assert client.post(address, GIVEN).url == reverse("account_login")
    nora = User.objects.get(email="nora@example.org")
    assert can(nora, Permission.CASE_EDIT, cast.sev)
    assert not can(nora, Permission.CASE_EDIT, cast.hou)
    signed = client.post(reverse("account_login"), {"login": "nora@example.org", "password": NEW})
    assert signed.url == reverse("home")


def test_who_invited_whom_and_why_is_in_the_audit_trail(adams, cast, client) -> None:
    client.post(invite(adams, cast), GIVEN)
    asked_for = event_model_of(Invitation).objects.get(pgh_label="insert")
    assert (asked_for.pgh_context["user_label"], asked_for.pgh_context["reason"]) == (
        "adam@example.org",
        "replaces Alice in spring",
    )
    given = event_model_of(Membership).objects.get(user_id=User.objects.get(email="nora@example.org").pk)
    assert given.pgh_context["reason"] == "invited by adam@example.org: replaces Alice in spring"


def test_a_link_works_once(adams, cast, client) -> None:
    address = invite(adams, cast)
    client.post(address, GIVEN)
    assert client.get(address).status_code == 404
    assert client.post(address, GIVEN).status_code == 404
    assert User.objects.filter(email="nora@example.org").count() == 1


def test_links_that_do_not_work_look_the_same(adams, cast, client) -> None:
    address = invite(adams, cast)
    invitation = Invitation.objects.get()
    adams.post(reverse("invitation_withdraw", args=[invitation.pk]))
    forged = reverse("invitation_accept", args=[token_of(invitation)[:-1] + "x"])
    pages = [client.get(one) for one in (address, forged, reverse("invitation_accept", args=["nothing"]))]
    assert {page.status_code for page in pages} == {404}
    assert len({re.sub(rb'(csrf\S+ \S+|"X-CSRFToken": "\S+|value="\S+")', b"", page.content) for page in pages}) == 1


def test_a_link_lasts_seven_days_by_the_row_and_by_the_signature(adams, cast, client, monkeypatch) -> None:
    address = invite(adams, cast)
    sent = Invitation.objects.get()
    assert sent.valid_until - sent.sent_at == timedelta(days=7)
    with monkeypatch.context() as over:
        over.setattr("sites.models.invitation.VALID_FOR", timedelta(seconds=-1))
        assert client.get(address).status_code == 404
        assert b"too old" in adams.get(reverse("invitations")).content
    with monkeypatch.context() as over:
        over.setattr("sites.invitations.VALID_FOR", timedelta(seconds=-1))
        assert client.get(address).status_code == 404
    assert client.get(address).status_code == 200


def test_sending_again_makes_the_first_link_worthless(adams, cast, client) -> None:
    first = invite(adams, cast)
    adams.post(reverse("invitation_resend", args=[Invitation.objects.get().pk]))
    assert client.get(first).status_code == 404
    assert client.get(link()).status_code == 200
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("act", ["invitation_resend", "invitation_withdraw"])
def test_what_is_settled_stays_settled(adams, cast, client, act) -> None:
    client.post(invite(adams, cast), GIVEN)
    sent = len(mail.outbox)
    page = adams.post(reverse(act, args=[Invitation.objects.get().pk]), follow=True)
    assert b"Nothing was done" in page.content
    assert len(mail.outbox) == sent


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "alice@example.org"}, "has an account already"),
        ({"site": ""}, "Coordinators and investigators need a site"),
        ({"role": "ADJUDICATOR"}, "held without one"),
        ({"email": "no address"}, "valid email"),
        ({"reason": ""}, "required"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(adams, cast, fields, words) -> None:
    page = adams.post(reverse("invitation_new"), asked(cast, **fields))
    assert page.status_code == 200
    assert words in page.content.decode()
    assert mail.outbox == []


def test_one_address_has_one_open_invitation(adams, cast) -> None:
    invite(adams, cast)
    page = adams.post(reverse("invitation_new"), asked(cast))
    assert "has an open invitation" in page.content.decode()
    assert len(mail.outbox) == 1


def test_nobody_is_invited_when_the_letter_cannot_be_sent(adams, cast, monkeypatch) -> None:
    def fails(*args, **kwargs) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("sites.invitations.send_mail", fails)
    page = adams.post(reverse("invitation_new"), asked(cast))
    assert b"could not be sent" in page.content
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("password", ["short", "123456789012345", "nora@example.org"])
def test_a_weak_password_opens_nothing(adams, cast, client, password) -> None:
    page = client.post(invite(adams, cast), GIVEN | {"password1": password, "password2": password})
    assert page.status_code == 200
    assert not User.objects.filter(email="nora@example.org").exists()


def test_an_account_opened_meanwhile_is_not_touched(adams, cast, client) -> None:
    address = invite(adams, cast)
    with acting_as_system("tests", reason="opened by command"):
        User.objects.create_user("nora@example.org", full_name="Nora")
    assert b"has an account already" in client.post(address, GIVEN).content
    assert not Membership.objects.filter(user__email="nora@example.org").exists()


def test_the_letter_speaks_the_language_of_the_invited_and_names_no_case(adams, cast) -> None:
    invite(adams, cast, language="es")
    letter = mail.outbox[-1]
    assert set(re.findall(r"\S+@\S+", letter.body)) == set()
    assert "Adam" in letter.body
    assert letter.subject.startswith("[Quell] ")


def test_somebody_signed_in_is_asked_to_sign_out_first(adams, cast) -> None:
    page = adams.get(invite(adams, cast))
    assert page.status_code == 404
    assert b"sign out first" in page.content


@pytest.mark.parametrize("name", ["alice", "ivan", "dana", "judy", "eve"])
def test_only_administrators_invite(cast, signed_in, name) -> None:
    client = signed_in(cast[name])
    assert client.get(reverse("invitations")).status_code == 403
    assert client.post(reverse("invitation_new"), asked(cast)).status_code == 403


def test_the_database_keeps_no_link(adams, cast) -> None:
    address = invite(adams, cast)
    token = address.rstrip("/").rpartition("/")[2]
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from study_sites_invitation i where i::text like %s", [f"%{token[-20:]}%"])
        assert cursor.fetchone()[0] == 0
