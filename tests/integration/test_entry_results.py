"""Results one by one: every field of a result can be entered, limits of normal included, and is judged by itself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from registry.models import Draft, InfusionCourse, LabResult, Patient
from sites.context import acting_as_system
from tests.entry_forms import controls, send
from tests.factories.files import create_products

INFUSED = dt.date(2025, 3, 11)


@pytest.fixture
def url(cast):
    """The laboratory page of a case at Sevilla, a row a result."""
    create_products()
    with acting_as_system("tests", reason="a case"):
        patient = Patient.objects.create(site=cast.sev, study_id="SEV-0017")
        InfusionCourse.objects.create(site=cast.sev, patient=patient, course_no=1, infused_on=INFUSED, product_id="AXI")
    return reverse("case_form", args=[patient.pk, "lab"]) + "?as=one-by-one"


def results() -> list[LabResult]:
    with acting_as_system("tests", reason="look"):
        return list(LabResult.objects.order_by("sampled_on"))


def test_a_result_is_entered_with_its_limits_of_normal(cast, url, signed_in) -> None:
    client = signed_in(cast.alice)
    typed = {"lab__0__analyte": "AST", "lab__0__sampled_on": "+2", "lab__0__value": "61", "lab__0__unit": "U/L"}
    answer = send(client, url, **typed, lab__0__lower_limit="5", lab__0__upper_limit="40")
    assert (answer.status_code, answer["Location"]) == (302, url)
    [result] = results()
    assert (result.analyte, result.value, result.lower_limit, result.upper_limit) == ("AST", 61, 5, 40)
    send(client, url, lab__0__upper_limit="35")
    assert results()[0].upper_limit == 35
    assert 'value="61"' in client.get(url.partition("?")[0]).content.decode()


def test_a_unit_that_does_not_fit_is_refused_at_its_cell_and_the_rest_is_saved(cast, url, signed_in) -> None:
    client = signed_in(cast.alice)
    answer = send(
        client, url,
        lab__0__analyte="CRP", lab__0__sampled_on="+1", lab__0__value="12", lab__0__unit="U/L",
        lab__1__analyte="CRP", lab__1__sampled_on="+2", lab__1__value="1,2", lab__1__unit="mg/dL",
    )  # fmt: skip
    assert answer.status_code == 422
    assert [(str(row.value), str(row.canonical_value)) for row in results()] == [("1.2000", "12.000000")]
    assert "U/L" in controls(client.get(url)).values()
    with acting_as_system("tests", reason="look"):
        assert Draft.objects.get().row == "one-by-one"
