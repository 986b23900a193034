"""What the registry works out while one types is what it stores after saving: grades, doses, equivalents, the class."""

from __future__ import annotations

import html
import re

import pytest

from registry.models import (
    AnakinraCourse,
    AnakinraSegment,
    CrsAssessment,
    IcansAssessment,
    IcansEpisode,
    InfusionCourse,
    Patient,
    ToxicityTherapy,
)
from sites.context import acting_as_system
from tests.entry_forms import Page, a_case, address, an_episode, day, rows


@pytest.fixture
def case(cast):
    return a_case(cast.sev)


@pytest.fixture
def client(cast, signed_in):
    return signed_in(cast.alice)


def shown(page: Page, key: str) -> dict[str, str]:
    """Return row -> the computed value that the page shows there."""
    found = {}
    for row, cells in re.findall(r'<tr data-row="([^"]*)"(.*?)</tr>', page.response.content.decode(), re.S):
        cell = re.search(rf'data-computed="{key}"[^>]*>([^<]*)<', cells)
        found[row] = html.unescape(cell[1]) if cell else ""
    return found


CALM = {"temp_max_c": "37.2", "has_hypotension": "no", "vasopressors": "0", "has_vasopressin": "no",
        "oxygen": "ROOM_AIR", "had_antipyretic": "no", "has_other_fever_cause": "no"}  # fmt: skip
FEVER = {**CALM, "temp_max_c": "39"}
LOW = {**CALM, "has_hypotension": "yes"}
CRS_DAYS = [
    ({**FEVER}, "1"),
    ({**FEVER, "has_hypotension": "yes"}, "2"),
    ({}, ""),
    ({**LOW, "vasopressors": "1"}, "3"),  # no fever any more: tocilizumab or a corticosteroid hides it
    ({**LOW, "vasopressors": "2"}, "4"),
    ({**LOW, "oxygen": "LOW_FLOW", "oxygen_flow_l_min": "4"}, "2"),
    ({"temp_max_c": "37"}, ""),
    ({**CALM}, "0"),
]


def treat(case: Patient, client, drug: str, on: str) -> None:
    page = Page(client, address(case, "toxicity_therapy"))
    page.type(toxicity_therapy__0__drug=drug, toxicity_therapy__0__started_on=on)
    assert (page.send(), page.problems) == (302, [])


@pytest.mark.parametrize("drug", ["TOCILIZUMAB", "DEXAMETHASONE"])
def test_the_grades_of_crs_shown_before_saving_are_those_stored_after_it(case, client, drug):
    treat(case, client, drug, "+4")
    page = Page(client, address(case, "crs_episode", an_episode(case, last=8).pk))
    for number, (findings, _grade) in enumerate(CRS_DAYS):
        page.typed |= {f"crs_assessment-{number}-{name}": text for name, text in findings.items()}
    page.send("refresh")
    before = list(shown(page, "grade_computed").values())
    assert page.send() == 302
    stored = {row.assessed_on: row.grade_computed for row in rows(CrsAssessment)}
    after = [stored.get(day(number + 1)) for number in range(len(CRS_DAYS))]
    assert before == ["" if grade is None else str(grade) for grade in after]
    assert before[:6] == [grade for _findings, grade in CRS_DAYS][:6]
    assert list(shown(page, "grade_computed").values()) == before


def test_without_a_treatment_that_hides_it_low_pressure_without_fever_is_no_crs(case, client):
    page = Page(client, address(case, "crs_episode", an_episode(case, last=2).pk))
    page.typed |= {f"crs_assessment-0-{name}": text for name, text in {**LOW, "vasopressors": "1"}.items()}
    page.send("refresh")
    before = shown(page, "grade_computed")["crs_assessment-0"]
    page.send()
    [row] = rows(CrsAssessment)
    assert before == str(row.grade_computed) == "0"


def test_a_grade_stays_empty_until_every_finding_is_there_and_the_page_says_what_it_waits_for(case, client):
    page = Page(client, address(case, "crs_episode", an_episode(case, last=1).pk))
    for name, text in FEVER.items():
        page.typed[f"crs_assessment-0-{name}"] = text
        page.send("refresh")
        if name == "vasopressors":
            assert shown(page, "grade_computed")["crs_assessment-0"] == ""
            assert "Waits for:" in page.text
    assert shown(page, "grade_computed")["crs_assessment-0"] == "1"


