"""Completed, locked and signed forms on entry pages: reasons for changes, what a lock keeps, what a change does."""

from __future__ import annotations

import pytest
from django.urls import reverse

from registry.models import CrsAssessment, CrsEpisode, Draft, FormStatus
from registry.services.locks import case_lock, case_unlock
from registry.services.signatures import case_sign, signatures_of
from sites.context import acting_as_system
from tests.entry_forms import Page, a_case, address, an_episode, events, rows

REASON_NEEDED = "was completed before. Say why it changes."


@pytest.fixture
def case(cast):
    return a_case(cast.sev)


@pytest.fixture
def days(cast, case, signed_in):
    """The page of an episode with two days in alice's browser."""
    page = Page(signed_in(cast.alice), address(case, "crs_episode", an_episode(case).pk))
    page.send(crs_assessment__0__temp_max_c="38", crs_assessment__1__temp_max_c="39")
    return page


def untick(page: Page) -> Page:
    """Take the mark out of the box that says that the form is complete."""
    page.typed.pop("complete", None)
    return page


def complete() -> dict[str, bool]:
    return {status.topic: status.is_complete for status in rows(FormStatus)}


def test_the_box_completes_all_topics_of_the_page(days):
    assert days.send(complete="yes") == 302
    assert complete() == {"crs_episode": True, "crs_assessment": True}
    assert days.typed["complete"] == "yes"


def test_the_box_opens_all_topics_again_with_a_reason(days):
    days.send(complete="yes")
    assert untick(days).send(reason="one day is missing") == 302
    assert complete() == {"crs_episode": False, "crs_assessment": False}
    assert {event.pgh_context["reason"] for event in events(FormStatus)[-2:]} == {"one day is missing"}
    assert "complete" not in days.typed


def test_without_a_reason_a_form_stays_complete_and_the_person_is_told(days):
    days.send(complete="yes")
    assert untick(days).send() == 302
    assert complete() == {"crs_episode": True, "crs_assessment": True}
    assert "Say why." in days.text


def test_a_form_completed_in_one_topic_alone_is_not_shown_as_complete(days, case, cast):
    url = reverse("case_forms", args=[case.pk])
    days.client.post(url, {"act": "complete", "topic": "crs_episode"})
    assert "complete" not in Page(days.client, days.url).typed


def test_a_bad_row_keeps_the_form_from_being_completed(days):
    assert days.send(complete="yes", crs_assessment__2__temp_max_c="warm") == 422
    assert complete() == {}
    assert days.typed["complete"] == "yes"
    assert days.send(crs_assessment__2__temp_max_c="38") == 302
    assert complete() == {"crs_episode": True, "crs_assessment": True}


def test_a_change_of_a_completed_form_needs_a_reason_and_keeps_everything_typed_until_there_is_one(days):
    days.send(complete="yes")
    days.type(crs_assessment__0__temp_max_c="38.5", crs_assessment__2__temp_max_c="40", crs_episode__0__max_grade="2")
    assert days.send() == 422
    assert ("id_reason", "The form “CRS episodes” of case SEV-0017 " + REASON_NEEDED) in days.problems
    assert [str(row.temp_max_c) for row in rows(CrsAssessment, "assessed_on")] == ["38.0", "39.0"]
    assert days.typed["crs_assessment-2-temp_max_c"] == "40"
    assert rows(Draft)[0].typed["crs_assessment-0-temp_max_c"] == "38.5"
    assert days.typed["complete"] == "yes"
    before = len(events(CrsAssessment)), len(events(CrsEpisode))
    assert days.send(reason="chart read anew") == 302
    new = events(CrsAssessment)[before[0] :] + events(CrsEpisode)[before[1] :]
    assert len(new) >= 3
    assert {event.pgh_context["reason"] for event in new} == {"chart read anew"}
    assert len({event.pgh_context_id for event in new}) == 1
    assert [str(row.temp_max_c) for row in rows(CrsAssessment, "assessed_on")] == ["38.5", "39.0", "40.0"]
    assert rows(Draft) == []


