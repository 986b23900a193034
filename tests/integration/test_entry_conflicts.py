"""Two people at one page: what each changed is kept, what both changed is for a person to decide, nothing is lost."""

from __future__ import annotations

import pytest
from django.urls import reverse

from registry.models import (
    CrsAssessment,
    CrsEpisode,
    Disease,
    Draft,
    IcansAssessment,
    IcansEpisode,
    LabResult,
    ToxicityTherapy,
)
from sites.context import acting_as_system
from tests.entry_forms import Page, a_case, address, an_episode, day, events, rows


@pytest.fixture
def case(cast):
    return a_case(cast.sev)


@pytest.fixture
def episode(case):
    return an_episode(case)


@pytest.fixture
def two(cast, signed_in):
    """Open the same page for alice and for carol."""

    def opened(url: str) -> tuple[Page, Page]:
        return Page(signed_in(cast.alice), url), Page(signed_in(cast.carol), url)

    return opened


@pytest.fixture
def url(cast, case, episode):
    """The page of an episode with one day, on which two values are known."""
    with acting_as_system("tests", reason="a day"):
        CrsAssessment.objects.create(
            site=cast.sev, episode=episode, assessed_on=day(1), temp_max_c="38.4", systolic_min_mmhg=110
        )
    return address(case, "crs_episode", episode.pk)


def the_day():
    [row] = rows(CrsAssessment)
    return row


def test_different_fields_of_one_row_are_both_kept_and_the_second_is_told_of_whom(two, url):
    alice, carol = two(url)
    assert alice.send(crs_assessment__0__temp_max_c="39.1") == 302
    assert carol.send(crs_assessment__0__systolic_min_mmhg="85") == 302
    row = the_day()
    assert (str(row.temp_max_c), row.systolic_min_mmhg, row.version) == ("39.1", 85, 3)
    assert "alice@example.org changed other fields meanwhile; both changes are kept." in carol.text


def test_whoever_changed_the_field_is_named_not_whoever_wrote_last(cast, two, url, signed_in):
    alice, carol = two(url)
    alice.send(crs_assessment__0__temp_max_c="39.1")
    with acting_as_system("nightly", reason="a recount"):
        CrsAssessment.objects.update(grade_rule="another")
    carol.send(crs_assessment__0__systolic_min_mmhg="85")
    assert "alice@example.org changed other fields meanwhile" in carol.text


def test_the_same_value_typed_by_both_is_no_conflict(two, url):
    alice, carol = two(url)
    alice.send(crs_assessment__0__temp_max_c="39.1")
    assert carol.send(crs_assessment__0__temp_max_c="39.10") == 302
    assert (str(the_day().temp_max_c), the_day().version) == ("39.1", 2)


@pytest.fixture
def clash(two, url):
    """Alice has saved 39.1; carol, who typed 40 over the old page, is asked."""
    alice, carol = two(url)
    alice.send(crs_assessment__0__temp_max_c="39.1", crs_assessment__0__oxygen="ROOM_AIR")
    carol.type(crs_assessment__0__temp_max_c="40", crs_assessment__0__systolic_min_mmhg="85")
    return carol, carol.send()


CHOICE = "choose-crs_assessment-0-temp_max_c"


def test_different_values_of_one_field_are_shown_side_by_side_and_nothing_is_overwritten(clash):
    carol, status = clash
    assert status == 422
    assert "Two people changed the same values" in carol.text
    assert f'name="{CHOICE}" value="mine"> 40<' in carol.text
    assert f'name="{CHOICE}" value="theirs"> 39.1<' in carol.text
    assert "alice@example.org" in carol.text
    assert ("choices", "Somebody else changed the same values. Choose below.") in carol.problems
    row = the_day()
    assert (str(row.temp_max_c), row.systolic_min_mmhg, row.version) == ("39.1", 110, 2)
    assert carol.typed["crs_assessment-0-systolic_min_mmhg"] == "85"
    assert carol.typed["crs_assessment-0-oxygen"] == "ROOM_AIR"


