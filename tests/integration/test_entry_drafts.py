"""What is typed and not saved: kept on the server, read and answered while one types, seen by its owner alone."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from registry.models import AnakinraCourse, CrsAssessment, Draft, Patient
from sites.context import acting_as, acting_as_system
from tests.entry_forms import Page, a_case, address, an_episode, events, rows


@pytest.fixture
def case(cast):
    return a_case(cast.sev)


@pytest.fixture
def days(cast, case, signed_in):
    """The page of an episode in alice's browser."""
    return Page(signed_in(cast.alice), address(case, "crs_episode", an_episode(case).pk))


def keep(page: Page, case: Patient, form: str = "crs_episode", **texts: str):
    """Send what stands on a page as its script does while one types."""
    return page.client.post(reverse("case_draft", args=[case.pk, form]), page.type(**texts).typed)


def test_a_draft_is_kept_and_none_of_it_becomes_part_of_the_record(days, case):
    answer = keep(days, case, crs_assessment__0__temp_max_c="39.1")
    assert answer.status_code == 200
    assert dt.time.fromisoformat(answer.json()["saved"])
    assert rows(Draft)[0].typed["crs_assessment-0-temp_max_c"] == "39.1"
    assert (rows(CrsAssessment), events(CrsAssessment)) == ([], [])


def test_each_control_is_answered_with_what_it_is_read_as(days, case):
    texts = {"crs_episode-0-onset_on": "+1", "crs_assessment-0-temp_max_c": "43", "crs_assessment-1-temp_max_c": "hot"}
    days.typed |= texts
    boxes = keep(days, case).json()["boxes"]
    assert "12 Mar 2025" in boxes["crs_episode-0-onset_on"]["echo"]
    assert boxes["crs_assessment-0-temp_max_c"]["warning"] == (
        "43 °C is outside 34 to 42 °C. Check it; it is saved all the same."
    )
    assert boxes["crs_assessment-1-temp_max_c"]["error"].startswith("Type a number from 25 to 45")
    assert boxes["crs_assessment-0-oxygen"] == {"echo": "", "warning": "", "error": ""}


def test_a_result_is_answered_with_its_value_in_the_unit_of_the_registry(cast, case, signed_in):
    page = Page(signed_in(cast.alice), address(case, "lab"))
    page.typed |= {"lab-0-sampled_on": "+0", "lab-0-CRP": "12 mg/dL"}
    boxes = keep(page, case, "lab").json()["boxes"]
    assert boxes["lab-0-CRP"]["echo"] == "= 120 mg/L"


def test_grades_are_answered_row_by_row(days, case):
    filled = {"temp_max_c": "39", "has_hypotension": "no", "vasopressors": "0", "has_vasopressin": "no",
              "oxygen": "LOW_FLOW", "oxygen_flow_l_min": "4", "grade_reported": "1"}  # fmt: skip
    days.typed |= {f"crs_assessment-0-{name}": text for name, text in filled.items()}
    days.typed["crs_assessment-1-temp_max_c"] = "38.5"
    answered = keep(days, case).json()["rows"]
    first = answered["crs_assessment-0"]
    assert first["computed"]["grade_computed"]["tone"] == "differs"
    assert first["computed"]["grade_computed"]["text"] == "2 ≠ 1"
    assert "the values give grade 2" in first["says"]
    assert answered["crs_assessment-1"]["computed"]["grade_computed"] == {
        "text": "", "tone": "waits", "title": answered["crs_assessment-1"]["computed"]["grade_computed"]["title"],
    }  # fmt: skip


def test_doses_are_answered_row_by_row(cast, case, signed_in):
    page = Page(signed_in(cast.alice), address(case, "anakinra_course"))
    page.typed |= {"anakinra_course-0-started_on": "+3", "anakinra_course-0-weight_kg": "80"}
    page.typed |= {"anakinra_segment-0-dose_mg": "100", "anakinra_segment-0-interval_h": "6"}
    computed = keep(page, case, "anakinra_course").json()["rows"]["anakinra_segment-0"]["computed"]
    assert (computed["daily_mg"]["text"], computed["mg_per_kg_day"]["text"]) == ("400", "5")
    assert rows(AnakinraCourse) == []


def test_a_restored_draft_stands_in_the_page_until_it_is_discarded(days, case):
    keep(days, case, crs_assessment__0__temp_max_c="39.1", reason="typed too")
    again = Page(days.client, days.url)
    assert again.typed["crs_assessment-0-temp_max_c"] == "39.1"
    assert "It is not saved yet." in again.text
    assert 'data-restored="yes"' in again.text
    days.client.post(days.url, {"act": "discard"})
    assert rows(Draft) == []
    assert Page(days.client, days.url).typed["crs_assessment-0-temp_max_c"] == ""


