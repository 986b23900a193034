"""Saving an entry page: good rows are saved beside bad ones, which stay as typed, with words at their cells."""

from __future__ import annotations

import pytest
from django.urls import reverse

from registry.models import (
    AdverseEvent,
    AnakinraCourse,
    AnakinraSegment,
    CrsAssessment,
    CrsEpisode,
    Draft,
    FollowUp,
    IcansAssessment,
    IcansEpisode,
    InfusionCourse,
    LabResult,
    Patient,
)
from registry.services import row_saving
from registry.services.case_turns import busy
from sites.context import acting_as_system
from tests.entry_forms import Page, a_case, address, an_episode, controls, day, events, rows, send


@pytest.fixture
def case(cast):
    return a_case(cast.sev)


@pytest.fixture
def episode(case):
    return an_episode(case)


@pytest.fixture
def days(cast, case, episode, signed_in):
    """The page of the episode in alice's browser."""
    return Page(signed_in(cast.alice), address(case, "crs_episode", episode.pk))


def test_a_new_episode_and_its_days_are_saved_at_once(cast, case, signed_in):
    page = Page(signed_in(cast.alice), address(case, "crs_episode"))
    page.send("refresh", crs_episode__0__onset_on="+1", crs_episode__0__is_resolved="yes",
              crs_episode__0__resolved_on="+3")  # fmt: skip
    assert [name for name in page.typed if name.endswith("temp_max_c")] == [
        f"crs_assessment-{number}-temp_max_c" for number in range(3)
    ]
    page.type(crs_assessment__0__temp_max_c="38,4", crs_assessment__1__temp_max_c="39.6")
    assert page.send(crs_assessment__1__systolic_min_mmhg="ND", crs_assessment__1__oxygen="LOW_FLOW") == 302
    [episode] = rows(CrsEpisode)
    assert page.url == address(case, "crs_episode", episode.pk)
    assert (episode.crs_no, episode.onset_on, episode.resolved_on) == (1, day(1), day(3))
    assert [(str(row.temp_max_c), row.missing, row.oxygen) for row in rows(CrsAssessment, "assessed_on")] == [
        ("38.4", {}, None),
        ("39.6", {"systolic_min_mmhg": "ND"}, "LOW_FLOW"),
    ]


def test_good_rows_are_saved_beside_a_bad_one_which_stays_as_typed_in_the_page_and_in_the_draft(days):
    days.type(crs_assessment__0__temp_max_c="38.4", crs_assessment__1__temp_max_c="warm")
    assert days.send(crs_assessment__1__oxygen="LOW_FLOW") == 422
    assert [str(row.temp_max_c) for row in rows(CrsAssessment)] == ["38.4"]
    assert "1 row is saved, the rest is not yet" in days.text
    assert days.typed["crs_assessment-1-temp_max_c"] == "warm"
    assert days.typed["crs_assessment-1-oxygen"] == "LOW_FLOW"
    [draft] = rows(Draft)
    assert draft.typed["crs_assessment-1-temp_max_c"] == "warm"
    assert "crs_assessment-0-temp_max_c" not in draft.typed
    days.read(days.client.get(days.url))
    assert days.send(crs_assessment__1__temp_max_c="38") == 302
    assert len(rows(CrsAssessment)) == 2
    assert rows(Draft) == []


def test_each_problem_leads_to_its_control(days):
    days.type(crs_assessment__0__temp_max_c="warm", crs_assessment__2__systolic_min_mmhg="999")
    days.send()
    links = dict(days.problems)
    assert set(links) == {"id_crs_assessment-0-temp_max_c", "id_crs_assessment-2-systolic_min_mmhg"}
    assert links["id_crs_assessment-0-temp_max_c"].startswith("+1, Highest temperature: Type a number from 25 to 45")
    for control in links:
        assert f'id="{control}"' in days.text