def test_without_a_choice_it_is_refused_again(clash):
    carol, _status = clash
    assert carol.send() == 422
    assert f'name="{CHOICE}"' in carol.text
    assert "alice@example.org" in carol.text
    assert str(the_day().temp_max_c) == "39.1"
    assert carol.typed["crs_assessment-0-temp_max_c"] == "40"


@pytest.mark.parametrize(("choice", "value"), [("mine", "40.0"), ("theirs", "39.1")])
def test_the_chosen_value_is_saved_with_everything_else(clash, choice, value):
    carol, _status = clash
    assert carol.send(**{CHOICE.replace("-", "__"): choice}) == 302
    row = the_day()
    assert (str(row.temp_max_c), row.systolic_min_mmhg, row.oxygen) == (value, 85, "ROOM_AIR")
    assert rows(Draft) == []


def test_one_s_own_value_is_not_written_over_one_that_was_saved_after_the_choice_was_shown(clash, url, signed_in, cast):
    carol, _status = clash
    Page(signed_in(cast.alice), url).send(crs_assessment__0__temp_max_c="37.5", crs_assessment__0__oxygen="LOW_FLOW")
    assert carol.send(**{CHOICE.replace("-", "__"): "mine"}) == 422
    assert (str(the_day().temp_max_c), the_day().oxygen) == ("37.5", "LOW_FLOW")
    assert f'name="{CHOICE}" value="theirs"> 37.5<' in carol.text
    assert f'name="{CHOICE}" value="mine" checked' not in carol.text
    assert carol.send(**{CHOICE.replace("-", "__"): "mine"}) == 302
    assert (str(the_day().temp_max_c), the_day().oxygen) == ("40.0", "LOW_FLOW")


def test_the_choice_is_still_asked_when_the_page_is_opened_again(clash, url, cast, signed_in):
    again = Page(signed_in(cast.carol), url)
    assert f'name="{CHOICE}"' in again.text
    assert again.send() == 422
    assert str(the_day().temp_max_c) == "39.1"


def test_rows_without_a_conflict_are_saved_beside_one_that_waits_for_a_choice(two, url):
    alice, carol = two(url)
    alice.send(crs_assessment__0__temp_max_c="39.1")
    carol.type(crs_assessment__0__temp_max_c="40", crs_assessment__1__temp_max_c="38.2")
    assert carol.send() == 422
    assert [str(row.temp_max_c) for row in rows(CrsAssessment, "assessed_on")] == ["39.1", "38.2"]


def test_a_page_that_is_out_of_date_and_sent_unchanged_changes_nothing(two, url):
    alice, carol = two(url)
    alice.send(crs_assessment__0__temp_max_c="39.1")
    before = len(events(CrsAssessment))
    assert carol.send() == 302
    assert "Nothing was changed." in carol.text
    assert (str(the_day().temp_max_c), len(events(CrsAssessment))) == ("39.1", before)


def test_a_missing_reason_and_a_value_are_different_answers(two, url):
    alice, carol = two(url)
    alice.send(crs_assessment__0__systolic_min_mmhg="ND")
    assert carol.send(crs_assessment__0__systolic_min_mmhg="85") == 422
    assert the_day().missing == {"systolic_min_mmhg": "ND"}
    assert 'value="theirs"> ND<' in carol.text


def test_two_people_who_add_the_same_day_at_once_fill_in_one_row_together(two, case, episode):
    alice, carol = two(address(case, "crs_episode", episode.pk))
    alice.send(crs_assessment__2__temp_max_c="39.1")
    assert carol.send(crs_assessment__2__systolic_min_mmhg="85") == 302
    row = the_day()
    assert (row.assessed_on, str(row.temp_max_c), row.systolic_min_mmhg) == (day(3), "39.1", 85)


def test_two_people_who_add_the_same_day_with_different_values_are_asked(two, case, episode):
    alice, carol = two(address(case, "crs_episode", episode.pk))
    alice.send(crs_assessment__2__temp_max_c="39.1")
    assert carol.send(crs_assessment__2__temp_max_c="38") == 422
    assert "alice@example.org" in carol.text
    assert str(the_day().temp_max_c) == "39.1"
    assert carol.send(choose__crs_assessment__2__temp_max_c="mine") == 302
    assert str(the_day().temp_max_c) == "38.0"


