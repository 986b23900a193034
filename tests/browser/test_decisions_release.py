"""Deciding on requests in a real browser: by keyboard alone, accessible in every state, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from exports import services
from exports.models import DataRequest, JobState, Release, ReleaseState, RequestState
from exports.services import held
from sites.context import acting_as, acting_as_system
from sites.models import Membership
from tests.cast import PASSWORD, long_ago
from tests.factories.risk import asked, assessed, being_made, hold, put, risk


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> None:
    settings.QUELL_RELEASE_DIR = str(tmp_path)


@pytest.fixture
def request_(stage) -> DataRequest:
    return asked(stage)


def decide_url(request_: DataRequest) -> str:
    return reverse("request_decide", args=[request_.pk])


def tab_to(page, selector: str, most: int = 120) -> None:
    """Reach a control by the Tab key alone."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by the keyboard")


def send(page, selector: str) -> None:
    """Press the button that has been reached and wait for the page that follows."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_request_is_assessed_coarsened_signed_and_approved_by_keyboard(
    stage, request_, open_as, page, inspect, monkeypatch
) -> None:
    open_as(stage.dana, decide_url(request_))
    inspect("decide-new")
    send(page, "#assess ~ .actions button")
    release = Release.objects.get()
    inspect("decide-waiting")
    hold(release, stage)
    page.locator("#coarsen").wait_for()
    inspect("decide-held")
    monkeypatch.setattr(held, "_assessed_anew", lambda _release: risk(k=2))
    tab_to(page, 'input[value="AGE_65"]')
    page.keyboard.press("Space")
    send(page, ".steps ~ .actions button")
    send(page, f'a[href="{reverse("release_sign", args=[release.pk])}"]')
    inspect("decide-sign")
    tab_to(page, "#id_reason")
    page.keyboard.type("One trusted group, one aim.")
    tab_to(page, "#id_password")
    page.keyboard.type(PASSWORD)
    send(page, ".main form[data-once] button")
    inspect("decide-signed")
    tab_to(page, 'input[name="decision"]')
    page.keyboard.press("Space")
    tab_to(page, 'textarea[name="reason"]')
    page.keyboard.type("The aim is sound.")
    send(page, '.panel[action$="/decide/"] button')
    inspect("decide-approved")
    request_.refresh_from_db()
    release.refresh_from_db()
    assert (request_.state, release.coarsening, release.risk_reason) == (
        RequestState.APPROVED,
        ["AGE_65"],
        "One trusted group, one aim.",
    )


def test_a_decision_that_is_not_complete_leads_to_what_is_missing(stage, request_, open_as, page, inspect) -> None:
    assessed(request_, stage, risk(k=5))
    open_as(stage.dana, decide_url(request_))
    inspect("decide-safe")
    page.locator('.panel[action$="/decide/"] button').click()
    assert page.locator("[data-error-summary]").evaluate("box => box === document.activeElement")
    inspect("decide-incomplete")


def test_every_other_state_of_a_request_is_accessible(stage, request_, open_as, inspect) -> None:
    release = assessed(request_, stage)
    being_made(release, stage, state=JobState.FAILED, error_reference="AB12CD34", error_words="The disk is full.")
    open_as(stage.dana, decide_url(request_))
    inspect("decide-failed")
    with acting_as_system("tests", reason="ivan manages data as well, then leaves"):
        both = Membership.objects.create(user=stage.ivan, role="DATA_MANAGER", starts_on=long_ago())
    open_as(stage.ivan, decide_url(request_))
    inspect("decide-own")
    with acting_as_system("tests", reason="ivan leaves"):
        Membership.objects.filter(user=stage.ivan).exclude(pk=both.pk).delete()
        both.delete()
    open_as(stage.dana, decide_url(request_))
    inspect("decide-useless")
    with acting_as(stage.dana):
        services.request_refuse(request=request_, by=stage.dana, reason="The person has left.")
    open_as(stage.dana, decide_url(request_))
    inspect("decide-refused")


def test_a_release_without_a_request_waits_accessibly(stage, open_as, inspect) -> None:
    with acting_as(stage.dana):
        project = services.project_create(title="Registry report", by=stage.dana)
        release = services.release_request(project=project, name="QUELL-2026.1", by=stage.dana)
    hold(release, stage)
    open_as(stage.dana, reverse("release", args=[release.pk]))
    inspect("held")
    put(release, stage, profile="SHAREABLE", risk=risk(k=5, limit=11))
    open_as(stage.dana, reverse("release", args=[release.pk]))
    inspect("held-shareable")
    put(release, stage, state=ReleaseState.REFUSED)
    open_as(stage.dana, reverse("release_risk", args=[release.pk]))
    inspect("risk-report")


def test_the_policy_is_changed_by_keyboard(stage, open_as, page, inspect) -> None:
    open_as(stage.dana, reverse("release_policy"))
    inspect("policy")
    send(page, 'a[href="?number=k_shareable#change"]')
    tab_to(page, "#id_value")
    page.keyboard.type("3")
    send(page, "#change button")
    assert page.locator("[data-error-summary]").evaluate("box => box === document.activeElement")
    inspect("policy-refused")
    page.locator("#id_value").fill("15")
    page.locator("#id_reason").fill("Advice of the ethics committee.")
    page.locator("#change button").click()
    page.locator("#history ~ .scroll td").first.wait_for()
    inspect("policy-changed")


def test_a_release_is_asked_for_with_its_terms_and_formats(stage, open_as, page, inspect) -> None:
    open_as(stage.dana, reverse("release_new"))
    page.locator("details.field summary").click()
    inspect("release-new-open")