QUIET = {"ice_assessable": "YES", "consciousness": "ALERT", "seizure": "NONE", "motor": "NONE", "oedema": "NONE",
         "icp_sign": "NONE", "has_other_cause": "no"}  # fmt: skip
ITEMS = ("orientation", "naming", "command", "writing", "attention")


def ice(*points: int) -> dict[str, str]:
    return {f"ice_{item}": str(got) for item, got in zip(ITEMS, points, strict=True)}


ICANS_DAYS = [
    ({**QUIET, **ice(4, 3, 1, 1, 1)}, "0"),
    ({**QUIET, **ice(3, 3, 1, 1, 0)}, "1"),
    ({**QUIET, **ice(2, 2, 1, 0, 0)}, "2"),
    ({**QUIET, **ice(1, 1, 0, 0, 0)}, "3"),
    ({**QUIET, **ice(4, 3, 1, 1, 1), "seizure": "PROLONGED"}, None),
    ({**ice(4, 3, 1, 1, 1)}, None),
    ({}, ""),
    ({**QUIET, "ice_total": "8"}, "1"),
]


@pytest.fixture
def icans(cast, case, client):
    """The page of an ICANS episode of eight days of an adult."""
    with acting_as_system("tests", reason="an episode"):
        Patient.objects.update(age_at_infusion=61)
        episode = IcansEpisode.objects.create(
            site=cast.sev, course=case.infusion_courses.get(), icans_no=1, onset_on=day(1), resolved_on=day(8)
        )
    return Page(client, address(case, "icans_episode", episode.pk))


def test_the_grades_of_icans_shown_before_saving_are_those_stored_after_it(icans):
    for number, (findings, _grade) in enumerate(ICANS_DAYS):
        icans.typed |= {f"icans_assessment-{number}-{name}": text for name, text in findings.items()}
    icans.typed["icans_assessment-4-seizure"] = "NONE"
    icans.send("refresh")
    before = list(shown(icans, "grade_computed").values())
    assert (icans.send(), icans.problems) == (302, [])
    stored = {row.assessed_on: row for row in rows(IcansAssessment)}
    after = [getattr(stored.get(day(number + 1)), "grade_computed", None) for number in range(len(ICANS_DAYS))]
    assert before == ["" if grade is None else str(grade) for grade in after]
    assert all(grade in (None, got) for (_findings, grade), got in zip(ICANS_DAYS, before, strict=True))
    assert [stored[day(number)].ice_total for number in (1, 2, 3, 4)] == [10, 8, 5, 2]


def test_the_score_follows_from_its_items_also_when_one_of_them_changes(icans):
    icans.typed |= {f"icans_assessment-0-{name}": text for name, text in {**QUIET, **ice(4, 3, 1, 1, 1)}.items()}
    icans.send("refresh")
    assert "= 10" in icans.text
    icans.send()
    assert icans.typed["icans_assessment-0-ice_total"] == "10"
    icans.send("refresh", icans_assessment__0__ice_orientation="1", icans_assessment__0__ice_naming="0")
    assert shown(icans, "grade_computed")["icans_assessment-0"] == "2"
    icans.send()
    [row] = rows(IcansAssessment)
    assert (row.ice_total, row.grade_computed) == (4, 2)


def test_a_score_said_to_be_unknown_is_not_added_up(icans):
    icans.typed |= {f"icans_assessment-0-{name}": text for name, text in {**QUIET, **ice(4, 3, 1, 1, 1)}.items()}
    icans.send("refresh", icans_assessment__0__ice_total="UNK")
    before = shown(icans, "grade_computed")["icans_assessment-0"]
    icans.send()
    [row] = rows(IcansAssessment)
    assert (row.ice_total, row.missing) == (None, {"ice_total": "UNK"})
    assert before == ("" if row.grade_computed is None else str(row.grade_computed))


SEGMENTS = [
    {"segment_started_on": "+5", "dose_mg": "100", "interval_h": "6", "route": "IV"},
    {"segment_started_on": "+3", "segment_started_at": "18:00", "dose_mg": "200", "interval_h": "8", "route": "IV"},
    {"segment_started_on": "+3", "segment_started_at": "06:00", "dose_mg": "100", "interval_h": "12", "route": "SC"},
    {"segment_started_on": "+9", "dose_mg": "100"},
]


def fill_segments(page: Page) -> None:
    for number, texts in enumerate(SEGMENTS):
        page.typed |= {f"anakinra_segment-{number}-{name}": text for name, text in texts.items()}


