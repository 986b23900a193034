"""Second factor, sign-ins and invitations in a real browser: accessible, passkeys, and nothing typed is lost."""

from __future__ import annotations

import re
import time
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core import mail
from django.urls import reverse

from sites.invitations import invite, send
from sites.models import User
from tests.cast import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def sign_in(page, live_server, email: str = "alice@example.org") -> None:
    page.goto(live_server.url + reverse("account_login"))
    page.locator("#id_login").fill(email)
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: reverse("account_login") not in address)


@pytest.fixture
def key(page, settings):
    """A passkey in the browser, as a fingerprint reader would be one."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def test_the_pages_of_the_second_factor_are_accessible(stage, page, live_server, inspect, settings) -> None:
    settings.QUELL_SECOND_FACTOR = True
    sign_in(page, live_server)
    page.wait_for_url(f"**{reverse('mfa_index')}")
    inspect("second-factor")
    for name in ("mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn", "mfa_generate_recovery_codes"):
        if name in ("mfa_list_webauthn", "mfa_generate_recovery_codes"):
            settings.QUELL_SECOND_FACTOR = False
        page.goto(live_server.url + reverse(name))
        inspect(name)


def test_a_code_of_the_app_completes_signing_in(stage, page, live_server, inspect) -> None:
    TOTP.activate(stage.alice, SECRET)
    RecoveryCodes.activate(stage.alice)
    sign_in(page, live_server)
    page.wait_for_url(f"**{reverse('mfa_authenticate')}")
    inspect("mfa_authenticate")
    page.locator("#id_code").fill(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30)))
    page.keyboard.press("Enter")
    page.wait_for_url(live_server.url + "/")


def test_a_passkey_is_added_and_completes_the_next_sign_in(stage, page, live_server, key, settings) -> None:
    settings.QUELL_SECOND_FACTOR = True
    sign_in(page, live_server)
    page.goto(live_server.url + reverse("mfa_add_webauthn"))
    page.locator("#id_name").fill("ward computer")
    page.locator("#add_passkey").click()
    page.wait_for_url(f"**{reverse('mfa_view_recovery_codes')}")
    assert page.locator("li code").count() == 10
    assert Authenticator.objects.get(user=stage.alice, type="webauthn").wrap().name == "ward computer"
    page.context.clear_cookies()
    sign_in(page, live_server)
    page.wait_for_url(f"**{reverse('mfa_authenticate')}")
    page.locator("#use_passkey").click()
    page.wait_for_url(live_server.url + "/")


def test_a_passkey_that_is_refused_is_said_in_the_page(stage, page, live_server, inspect) -> None:
    sign_in(page, live_server)
    page.goto(live_server.url + reverse("mfa_add_webauthn"))
    page.evaluate(
        "void (navigator.credentials.create = () => Promise.reject(new DOMException('no', 'NotAllowedError')))"
    )
    page.locator("#add_passkey").click()
    page.wait_for_selector("[data-passkey-trouble]:visible")
    inspect("passkey-refused")


def test_the_sign_ins_of_a_person_are_accessible(stage, page, live_server, inspect) -> None:
    sign_in(page, live_server)
    page.goto(live_server.url + reverse("sign_ins"))
    inspect("sign-ins")


def test_the_warning_comes_before_the_end_and_staying_takes_it_away(
    stage, page, live_server, inspect, settings
) -> None:
    settings.QUELL_SIGN_IN_IDLE_SECONDS = 200
    sign_in(page, live_server)
    page.wait_for_selector("[data-clock-says=soon]:visible")
    inspect("clock-soon")
    settings.QUELL_SIGN_IN_IDLE_SECONDS = 1800
    page.locator("[data-clock-stay]").click()
    page.wait_for_selector("[data-clock-says=soon]", state="hidden")


def test_what_was_typed_outlives_the_sign_in(stage, page, live_server, inspect, settings) -> None:
    sign_in(page, live_server)
    page.wait_for_url(live_server.url + "/")
    settings.QUELL_SIGN_IN_IDLE_SECONDS = 5
    page.goto(live_server.url + reverse("account_change_password"))
    page.locator("#id_oldpassword").fill(PASSWORD)
    page.locator("#id_password1").fill("seven quiet herons at dusk")
    page.locator("#id_password2").fill("seven quiet herons at dusk")
    page.wait_for_selector("[data-clock-says=over]:visible")
    inspect("clock-over")
    other = page.context.new_page()
    other.goto(live_server.url + "/")
    assert reverse("account_login") in other.url
    settings.QUELL_SIGN_IN_IDLE_SECONDS = 1800
    sign_in(other, live_server)
    other.wait_for_url(live_server.url + "/")
    other.close()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.wait_for_selector("[data-clock-says=over]", state="hidden")
    page.locator("main form button.button--main").click()
    page.wait_for_selector(".message[role=status]")
    assert User.objects.get(pk=stage.alice.pk).check_password("seven quiet herons at dusk")


def test_the_pages_of_inviting_are_accessible(stage, open_as, inspect, locale) -> None:
    open_as(stage.adam, reverse("invitations"))
    inspect("invitations-empty")
    invite(
        by=stage.adam, email="nora@example.org", reason="new", role="COORDINATOR", site=stage.sev, language=locale[:2]
    )
    open_as(stage.adam, reverse("invitations"))
    inspect("invitations")
    open_as(stage.adam, reverse("invitation_new"))
    inspect("invitation-new")


def test_an_invitation_is_accepted_in_the_browser(stage, open_as, page, inspect, locale, live_server) -> None:
    from sites.invitations import token_of

    invitation = invite(
        by=stage.adam, email="nora@example.org", reason="new", role="DATA_MANAGER", site=None, language=locale[:2]
    )
    send(invitation, live_server.url + reverse("invitation_accept", args=[token_of(invitation)]))
    open_as(None, urlsplit(re.search(r"https?://\S+", mail.outbox[-1].body).group()).path)
    inspect("invitation-accept")
    page.locator("#id_full_name").fill("Nora")
    page.locator("#id_password1").fill("seven quiet herons at dusk")
    page.locator("#id_password2").fill("seven quiet herons at dusk")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('account_login')}")
    assert User.objects.filter(email="nora@example.org").exists()
