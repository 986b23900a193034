"""Data queries in a real browser, in both languages: worked through by keyboard, several at once, and accessible."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from registry.models import (
    CrsAssessment,
    CrsEpisode,
    DataQuery,
    Death,
    FollowUp,
    IcansAssessment,
    IcansEpisode,
    QueryState,
    Rank,
)
from registry.services.queries import query_answer, query_comment, query_reopen
from registry.services.reconcile import reconcile_cases
from sites.context import acting_as_system
from tests.factories.queries import INFUSED, asked_by_hand, late_episode, query_about

OPEN = "/queries/?state=open"


@pytest.fixture
def three(stage):
    """Three open queries at Sevilla in the order of the list; the second has a value to suggest."""
    first = query_about(late_episode(stage.sev, "SEV-0001"), rank=Rank.BLOCKS)
    episode = late_episode(stage.sev, "SEV-0002", day=2)
    with acting_as_system("tests", reason="the last contact of a dead patient is not the day of death"):
        Death.objects.create(site=stage.sev, patient=episode.course.patient, died_on=INFUSED + dt.timedelta(days=40))
        FollowUp.objects.create(
            site=stage.sev,
            patient=episode.course.patient,
            last_contact_on=INFUSED + dt.timedelta(days=35),
            vital_status="DEAD",
        )
        reconcile_cases([episode.course.patient_id])
        raised = DataQuery.objects.filter(patient=episode.course.patient)
        second = raised.get(topic="follow_up", check_code__startswith="DT")
        raised.exclude(pk=second.pk).delete()
        DataQuery.objects.filter(pk=second.pk).update(rank=Rank.BLOCKS, asked_at=first.asked_at + dt.timedelta(days=1))
    third = asked_by_hand(late_episode(stage.sev, "SEV-0003"), "Is the month of the onset right?", rank=Rank.OTHER)
    return [first, second, third]


@pytest.fixture
def ward(stage, three):
    """A list as full as that of a hospital: ranks, threads, people, questions asked again."""
    made = []
    for number in range(24):
        site = stage.hou if number % 4 == 3 else stage.sev
        episode = late_episode(site, f"{site.code}-{100 + number}", day=30 + number)
        values = {"rank": Rank.values[number % 4], "days": number * 5, "assignee": stage.carol if number % 3 else None}
        made.append(query_about(episode, **values))
    with acting_as_system("tests", reason="days of an episode"):
        for day in range(5):
            CrsAssessment.objects.create(
                site=stage.sev,
                episode_id=made[0].row_id,
                assessed_on=INFUSED + dt.timedelta(days=30 + day),
                temp_max_c="41.4" if day == 2 else "38.5",
            )
        day = CrsAssessment.objects.get(episode_id=made[0].row_id, temp_max_c="41.4")
        DataQuery.objects.filter(pk=made[0].pk).update(
            topic="crs_assessment", row_id=day.pk, field="temp_max_c", check_code="RG_CRS_ASSESSMENT_TEMP_MAX_C"
        )
    for number, query in enumerate(made):
        person = stage.carol
        if number % 5 == 0:
            query_comment(query=query, text="I have asked the ward for the letter of discharge.", by=person)
        if number % 5 == 1:
            query_answer(query=query, cause="CONFIRMED", text="The chart says the same.", by=person)
        if number % 10 == 6:
            query_reopen(query=query, text="Which chart? The letter says otherwise.", by=stage.dana)
    return made


def test_three_queries_are_worked_through_by_keyboard_alone(stage, three, open_as, locale) -> None:
    page = open_as(stage.alice, OPEN)
    page.locator("tbody .queries__words").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/queries/{three[0].pk}/**")
    assert page.evaluate("document.activeElement.name") == "cause"
    page.keyboard.press("5")
    page.keyboard.press("Tab")
    page.keyboard.type("The letter says the same.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/queries/{three[1].pk}/**")
    page.keyboard.press("Control+ArrowDown")
    page.wait_for_url(f"**/queries/{three[2].pk}/**")
    page.keyboard.press("Control+ArrowUp")
    page.wait_for_url(f"**/queries/{three[1].pk}/**")
    page.keyboard.press("Control+Shift+Enter")
    page.wait_for_url(f"**/queries/{three[2].pk}/**")
    assert page.evaluate("document.activeElement.name") == "cause"
    page.keyboard.press("Control+Enter")
    assert page.locator("[data-error-summary]").evaluate("node => node === document.activeElement")
    page.locator("[name=cause]").focus()
    page.keyboard.press("6")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{OPEN}")
    words = "Todas las consultas de esta lista" if locale.startswith("es") else "All queries of this list are done."
    expect(page.locator(".message--success").last).to_contain_text(words)
    with acting_as_system("tests", reason="look"):
        found = [DataQuery.objects.get(pk=query.pk) for query in three]
        assert [query.state for query in found] == [QueryState.ANSWERED, QueryState.CLOSED, QueryState.ANSWERED]
        assert found[0].entries.get().text == "The letter says the same."
        assert FollowUp.objects.get(patient=three[1].patient).last_contact_on == INFUSED + dt.timedelta(days=40)


def test_a_data_manager_starts_in_how_it_is_settled(stage, three, open_as) -> None:
    query_answer(query=three[0], cause="CONFIRMED", by=stage.alice)
    page = open_as(stage.dana, f"/queries/{three[0].pk}/?state=answered")
    assert page.evaluate("document.activeElement.name") == "resolution"
    page.keyboard.press("3")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/queries/?state=answered")
    with acting_as_system("tests", reason="look"):
        assert DataQuery.objects.get(pk=three[0].pk).resolution == "SETTLED"


def test_all_that_are_shown_are_chosen_with_one_box_and_counted(stage, three, open_as) -> None:
    page = open_as(stage.alice, OPEN)
    told = page.locator("[data-chosen]")
    expect(told).to_contain_text("0")
    page.locator("[data-choose-all]").check()
    expect(told).to_contain_text("3")
    page.locator("[data-choose]").nth(1).uncheck()
    expect(told).to_contain_text("2")
    assert page.locator("[data-choose-all]").evaluate("box => box.indeterminate")
    page.locator("#bulk-cause").select_option("PENDING")
    page.locator("#bulk-text").fill("next week")
    page.locator("[name=act][value=answer]").click()
    page.wait_for_url("**/queries/?state=open")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_keys_are_told_in_the_list_of_keys(stage, three, open_as) -> None:
    page = open_as(stage.alice, f"/queries/{three[0].pk}/")
    page.locator("h1 a").focus()
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_contain_text("Ctrl")


@pytest.mark.parametrize("person", ["alice", "ivan", "carol", "dana"])
def test_the_list_is_accessible(stage, ward, open_as, inspect, person) -> None:
    page = open_as(stage[person], "/queries/?state=all")
    inspect(f"queries-{person}")
    page.set_viewport_size({"width": 683, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_what_could_not_be_done_with_several_is_accessible(stage, three, open_as, inspect) -> None:
    page = open_as(stage.alice, OPEN)
    page.locator("[data-choose]").first.check()
    page.locator("[name=act][value=answer]").click()
    page.locator("[data-error-summary]").wait_for()
    inspect("queries-undone")


@pytest.mark.parametrize("person", ["alice", "ivan", "dana"])
def test_a_query_is_accessible(stage, ward, three, open_as, inspect, person) -> None:
    for name, query in (("grid", ward[0]), ("again", ward[6]), ("suggested", three[1])):
        page = open_as(stage[person], f"/queries/{query.pk}/?state=all")
        inspect(f"query-{name}-{person}")
    page.set_viewport_size({"width": 683, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_an_empty_list_is_accessible(stage, open_as, inspect) -> None:
    open_as(stage.alice, OPEN)
    inspect("queries-empty")
    open_as(stage.dana, f"{OPEN}&rank=1&site=XXX")
    inspect("queries-none")


def test_asking_by_hand_is_accessible(stage, three, open_as, inspect) -> None:
    page = open_as(stage.dana, reverse("query_new") + "?case=SEV-0001")
    inspect("query-new-rows")
    row = f"?patient={three[0].patient_id}&topic=crs_episode&row={three[0].row_id}&field=onset_on"
    page = open_as(stage.dana, reverse("query_new") + row)
    inspect("query-new")
    page.locator("#id_text").fill("Ask Dr Miller of 12/03/2024")
    page.locator("[name=act][value=ask]").click()
    page.locator("[data-error-summary]").wait_for()
    inspect("query-new-alarm")


def test_a_file_of_questions_is_accessible(stage, three, open_as, inspect) -> None:
    page = open_as(stage.dana, reverse("queries_csv_upload"))
    inspect("queries-upload")
    lines = ["study_id,topic,row,field,text", "SEV-0001,patient,,sex,Is this right?", "SEV-0009,patient,,sex,And this?"]
    content = "\n".join(lines).encode()
    page.locator("#id_file").set_input_files([{"name": "queries.csv", "mimeType": "text/csv", "buffer": content}])
    page.locator("main .button--main").click()
    page.locator("[data-error-summary]").wait_for()
    inspect("queries-upload-preview")


def test_the_work_list_leads_to_what_waits(stage, three, open_as, inspect) -> None:
    page = open_as(stage.alice, "/")
    expect(page.locator(".bar__count")).to_contain_text("3")
    inspect("home-queries-alice")
    page.locator("#list-queries-open").locator("xpath=..").locator("a").first.click()
    page.wait_for_url(f"**/queries/{three[0].pk}/?state=open")
    query_answer(query=three[0], cause="CONFIRMED", by=stage.alice)
    open_as(stage.dana, "/")
    inspect("home-queries-dana")


def test_a_value_with_a_long_name_stands_beside_it_on_a_small_screen(stage, three, open_as) -> None:
    first = three[0]
    with acting_as_system("tests", reason="a day of ICANS"):
        course = CrsEpisode.objects.get(pk=first.row_id).course
        episode = IcansEpisode.objects.create(site=stage.sev, course=course, icans_no=1)
        day = IcansAssessment.objects.create(
            site=stage.sev,
            episode=episode,
            assessed_on=INFUSED + dt.timedelta(days=10),
            grade_reported=1,
            grade_computed=2,
        )
        about = {"topic": "icans_assessment", "row_id": day.pk, "field": "grade_reported"}
        DataQuery.objects.filter(pk=first.pk).update(**about, check_code="GR02_ICANS_COMP")
    page = open_as(stage.alice, f"/queries/{first.pk}/")
    for width in (1366, 1024, 683):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
        for value in page.locator(".triage__values dd").all():
            box, frame = value.bounding_box(), page.locator(".triage__facts").bounding_box()
            assert box["width"] > 10, width
            assert box["x"] + box["width"] <= frame["x"] + frame["width"], width