def test_a_rule_between_two_cells_is_said_in_words_at_both(days):
    days.type(crs_assessment__0__temp_max_c="38", crs_assessment__1__oxygen="LOW_FLOW")
    assert days.send(crs_assessment__1__oxygen_flow_l_min="9") == 422
    said = [to for to, words in days.problems if "More than 6 L/min is not low flow." in words]
    assert said == ["id_crs_assessment-1-oxygen", "id_crs_assessment-1-oxygen_flow_l_min"]
    assert [row.assessed_on for row in rows(CrsAssessment)] == [day(1)]
    assert days.send(crs_assessment__1__oxygen_flow_l_min="5") == 302
    assert len(rows(CrsAssessment)) == 2


def test_a_rule_between_fields_at_the_top_leaves_the_days_below_to_be_saved(days):
    assert days.send(crs_episode__0__resolved_on="+0", crs_assessment__0__temp_max_c="38") == 422
    said = [to for to, words in days.problems if "CRS resolves before its onset." in words]
    assert said == ["id_crs_episode-0-onset_on", "id_crs_episode-0-resolved_on"]
    assert len(rows(CrsAssessment)) == 1
    assert rows(CrsEpisode)[0].resolved_on == day(5)


def test_a_new_page_with_a_bad_day_is_saved_once_and_goes_on_as_the_page_of_its_episode(cast, case, signed_in):
    page = Page(signed_in(cast.alice), address(case, "crs_episode"))
    page.send("refresh", crs_episode__0__onset_on="+1", crs_episode__0__max_grade="2")
    assert page.send(crs_assessment__0__temp_max_c="warm", crs_assessment__1__temp_max_c="38.4") == 422
    [episode] = rows(CrsEpisode)
    assert page.url == address(case, "crs_episode", episode.pk)
    assert page.typed["crs_episode-0-max_grade"] == "2"
    assert page.typed["crs_assessment-0-temp_max_c"] == "warm"
    assert [draft.row for draft in rows(Draft)] == [str(episode.pk)]
    assert page.send(crs_assessment__0__temp_max_c="38") == 302
    assert len(rows(CrsEpisode)) == 1
    assert [str(row.temp_max_c) for row in rows(CrsAssessment, "assessed_on")] == ["38.0", "38.4"]
    assert rows(Draft) == []


def test_a_new_page_whose_top_is_wrong_saves_nothing_and_keeps_its_days(cast, case, signed_in):
    page = Page(signed_in(cast.alice), address(case, "crs_episode"))
    page.send("refresh", crs_episode__0__onset_on="+1")
    page.type(crs_assessment__0__temp_max_c="38.4", crs_assessment__1__temp_max_c="39")
    assert page.send(crs_episode__0__max_grade="9") == 422
    assert (rows(CrsEpisode), rows(CrsAssessment)) == ([], [])
    assert [to for to, _words in page.problems] == ["id_crs_episode-0-max_grade"]
    assert page.send(crs_episode__0__max_grade="2") == 302
    assert len(rows(CrsAssessment)) == 2


def test_what_is_saved_beside_a_bad_row_is_shown_as_it_is_saved(days):
    assert days.send(crs_episode__0__max_grade="3", crs_assessment__0__temp_max_c="warm") == 422
    assert days.typed["crs_episode-0-max_grade"] == "3"
    assert 'data-was="3"' in days.text
    assert days.typed["crs_episode-0-version"] == "2"


def test_a_second_case_with_the_same_study_id_is_refused_in_words(cast, case, signed_in):
    with acting_as_system("tests", reason="another case"):
        other = Patient.objects.create(site=cast.sev, study_id="SEV-0018")
    page = Page(signed_in(cast.alice), address(other, "patient"))
    assert page.send(patient__0__study_id="SEV-0017", patient__0__birth_year="1960") == 422
    assert page.problems == [("id_patient-0-study_id", "Study id: Another row has the same values here: Study id.")]
    assert page.typed["patient-0-birth_year"] == "1960"
    assert sorted(row.study_id for row in rows(Patient)) == ["SEV-0017", "SEV-0018"]


def blank_samples(page: Page) -> list[str]:
    """Return the names of the rows for samples."""
    return [name.removesuffix("-sampled_on") for name in page.typed if name.endswith("-sampled_on")]


