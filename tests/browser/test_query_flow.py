"""A coordinator's slip, from the grid to the data manager's close, in both languages and by keyboard."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from registry.models import CrsAssessment, CrsEpisode, DataQuery, QueryState
from registry.services.derive import derive_patients
from registry.services.queries import query_open
from registry.services.reconcile import reconcile_cases
from sites.context import acting_as, acting_as_system
from tests.browser.typist import Typist
from tests.entry_forms import a_case, address, an_episode

ONSET, TEMPERATURE = "crs_episode-0-onset_on", "crs_assessment-0-temp_max_c"
PRESSURE = "crs_assessment-1-systolic_min_mmhg"
RANGE = "RG_CRS_ASSESSMENT_TEMP_MAX_C"


@pytest.fixture
def episode(stage):
    return an_episode(a_case(stage.sev))


def of_check(code) -> DataQuery:
    with acting_as_system("tests", reason="look"):
        return DataQuery.objects.get(check_code=code)


def state_of(query) -> tuple[str, list[str]]:
    with acting_as_system("tests", reason="look"):
        current = DataQuery.objects.get(pk=query.pk)
        return current.state, [entry.act for entry in current.entries.all()]


def control(page, name):
    return page.locator(f'[name="{name}"]')


def cell(page, name):
    return page.locator(f'[data-box="{name}"]')


def thread(page, query):
    return page.locator(f"#query-{query.pk}")


def strip(page, query):
    """What stands beneath the cell: the question, the ways on, and the thread when it is open."""
    return page.locator(f".asked:has(#query-{query.pk})")


def unfold(page, query) -> None:
    strip(page, query).locator(".asked__thread > summary").click()


def open_thread(typist, query) -> None:
    typist.tab_to(f".asked__thread:has(#query-{query.pk}) > summary")
    typist.press("Enter")
    expect(thread(typist.page, query)).to_be_visible()


@pytest.mark.slow
def test_from_a_slip_on_the_grid_to_the_close(stage, episode, open_as, inspect, page, locale) -> None:
    typist, url = Typist(page), address(episode.course.patient, "crs_episode", episode.pk)
    slip(stage, open_as, typist, url, locale)
    inspect("flow-slip")
    page.set_viewport_size({"width": 1366, "height": 700})
    raised = of_check(RANGE)
    by_hand = discussed(stage, open_as, typist, url, raised)
    inspect("flow-read")
    page.set_viewport_size({"width": 1366, "height": 700})
    corrected(stage, open_as, typist, url, raised, by_hand)
    inspect("flow-answered")
    page.set_viewport_size({"width": 1366, "height": 700})
    settled(stage, open_as, typist, url, by_hand)
    inspect("flow-settled")
    assert state_of(raised) == (QueryState.CLOSED, ["COMMENTED", "CLOSED"])
    assert state_of(by_hand) == (QueryState.CLOSED, ["ANSWERED", "CLOSED"])


def slip(stage, open_as, typist, url, locale) -> None:
    """Alice types 42.4 for 40.2: the value is saved, and asked about right beneath it."""
    page, comma = typist.page, "," if locale.startswith("es") else "."
    open_as(stage.alice, url)
    typist.column(TEMPERATURE, [f"42{comma}4", f"38{comma}2"])
    control(page, PRESSURE).fill("104")
    typist.leads_on("Control+s")
    expect(cell(page, TEMPERATURE)).to_have_class(pattern("is-asked--open"))
    assert page.locator(".asked-here a").count() == 1
    expect(page.locator(".message--success")).to_contain_text("1")
    page.locator(".asked-here a").click()
    expect(thread(page, of_check(RANGE))).to_be_visible()


def discussed(stage, open_as, typist, url, raised) -> DataQuery:
    """Dana sees the same, comments, and asks about another value by hand."""
    page = typist.page
    open_as(stage.dana, url)
    open_thread(typist, raised)
    typist.tab_to(f"#text-{raised.pk}")
    typist.type("The curve of the ward says 40.2.")
    typist.tab_to(f'#query-{raised.pk} [value="comment"]')
    typist.press("Enter")
    expect(thread(page, raised).locator(".thread__entry").last).to_contain_text("The curve of the ward")
    assert page.evaluate("document.activeElement.matches('summary')"), "the keyboard stays at the question"
    typist.tab_to(f'#row-{row_of(2)} a.ask[href*="systolic_min_mmhg"]')
    typist.leads_on("Enter")
    page.locator("#id_text").focus()
    typist.type("Was that before the bolus?")
    page.locator('[name="act"][value="ask"]').focus()
    typist.leads_on("Enter")
    with acting_as_system("tests", reason="look"):
        by_hand = DataQuery.objects.get(check_code="")
    assert (by_hand.field, by_hand.text) == ("systolic_min_mmhg", "Was that before the bolus?")
    open_as(stage.dana, url)
    return by_hand


def row_of(number) -> str:
    with acting_as_system("tests", reason="look"):
        return str(CrsAssessment.objects.order_by("assessed_on")[number - 1].pk)


def corrected(stage, open_as, typist, url, raised, by_hand) -> None:
    """Alice corrects the one and answers the other, by keyboard; what she types on the page stays."""
    page = typist.page
    open_as(stage.alice, url)
    assert page.locator(".asked-here a").count() == 2
    typist.tab_to(f".asked:has(#query-{raised.pk}) a.asked__act")
    typist.press("Enter")
    assert typist.here == TEMPERATURE
    typist.press("Control+a")
    typist.type("40")
    open_thread(typist, by_hand)
    typist.press("Tab")
    assert typist.here == "cause"
    typist.press("5", "Tab")
    typist.type("Yes, by the monitor.")
    typist.tab_to(f'#query-{by_hand.pk} [value="answer"]')
    typist.press("Enter")
    expect(strip(page, by_hand)).to_have_attribute("data-state", "ANSWERED")
    expect(cell(page, PRESSURE)).to_have_class(pattern("is-asked--answered"))
    expect(page.locator(".asked-here strong")).to_contain_text("1")
    assert control(page, TEMPERATURE).input_value() == "40"
    control(page, TEMPERATURE).focus()
    typist.leads_on("Control+s")
    expect(cell(page, TEMPERATURE)).not_to_have_class(pattern("is-asked"))
    assert control(page, TEMPERATURE).input_value() == "40"


def settled(stage, open_as, typist, url, by_hand) -> None:
    """Dana settles the answer on the page to read."""
    page = typist.page
    open_as(stage.dana, url)
    open_thread(typist, by_hand)
    typist.tab_to(f"#resolution-{by_hand.pk}")
    typist.press("3")
    typist.tab_to(f'#query-{by_hand.pk} [value="close"]')
    typist.press("Enter")
    expect(strip(page, by_hand)).to_have_attribute("data-state", "CLOSED")
    expect(cell(page, PRESSURE)).not_to_have_class(pattern("is-asked"))
    expect(page.locator(".asked-here a")).to_have_count(0)


def pattern(word):
    return re.compile(rf"(^|\s){word}")


def ask(stage, episode, topic, row, field) -> DataQuery:
    with acting_as(stage.dana):
        return query_open(
            patient=episode.course.patient, topic=topic, row_id=row.pk, field=field, text="Is that so?", by=stage.dana
        )


@pytest.mark.parametrize("locale", ["en-GB"], indirect=True)
def test_what_lacks_a_cause_is_said_in_the_thread_and_nothing_is_lost(stage, episode, open_as, page, inspect) -> None:
    query = ask(stage, episode, "crs_episode", episode, "onset_on")
    open_as(stage.alice, address(episode.course.patient, "crs_episode", episode.pk))
    control(page, "crs_episode-0-max_grade").fill("2")
    unfold(page, query)
    page.locator(f"#text-{query.pk}").fill("As it says.")
    page.keyboard.press("Control+s")
    page.locator(f"#query-{query.pk} [data-error-summary]").wait_for()
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    assert page.locator(f"#text-{query.pk}").input_value() == "As it says."
    assert control(page, "crs_episode-0-max_grade").input_value() == "2"
    page.set_viewport_size({"width": 1366, "height": 1600})
    inspect("flow-refused")


@pytest.mark.parametrize("locale", ["en-GB"], indirect=True)
def test_a_grid_made_anew_keeps_what_is_typed_in_a_thread(stage, episode, open_as, page) -> None:
    with acting_as_system("tests", reason="a day"):
        day = CrsAssessment.objects.create(
            site=stage.sev, episode=episode, assessed_on=episode.onset_on, temp_max_c="38.5"
        )
    query = ask(stage, episode, "crs_assessment", day, "temp_max_c")
    open_as(stage.alice, address(episode.course.patient, "crs_episode", episode.pk))
    unfold(page, query)
    page.locator(f"#text-{query.pk}").fill("half an answer")
    page.locator('button[value="more-crs_assessment"]').click()
    expect(page.locator("tr[data-row]")).to_have_count(12)
    assert page.locator(f"#text-{query.pk}").input_value() == "half an answer"
    page.locator(f"#cause-{query.pk}").select_option("CONFIRMED")
    thread(page, query).locator('[value="answer"]').click()
    expect(strip(page, query)).to_have_attribute("data-state", "ANSWERED")
    expect(page.locator(".asked-here strong")).to_contain_text("1 answered query")
    assert page.locator("#forms-rail [aria-current] .forms-rail__shape").inner_text() != "?"


@pytest.mark.parametrize("locale", ["en-GB"], indirect=True)
def test_words_in_a_thread_are_no_unsaved_change_of_the_page(stage, episode, open_as, page) -> None:
    query = ask(stage, episode, "crs_episode", episode, "onset_on")
    open_as(stage.alice, address(episode.course.patient, "crs_episode", episode.pk))
    unfold(page, query)
    page.locator(f"#text-{query.pk}").fill("half an answer")
    page.locator("h1").click()
    page.wait_for_timeout(2500)
    assert page.locator("[data-save-state]").inner_text() == ""


@pytest.mark.parametrize("locale", ["en-GB"], indirect=True)
def test_a_suggested_value_that_is_accepted_stands_in_its_cell_beside_what_is_typed(
    stage, episode, open_as, page
) -> None:
    with acting_as_system("tests", reason="a day with another grade than its values give"):
        CrsAssessment.objects.create(
            site=stage.sev, episode=episode, assessed_on=episode.onset_on, temp_max_c="38.5", oxygen="ROOM_AIR",
            has_other_fever_cause=False, had_antipyretic=False, has_hypotension=False, vasopressors=0,
            has_vasopressin=False, grade_reported=2,
        )  # fmt: skip
        derive_patients([episode.course.patient_id])
        reconcile_cases([episode.course.patient_id])
    query = of_check("GR01_CRS_COMP")
    open_as(stage.alice, address(episode.course.patient, "crs_episode", episode.pk))
    control(page, "crs_episode-0-max_grade").fill("1")
    unfold(page, query)
    thread(page, query).locator('[value="accept"]').click()
    expect(strip(page, query)).to_have_attribute("data-state", "CLOSED")
    assert control(page, "crs_assessment-0-grade_reported").input_value() == "1"
    expect(cell(page, "crs_assessment-0-grade_reported")).not_to_have_class(pattern("is-changed"))
    control(page, "crs_episode-0-max_grade").focus()
    page.keyboard.press("Control+s")
    page.locator(".message--success").wait_for()
    with acting_as_system("tests", reason="look"):
        assert (CrsAssessment.objects.get().grade_reported, CrsEpisode.objects.get().max_grade) == (1, 1)


@pytest.mark.parametrize("locale", ["en-GB"], indirect=True)
def test_a_query_is_answered_without_scripts(stage, episode, browser, live_server) -> None:
    query = ask(stage, episode, "crs_episode", episode, "onset_on")
    client = Client()
    client.force_login(stage.alice)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1366, "height": 700})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + address(episode.course.patient, "crs_episode", episode.pk))
    unfold(page, query)
    page.select_option(f"#cause-{query.pk}", "CONFIRMED")
    page.click(f'#query-{query.pk} [value="answer"]')
    page.wait_for_url(f"**#query-{query.pk}")
    assert page.locator(".asked").get_attribute("data-state") == "ANSWERED"
    context.close()
    assert state_of(query) == (QueryState.ANSWERED, ["ANSWERED"])


def test_what_stops_a_form_is_told_and_accessible(stage, episode, open_as, inspect, page) -> None:
    open_as(stage.alice, address(episode.course.patient, "crs_episode", episode.pk))
    control(page, ONSET).fill("-3")
    page.check('[name="complete"]')
    page.keyboard.press("Control+s")
    summary = page.locator("[data-error-summary]")
    summary.wait_for()
    summary.locator("a").first.click()
    assert page.evaluate("document.activeElement.name") == ONSET
    inspect("flow-blocked")


def test_the_case_and_the_list_of_cases_show_what_is_open(stage, episode, open_as, inspect) -> None:
    ask(stage, episode, "crs_episode", episode, "onset_on")
    page = open_as(stage.alice, reverse("case", args=[episode.course.patient_id]))
    expect(page.locator("#queries")).to_be_visible()
    inspect("flow-case")
    page = open_as(stage.dana, reverse("cases") + "?standing=queries")
    expect(page.locator("td.standing--wait")).to_have_count(1)
    inspect("flow-cases")