def test_a_row_deleted_meanwhile_stays_as_typed_and_is_entered_anew_by_the_next_save(two, url):
    alice, carol = two(url)
    alice.send(crs_assessment__0__delete="yes")
    assert carol.send(crs_assessment__0__temp_max_c="40") == 422
    assert "Somebody deleted this row." in carol.text
    assert rows(CrsAssessment) == []
    assert carol.send() == 302
    row = the_day()
    assert (str(row.temp_max_c), row.systolic_min_mmhg, row.version) == ("40.0", 110, 1)


def test_a_row_deleted_meanwhile_that_one_did_not_touch_stays_deleted(two, url):
    alice, carol = two(url)
    alice.send(crs_assessment__0__delete="yes")
    assert carol.send(crs_assessment__1__temp_max_c="38") == 302
    assert [row.assessed_on for row in rows(CrsAssessment)] == [day(2)]


def test_what_both_delete_is_deleted(two, url):
    alice, carol = two(url)
    alice.send(crs_assessment__0__delete="yes")
    assert carol.send(crs_assessment__0__delete="yes") == 302
    assert rows(CrsAssessment) == []


def test_a_row_changed_meanwhile_is_not_deleted_before_it_was_looked_at(two, url):
    alice, carol = two(url)
    alice.send(crs_assessment__0__temp_max_c="39.1")
    assert carol.send(crs_assessment__0__delete="yes") == 422
    assert "Look at it once more before you delete it." in carol.text
    assert carol.typed["crs_assessment-0-temp_max_c"] == "39.1"
    assert "crs_assessment-0-delete" not in carol.typed
    assert str(the_day().temp_max_c) == "39.1"
    assert carol.send(crs_assessment__0__delete="yes") == 302
    assert rows(CrsAssessment) == []


def test_an_episode_is_changed_by_two_as_its_days_are(two, url):
    alice, carol = two(url)
    alice.send(crs_episode__0__max_grade="2")
    assert carol.send(crs_episode__0__max_grade="3", crs_episode__0__max_grade_on="+2") == 422
    [episode] = rows(CrsEpisode)
    assert (episode.max_grade, episode.max_grade_on) == (2, None)
    assert carol.send(choose__crs_episode__0__max_grade="theirs") == 302
    [episode] = rows(CrsEpisode)
    assert (episode.max_grade, episode.max_grade_on) == (2, day(2))


def test_two_people_who_start_a_form_at_once_fill_it_in_together(two, case):
    alice, carol = two(address(case, "disease"))
    alice.send(disease__0__prior_lines="3")
    assert (carol.send(disease__0__diagnosed_on="2023"), carol.problems) == (302, [])
    [disease] = rows(Disease)
    assert (disease.prior_lines, disease.diagnosed_on.year, disease.diagnosed_on_precision) == (3, 2023, "YEAR")


def test_an_episode_deleted_meanwhile_is_kept_as_typed_and_entered_anew_by_the_next_save(cast, two, url, signed_in):
    alice, carol = two(url)
    delete = url + "delete/"
    page = alice.client.get(delete)
    alice.client.post(delete, {"reason": "entered twice", "seen": page.context["seen"]})
    assert rows(CrsEpisode) == []
    carol.type(crs_episode__0__max_grade="3", crs_assessment__0__temp_max_c="40", crs_assessment__1__temp_max_c="38")
    assert carol.send() == 422
    assert "Somebody deleted this page. What you typed is kept: save again to enter it anew." in carol.text
    assert rows(CrsEpisode) == []
    back = Page(signed_in(cast.carol), url)
    assert back.typed["crs_assessment-0-temp_max_c"] == "40"
    assert back.send() == 302
    [episode] = rows(CrsEpisode)
    assert (episode.max_grade, episode.onset_on) == (3, day(1))
    assert [str(row.temp_max_c) for row in rows(CrsAssessment, "assessed_on")] == ["40.0", "38.0"]
    assert back.url.endswith(f"/{episode.pk}/")
    assert rows(Draft) == []


