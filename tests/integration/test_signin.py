"""Signing in and out, changing and resetting a password, and a door that is closed to strangers."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from sites.context import acting_as_system
from sites.models import User
from tests.cast import PASSWORD

NEW = "seven quiet herons at dusk"


def sign_in(client: Client, email: str, password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


@pytest.mark.parametrize("email", ["alice@example.org", "Alice@Example.org"])
def test_a_person_signs_in_by_e_mail_and_lands_on_the_work_list(cast, client, email) -> None:
    answer = sign_in(client, email)
    assert (answer.status_code, answer.url) == (302, reverse("home"))
    assert client.get("/").context["user"] == cast.alice


@pytest.mark.parametrize(
    ("email", "password"), [("alice@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("", "")]
)
def test_a_wrong_password_and_an_unknown_address_look_the_same(cast, client, email, password) -> None:
    answer = sign_in(client, email, password)
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session
    if email:
        assert "The email address and/or password you specified are not correct." in answer.content.decode()


def test_a_closed_account_cannot_sign_in_and_an_open_sign_in_ends(cast, client) -> None:
    sign_in(client, "alice@example.org")
    with acting_as_system("tests", reason="left the hospital"):
        User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    assert client.get("/").url.startswith(reverse("account_login"))
    answer = sign_in(client, "alice@example.org")
    assert answer.url == reverse("account_inactive")
    assert b"has been closed" in client.get(answer.url).content


def test_signing_out_needs_a_post_and_ends_it(cast, client) -> None:
    sign_in(client, "alice@example.org")
    assert b"Do you want to sign out?" in client.get(reverse("account_logout")).content
    assert client.get("/").status_code == 200
    assert client.post(reverse("account_logout")).url == reverse("account_login")
    assert client.get("/").url.startswith(reverse("account_login"))


def test_a_page_asked_for_before_signing_in_comes_after_it(cast, client) -> None:
    asked = client.get(reverse("account_change_password"))
    answer = client.post(asked.url, {"login": "alice@example.org", "password": PASSWORD})
    assert answer.url == reverse("account_change_password")


def test_signing_in_does_not_lead_to_another_place(cast, client) -> None:
    answer = client.post(
        reverse("account_login"),
        {"login": "alice@example.org", "password": PASSWORD, "next": "https://elsewhere.example/"},
    )
    assert answer.url == reverse("home")


def test_a_person_changes_their_password_and_stays_signed_in(cast, client) -> None:
    sign_in(client, "alice@example.org")
    page = reverse("account_change_password")
    answer = client.post(page, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert answer.status_code == 302
    assert b"Your password has been changed." in client.get("/").content
    assert sign_in(Client(), "alice@example.org", NEW).status_code == 302


@pytest.mark.parametrize("weak", ["short", "123456789012", "alice@example.org", "passwordpassword"])
def test_a_weak_password_is_refused_in_words(cast, client, weak) -> None:
    sign_in(client, "alice@example.org")
    page = reverse("account_change_password")
    answer = client.post(page, {"oldpassword": PASSWORD, "password1": weak, "password2": weak})
    assert (answer.status_code == 200) is (weak != "passwordpassword")
    if answer.status_code == 200:
        assert b"That did not work" in answer.content


def reset_address(client: Client, email: str) -> str:
    answer = client.post(reverse("account_reset_password"), {"email": email})
    assert answer.url == reverse("account_reset_password_done")
    return urlsplit(re.search(r"https?://\S+", mail.outbox[-1].body).group()).path


def test_a_forgotten_password_is_reset_by_a_link_that_works_once(cast, client) -> None:
    address = reset_address(client, "Alice@example.org")
    assert mail.outbox[-1].subject == "[Quell] Choose a new password"
    form = client.get(address, follow=True)
    answer = client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert answer.url == reverse("account_reset_password_from_key_done")
    assert sign_in(Client(), "alice@example.org", NEW).status_code == 302
    assert b"has been used already" in Client().get(address, follow=True).content


def test_a_new_person_without_a_password_sets_one_by_the_same_link(cast, client) -> None:
    with acting_as_system("tests", reason="a new colleague"):
        User.objects.create_user("new@example.org", full_name="New")
    form = client.get(reset_address(client, "new@example.org"), follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert sign_in(Client(), "new@example.org", NEW).status_code == 302


def test_an_address_without_an_account_gets_the_same_answer_and_no_letter(cast, client) -> None:
    answer = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert answer.url == reverse("account_reset_password_done")
    assert mail.outbox == []


def test_nobody_signs_up() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


def test_too_many_wrong_passwords_are_stopped_for_a_while(cast, client, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/5m/key"}
    cache.clear()
    for _ in range(3):
        sign_in(client, "alice@example.org", "wrong")
    answer = sign_in(client, "alice@example.org")
    assert "Too many failed login attempts" in answer.content.decode()
    assert sign_in(Client(), "bob@example.org").status_code == 302
    cache.clear()


def test_passwords_are_kept_by_argon2() -> None:
    from django.contrib.auth.hashers import make_password
    from django.test import override_settings

    from config.settings.signin import PASSWORD_HASHERS

    with override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS):
        assert identify_hasher(make_password(PASSWORD)).algorithm == "argon2"


def test_the_demonstration_lists_its_sign_ins_and_a_registry_does_not(cast, client, settings) -> None:
    page = reverse("account_login")
    assert b"alice@example.org" not in client.get(page).content
    settings.QUELL_DEMO = True
    shown = client.get(page).content.decode()
    assert "alice@example.org" in shown
    assert settings.QUELL_DEMO_PASSWORD in shown
    assert "Coordinator, SEV" in shown
    assert "simulated" in shown