def test_the_same_result_typed_in_two_rows_is_refused_in_words_and_never_laid_over_the_first(cast, case, signed_in):
    page = Page(signed_in(cast.alice), address(case, "lab"))
    first, second = blank_samples(page)[-2:]
    page.typed |= {f"{first}-sampled_on": "+20", f"{first}-CRP": "12"}
    page.typed |= {f"{second}-sampled_on": "+20", f"{second}-CRP": "14", f"{second}-LDH": "300"}
    assert page.send() == 422
    assert {row.analyte: float(row.value) for row in rows(LabResult)} == {"CRP": 12, "LDH": 300}
    assert {to for to, words in page.problems if "Another row has the same values here" in words} == {
        f"id_{second}-CRP", f"id_{second}-sampled_on", f"id_{second}-sampled_at",
    }  # fmt: skip
    assert page.typed[f"{second}-CRP"] == "14"
    assert page.send(**{f"{second}-CRP": ""}) == 302


def test_a_sample_moved_onto_another_one_is_refused_for_the_results_that_both_have(cast, case, signed_in):
    with acting_as_system("tests", reason="results"):
        course = case.infusion_courses.get()
        for analyte, when in (("CRP", 0), ("LDH", 0), ("CRP", 1)):
            LabResult.objects.create(
                site=cast.sev, course=course, analyte=analyte, sampled_on=day(when), value=100,
                unit="mg/L" if analyte == "CRP" else "U/L",
            )  # fmt: skip
    page = Page(signed_in(cast.alice), address(case, "lab"))
    moving = next(name.removesuffix("-LDH-id") for name in page.typed if name.endswith("-LDH-id"))
    page.typed[f"{moving}-sampled_on"] = "+1"
    assert page.send() == 422
    assert {(row.analyte, row.sampled_on) for row in rows(LabResult)} == {
        ("CRP", day(0)), ("LDH", day(1)), ("CRP", day(1)),
    }  # fmt: skip
    assert page.typed[f"{moving}-sampled_on"] == "+1" or str(day(1).day) in page.typed[f"{moving}-sampled_on"]
    assert page.send() == 422, "the result that did not move is still asked for"


def test_a_whole_month_of_bad_rows_is_kept_and_named_row_by_row(cast, case, signed_in):
    episode = an_episode(case, last=31)
    page = Page(signed_in(cast.alice), address(case, "crs_episode", episode.pk))
    for number in range(31):
        page.typed |= {f"crs_assessment-{number}-oxygen": "LOW_FLOW"}
        page.typed |= {f"crs_assessment-{number}-oxygen_flow_l_min": "9" if number % 2 else "3"}
    assert page.send() == 422
    assert len(rows(CrsAssessment)) == 16
    assert len(page.problems) == 2 * 15
    assert page.typed["crs_assessment-1-oxygen_flow_l_min"] == "9"


def test_an_impossible_sum_is_said_at_the_score(cast, case, signed_in):
    with acting_as_system("tests", reason="an episode"):
        episode = IcansEpisode.objects.create(
            site=cast.sev, course=case.infusion_courses.get(), icans_no=1, onset_on=day(1), resolved_on=day(1)
        )
    page = Page(signed_in(cast.alice), address(case, "icans_episode", episode.pk))
    items = {"orientation": "4", "naming": "3", "command": "1", "writing": "1", "attention": "0"}
    page.typed |= {f"icans_assessment-0-ice_{item}": points for item, points in items.items()}
    assert page.send(icans_assessment__0__ice_total="10") == 422
    assert ("id_icans_assessment-0-ice_total", "+1, ICE score: The ICE score is not the sum of its items.") in (
        page.problems
    )
    assert page.send(icans_assessment__0__ice_total="") == 302
    [row] = rows(IcansAssessment)
    assert row.ice_total == 9