def test_a_draft_outlives_the_sign_in(cast, days, case):
    keep(days, case, crs_assessment__0__temp_max_c="39.1")
    days.client.logout()
    assert days.client.get(days.url).status_code == 302
    assert days.client.post(reverse("case_draft", args=[case.pk, "crs_episode"]), days.typed).status_code == 302
    browser = Client()
    browser.force_login(cast.alice)
    assert Page(browser, days.url).typed["crs_assessment-0-temp_max_c"] == "39.1"


def test_only_its_owner_sees_a_draft(cast, days, case, signed_in):
    keep(days, case, crs_assessment__0__note="for my eyes")
    for person in (cast.carol, cast.dana, cast.ivan):
        assert "for my eyes" not in signed_in(person).get(days.url).content.decode()
    with acting_as(cast.bob):
        assert not Draft.objects.exists()


def test_drafts_of_two_people_stand_beside_each_other(cast, days, case, signed_in):
    keep(days, case, crs_assessment__0__temp_max_c="39.1")
    carol = Page(signed_in(cast.carol), days.url)
    assert carol.typed["crs_assessment-0-temp_max_c"] == ""
    keep(carol, case, crs_assessment__0__temp_max_c="40")
    assert sorted(draft.typed["crs_assessment-0-temp_max_c"] for draft in rows(Draft)) == ["39.1", "40"]
    assert days.send() == 302
    assert [draft.owner_id for draft in rows(Draft)] == [cast.carol.pk]


@pytest.mark.parametrize(
    ("person", "status"), [("bob", 404), ("ivan", 403), ("dana", 403), ("adam", 403), ("eve", 403)]
)
def test_nobody_else_keeps_a_draft_of_a_case(cast, days, case, signed_in, person, status):
    url = reverse("case_draft", args=[case.pk, "crs_episode"])
    assert signed_in(cast[person]).post(url, days.typed).status_code == status
    assert rows(Draft) == []


def test_a_draft_of_a_page_that_the_case_does_not_have_is_not_found(cast, days, case):
    days.typed["page-row"] = str(case.pk)
    assert keep(days, case).status_code == 404
    assert keep(days, case, "nosuchform").status_code == 404


def test_a_draft_typed_over_an_old_version_keeps_that_version(days, case):
    keep(days, case, crs_episode__0__max_grade="2")
    assert rows(Draft)[0].typed["crs_episode-0-version"] == "1"


def test_who_the_patient_is_never_goes_into_a_draft(days, case):
    days.typed |= {"identity-0-given_name": "Rosa", "given_name": "Rosa", "csrfmiddlewaretoken": "secret"}
    keep(days, case, crs_assessment__0__temp_max_c="39.1")
    [draft] = rows(Draft)
    assert "Rosa" not in str(draft.typed)
    assert "secret" not in str(draft.typed)


def test_more_than_a_form_can_hold_is_refused_in_words(days, case):
    answer = keep(days, case, crs_assessment__0__note="x" * 30_000)
    assert (answer.status_code, answer.json()) == (400, {"error": "This is more than a form can hold."})
    assert rows(Draft) == []


def test_drafts_of_a_case_go_with_it(days, case):
    keep(days, case, crs_assessment__0__temp_max_c="39.1")
    with acting_as_system("tests", reason="entered by mistake"):
        Patient.objects.get(pk=case.pk).delete()
    assert rows(Draft) == []


def test_a_draft_in_place_of_an_earlier_one_is_not_a_second_one(days, case):
    keep(days, case, crs_assessment__0__temp_max_c="39.1")
    keep(days, case, crs_assessment__0__temp_max_c="39.2")
    [draft] = rows(Draft)
    assert draft.typed["crs_assessment-0-temp_max_c"] == "39.2"


def test_a_page_deleted_meanwhile_still_keeps_what_is_typed_there(days, case):
    with acting_as_system("tests", reason="entered twice"):
        case.infusion_courses.get().crs_episodes.all().delete()
    assert keep(days, case, crs_assessment__0__temp_max_c="39.1").status_code == 200
    assert "Somebody deleted this page." in days.client.get(days.url).content.decode()


def test_whoever_deletes_a_page_needs_no_draft_of_it_any_more(days, case):
    keep(days, case, crs_assessment__0__temp_max_c="39.1")
    assert days.client.post(days.url + "delete/", {"reason": "entered twice"}).status_code == 302
    assert rows(Draft) == []


def test_the_reason_and_the_box_for_complete_are_restored_with_the_rest(days, case):
    days.send(complete="yes")
    days.type(crs_assessment__0__temp_max_c="39.1", reason="read anew")
    assert "complete" in days.typed
    keep(days, case)
    again = Page(days.client, days.url)
    assert (again.typed["reason"], again.typed["complete"]) == ("read anew", "yes")
    assert again.send() == 302
    assert str(rows(CrsAssessment)[0].temp_max_c) == "39.1"


def test_a_draft_is_said_to_be_saved_by_the_clock_of_the_site(days, case):
    said = keep(days, case).json()["saved"]
    assert said == f"{rows(Draft)[0].saved_at.astimezone(ZoneInfo('Europe/Madrid')):%H:%M}"
