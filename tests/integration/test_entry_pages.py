"""Entry pages: each form opens for each role, and costs the same number of queries however long it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.metadata.forms import FORMS
from registry.models import CrsAssessment, CrsEpisode, LabResult, Patient
from sites.context import acting_as_system
from tests.entry_forms import Page, a_case, address, an_episode, rows
from tests.factories.whole_case import whole_case

# Measured: 23 to 27 to open a page, 41 to save a month of days with the checks of the case, 18 for a draft.
OPENING_MOST, SAVING_MOST = 30, 44


@pytest.fixture
def whole(cast):
    return whole_case(cast.sev, "SEV-0001", words="sevilla", judge=cast.judy)


@pytest.fixture
def case(cast):
    return a_case(cast.sev)


@pytest.mark.parametrize("person", ["alice", "ivan", "dana", "carol"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_every_form_opens_for_everybody_who_sees_the_case(cast, whole, signed_in, person, form) -> None:
    client = signed_in(cast[person])
    response = client.get(reverse("case_form", args=[whole.pk, form.code]), follow=True)
    assert response.status_code == 200, form.code
    assert ("data-entry" in response.content.decode()) == (person in ("alice", "carol"))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_a_blank_form_opens(cast, case, signed_in, form) -> None:
    response = signed_in(cast.alice).get(reverse("case_form", args=[case.pk, form.code]), follow=True)
    assert response.status_code == 200


@pytest.mark.parametrize("after", ["", "delete/"])
def test_a_page_of_another_case_is_not_found_under_one_s_own(cast, case, whole, signed_in, after) -> None:
    client = signed_in(cast.alice)
    [foreign] = [row for row in rows(CrsEpisode) if row.course_id]
    url = address(case, "crs_episode", foreign.pk) + after
    assert (client.get(url).status_code, client.post(url, {"act": "save", "reason": "x"}).status_code) == (404, 404)
    assert len(rows(CrsEpisode)) == 1


@pytest.mark.parametrize("form", ["nosuchform", "identity", "death_review", "crs_assessment"])
def test_what_is_no_form_is_not_found(cast, case, signed_in, form) -> None:
    client = signed_in(cast.alice)
    for name in ("case_form", "case_form_new"):
        assert client.get(reverse(name, args=[case.pk, form])).status_code == 404


def queries_of(ask: Callable[..., Any], *given: Any) -> int:
    """Return how many queries a request costs, apart from the savepoints around it."""
    with CaptureQueriesContext(connection) as found:
        ask(*given)
    return sum("SAVEPOINT" not in query["sql"] for query in found.captured_queries)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_opening_a_page_costs_few_queries(cast, whole, signed_in, form) -> None:
    client = signed_in(cast.alice)
    url = client.get(reverse("case_form", args=[whole.pk, form.code]), follow=True).redirect_chain
    address_of_page = url[-1][0] if url else reverse("case_form", args=[whole.pk, form.code])
    assert queries_of(client.get, address_of_page) <= OPENING_MOST


FINDINGS = {"temp_max_c": "38.5", "has_hypotension": "no", "vasopressors": "0", "oxygen": "ROOM_AIR"}


def month(patient: Patient, client: Any, days: int) -> tuple[int, int, int]:
    """Return what it costs to enter an episode of some days, to open it again, and to change all of its days."""
    page = Page(client, address(patient, "crs_episode", an_episode(patient, last=days).pk))
    fill(page, days, FINDINGS)
    entering = queries_of(page.client.post, page.url, page.typed)
    assert len(rows(CrsAssessment)) == days
    opening = queries_of(page.client.get, page.url)
    page.read(page.client.get(page.url))
    fill(page, days, {**FINDINGS, "temp_max_c": "39"})
    changing = queries_of(page.client.post, page.url, page.typed)
    assert {str(row.temp_max_c) for row in rows(CrsAssessment)} == {"39.0"}
    return entering, opening, changing


def fill(page: Page, days: int, findings: dict[str, str]) -> None:
    numbered = range(days)
    page.typed |= {f"crs_assessment-{number}-{name}": text for number in numbered for name, text in findings.items()}


def test_a_month_of_days_costs_as_many_queries_as_three_of_them(cast, case, signed_in) -> None:
    client = signed_in(cast.alice)
    month(case, client, 1)  # the settings of the checks are read once
    with acting_as_system("tests", reason="another episode"):
        CrsEpisode.objects.all().delete()
    few = month(case, client, 3)
    with acting_as_system("tests", reason="another episode"):
        CrsEpisode.objects.all().delete()
    many = month(case, client, 31)
    assert few == many
    assert many[1] <= OPENING_MOST
    assert max(many[0], many[2]) <= SAVING_MOST


def test_a_month_that_somebody_else_changed_meanwhile_costs_as_many_queries_as_three_days(
    cast, case, signed_in
) -> None:
    costs = []
    for days in (3, 31):
        page = Page(signed_in(cast.alice), address(case, "crs_episode", an_episode(case, last=days).pk))
        fill(page, days, FINDINGS)
        page.send()
        carol = Page(signed_in(cast.carol), page.url)
        fill(page, days, {**FINDINGS, "temp_max_c": "39"})
        page.send()
        fill(carol, days, {**FINDINGS, "vasopressors": "1"})
        costs.append(queries_of(carol.client.post, carol.url, carol.typed))
        assert {(str(row.temp_max_c), row.vasopressors) for row in rows(CrsAssessment)} == {("39.0", 1)}
        with acting_as_system("tests", reason="another episode"):
            CrsEpisode.objects.all().delete()
    assert costs[0] == costs[1]


def test_many_results_cost_as_many_queries_as_few(cast, case, signed_in) -> None:
    costs = []
    for samples in (2, 12):
        with acting_as_system("tests", reason="start anew"):
            LabResult.objects.all().delete()
        page = Page(signed_in(cast.alice), address(case, "lab"))
        page.send("more-lab")
        page.send("more-lab")
        blank = [name for name, text in page.typed.items() if name.endswith("-sampled_on") and not text]
        for number, name in enumerate(blank[:samples]):
            row = name.removesuffix("-sampled_on")
            page.typed |= {name: f"+{number + 30}", f"{row}-CRP": "12", f"{row}-FERRITIN": "2400"}
        saving = queries_of(page.client.post, page.url, page.typed)
        assert len(rows(LabResult)) == 2 * samples
        costs.append((saving, queries_of(page.client.get, page.url)))
    assert costs[0] == costs[1]
    assert costs[0][0] <= SAVING_MOST


def test_what_is_answered_while_one_types_costs_as_much_for_a_month_as_for_three_days(cast, case, signed_in) -> None:
    costs = []
    for days in (3, 31):
        page = Page(signed_in(cast.alice), address(case, "crs_episode", an_episode(case, last=days).pk))
        fill(page, days, FINDINGS)
        url = reverse("case_draft", args=[case.pk, "crs_episode"])
        page.client.post(url, page.typed)
        costs.append(queries_of(page.client.post, url, page.typed))
        with acting_as_system("tests", reason="another episode"):
            CrsEpisode.objects.all().delete()
    assert costs[0] == costs[1] <= OPENING_MOST
