"""The laboratory page: a row a sample, a column an analyte; every result keeps the unit in which it was typed."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.models import InfusionCourse, LabResult, Patient
from sites.context import acting_as_system
from tests.entry_forms import Page, a_case, address, day, events, rows


@pytest.fixture
def case(cast):
    return a_case(cast.sev)


@pytest.fixture
def labs(cast, case, signed_in):
    """The laboratory page in alice's browser."""
    return Page(signed_in(cast.alice), address(case, "lab"))


def blank(page: Page, number: int = -1) -> str:
    """Return the name of a row without a date."""
    found = [name.removesuffix("-sampled_on") for name, text in page.typed.items() if name.endswith("-sampled_on")]
    return [row for row in found if not page.typed[f"{row}-sampled_on"]][number]


def sample(page: Page, result: LabResult) -> str:
    """Return the name of the row in which a saved result stands."""
    ending = f"-{result.analyte}-id"
    return next(
        name.removesuffix(ending)
        for name, text in page.typed.items()
        if name.endswith(ending) and text == str(result.pk)
    )


def results(order="analyte"):
    return [(row.analyte, float(row.value), row.comparator, row.unit) for row in rows(LabResult, order) if row.value]


def enter(page: Page, on: str = "+0", **texts: str) -> None:
    row = blank(page, 0)
    page.typed |= {f"{row}-sampled_on": on, **{f"{row}-{code}": text for code, text in texts.items()}}
    assert (page.send(), page.problems) == (302, [])


def test_each_result_keeps_its_unit_and_sign(labs):
    enter(labs, CRP="12 mg/dL", FERRITIN="<5", LDH="310")
    assert results() == [("CRP", 12, None, "mg/dL"), ("FERRITIN", 5, "<", "ng/mL"), ("LDH", 310, None, "U/L")]
    [crp] = [row for row in rows(LabResult) if row.analyte == "CRP"]
    assert crp.canonical_value == 120
    row = sample(labs, crp)
    assert labs.typed[f"{row}-FERRITIN"] == "<5"
    assert labs.send() == 302
    assert "Nothing was changed." in labs.text


def test_a_result_without_a_unit_is_in_the_unit_of_its_column(labs):
    labs.typed["lab-unit-CRP"] = "mg/dL"
    enter(labs, CRP="12")
    assert results() == [("CRP", 12, None, "mg/dL")]


def test_another_unit_of_the_column_never_changes_what_a_saved_result_says(labs):
    enter(labs, CRP="12 mg/dL")
    [crp] = rows(LabResult)
    row = sample(labs, crp)
    assert (labs.typed["lab-unit-CRP"], labs.typed[f"{row}-CRP"]) == ("mg/dL", "12")
    labs.send("refresh", **{"lab-unit-CRP": "mg/L"})
    assert labs.typed[f"{row}-CRP"] == "12 mg/dL"
    assert labs.send() == 302
    assert "Nothing was changed." in labs.text
    again = labs.type(**{"lab-unit-CRP": "mg/L"})
    assert again.send() == 302
    assert results() == [("CRP", 12, None, "mg/dL")]


def test_a_result_saved_in_the_wrong_unit_is_corrected_by_typing_it_anew(labs):
    enter(labs, CRP="12 mg/dL")
    row = sample(labs, rows(LabResult)[0])
    labs.send("refresh", **{"lab-unit-CRP": "mg/L"})
    labs.typed[f"{row}-CRP"] = "12"
    assert labs.send() == 302
    assert results() == [("CRP", 12, None, "mg/L")]


def test_the_unit_of_a_column_is_that_of_other_cases_of_the_site(cast, labs, signed_in):
    enter(labs, CRP="12 mg/dL")
    with acting_as_system("tests", reason="another case"):
        other = Patient.objects.create(site=cast.sev, study_id="SEV-0044")
        InfusionCourse.objects.create(site=cast.sev, patient=other, course_no=1, infused_on=day(0), product_id="AXI")
    assert Page(signed_in(cast.alice), address(other, "lab")).typed["lab-unit-CRP"] == "mg/dL"


def test_clearing_a_cell_deletes_that_result_only(labs):
    enter(labs, CRP="12", FERRITIN="2400")
    [crp, ferritin] = rows(LabResult, "analyte")
    labs.typed[f"{sample(labs, crp)}-CRP"] = ""
    assert labs.send() == 302
    assert "1 row deleted." in labs.text
    assert [row.pk for row in rows(LabResult)] == [ferritin.pk]
    assert rows(LabResult)[0].version == 1


def test_the_box_of_a_sample_deletes_all_its_results_and_adds_none(labs):
    enter(labs, CRP="12", FERRITIN="2400")
    row = sample(labs, rows(LabResult)[0])
    labs.typed |= {f"{row}-delete": "yes", f"{row}-LDH": "300"}
    assert labs.send() == 302
    assert rows(LabResult) == []


