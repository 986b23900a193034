"""Queries where the data are: marked and threaded under their cell on every form and grid, to enter and to read."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from registry.metadata import topic_named
from registry.metadata.forms import FORMS
from registry.models import (
    CrsAssessment,
    CrsEpisode,
    DataQuery,
    FormStatus,
    InfusionCourse,
    LabResult,
    QueryState,
    Resolution,
)
from registry.selectors.progress import forms_progress
from registry.services.queries import query_answer, query_close, query_open, value_verify
from registry.services.reconcile import reconcile_cases
from registry.services.records import record_change
from registry.web.entry.lines import shown_fields
from sites.context import acting_as, acting_as_system
from tests.entry_forms import Page, a_case, address, an_episode, day, rows
from tests.factories.whole_case import whole_case
from tests.integration.test_entry_pages import queries_of

pytestmark = pytest.mark.django_db
WORDS = "Does the chart say so?"
TOPICS = [(form.code, topic.code) for form in FORMS for topic in form.topics]
FINDINGS = {
    "temp_max_c": "38.5", "has_other_fever_cause": "no", "had_antipyretic": "no", "has_hypotension": "no",
    "vasopressors": "0", "has_vasopressin": "no", "oxygen": "ROOM_AIR", "has_other_oxygen_reason": "no",
}  # fmt: skip


@pytest.fixture
def whole(cast):
    return whole_case(cast.sev, "SEV-0001", words="sevilla", judge=cast.judy)


@pytest.fixture
def case(cast):
    return a_case(cast.sev)


def row_of(topic):
    return rows(topic_named(topic).model)[0]


def ask(patient, topic, field="", *, by, text=WORDS, row=None):
    with acting_as(by):
        asked = row or row_of(topic)
        return query_open(patient=patient, topic=topic, row_id=asked.pk, field=field, text=text, by=by)


def verify(patient, topic, field, *, by, text):
    with acting_as(by):
        value_verify(patient=patient, topic=topic, row_id=row_of(topic).pk, field=field, text=text, by=by)


def page_of(client, patient, form) -> str:
    return client.get(reverse("case_form", args=[patient.pk, form]), follow=True).content.decode()


def thread_in(text, query) -> str:
    """Return what surrounds the thread of a query: the strip beneath the cell, and the thread in it."""
    found = re.search(
        rf'<div class="asked"(?:(?!<div class="asked").)*?id="query-{query.pk}".*?</details>\s*</div>', text, re.S
    )
    assert found, "The query is not on the page."
    return found[0]


def box_in(text, name) -> str:
    """Return the cell or field around a control."""
    return re.search(rf'<(?:td|div) [^>]*data-box="{re.escape(name)}"[^>]*>', text)[0]


def a_field(topic):
    return next(field for field in shown_fields(topic_named(topic)) if field.name != "assessed_on")


@pytest.mark.parametrize(("form", "topic"), TOPICS)
def test_every_form_shows_a_query_beneath_the_field_that_it_speaks_of(cast, whole, signed_in, form, topic) -> None:
    field = "value" if topic == "lab" else a_field(topic).name
    query = ask(whole, topic, field, by=cast.dana)
    text = page_of(signed_in(cast.alice), whole, form)
    control = f"{topic}-0-{row_of('lab').analyte}" if topic == "lab" else f"{topic}-0-{field}"
    assert "is-asked--open" in box_in(text, control)
    thread = thread_in(text, query)
    assert f'href="#id_{control}"' in thread
    assert WORDS in thread
    assert f'form="qf-{query.pk}"' in thread
    entry = text.index("</form>", text.index("data-entry"))
    assert text.index(f'<form id="qf-{query.pk}"') > entry, "the form of a thread stands outside of the page's"
    assert "1 open query on this form." in text
    assert f'href="#query-{query.pk}"' in text


@pytest.mark.parametrize("person", ["ivan", "dana"])
@pytest.mark.parametrize(("form", "topic"), TOPICS)
def test_whoever_reads_sees_the_same_marks_and_threads(cast, whole, signed_in, form, topic, person) -> None:
    query = ask(whole, topic, "value" if topic == "lab" else a_field(topic).name, by=cast.dana)
    text = page_of(signed_in(cast[person]), whole, form)
    assert "is-asked--open" in text
    assert WORDS in thread_in(text, query)
    assert "Correct the value<span" not in text
    assert ("is it settled?" in text) == (person == "dana")


@pytest.mark.parametrize(("form", "topic"), TOPICS)
def test_a_question_about_the_row_stands_beneath_the_row(cast, whole, signed_in, form, topic) -> None:
    query = ask(whole, topic, by=cast.dana)
    for person in (cast.alice, cast.dana):
        text = page_of(signed_in(person), whole, form)
        assert WORDS in thread_in(text, query)
        assert "is-asked" not in text


@pytest.mark.parametrize(("form", "topic"), TOPICS)
def test_whoever_may_ask_finds_the_way_at_every_value_and_row(cast, whole, signed_in, form, topic) -> None:
    links = [
        parse_qs(urlsplit(html.unescape(url)).query, keep_blank_values=True)
        for url in asking_links(page_of(signed_in(cast.dana), whole, form))
    ]
    row = str(row_of(topic).pk)
    mine = [{name: values[0] for name, values in link.items()} for link in links if link["row"] == [row]]
    assert {(link["patient"], link["topic"]) for link in mine} == {(str(whole.pk), topic)}
    expected = {"value"} if topic == "lab" else {"", *(field.name for field in shown_fields(topic_named(topic)))}
    assert {link["field"] for link in mine} >= expected - {"assessed_on", "ice_total", "capd"} - ICE
    assert not asking_links(page_of(signed_in(cast.ivan), whole, form))
    assert not asking_links(page_of(signed_in(cast.alice), whole, form))


ICE = {field.name for field in topic_named("icans_assessment").fields if field.name.startswith("ice_")}


def asking_links(text):
    return re.findall(r'<a class="ask" href="([^"]*)"', text)


def test_each_result_by_sample_and_one_by_one_shows_its_query(cast, whole, signed_in) -> None:
    query = ask(whole, "lab", "unit", by=cast.dana)
    client = signed_in(cast.alice)
    by_sample = page_of(client, whole, "lab")
    assert "is-asked--open" in box_in(by_sample, f"lab-0-{row_of('lab').analyte}")
    one_by_one = client.get(reverse("case_form", args=[whole.pk, "lab"]) + "?as=one-by-one").content.decode()
    assert "is-asked--open" in box_in(one_by_one, "lab-0-unit")
    for text in (by_sample, one_by_one):
        thread_in(text, query)


def test_the_words_of_state_stand_in_the_cell_for_whoever_hears_the_page(cast, whole, signed_in) -> None:
    query = ask(whole, "crs_assessment", "temp_max_c", by=cast.dana)
    client = signed_in(cast.alice)
    says = r'id="id_crs_assessment-0-temp_max_c_says"><span class="mark mark--{}" title="">{}</span>'
    assert re.search(says.format("open", "query open"), page_of(client, whole, "crs_episode"))
    query_answer(query=query, cause="CONFIRMED", by=cast.alice)
    text = page_of(client, whole, "crs_episode")
    assert re.search(says.format("answered", "query answered"), text)
    assert "1 answered query waits for the registry." in text


def test_a_question_about_the_day_of_a_row_marks_its_head(cast, whole, signed_in) -> None:
    query = ask(whole, "crs_assessment", "assessed_on", by=cast.dana)
    for person in (cast.alice, cast.dana):
        text = page_of(signed_in(person), whole, "crs_episode")
        assert re.search(r'<th scope="row" class="[^"]*is-asked--open', text)
        thread_in(text, query)


def test_a_query_of_another_page_of_the_form_is_not_shown(cast, case, signed_in) -> None:
    with acting_as_system("tests", reason="two episodes"):
        course = case.infusion_courses.get()
        first, second = (CrsEpisode.objects.create(site=case.site, course=course, crs_no=number) for number in (1, 2))
    query = ask(case, "crs_episode", "onset_on", by=cast.dana, row=second)
    client = signed_in(cast.alice)
    assert str(query.pk) not in client.get(address(case, "crs_episode", first.pk)).content.decode()
    thread_in(client.get(address(case, "crs_episode", second.pk)).content.decode(), query)


def test_a_query_that_asks_for_whatever_is_empty_marks_the_empty_cells(cast, case, signed_in) -> None:
    episode = an_episode(case, last=2)
    with acting_as_system("tests", reason="a day, and a form that is complete"):
        CrsAssessment.objects.create(
            site=case.site, episode=episode, assessed_on=day(1), temp_max_c="38.5", oxygen="ROOM_AIR",
            missing={"had_antipyretic": "UNK"},
        )  # fmt: skip
        FormStatus.objects.create(
            site=case.site,
            patient=case,
            topic="crs_assessment",
            completed_at="2025-04-01T10:00Z",
            completed_by=cast.alice,
        )
        reconcile_cases([case.pk])
        query = DataQuery.objects.get(check_code="CO03_MISSCODE_CRS_ASSESSMENT")
    text = signed_in(cast.alice).get(address(case, "crs_episode", episode.pk)).content.decode()
    for name, is_marked in {
        "temp_max_c": False, "had_antipyretic": False, "oxygen": False, "oxygen_flow_l_min": False,
        "vasopressors": True, "has_hypotension": True,
    }.items():  # fmt: skip
        assert ("is-asked--open" in box_in(text, f"crs_assessment-0-{name}")) == is_marked, name
    assert 'href="#id_crs_assessment-0-has_other_fever_cause"' in thread_in(text, query)


def test_a_verified_value_is_marked_until_it_changes(cast, whole, signed_in) -> None:
    episode, topic = row_of("crs_episode"), topic_named("crs_episode")
    client = signed_in(cast.alice)
    verify(whole, "crs_episode", "max_grade", by=cast.dana, text="seen in the chart")
    verify(whole, "crs_assessment", "temp_max_c", by=cast.dana, text="seen")
    text = page_of(client, whole, "crs_episode")
    assert "is-verified" in box_in(text, "crs_episode-0-max_grade")
    assert "is-verified" in box_in(text, "crs_assessment-0-temp_max_c")
    assert text.count(">verified</span>") == 2
    assert "seen in the chart" in text
    assert page_of(signed_in(cast.dana), whole, "crs_episode").count(">verified</span>") == 2
    with acting_as(cast.alice):
        record_change(topic=topic, record=episode, values={"max_grade": 4}, by=cast.alice, version=episode.version)
    text = page_of(client, whole, "crs_episode")
    assert "is-verified" not in box_in(text, "crs_episode-0-max_grade")
    assert text.count(">verified</span>") == 1


def test_a_suggestion_is_offered_with_the_text_that_settles_it(cast, case, signed_in) -> None:
    episode = an_episode(case, last=2)
    page = Page(signed_in(cast.alice), address(case, "crs_episode", episode.pk))
    findings = {f"crs_assessment-0-{name}": text for name, text in FINDINGS.items()}
    page.typed |= {**findings, "crs_assessment-0-grade_reported": "2"}
    page.send()
    query = next(one for one in rows(DataQuery) if one.check_code == "GR01_CRS_COMP")
    thread = html.unescape(thread_in(page.text, query))
    assert "Accept suggested value" in thread
    assert 'data-suggested="{"crs_assessment-0-grade_reported": "1"}"' in thread
    page.client.post(reverse("query_act", args=[query.pk]), {"act": "accept", "next": page.url})
    assert rows(CrsAssessment)[0].grade_reported == 1
    assert str(query.pk) not in page.client.get(page.url).content.decode()


def test_a_save_says_what_it_asked_and_what_it_settled(cast, case, signed_in) -> None:
    page = Page(signed_in(cast.alice), address(case, "crs_episode"))
    page.send(crs_episode__0__onset_on="+40", crs_episode__0__is_resolved="no")
    assert "1 row saved. 1 query opened." in page.text
    [late] = [query for query in rows(DataQuery) if query.check_code == "DT12_CRS_LATE"]
    thread_in(page.response.content.decode(), late)
    page.send(crs_episode__0__onset_on="+4")
    assert "1 row saved. 1 query closed." in page.text
    assert "open query" not in page.text


def test_whoever_goes_on_to_the_next_form_is_led_back_to_what_was_asked(cast, case, signed_in) -> None:
    page = Page(signed_in(cast.alice), address(case, "crs_episode"))
    page.send("next", crs_episode__0__onset_on="+40")
    [episode] = rows(CrsEpisode)
    assert f'<a href="{address(case, "crs_episode", episode.pk)}#asked-here">1 query opened.</a>' in page.text


def blocked_page(case, client) -> Page:
    """An episode that begins before the infusion, saved as complete."""
    page = Page(client, address(case, "crs_episode"))
    page.typed |= {"complete": "yes"}
    assert page.send("next", crs_episode__0__onset_on="-3", crs_episode__0__is_resolved="no") == 422
    return page


def test_what_stops_a_form_is_said_in_words_and_nothing_typed_is_lost(cast, case, signed_in) -> None:
    page = blocked_page(case, signed_in(cast.alice))
    [episode] = rows(CrsEpisode)
    assert episode.onset_on == day(-3)
    assert page.problems == [
        ("id_crs_episode-0-onset_on", "Onset of CRS: CRS begins before the CAR-T infusion. Check both dates.")
    ]
    assert "The form is not complete yet" in page.text
    assert "1 row saved. 1 query opened." in page.text
    assert page.typed["crs_episode-0-onset_on"] in ("8 Mar 2025", "8/3/2025", "08/03/2025", "2025-03-08")
    assert page.url == address(case, "crs_episode", episode.pk)
    assert page.typed["complete"] == "yes", "the box stays as it was ticked"
    assert not rows(FormStatus)
    assert page.send(crs_episode__0__onset_on="+3") == 302
    assert {status.topic for status in rows(FormStatus)} == {"crs_episode", "crs_assessment"}


def test_what_a_data_manager_lets_pass_stops_no_more(cast, case, signed_in) -> None:
    page = blocked_page(case, signed_in(cast.alice))
    [query] = [query for query in rows(DataQuery) if query.check_code == "DT11_CRS_PRE"]
    query_close(query=query, resolution=Resolution.EXCLUDED, text="a second product", by=cast.dana)
    assert page.send() == 302


def test_an_act_from_the_page_leads_back_to_it_without_a_script_and_answers_with_the_thread_with_one(
    cast, whole, signed_in
) -> None:
    query = ask(whole, "crs_episode", "onset_on", by=cast.dana)
    page = Page(signed_in(cast.alice), address(whole, "crs_episode", row_of("crs_episode").pk))
    form = re.search(rf'<form id="qf-{query.pk}".*?</form>', page.text, re.S)[0]
    back = re.search(r'name="next" value="([^"]*)"', form)[1]
    assert back == f"{page.url}#query-{query.pk}"
    url = reverse("query_act", args=[query.pk])
    given = {"act": "answer", "cause": "TYPO", "text": "a slip", "next": back}
    assert page.client.post(url, given)["Location"] == back
    shown = page.client.post(url, {**given, "act": "comment"}, headers={"HX-Request": "true"}).content.decode()
    assert shown.lstrip().startswith(f'<section class="thread" id="query-{query.pk}"')
    refused = page.client.post(url, {**given, "act": "comment", "text": ""}, headers={"HX-Request": "true"})
    assert refused.status_code == 422


def test_what_stands_in_a_thread_is_no_part_of_the_page_or_its_draft(cast, whole, signed_in) -> None:
    query = ask(whole, "crs_episode", "onset_on", by=cast.dana)
    client = signed_in(cast.alice)
    page = Page(client, address(whole, "crs_episode", row_of("crs_episode").pk))
    assert not {"cause", "text", "assignee"} & set(page.typed)
    assert page.send() == 302
    assert [one.state for one in rows(DataQuery) if one.pk == query.pk] == [QueryState.OPEN]


def test_a_page_costs_as_many_database_queries_for_thirty_questions_as_for_one(cast, case, signed_in) -> None:
    episode = an_episode(case, last=31)
    with acting_as_system("tests", reason="a month"):
        CrsAssessment.objects.bulk_create(
            CrsAssessment(site=case.site, episode=episode, assessed_on=day(number), temp_max_c="38.5")
            for number in range(1, 32)
        )
    days = rows(CrsAssessment, "assessed_on")
    costs = []
    for person in (cast.alice, cast.dana):
        client, url = signed_in(person), address(case, "crs_episode", episode.pk)
        client.get(url)
        for row in days:
            if row is days[0] or row is days[1]:
                query = ask(case, "crs_assessment", "temp_max_c", by=cast.dana, row=row)
                query_answer(query=query, cause="CONFIRMED", by=cast.alice)
                costs.append(queries_of(client.get, url))
            else:
                ask(case, "crs_assessment", "temp_max_c", by=cast.dana, row=row)
        costs.append(queries_of(client.get, url))
        assert len(set(costs)) == 1, costs
        costs = []
        with acting_as_system("tests", reason="start anew"):
            DataQuery.objects.all().delete()


def test_many_results_with_questions_cost_as_many_database_queries_as_one(cast, case, signed_in) -> None:
    with acting_as_system("tests", reason="results"):
        course = InfusionCourse.objects.get()
        for number in range(12):
            LabResult.objects.create(
                site=case.site, course=course, analyte="CRP", sampled_on=day(number), value=12, unit="mg/L"
            )
    client, url, costs = signed_in(cast.alice), address(case, "lab"), []
    for row in rows(LabResult):
        ask(case, "lab", "value", by=cast.dana, row=row)
        costs.append(queries_of(client.get, url))
    assert len(set(costs[1:])) == 1, costs


def test_the_rail_counts_the_open_queries_of_each_form(cast, whole, signed_in) -> None:
    query = ask(whole, "crs_assessment", "temp_max_c", by=cast.dana)
    ask(whole, "crs_episode", "onset_on", by=cast.dana)
    with acting_as(cast.alice):
        found = {form.form.code: form.queries for form in forms_progress(cast.alice, [whole])[whole.pk]}
    assert {code: count for code, count in found.items() if count} == {"crs_episode": 2}
    assert "2 queries" in page_of(signed_in(cast.alice), whole, "patient")
    query_answer(query=query, cause="CONFIRMED", by=cast.alice)
    assert "1 query" in page_of(signed_in(cast.alice), whole, "patient")
