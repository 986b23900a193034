"""The page of a case's timeline: who sees it, in what words and numbers, at what cost, and the file beside it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.models import AnakinraCourse, Death, InfusionCourse, LabResult, Patient, ToxicityTherapy
from sites.context import acting_as_system
from sites.models import AccessKind, AccessLog
from tests.factories.one_course import on, one_course, save_course
from tests.factories.whole_case import whole_case

SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)
NUMERIC = ("x", "y", "x1", "x2", "y1", "y2", "width", "height", "cx", "cy", "r", "viewBox", "d", "transform")


@pytest.fixture
def patient(cast) -> Patient:
    """A typical course at Sevilla."""
    return save_course(one_course(cast.sev))


def page(client, patient, **asked) -> str:
    response = client.get(reverse("case_timeline", args=[patient.pk]), asked)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def lines(client, patient, **asked) -> list[dict[str, str]]:
    response = client.get(reverse("case_timeline_csv", args=[patient.pk]), asked)
    assert response.status_code == 200
    assert response.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("name", ["case_timeline", "case_timeline_csv"])
@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("alice", 200),
        ("ivan", 200),
        ("carol", 200),
        ("dana", 200),
        ("bob", 404),
        ("judy", 403),
        ("adam", 403),
        ("eve", 403),
    ],
)
def test_those_who_see_the_case_see_its_timeline(cast, patient, signed_in, person, name, status) -> None:
    assert signed_in(cast[person]).get(reverse(name, args=[patient.pk])).status_code == status


@pytest.mark.parametrize("name", ["case_timeline", "case_timeline_csv"])
def test_a_case_of_another_site_looks_like_one_that_does_not_exist(cast, patient, signed_in, client, name) -> None:
    bob = signed_in(cast.bob)
    foreign, absent = (bob.get(reverse(name, args=[pk])) for pk in (patient.pk, uuid.uuid4()))
    assert foreign.status_code == absent.status_code == 404
    assert b"SEV" not in foreign.content
    assert client.get(reverse(name, args=[patient.pk])).status_code == 302
    assert bob.post(reverse(name, args=[patient.pk])).status_code == 405


@pytest.mark.parametrize("wall_off", ["without_scoping", "without_policies"], indirect=True)
def test_each_wall_alone_keeps_a_foreign_timeline_away(cast, patient, signed_in, wall_off) -> None:
    assert signed_in(cast.bob).get(reverse("case_timeline", args=[patient.pk])).status_code == 404


def test_the_page_is_never_kept(cast, patient, signed_in) -> None:
    for name in ("case_timeline", "case_timeline_csv"):
        response = signed_in(cast.alice).get(reverse(name, args=[patient.pk]))
        assert "no-store" in response["Cache-Control"]


def test_the_facts_the_lanes_and_the_table_are_there(cast, patient, signed_in) -> None:
    text = page(signed_in(cast.alice), patient)
    for words in (
        "<strong>Peak CRS grade 3</strong> (ASTCT) on day +4, resolved day +7",
        "peak 800 mg/day (11.8 mg/kg/day)",
        "14 800 ng/mL on day +6, 480 before LD",
        "<title>CRS grade 3 (ASTCT), day +4, by clinician</title>",
        "<title>ICANS grade not recorded, day +12</title>",
        "<title>Anakinra, 800 mg/day, 11.8 mg/kg/day, intravenous, days +10 to +12</title>",
        "Show the same values as a table",
        "Before or after the days shown",
    ):
        assert words in text


def test_nothing_is_styled_or_scripted_inline(cast, patient, signed_in) -> None:
    text = page(signed_in(cast.alice), patient)
    assert " style=" not in text
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]* src=)", text)


@pytest.mark.parametrize("language", ["en", "es"])
def test_attributes_of_svg_have_no_decimal_comma_in_any_language(cast, signed_in, language) -> None:
    rows = one_course(cast.sev)
    rows.labs[1].sampled_on = on(41)
    patient = save_course(rows)
    with acting_as_system("tests", reason="a language"):
        type(cast.alice).objects.filter(pk=cast.alice.pk).update(language=language)
    text = page(signed_in(cast.alice), patient)
    values = [
        value for svg in SVG.findall(text) for name in NUMERIC for value in re.findall(rf'[\s"]{name}="([^"]*)"', svg)
    ]
    assert len(values) > 500
    assert any("." in value for value in values)
    assert not [value for value in values if "," in value]


def test_numbers_in_words_are_written_as_the_language_does(cast, patient, signed_in) -> None:
    with acting_as_system("tests", reason="a language"):
        type(cast.alice).objects.filter(pk=cast.alice.pk).update(language="es")
    text = page(signed_in(cast.alice), patient)
    assert "11,8" in text
    assert "8,5" in text
    assert "11.8" not in text


def test_days_can_be_counted_from_the_first_dose_of_anakinra(cast, patient, signed_in) -> None:
    text = page(signed_in(cast.alice), patient, origin="anakinra")
    assert "Days from first anakinra" in text
    assert "resolved day +1" in text
    assert "CRS grade 3 (ASTCT), day −2" in text
    assert 'href="?origin=anakinra" aria-current="true"' in text
    assert 'href="?lab=FERRITIN&amp;origin=anakinra"' in text


def test_nonsense_in_the_address_asks_for_nothing(cast, patient, signed_in) -> None:
    text = page(signed_in(cast.alice), patient, origin="birth", lab="<script>", course="zz")
    assert "Days from infusion" in text
    assert "CRP" in text
    assert "<script>" not in text


def test_other_results_are_shown_when_asked_for(cast, patient, signed_in) -> None:
    client = signed_in(cast.alice)
    with acting_as_system("tests", reason="a result"):
        course = InfusionCourse.objects.get(patient=patient)
        LabResult.objects.create(
            site=patient.site,
            course=course,
            analyte="PLT",
            sampled_on=on(3),
            value=42,
            unit="10*9/L",
            canonical_value=42,
        )
    assert "Platelets 42" not in page(client, patient)
    asked = page(client, patient, lab=["CRP", "PLT"])
    assert "<title>Platelets 42 10⁹/L, day +3</title>" in asked
    assert "<title>CRP 201 mg/L, day +4</title>" in asked
    assert "CRP 201" not in page(client, patient, lab="FERRITIN")


def test_a_mark_leads_to_its_row_on_its_form(cast, patient, signed_in) -> None:
    with acting_as_system("tests", reason="look"):
        anakinra = AnakinraCourse.objects.get()
        tocilizumab = ToxicityTherapy.objects.filter(drug="TOCILIZUMAB").first()
        segment = anakinra.segments.first()
    text = page(signed_in(cast.alice), patient)
    case = f"/cases/{patient.pk}/"
    for row, form in ((segment, f"forms/anakinra_course/{anakinra.pk}/"), (tocilizumab, "forms/toxicity_therapy/")):
        assert f'href="{case}{form}#row-{row.pk}"' in text


def test_impossible_orders_are_said_and_red(cast, signed_in) -> None:
    rows = one_course(cast.sev)
    rows.crs_episodes[0].onset_on = on(-1)
    patient = save_course(rows)
    text = page(signed_in(cast.alice), patient)
    assert "CRS begins before the infusion (day −1)." in text
    assert 'class="tl-wrong"' in text


def test_a_date_without_a_day_is_listed_and_not_drawn(cast, patient, signed_in) -> None:
    with acting_as_system("tests", reason="a month"):
        Death.objects.create(site=patient.site, patient=patient, died_on=dt.date(2026, 4, 1), died_on_precision="MONTH")
    text = page(signed_in(cast.alice), patient)
    assert "Not drawn: day unknown" in text
    assert "Death</a>: 2026-04" in text
    assert "<title>Death" not in text


@pytest.mark.parametrize(("person", "act"), [("alice", "Enter the infusion"), ("ivan", "Open the case")])
def test_a_case_without_an_infusion_says_what_is_missing_and_the_next_act(cast, signed_in, person, act) -> None:
    with acting_as_system("tests", reason="a bare case"):
        bare = Patient.objects.create(site=cast.sev, study_id="BARE")
    client = signed_in(cast[person])
    text = page(client, bare)
    assert "No infusion is recorded for this case" in text
    assert act in text
    assert "<svg" not in text
    assert client.get(reverse("case_timeline_csv", args=[bare.pk])).status_code == 404


def test_a_case_with_nothing_but_an_infusion_says_so(cast, patient, signed_in) -> None:
    with acting_as_system("tests", reason="a bare course"):
        bare = Patient.objects.create(site=cast.sev, study_id="BARE")
        InfusionCourse.objects.create(site=cast.sev, patient=bare, course_no=1, product_id="AXI", infused_on=on(0))
    text = page(signed_in(cast.alice), bare)
    assert "Nothing is recorded of this course but the infusion." in text
    assert "Open the case" in text


def test_each_course_has_its_own_timeline(cast, patient, signed_in) -> None:
    with acting_as_system("tests", reason="a second course"):
        InfusionCourse.objects.create(
            site=cast.sev, patient=patient, course_no=2, product_id="AXI", infused_on=on(300), ld_regimen="FLU_CY",
            ld_started_on=on(295), ld_ended_on=on(297),
        )  # fmt: skip
    client = signed_in(cast.alice)
    assert "Course 2" in page(client, patient)
    second = page(client, patient, course="2")
    assert "No CRS recorded" in second
    assert 'href="?course=2" aria-current="true"' in second


def test_the_file_has_a_line_a_day_with_points_and_both_grades(cast, patient, signed_in) -> None:
    with acting_as_system("tests", reason="a language"):
        type(cast.ivan).objects.filter(pk=cast.ivan.pk).update(language="es")
    spanish = lines(signed_in(cast.ivan), patient)
    english = lines(signed_in(cast.alice), patient)
    assert [list(line.values())[4:] for line in spanish if "." in str(line)] != []
    assert "187.5" in list(spanish[13].values())
    day = next(line for line in english if line["Days from infusion"] == "11")
    assert (day["ICANS grade by clinician (ASTCT)"], day["ICANS grade computed (ASTCT)"]) == ("2", "3")
    assert day["Anakinra (mg/kg/day)"] == "11.765"
    assert next(line for line in english if line["Days from infusion"] == "12")["ICANS grade (ASTCT)"] == "?"


def test_the_file_holds_every_result_and_its_download_is_logged(cast, patient, signed_in) -> None:
    assert "CRP (mg/L)" in lines(signed_in(cast.alice), patient, lab="FERRITIN")[0]
    with acting_as_system("tests", reason="look"):
        entry = AccessLog.objects.get(kind=AccessKind.DOWNLOAD)
    assert (entry.object_type, entry.object_id, entry.about_site_id) == ("timeline", str(patient.pk), cast.sev.pk)


def test_words_that_begin_like_a_formula_are_harmless_in_the_file(cast, patient, signed_in) -> None:
    assert all(
        not cell.startswith(("=", "@")) for line in lines(signed_in(cast.alice), patient) for cell in line.values()
    )


def _queries(client, address) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as counted:
        assert client.get(address).status_code == 200
    return len(counted)


@pytest.mark.parametrize("name", ["case_timeline", "case_timeline_csv"])
def test_a_timeline_costs_as_many_queries_with_hundreds_of_rows_as_with_few(cast, patient, signed_in, name) -> None:
    client, address = signed_in(cast.alice), reverse(name, args=[patient.pk])
    before = _queries(client, address)
    assert before <= 30
    with acting_as_system("tests", reason="more rows"):
        rows = one_course(cast.sev)
        rows.course.patient, rows.course.course_no = patient, 2
        course = InfusionCourse.objects.get(patient=patient)
        LabResult.objects.bulk_create(
            LabResult(
                site=cast.sev, course=course, analyte=analyte, sampled_on=on(day), sampled_at="06:00", value=day + 1,
                unit="U/L", canonical_value=day + 1,
            )
            for day in range(60) for analyte in ("AST", "ALT", "LDH")
        )  # fmt: skip
        ToxicityTherapy.objects.bulk_create(
            ToxicityTherapy(site=cast.sev, course=course, therapy_no=100 + n, drug="IVIG", started_on=on(n))
            for n in range(50)
        )
        AnakinraCourse.objects.bulk_create(
            AnakinraCourse(site=cast.sev, course=course, anakinra_no=10 + n, started_on=on(20 + n)) for n in range(8)
        )
    assert _queries(client, address) == before


def test_a_case_with_a_value_in_every_field_can_be_drawn(cast, signed_in) -> None:
    whole = whole_case(cast.sev, "WHOLE", judge=cast.judy)
    text = page(signed_in(cast.alice), whole)
    assert "words_" not in text