def test_a_page_that_was_deleted_is_not_found_by_those_who_typed_nothing_there(two, url):
    alice, carol = two(url)
    page = alice.client.get(url + "delete/")
    alice.client.post(url + "delete/", {"reason": "entered twice", "seen": page.context["seen"]})
    assert carol.client.get(url).status_code == 404
    assert carol.client.get(url + "delete/").status_code == 404


def test_a_page_changed_meanwhile_is_not_deleted_before_it_was_looked_at(two, url):
    alice, carol = two(url)
    seen = alice.client.get(url + "delete/").context["seen"]
    carol.send(crs_assessment__1__temp_max_c="38")
    refused = alice.client.post(url + "delete/", {"reason": "entered twice", "seen": seen})
    assert refused.status_code == 422
    assert "Somebody changed this page meanwhile." in refused.content.decode()
    assert len(rows(CrsEpisode)) == 1
    again = {"reason": "entered twice", "seen": refused.context["seen"]}
    assert alice.client.post(url + "delete/", again).status_code == 302
    assert rows(CrsEpisode) == []


@pytest.fixture
def lab_url(cast, case):
    """The laboratory page with one sample of two results."""
    with acting_as_system("tests", reason="results"):
        for analyte, value, unit in (("CRP", "12", "mg/dL"), ("FERRITIN", "2400", "ng/mL")):
            LabResult.objects.create(
                site=cast.sev, course=case.infusion_courses.get(), analyte=analyte, sampled_on=day(0),
                value=value, unit=unit,
            )  # fmt: skip
    return address(case, "lab")


def sample(page: Page) -> str:
    """Return the name of the row of the sample."""
    return next(name.removesuffix("-CRP-id") for name in page.typed if name.endswith("-CRP-id"))


def results():
    return {row.analyte: (float(row.value), row.unit) for row in rows(LabResult)}


def test_two_results_of_one_sample_are_changed_by_two_people(two, lab_url):
    alice, carol = two(lab_url)
    alice.typed[f"{sample(alice)}-CRP"] = "15"
    carol.typed[f"{sample(carol)}-FERRITIN"] = "3000"
    assert (alice.send(), carol.send()) == (302, 302)
    assert results() == {"CRP": (15, "mg/dL"), "FERRITIN": (3000, "ng/mL")}


@pytest.mark.parametrize(("choice", "kept"), [("mine", (17, "mg/dL")), ("theirs", (15, "mg/dL"))])
def test_one_result_changed_by_two_people_waits_for_a_choice(two, lab_url, choice, kept):
    alice, carol = two(lab_url)
    name = f"{sample(alice)}-CRP"
    alice.typed[name], carol.typed[name] = "15", "17"
    carol.typed[f"{sample(carol)}-FERRITIN"] = "3000"
    assert (alice.send(), carol.send()) == (302, 422)
    assert results() == {"CRP": (15, "mg/dL"), "FERRITIN": (3000, "ng/mL")}
    assert f'name="choose-{name}" value="mine"> 17<' in carol.text
    assert f'name="choose-{name}" value="theirs"> 15<' in carol.text
    assert carol.send() == 422
    assert results()["CRP"] == (15, "mg/dL")
    carol.typed[f"choose-{name}"] = choice
    assert carol.send() == 302
    assert results() == {"CRP": kept, "FERRITIN": (3000, "ng/mL")}


def test_a_value_and_a_unit_of_two_people_never_become_one_result(two, lab_url):
    alice, carol = two(lab_url)
    name = f"{sample(alice)}-CRP"
    alice.typed[name], carol.typed[name] = "12 mg/L", "13"
    assert (alice.send(), carol.send()) == (302, 422)
    assert results()["CRP"] == (12, "mg/L")