@pytest.mark.parametrize(("weight", "source"), [("72.5", "80"), ("", "68")])
def test_doses_shown_before_saving_are_those_stored_after_it(case, client, weight, source):
    page = Page(client, address(case, "anakinra_course"))
    page.type(anakinra_course__0__started_on="+3", anakinra_course__0__weight_kg=weight)
    fill_segments(page)
    page.send("refresh")
    daily, per_kg = shown(page, "daily_mg"), shown(page, "mg_per_kg_day")
    dose_class = re.search(r'data-computed="dose_class"[^>]*>([^<]*)<', page.text)[1]
    assert "The first segment gives 200 mg/d" in page.text
    assert (page.send(), page.problems) == (302, [])
    [course] = rows(AnakinraCourse)
    for number, row in enumerate(rows(AnakinraSegment, "segment_no")):
        assert daily[f"anakinra_segment-{number}"] == written(row.daily_mg)
        assert per_kg[f"anakinra_segment-{number}"] == written(row.mg_per_kg_day)
    assert dose_class.startswith(f"{course.dose_class}:")
    assert (course.first_daily_mg, float(course.dose_weight_kg)) == (200, float(weight or source))
    assert re.search(r'data-computed="dose_class"[^>]*>([^<]*)<', page.text)[1] == dose_class


def written(value) -> str:
    """Return a number as the page shows it, to one decimal."""
    return "" if value is None else f"{float(value) + 1e-9:.1f}".removesuffix(".0")


def test_a_dose_of_a_second_infusion_is_per_kilogram_of_the_weight_then(cast, case, client):
    with acting_as_system("tests", reason="a second course"):
        second = InfusionCourse.objects.create(
            site=cast.sev, patient=case, course_no=2, infused_on=day(200), product_id="AXI", weight_kg=50
        )
    page = Page(client, address(case, "anakinra_course"))
    page.type(anakinra_course__0__above=str(second.pk), anakinra_course__0__started_on="+203")
    page.typed |= {f"anakinra_segment-0-{name}": text for name, text in SEGMENTS[0].items()}
    page.send("refresh", anakinra_segment__0__segment_started_on="+203")
    assert shown(page, "mg_per_kg_day")["anakinra_segment-0"] == "8"
    assert (page.send(), page.problems) == (302, [])
    assert rows(AnakinraSegment)[0].mg_per_kg_day == 8


STEROIDS = [
    {"drug": "DEXAMETHASONE", "dose": "10", "dose_unit": "MG", "interval_h": "6"},
    {"drug": "METHYLPREDNISOLONE", "dose": "1000", "dose_unit": "MG"},
    {"drug": "METHYLPREDNISOLONE", "dose": "1", "dose_unit": "MG_PER_KG", "interval_h": "12"},
    {"drug": "TOCILIZUMAB", "dose": "8", "dose_unit": "MG_PER_KG"},
    {"drug": "DEXAMETHASONE", "dose": "10", "dose_unit": "MG", "interval_h": "UNK"},
]


def test_equivalents_of_dexamethasone_shown_before_saving_are_those_stored_after_it(case, client):
    page = Page(client, address(case, "toxicity_therapy"))
    for number, texts in enumerate(STEROIDS):
        row = f"toxicity_therapy-{number}"
        page.typed |= {f"{row}-started_on": "+2", **{f"{row}-{name}": text for name, text in texts.items()}}
    page.send("refresh")
    before = shown(page, "dexeq_mg_per_day")
    assert (page.send(), page.problems) == (302, [])
    stored = [row.dexeq_mg_per_day for row in rows(ToxicityTherapy, "therapy_no")]
    assert [before[f"toxicity_therapy-{number}"] for number in range(5)] == [written(value) for value in stored]
    assert [value is not None for value in stored] == [True, True, True, False, False]


def test_a_course_without_a_dose_sent_again_gets_no_empty_dose(case, client):
    page = Page(client, address(case, "anakinra_course"))
    assert page.send(anakinra_course__0__started_on="+3") == 302
    assert page.typed["anakinra_segment-0-segment_started_on"] != "", "the first dose starts with the course"
    assert page.send() == 302
    assert "Nothing was changed." in page.text
    assert rows(AnakinraSegment) == []
    assert page.send(anakinra_segment__0__dose_mg="100") == 302
    assert rows(AnakinraSegment)[0].segment_started_on == day(3)