def test_a_value_needed_and_not_typed_is_asked_for_at_its_control(cast, case, signed_in):
    page = Page(signed_in(cast.alice), address(case, "toxicity_therapy"))
    assert page.send(toxicity_therapy__0__dose="8") == 422
    assert {to for to, _words in page.problems} == {"id_toxicity_therapy-0-drug", "id_toxicity_therapy-0-started_on"}
    assert page.typed["toxicity_therapy-0-dose"] == "8"


@pytest.fixture
def courses(cast, case):
    """Two courses of anakinra."""
    with acting_as_system("tests", reason="courses"):
        return [
            AnakinraCourse.objects.create(site=cast.sev, course=case.infusion_courses.get(), anakinra_no=number)
            for number in (1, 2)
        ]


def an_event(number: int, above: str) -> dict[str, str]:
    """Return an adverse event typed in a row of the list."""
    row = f"adverse_event-{number}"
    return {f"{row}-above": above, f"{row}-term": "INJECTION_SITE", f"{row}-began_on": "+3"}


def test_a_list_waits_for_the_rows_that_its_own_belong_to(cast, case, signed_in):
    page = Page(signed_in(cast.alice), address(case, "adverse_event"))
    assert "Enter “Anakinra courses” first" in page.text


def test_a_row_of_a_list_is_put_below_the_row_that_was_chosen(cast, case, courses, signed_in):
    page = Page(signed_in(cast.alice), address(case, "adverse_event"))
    assert page.send(**an_event(0, str(courses[1].pk))) == 302
    assert [row.anakinra_course_id for row in rows(AdverseEvent)] == [courses[1].pk]


def test_a_row_whose_row_above_was_deleted_meanwhile_is_not_put_below_another_one(cast, case, courses, signed_in):
    page = Page(signed_in(cast.alice), address(case, "adverse_event"))
    gone = str(courses[1].pk)
    with acting_as_system("tests", reason="delete"):
        courses[1].delete()
    assert page.send(**an_event(0, gone)) == 422
    assert rows(AdverseEvent) == []
    [(to, words)] = page.problems
    assert to == "id_adverse_event-0-above"
    assert "The row that this one belongs to does not exist any more. Choose another one." in words
    assert page.typed["adverse_event-0-began_on"] == "+3"
    assert page.send(**an_event(0, str(courses[0].pk))) == 302
    assert [row.anakinra_course_id for row in rows(AdverseEvent)] == [courses[0].pk]


def test_a_result_is_never_put_below_the_infusion_of_another_case(cast, case, signed_in):
    with acting_as_system("tests", reason="another case"):
        other = Patient.objects.create(site=cast.sev, study_id="SEV-0099")
        foreign = InfusionCourse.objects.create(
            site=cast.sev, patient=other, course_no=1, infused_on=day(0), product_id="AXI"
        )
    page = Page(signed_in(cast.alice), address(case, "lab"))
    row = blank_samples(page)[-1]
    typed = {f"{row}-sampled_on": "+20", f"{row}-CRP": "12", f"{row}-above": str(foreign.pk)}
    assert page.send(**typed) == 422
    assert rows(LabResult) == []


def test_the_boxes_for_deleting_delete_beside_what_is_changed(days):
    days.send(crs_assessment__0__temp_max_c="38", crs_assessment__1__temp_max_c="39", crs_assessment__2__oxygen="CPAP")
    assert days.send(crs_assessment__0__delete="yes", crs_assessment__1__delete="yes",
                     crs_assessment__2__temp_max_c="38.5") == 302  # fmt: skip
    assert "1 row saved. 2 rows deleted." in days.text
    assert [(str(row.temp_max_c), row.oxygen) for row in rows(CrsAssessment)] == [("38.5", "CPAP")]


def test_characters_that_no_database_keeps_are_refused_in_words(days):
    assert days.send(crs_assessment__0__note="a\x00b") == 422
    assert any("characters that cannot be stored" in words for _to, words in days.problems)
    assert rows(Draft)[0].typed["crs_assessment-0-note"] == "ab"


def test_a_text_that_is_longer_than_any_draft_stays_in_the_page(days):
    long = "x" * 30_000
    assert days.send(crs_assessment__0__note=long) == 422
    assert days.typed["crs_assessment-0-note"] == long
    assert "This is more than a form can hold." in days.text


