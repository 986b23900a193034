"""The page of the tokens for REDCap clients in a real browser: made and revoked by keyboard, in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from exports.models import Release, ReleaseToken
from tests.browser.conftest import violations
from tests.factories.redcap import ask, redcap_release
from tests.factories.releases import client_of


@pytest.fixture
def release(stage: Any, settings: Any, tmp_path: Path) -> Release:
    cache.clear()
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    return redcap_release(stage)


@pytest.fixture
def tokens(release: Release, stage: Any, page: Any, live_server: Any) -> Any:
    """The page, opened by an investigator who has just signed in."""
    cookie = client_of(stage.ivan).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page.goto(live_server.url + reverse("redcap_tokens", args=[release.pk]))
    return page


def test_a_token_is_made_shown_once_and_revoked(tokens: Any):
    assert violations(tokens).violations_count == 0
    tokens.locator("#id_label").focus()
    tokens.keyboard.type("statistics server")
    tokens.locator("#id_level").select_option("AGREEMENT")
    tokens.locator("form.panel .button--main").focus()
    tokens.keyboard.press("Enter")
    tokens.locator("#made").wait_for()
    assert violations(tokens).violations_count == 0
    [written] = set(re.findall(r"\b[0-9A-F]{32}\b", tokens.locator("main").inner_text()))
    assert ask(written, "version").status_code == 200
    assert tokens.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    tokens.locator("section[aria-labelledby=tokens] form .button").focus()
    tokens.keyboard.press("Enter")
    tokens.locator(".message--success").wait_for()
    assert written not in tokens.content()
    assert violations(tokens).violations_count == 0
    assert not ReleaseToken.objects.get().is_living


def test_a_form_that_was_not_taken_leads_to_its_field(tokens: Any):
    tokens.locator("form.panel .button--main").click()
    tokens.locator("[data-error-summary] a[href='#id_label']").click()
    assert tokens.evaluate("document.activeElement.id") == "id_label"
    assert violations(tokens).violations_count == 0
