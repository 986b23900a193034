"""A whole case typed by keyboard alone, from sign-in to signature, in both languages."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse

from registry.models import (
    AnakinraCourse,
    AnakinraSegment,
    CrsAssessment,
    Draft,
    IcansAssessment,
    LabResult,
    NoneOccurred,
    Patient,
    Signature,
)
from sites.context import acting_as_system
from tests.browser.standard_case import CRS_GRADES, ICANS_GRADES, type_case
from tests.browser.typist import Typist
from tests.cast import PASSWORD
from tests.factories.files import create_products


def sign_in(typist: Typist, address: str, person: str) -> None:
    """Sign in with password; the demonstration and the tests ask for no second factor."""
    typist.page.goto(address)
    typist.tab_to('[name="login"]')
    typist.type(f"{person}@example.org")
    typist.press("Tab")
    typist.type(PASSWORD)
    typist.leads_on("Enter")


@pytest.mark.slow
def test_a_whole_case_is_typed_without_a_mouse_from_sign_in_to_signature(stage, live_server, page, locale) -> None:
    create_products()
    page.set_default_timeout(20_000)
    typist = Typist(page)
    sign_in(typist, live_server.url + reverse("account_login"), "alice")
    typist.tab_to(f'a[href="{reverse("cases")}"]')
    typist.leads_on("Enter")
    typist.lap("sign in, open the cases")
    typist.tab_to(f'a[href="{reverse("case_new")}"]')
    typist.leads_on("Enter")
    typist.fill({"study_id": "SEV-0017", "infused_on": "11/3/25", "product": "AXI"})
    typist.tab_to('main form[method="post"] button')
    typist.leads_on("Enter")
    typist.lap("new case")
    type_case(typist, "," if locale.startswith("es") else ".")
    typist.tab_to('[name="complete"]')
    typist.press("Space")
    typist.leads_on("Control+s")
    typist.lap("follow-up")
    _check_record()
    _sign(typist, live_server, stage)
    if folder := os.environ.get("QUELL_EFFORT"):
        lines = [f"{name}\t{keys}\t{values}\t{seconds:.1f}" for name, (keys, values, seconds) in typist.laps.items()]
        Path(folder, f"effort-{locale}.tsv").write_text("\n".join(lines), encoding="utf-8")


def _check_record() -> None:
    """What was typed is what is in the record, and nothing is left in a draft."""
    with acting_as_system("tests", reason="look"):
        assert not Draft.objects.exists()
        assert [str(row.grade_computed) for row in CrsAssessment.objects.order_by("assessed_on")] == CRS_GRADES
        assert [str(row.grade_reported) for row in IcansAssessment.objects.order_by("assessed_on")] == ICANS_GRADES
        assert LabResult.objects.count() == 56
        assert AnakinraSegment.objects.count() == 5
        course = AnakinraCourse.objects.get()
        assert (course.first_daily_mg, course.dose_class) == (Decimal("400.000"), "HIGH")
        assert set(NoneOccurred.objects.values_list("topic", flat=True)) == {
            "iechs_episode", "adverse_event", "infection", "relapse",
        }  # fmt: skip


def _sign(typist: Typist, live_server, stage) -> None:
    """The investigator of the site signs in and signs."""
    with acting_as_system("tests", reason="look"):
        patient = Patient.objects.get()
    typist.page.context.clear_cookies()
    sign_in(typist, live_server.url + reverse("account_login"), "ivan")
    typist.page.goto(live_server.url + reverse("case", args=[patient.pk]))
    typist.tab_to(f'a[href="{reverse("case_sign", args=[patient.pk])}"]')
    typist.leads_on("Enter")
    typist.tab_to('[name="password"]')
    typist.type(PASSWORD)
    typist.leads_on("Enter")
    with acting_as_system("tests", reason="look"):
        assert Signature.objects.get().signed_by == stage.ivan
