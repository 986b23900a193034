"""Completing, locking, signing and adjudication in a real browser, in both languages."""

from __future__ import annotations

import pytest
from django.urls import reverse

from registry.models import DeathReview
from registry.services.locks import case_lock
from registry.services.signatures import case_sign
from registry.services.status import form_complete
from sites.context import acting_as_system
from tests.factories.whole_case import whole_case


@pytest.fixture
def case(stage, nothing_blocks):
    """A case with a completed form, a locked one and a signature."""
    patient = whole_case(stage.sev, "A-1", judge=stage.judy)
    form_complete(patient=patient, topic="lab", by=stage.alice)
    case_sign(patient=patient, by=stage.ivan)
    case_lock(patient=patient, by=stage.dana, reason="analysis", topic="lab")
    with acting_as_system("tests", reason="a review that waits"):
        DeathReview.objects.update(trm_class=None)
        return patient


@pytest.mark.parametrize("person", ["alice", "ivan", "dana"])
def test_the_panels_of_a_case_are_accessible(stage, case, open_as, inspect, page, person) -> None:
    open_as(stage[person], reverse("case", args=[case.pk]))
    page.locator("#forms ~ details summary").click()
    inspect(f"case-panels-{person}")


def test_the_signing_page_is_accessible(stage, case, open_as, inspect) -> None:
    open_as(stage.ivan, reverse("case_sign", args=[case.pk]))
    inspect("case-sign")


@pytest.mark.parametrize("name", ["locks", "adjudication"])
def test_the_boards_are_accessible(stage, case, open_as, inspect, name) -> None:
    open_as(stage.dana, reverse(name))
    inspect(name)


def test_the_pages_of_an_adjudicator_are_accessible(stage, case, open_as, inspect, page) -> None:
    open_as(stage.judy, reverse("reviews"))
    inspect("reviews")
    page.locator("main table a").click()
    page.wait_for_selector("dl.facts")
    inspect("review")