def test_an_error_in_the_middle_of_saving_leaves_nothing_half_done_and_the_draft_where_it_was(days, case, monkeypatch):
    days.type(crs_assessment__0__temp_max_c="38.4", crs_episode__0__max_grade="2")
    days.client.post(reverse("case_draft", args=[case.pk, "crs_episode"]), days.typed)
    before = len(events(CrsEpisode)), len(events(CrsAssessment))

    def fails(*_given):
        raise RuntimeError("in the middle")

    monkeypatch.setattr(row_saving, "record_written", fails)
    days.client.raise_request_exception = False
    assert days.client.post(days.url, {**days.typed, "act": "save"}).status_code == 500
    assert (rows(CrsAssessment), rows(CrsEpisode)[0].max_grade) == ([], None)
    assert (len(events(CrsEpisode)), len(events(CrsAssessment))) == before
    assert rows(Draft)[0].typed["crs_assessment-0-temp_max_c"] == "38.4"
    monkeypatch.undo()
    days.read(days.client.get(days.url))
    assert days.send() == 302
    assert str(rows(CrsAssessment)[0].temp_max_c) == "38.4"


def test_a_case_kept_busy_by_others_is_said_in_words_and_what_was_typed_is_kept(days, monkeypatch):
    def kept(_patient):
        raise busy()

    monkeypatch.setattr(row_saving, "wait_for_turn", kept)
    assert days.send(crs_assessment__0__temp_max_c="38.4") == 422
    assert "Somebody else is saving data of this case right now. Save again in a moment." in days.text
    assert days.typed["crs_assessment-0-temp_max_c"] == "38.4"
    monkeypatch.undo()
    assert days.send() == 302


def test_saving_leads_on_to_the_next_form_or_back_to_the_case(cast, case, signed_in):
    client = signed_in(cast.alice)
    assert send(client, address(case, "patient"), act="next")["Location"] == address(case, "disease")
    assert send(client, address(case, "patient"), act="close")["Location"] == reverse("case", args=[case.pk])
    assert send(client, address(case, "patient"), act="save")["Location"] == address(case, "patient")


def test_the_death_is_saved_beside_the_last_contact(cast, case, signed_in):
    page = Page(signed_in(cast.alice), address(case, "follow_up"))
    assert page.send(follow_up__0__vital_status="DEAD", death__0__died_on="+30") == 302
    assert [row.vital_status for row in rows(FollowUp)] == ["DEAD"]


def test_doses_belong_to_the_course_that_is_entered_with_them(cast, case, signed_in):
    page = Page(signed_in(cast.alice), address(case, "anakinra_course"))
    page.type(anakinra_course__0__started_on="+3", anakinra_segment__0__segment_started_on="+3")
    assert page.send(anakinra_segment__0__dose_mg="100", anakinra_segment__0__interval_h="6") == 302
    [course], [segment] = rows(AnakinraCourse), rows(AnakinraSegment)
    assert (segment.anakinra_course_id, segment.segment_no, segment.daily_mg) == (course.pk, 1, 400)


def test_adverse_events_are_numbered_from_the_highest(cast, case, courses, signed_in):
    with acting_as_system("tests", reason="an event"):
        AdverseEvent.objects.create(site=cast.sev, anakinra_course=courses[0], ae_no=7, term="INJECTION_SITE")
    page = Page(signed_in(cast.alice), address(case, "adverse_event"))
    first = str(courses[0].pk)
    assert page.send(**an_event(1, first), **an_event(2, first)) == 302
    assert [row.ae_no for row in rows(AdverseEvent, "ae_no")] == [7, 8, 9]


def test_controls_of_other_forms_are_passed_over(days):
    days.typed["patient-0-study_id"] = "OTHER"
    assert days.send(crs_assessment__0__temp_max_c="38") == 302
    assert rows(Patient)[0].study_id == "SEV-0017"
    assert "patient-0-study_id" not in controls(days.response)