def test_moving_the_date_of_a_sample_moves_all_its_results(labs):
    enter(labs, CRP="12", FERRITIN="2400")
    enter(labs, on="+2", CRP="20")
    first = next(row for row in rows(LabResult) if row.analyte == "FERRITIN")
    labs.typed[f"{sample(labs, first)}-sampled_on"] = "+1"
    assert labs.send() == 302
    assert sorted((row.analyte, row.sampled_on) for row in rows(LabResult)) == [
        ("CRP", day(1)), ("CRP", day(2)), ("FERRITIN", day(1)),
    ]  # fmt: skip
    assert [float(row.value) for row in rows(LabResult, "analyte", "sampled_on")] == [12, 20, 2400]


def test_a_reason_stands_in_a_cell_as_a_result_does(labs):
    enter(labs, CRP="nd")
    [crp] = rows(LabResult)
    assert (crp.value, crp.unit, crp.missing) == (None, None, {"value": "ND"})
    row = sample(labs, crp)
    assert labs.typed[f"{row}-CRP"] == "ND"
    assert labs.send() == 302
    assert "Nothing was changed." in labs.text
    labs.typed[f"{row}-CRP"] = "12"
    labs.send()
    [crp] = rows(LabResult)
    assert (float(crp.value), crp.unit, crp.missing) == (12, "mg/L", {})


def test_two_samples_of_one_day_are_told_apart_by_their_times(labs):
    for time, value in (("06:00", "12"), ("18:30", "20")):
        row = blank(labs, 0)
        labs.typed |= {f"{row}-sampled_on": "+1", f"{row}-sampled_at": time, f"{row}-CRP": value}
    assert labs.send() == 302
    assert [(row.sampled_at, float(row.value)) for row in rows(LabResult, "sampled_at")] == [
        (dt.time(6), 12), (dt.time(18, 30), 20),
    ]  # fmt: skip
    assert len({sample(labs, row) for row in rows(LabResult)}) == 2


def test_a_time_point_is_that_of_all_results_of_its_sample(labs):
    enter(labs, CRP="12", FERRITIN="2400")
    row = sample(labs, rows(LabResult)[0])
    labs.typed |= {f"{row}-timepoint": "PEAK", f"{row}-LDH": "300"}
    assert labs.send() == 302
    assert {(row.analyte, row.timepoint) for row in rows(LabResult)} == {
        ("CRP", "PEAK"), ("FERRITIN", "PEAK"), ("LDH", "PEAK"),
    }  # fmt: skip


def test_results_of_a_second_infusion_course_stay_with_it(cast, case, signed_in):
    with acting_as_system("tests", reason="a second course"):
        second = InfusionCourse.objects.create(
            site=cast.sev, patient=case, course_no=2, infused_on=day(200), product_id="AXI"
        )
        LabResult.objects.create(
            site=cast.sev, course=second, analyte="CRP", sampled_on=day(201), value=12, unit="mg/L"
        )
    labs = Page(signed_in(cast.alice), address(case, "lab"))
    row = sample(labs, rows(LabResult)[0])
    labs.typed |= {f"{row}-CRP": "14", f"{row}-LDH": "300"}
    new = blank(labs, 0)
    labs.typed |= {f"{new}-sampled_on": "+202", f"{new}-CRP": "16", f"{new}-above": str(second.pk)}
    first = blank(labs, 0)
    labs.typed |= {f"{first}-sampled_on": "+1", f"{first}-CRP": "18"}
    assert (labs.send(), labs.problems) == (302, [])
    assert {(row.analyte, float(row.value), row.course_id == second.pk) for row in rows(LabResult)} == {
        ("CRP", 14, True), ("LDH", 300, True), ("CRP", 16, True), ("CRP", 18, False),
    }  # fmt: skip


def test_a_planned_day_without_a_result_is_nothing_to_save(labs):
    assert labs.send() == 302
    assert "Nothing was changed." in labs.text
    assert events(LabResult) == []


def test_a_result_that_cannot_be_read_stays_as_typed_beside_those_that_are_saved(labs):
    row = blank(labs, 0)
    labs.typed |= {f"{row}-sampled_on": "+20", f"{row}-CRP": "high", f"{row}-LDH": "300"}
    assert labs.send() == 422
    assert results() == [("LDH", 300, None, "U/L")]
    saved = sample(labs, rows(LabResult)[0])
    assert labs.typed[f"{saved}-CRP"] == "high"
    assert [to for to, _words in labs.problems] == [f"id_{saved}-CRP"]
    labs.typed[f"{saved}-CRP"] = "12"
    assert labs.send() == 302
    assert results() == [("CRP", 12, None, "mg/L"), ("LDH", 300, None, "U/L")]


def test_a_sample_whose_date_cannot_be_read_is_kept_whole(labs):
    row = blank(labs, 0)
    labs.typed |= {f"{row}-sampled_on": "yesterday?", f"{row}-CRP": "12"}
    assert labs.send() == 422
    assert results() == []
    kept = next(name for name, text in labs.typed.items() if text == "yesterday?")
    assert labs.typed[kept.replace("sampled_on", "CRP")] == "12"
    assert labs.problems[0][0] == f"id_{kept}"
