"""The pages of the audit trail in a real browser."""

from __future__ import annotations

import pytest
from django.urls import reverse

from registry.models import Patient
from sites.context import acting_as
from tests.factories.whole_case import whole_case


@pytest.fixture
def case(stage) -> Patient:
    made = whole_case(stage.sev, "SEV-1", judge=stage.judy)
    with acting_as(stage.alice, reason="typed wrongly"):
        Patient.objects.filter(pk=made.pk).update(birth_year=1961)
    return made


def test_history_and_audit_are_accessible_and_fit(stage, case, open_as, inspect, page) -> None:
    open_as(stage.alice, reverse("case_history", args=[case.pk]))
    inspect("case-history")
    page.locator("table a").first.click()
    assert "typed wrongly" in page.locator("table").inner_text()
    inspect("field-history")
    page.goto(page.url.split("/history/")[0] + "/as-of/?at=2100-01-01T00:00")
    assert "1961" in page.locator("main").inner_text()
    inspect("case-moment")
    open_as(stage.dana, reverse("audit") + "?person=alice")
    assert "typed wrongly" in page.locator("table").inner_text()
    inspect("audit")
    open_as(stage.dana, reverse("audit_reads"))
    assert "alice" in page.locator("table").inner_text()
    inspect("audit-reads")
