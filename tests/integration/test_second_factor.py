"""The second factor: asked of everybody with a role, proved in each sign-in, kept encrypted, not asked in a demo."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from django.urls import reverse

from sites.context import acting_as_system
from sites.services import second_factors_remove
from tests.cast import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
INDEX, ASKED = reverse("mfa_index"), reverse("mfa_reauthenticate")


@pytest.fixture(autouse=True)
def required(settings) -> None:
    settings.QUELL_SECOND_FACTOR = True


def code(secret: str = SECRET) -> str:
    """The six digits that an app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(client: Client, name: str):
    return client.post(reverse("account_login"), {"login": f"{name}@example.org", "password": PASSWORD})


@pytest.mark.parametrize("name", ["alice", "ivan", "dana", "judy", "adam"])
@pytest.mark.parametrize("place", ["home", "admin:index", "releases", "sign_ins"])
def test_without_one_every_page_leads_to_the_set_up(cast, client, name, place) -> None:
    sign_in(client, name)
    answer = client.get(reverse(place))
    assert (answer.status_code, answer.url) == (302, INDEX)
    assert client.get(INDEX).status_code == 200


def test_a_write_is_not_carried_out_before_it(cast, client) -> None:
    sign_in(client, "alice")
    assert client.post(reverse("upload_new"), {"reason": "x"}).url == INDEX


def test_somebody_without_a_role_sees_no_patient_and_needs_none(cast, client) -> None:
    sign_in(client, "eve")
    assert client.get("/").status_code == 200


def test_a_new_person_sets_up_an_app_right_after_signing_in_and_gets_recovery_codes_once(cast, client) -> None:
    sign_in(client, "alice")
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    shown = client.get(answer.url)
    codes = shown.context["unused_codes"]
    assert len(codes) == 10
    assert codes[0] in shown.content.decode()
    assert codes[0] not in client.get(answer.url).content.decode()
    assert client.get("/").status_code == 200


def test_the_next_sign_in_asks_for_the_code_and_a_wrong_one_does_not_do(cast, client) -> None:
    TOTP.activate(cast.alice, SECRET)
    assert sign_in(client, "alice").url == reverse("mfa_authenticate")
    assert client.get("/").url.startswith(reverse("account_login"))
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert client.post(reverse("mfa_authenticate"), {"code": code()}).url == reverse("home")
    assert client.get("/").status_code == 200


def test_a_recovery_code_works_once(cast, client) -> None:
    TOTP.activate(cast.alice, SECRET)
    spare = RecoveryCodes.activate(cast.alice).get_unused_codes()[0]
    sign_in(client, "alice")
    assert client.post(reverse("mfa_authenticate"), {"code": spare}).url == reverse("home")
    other = Client()
    sign_in(other, "alice")
    assert other.post(reverse("mfa_authenticate"), {"code": spare}).status_code == 200


def test_a_sign_in_from_before_the_set_up_must_prove_it_too(cast, client) -> None:
    sign_in(client, "alice")
    TOTP.activate(cast.alice, SECRET)
    assert client.get("/").url == ASKED
    assert client.get(reverse("mfa_deactivate_totp")).url == ASKED
    assert client.post(ASKED, {"code": code()}).status_code == 302
    assert client.get("/").status_code == 200


def test_the_last_factor_of_somebody_who_needs_one_stays(cast, client) -> None:
    TOTP.activate(cast.alice, SECRET)
    sign_in(client, "alice")
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 200
    assert Authenticator.objects.filter(user=cast.alice, type="totp").exists()


def test_wrong_codes_are_counted(cast, client, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/5m/key"}
    TOTP.activate(cast.alice, SECRET)
    sign_in(client, "alice")
    for _ in range(3):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert client.post(reverse("mfa_authenticate"), {"code": code()}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_secrets_are_encrypted_in_the_database(cast) -> None:
    TOTP.activate(cast.alice, SECRET)
    RecoveryCodes.activate(cast.alice)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in kept
    assert kept.count("gAAAA") == 2


def test_a_key_that_was_replaced_still_opens_what_it_closed(cast, settings) -> None:
    TOTP.activate(cast.alice, SECRET)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key of this registry"
    assert Authenticator.objects.get(user=cast.alice).wrap().validate_code(code())


def test_whoever_lost_everything_starts_anew_after_an_administrator_took_it_away(cast, client) -> None:
    TOTP.activate(cast.alice, SECRET)
    with acting_as_system("tests", reason="telephone lost"):
        second_factors_remove(cast.alice)
    sign_in(client, "alice")
    assert client.get("/").url == INDEX


def test_a_demonstration_does_not_ask(cast, client, settings) -> None:
    settings.QUELL_SECOND_FACTOR = False
    sign_in(client, "alice")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("name", ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn"])
def test_strangers_are_sent_to_sign_in(db, client, name) -> None:
    assert client.get(reverse(name)).url.startswith(reverse("account_login"))


def test_secrets_differ(db) -> None:
    assert generate_totp_secret() != generate_totp_secret()
