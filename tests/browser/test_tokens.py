"""The pages of tokens in a real browser: made by keyboard, copied, gone after loading again, revoked."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sites.models import ApiToken
from tests.cast import PASSWORD
from tests.integration.token_programs import token_of

LIST, NEW = reverse("tokens"), reverse("token_new")


@pytest.fixture
def sign_in(page, live_server):
    """Sign in by the page, as somebody who has just proved who they are."""

    def signed(name: str) -> None:
        page.goto(live_server.url + reverse("account_login"))
        page.locator("#id_login").fill(f"{name}@example.org")
        page.locator("#id_password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(live_server.url + "/")

    return signed


def make(page, live_server) -> str:
    """Fill the form by keyboard alone; gives the secret that is shown."""
    page.goto(live_server.url + NEW)
    page.locator("#id_label").focus()
    page.keyboard.type("nightly import")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator("main form button.button--main").focus()
    page.keyboard.press("Enter")
    return page.locator("[data-secret]").inner_text()


def test_a_token_is_made_by_keyboard_copied_and_gone_after_loading_again(
    stage, page, live_server, inspect, sign_in
) -> None:
    sign_in("carol")
    page.locator("details.menu summary", has_text="Carol").click()
    page.locator(f'.menu__list a[href="{LIST}"]').click()
    page.wait_for_url(f"**{LIST}")
    inspect("tokens-empty")
    page.goto(live_server.url + NEW)
    inspect("token-new")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    secret = make(page, live_server)
    assert secret.startswith("quell_")
    inspect("token-made")
    page.locator("[data-copy]").click()
    page.locator("[role=status]", has_text="Copi").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    page.reload()
    page.locator("main table").wait_for()
    assert page.url == live_server.url + LIST
    assert secret not in page.content()
    assert ApiToken.objects.count() == 1
    page.go_back()
    assert secret not in page.content()
    assert ApiToken.objects.count() == 1


def test_where_the_clipboard_is_refused_the_token_is_marked(stage, page, live_server, inspect, sign_in) -> None:
    sign_in("alice")
    secret = make(page, live_server)
    page.evaluate("void (navigator.clipboard.writeText = () => Promise.reject(new DOMException('no')))")
    page.locator("[data-copy]").click()
    page.locator("[role=status]", has_text="Ctrl+C").wait_for()
    assert page.evaluate("getSelection().toString()") == secret
    inspect("token-not-copied")


def test_a_form_without_its_parts_keeps_what_was_typed(stage, page, live_server, inspect, sign_in) -> None:
    sign_in("carol")
    page.goto(live_server.url + NEW)
    page.locator("#id_label").fill("nightly import")
    page.locator("[name=sites]").first.check()
    page.locator("main form button.button--main").click()
    page.locator("[data-error-summary]").wait_for()
    assert page.locator("[data-error-summary]").evaluate("box => box === document.activeElement")
    assert page.locator("#id_label").input_value() == "nightly import"
    assert page.locator("[name=sites]").first.is_checked()
    inspect("token-refused")


def test_a_token_is_revoked_after_one_more_question(stage, open_as, page, inspect) -> None:
    token_of(stage.carol, sites=[stage.sev.pk])
    open_as(stage.carol, LIST)
    inspect("tokens")
    page.locator("main table a.button--danger").click()
    inspect("token-revoke")
    page.locator("main form button.button--danger").click()
    page.locator(".message[role=status]").wait_for()
    assert page.locator("main table a.button--danger").count() == 0
    inspect("tokens-revoked")


def test_an_administrator_sees_the_tokens_of_others(stage, open_as, inspect) -> None:
    for person in (stage.adam, stage.alice, stage.dana):
        token_of(person)
    open_as(stage.adam, LIST)
    inspect("tokens-of-others")