def test_a_form_that_was_opened_again_still_needs_reasons(days):
    days.send(complete="yes")
    untick(days).send(reason="one day is missing")
    assert days.send(crs_assessment__0__temp_max_c="38.5") == 422
    assert days.send(reason="one day is missing") == 302


def test_a_row_is_not_deleted_from_a_completed_form_without_a_reason(days):
    days.send(complete="yes")
    assert days.send(crs_assessment__0__delete="yes") == 422
    assert len(rows(CrsAssessment)) == 2
    assert days.typed["crs_assessment-0-delete"] == "yes"
    assert days.send(reason="wrong day") == 302
    assert len(rows(CrsAssessment)) == 1


def test_nothing_is_asked_where_nothing_changed(days):
    days.send(complete="yes")
    assert days.send() == 302
    assert "Nothing was changed." in days.text


def test_the_box_left_alone_does_not_undo_what_somebody_else_decided(cast, days, signed_in):
    stale = Page(signed_in(cast.carol), days.url)
    days.send(complete="yes")
    assert stale.send(**{"complete-was": "no"}, reason="looked in") == 302
    assert complete() == {"crs_episode": True, "crs_assessment": True}


@pytest.fixture
def locked(cast, days, case):
    """The page of a form that was locked while alice had it open."""
    case_lock(patient=case, by=cast.dana, reason="analysis", topic="crs_assessment")
    return days


def test_a_locked_form_is_a_page_to_read(locked):
    page = Page(locked.client, locked.url)
    assert page.typed == {}
    assert "This form is locked." in page.text
    assert "38" in page.text


@pytest.mark.parametrize("field", ["crs_assessment__0__temp_max_c", "crs_episode__0__max_grade"])
def test_what_was_typed_on_a_form_that_is_locked_by_now_goes_into_the_draft_alone(cast, case, locked, field):
    url, value = locked.url, "3" if field.endswith("grade") else "40"
    typed = locked.type(**{field: value}).typed
    assert locked.send() == 422
    assert "This form is locked. What you typed is kept as a draft" in locked.text
    assert [str(row.temp_max_c) for row in rows(CrsAssessment, "assessed_on")] == ["38.0", "39.0"]
    assert rows(CrsEpisode)[0].max_grade is None
    assert f">{value}<" not in locked.text, "the page to read shows what is saved"
    name = field.replace("__", "-")
    assert rows(Draft)[0].typed[name] == typed[name]
    case_unlock(patient=case, by=cast.dana, reason="a correction", topic="crs_assessment")
    page = Page(locked.client, url)
    assert page.typed[name] == value
    assert page.send() == 302


@pytest.mark.usefixtures("nothing_blocks")
def test_a_locked_case_is_a_case_to_read(cast, case, days):
    case_lock(patient=case, by=cast.dana, reason="analysis")
    assert days.send(crs_assessment__0__temp_max_c="40") == 422
    assert str(rows(CrsAssessment, "assessed_on")[0].temp_max_c) == "38.0"
    deleted = days.client.post(days.url + "delete/", {"reason": "entered twice"})
    assert deleted.status_code == 422
    assert len(rows(CrsEpisode)) == 1


def test_a_signed_case_may_change_and_its_signature_is_superseded(cast, case, days):
    case_sign(patient=case, by=cast.ivan)
    with acting_as_system("tests", reason="look"):
        assert [state.stands for state in signatures_of(case)] == [True]
    assert days.send() == 302
    with acting_as_system("tests", reason="look"):
        assert [state.stands for state in signatures_of(case)] == [True]
    assert days.send(crs_assessment__0__temp_max_c="40") == 302
    with acting_as_system("tests", reason="look"):
        assert [state.stands for state in signatures_of(case)] == [False]


def test_those_who_may_only_read_change_nothing_by_sending_the_page(cast, days, signed_in):
    for person in (cast.ivan, cast.dana):
        client = signed_in(person)
        assert client.post(days.url, {**days.typed, "crs_assessment-0-temp_max_c": "40"}).status_code == 403
    assert str(rows(CrsAssessment, "assessed_on")[0].temp_max_c) == "38.0"