def test_a_result_changed_meanwhile_is_not_cleared_before_it_was_looked_at(two, lab_url):
    alice, carol = two(lab_url)
    name = f"{sample(alice)}-CRP"
    alice.typed[name], carol.typed[name] = "15", ""
    assert (alice.send(), carol.send()) == (302, 422)
    assert results()["CRP"] == (15, "mg/dL")
    assert carol.typed[name] == "15"
    carol.typed[name] = ""
    assert carol.send() == 302
    assert set(results()) == {"FERRITIN"}


def test_a_result_deleted_meanwhile_is_entered_anew_by_the_next_save(two, lab_url):
    alice, carol = two(lab_url)
    name = f"{sample(alice)}-CRP"
    alice.typed[name], carol.typed[name] = "", "17"
    assert (alice.send(), carol.send()) == (302, 422)
    assert "Somebody deleted this row." in carol.text
    assert carol.send() == 302
    assert results() == {"CRP": (17, "mg/dL"), "FERRITIN": (2400, "ng/mL")}


def test_a_sample_moved_by_one_person_and_a_result_changed_by_another_are_both_kept(two, lab_url):
    alice, carol = two(lab_url)
    alice.typed[f"{sample(alice)}-sampled_on"] = "+1"
    carol.typed[f"{sample(carol)}-CRP"] = "17"
    assert (alice.send(), carol.send()) == (302, 302)
    assert results()["CRP"] == (17, "mg/dL")
    assert {row.sampled_on for row in rows(LabResult)} == {day(1)}


def test_a_dose_and_its_unit_of_two_people_never_become_one_dose(cast, two, case):
    with acting_as_system("tests", reason="a drug"):
        ToxicityTherapy.objects.create(
            site=cast.sev, course=case.infusion_courses.get(), therapy_no=1, drug="TOCILIZUMAB", started_on=day(2),
            dose=8, dose_unit="MG_PER_KG",
        )  # fmt: skip
    alice, carol = two(address(case, "toxicity_therapy"))
    alice.send(toxicity_therapy__0__dose_unit="MG")
    assert carol.send(toxicity_therapy__0__dose="560") == 422
    [row] = rows(ToxicityTherapy)
    assert (row.dose, row.dose_unit) == (8, "MG")


def test_the_items_of_one_ice_score_are_not_mixed_from_two_people(cast, two, case):
    with acting_as_system("tests", reason="a day"):
        episode = IcansEpisode.objects.create(
            site=cast.sev, course=case.infusion_courses.get(), icans_no=1, onset_on=day(1), resolved_on=day(2)
        )
        IcansAssessment.objects.create(
            site=cast.sev, episode=episode, assessed_on=day(1), ice_orientation=4, ice_naming=3, ice_command=1,
            ice_writing=1, ice_attention=1, ice_total=10,
        )  # fmt: skip
    alice, carol = two(address(case, "icans_episode", episode.pk))
    alice.send(icans_assessment__0__ice_attention="0")
    assert carol.send(icans_assessment__0__ice_naming="2") == 422
    [row] = rows(IcansAssessment)
    assert (row.ice_attention, row.ice_naming, row.ice_total) == (0, 3, 9)
    carol.send(
        choose__icans_assessment__0__ice_naming="mine",
        choose__icans_assessment__0__ice_attention="theirs",
        choose__icans_assessment__0__ice_total="theirs",
    )
    [row] = rows(IcansAssessment)
    assert (row.ice_attention, row.ice_naming, row.ice_total) == (0, 2, 8)


def test_a_draft_typed_before_the_other_one_saved_still_meets_the_conflict(cast, two, case, url, signed_in):
    alice, carol = two(url)
    carol.type(crs_assessment__0__temp_max_c="40")
    draft = reverse("case_draft", args=[case.pk, "crs_episode"])
    assert carol.client.post(draft, carol.typed).status_code == 200
    alice.send(crs_assessment__0__temp_max_c="39.1")
    again = Page(signed_in(cast.carol), url)
    assert again.typed["crs_assessment-0-temp_max_c"] == "40"
    assert again.send() == 422
    assert str(the_day().temp_max_c) == "39.1"
