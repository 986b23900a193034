"""The frame, the sign-in pages, the home page of each role and the administration in a real browser."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.cast import PASSWORD


@pytest.mark.parametrize("person", ["alice", "dana", "judy", "adam", "eve"])
def test_the_home_page_of_each_role_is_accessible(stage, open_as, inspect, person) -> None:
    open_as(stage[person], "/")
    inspect(f"home-{person}")


@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_reset_password_done"])
def test_the_pages_of_strangers_are_accessible(stage, open_as, inspect, settings, name) -> None:
    settings.QUELL_DEMO = name == "account_login"
    open_as(None, reverse(name))
    inspect(name)


@pytest.mark.parametrize(
    "address", ["/accounts/password/change/", "/accounts/sign-out/", "/admin/", "/admin/study_sites/user/"]
)
def test_the_pages_of_people_are_accessible(stage, open_as, inspect, address) -> None:
    if address.startswith("/admin/"):
        # Django's own pages are held to the policy and the console, not to our rules of layout.
        open_as(stage.adam, address)
        return
    open_as(stage.adam, address)
    inspect(address.strip("/").replace("/", "-"))


def test_a_person_signs_in_and_out_by_keyboard_alone(stage, open_as, page) -> None:
    open_as(None, "/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#id_login").focus()
    page.keyboard.type("alice@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.locator("details.menu summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(".menu__list").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".menu__list").is_visible()
    page.keyboard.press("Enter")
    page.locator(".menu__list form button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/")


def test_a_wrong_password_puts_the_keyboard_on_what_is_wrong(stage, open_as, page, inspect) -> None:
    open_as(None, reverse("account_login"))
    page.locator("#id_login").fill("alice@example.org")
    page.locator("#id_password").fill("wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-error-summary]")
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    inspect("signin-wrong")


def test_the_language_switch_keeps_the_page(stage, open_as, page, locale) -> None:
    address = reverse("account_change_password")
    open_as(stage.alice, address)
    other = "es" if locale.startswith("en") else "en"
    page.locator(f"button[lang={other}]").click()
    page.wait_for_selector(f"html[lang={other}]")
    assert page.url.endswith(address)


@pytest.mark.urls("tests.browser.gallery")
def test_every_component_is_accessible(stage, open_as, inspect) -> None:
    open_as(stage.carol, "/gallery/")
    inspect("gallery")
