"""Rows through the interface: what the database writes down is what the record holds, page by page, for one's sites."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.metadata import topic_named
from registry.models import Disease, InfusionCourse, LabResult, Patient
from registry.selectors import record_pages
from registry.selectors.cases import case_topics
from registry.selectors.record_columns import row_names
from sites.context import acting_as_system
from tests.factories.whole_case import whole_case
from tests.integration.api.asking import Program, problem
from tests.integration.api.naive_rows import naive_row, naive_rows
from tests.walls import WALLS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("looking_on")]
DATES = [("YEAR", "2021-01-01", "2021"), ("MONTH", "2021-03-01", "2021-03"), ("DAY", "2021-03-17", "2021-03-17")]
CODES = [topic.code for topic in case_topics()]


@pytest.fixture
def two(cast):
    """A whole case at Sevilla and one at Houston."""
    return whole_case(cast.sev, "SEV-1", words='sevi"\\ñ', judge=cast.judy), whole_case(
        cast.hou, "HOU-1", judge=cast.judy
    )


def many(site: Any, count: int) -> list[Patient]:
    """Write cases with nothing below them."""
    with acting_as_system("tests", reason="many cases"):
        return Patient.objects.bulk_create(
            Patient(site=site, study_id=f"{site.code}-{number:04d}", sex=("MALE", "FEMALE")[number % 2])
            for number in range(count)
        )


@pytest.mark.parametrize("code", CODES)
def test_every_row_reads_as_the_record_holds_it(two, cast, code) -> None:
    program, topic = Program(cast.dana), topic_named(code)
    told = program.read(f"/api/records/{code}/")
    assert {row["id"]: row for row in told["results"]} == naive_rows(topic)
    assert told["next"] is None
    for row in told["results"]:
        assert tuple(row) == row_names(topic)
        one = program.get(f"/api/records/{code}/{row['id']}/")
        assert (one.json(), one.headers["ETag"]) == (row, f'"{row["version"]}"')


def test_a_date_is_cut_to_what_is_known_of_it(two, cast) -> None:
    disease, program = Disease.objects.get(patient=two[0]), Program(cast.alice)
    for precision, stored, text in DATES:
        Disease.objects.filter(pk=disease.pk).update(diagnosed_on=stored, diagnosed_on_precision=precision)
        assert program.read(f"/api/records/disease/{disease.pk}/")["diagnosed_on"] == text


def test_reasons_and_empty_values_are_told(cast) -> None:
    patient = many(cast.sev, 1)[0]
    Patient.objects.filter(pk=patient.pk).update(missing={"race": "ND"}, sex=None)
    told = Program(cast.alice).read(f"/api/records/patient/{patient.pk}/")
    assert (told["missing"], told["race"], told["sex"], told["parent"]) == ({"race": "ND"}, None, None, None)


@pytest.mark.parametrize("wall_off", ["", *WALLS], indirect=True)
@pytest.mark.parametrize("code", ["patient", "lab", "crs_assessment"])
def test_rows_of_another_site_look_like_none(two, cast, code, wall_off) -> None:
    topic = topic_named(code)
    foreign = next(row for row in topic.model.objects.all() if row.site_id == cast.hou.pk)
    program, absent = Program(cast.alice), f"/api/records/{code}/{uuid.uuid4()}/"
    assert {row["site"] for row in program.all_of(f"/api/records/{code}/")} == {"SEV"}
    for path in (f"/api/records/{code}/{foreign.pk}/", f"/api/records/{code}/{foreign.pk}/history/"):
        assert problem(program.get(path), 404, "not-found") == problem(program.get(absent), 404, "not-found")
    for asked in ({"id": foreign.pk}, {"patient": two[1].pk}, {"case": "HOU-1"}):
        assert program.read(f"/api/records/{code}/", **asked)["results"] == []
    unknown = problem(program.get(f"/api/records/{code}/", site="HOU"), 400, "wrong-parameters")
    assert unknown == problem(program.get(f"/api/records/{code}/", site="XXX"), 400, "wrong-parameters")
    assert "SEV" in unknown["site"]


@pytest.mark.parametrize("wall_off", WALLS, indirect=True)
def test_each_wall_alone_holds_the_rows_of_every_topic_apart(two, cast, wall_off) -> None:
    program = Program(cast.alice)
    for code in CODES:
        foreign = topic_named(code).model.objects.exclude(site=cast.sev).get()
        assert {row["site"] for row in program.read(f"/api/records/{code}/")["results"]} == {"SEV"}, code
        for path in (f"/api/records/{code}/{foreign.pk}/", f"/api/records/{code}/{foreign.pk}/history/"):
            problem(program.get(path), 404, "not-found")


def test_rows_below_a_row_of_another_site_are_none(two, cast) -> None:
    course = InfusionCourse.objects.get(patient=two[1])
    assert Program(cast.alice).read("/api/records/lab/", parent=course.pk)["results"] == []
    assert len(Program(cast.bob).read("/api/records/lab/", parent=course.pk)["results"]) == 1


@pytest.mark.parametrize("person", ["judy", "adam", "eve"])
def test_whoever_sees_no_cases_is_refused(two, cast, person) -> None:
    program = Program(cast[person])
    for path in (
        "/api/records/lab/",
        f"/api/records/patient/{two[0].pk}/",
        f"/api/records/patient/{two[0].pk}/history/",
    ):
        problem(program.get(path), 403, "no-right")


def test_a_token_of_one_site_reads_that_site_alone(two, cast) -> None:
    program = Program(cast.dana, sites=[cast.hou.pk])
    assert {row["site"] for row in program.all_of("/api/records/lab/")} == {"HOU"}


def test_a_token_that_may_not_read_is_refused(two, cast) -> None:
    problem(Program(cast.alice, scopes=("write",)).get("/api/records/lab/"), 403, "scope")


@pytest.mark.parametrize("one_by_one", [0, 8])
@pytest.mark.parametrize("asked", [{}, {"sex": "MALE"}])
def test_pages_are_complete_and_without_doubles_while_rows_are_added(cast, monkeypatch, one_by_one, asked) -> None:
    monkeypatch.setattr(record_pages, "SITES_ONE_BY_ONE", one_by_one)
    monkeypatch.setattr(record_pages, "LOOKED_THROUGH", 7)
    there = [*many(cast.sev, 20), *many(cast.hou, 21)]
    expected = {str(one.pk) for one in there if not asked or one.sex == "MALE"}
    program, found = Program(cast.carol), []
    told = program.read("/api/records/patient/", limit=3, **asked)
    for number in range(100):
        found += [row["id"] for row in told["results"]]
        if told["next"] is None:
            break
        Patient.objects.create(site=cast.sev, study_id=f"NEW-{number}", sex="MALE")
        told = program.read(told["next"])
    assert told["next"] is None
    assert len(found) == len(set(found))
    assert found == sorted(found)
    assert expected <= set(found)


def test_a_page_that_finds_nothing_in_what_it_looked_through_goes_on_behind_it(cast, monkeypatch) -> None:
    monkeypatch.setattr(record_pages, "LOOKED_THROUGH", 4)
    there = sorted(many(cast.sev, 9), key=lambda one: one.pk)
    Patient.objects.filter(pk=there[-1].pk).update(sex="FEMALE", race="ASIAN")
    program = Program(cast.alice)
    first = program.read("/api/records/patient/", race="ASIAN")
    assert (first["results"], str(there[3].pk) in first["next"]) == ([], True)
    assert [row["id"] for row in program.all_of("/api/records/patient/", race="ASIAN")] == [str(there[-1].pk)]


def test_chosen_names_alone_are_told_in_their_order(two, cast) -> None:
    rows = Program(cast.alice).read("/api/records/lab/", fields="value,analyte")["results"]
    assert [tuple(row) for row in rows] == [("id", "version", "analyte", "value")]


def test_rows_are_found_by_case_patient_parent_and_key(two, cast) -> None:
    program, lab = Program(cast.dana), LabResult.objects.get(course__patient=two[0])
    for asked in (
        {"case": "SEV-1"},
        {"patient": two[0].pk},
        {"parent": lab.course_id},
        {"id": lab.pk},
        {"site": "SEV"},
    ):
        assert [row["id"] for row in program.read("/api/records/lab/", **asked)["results"]] == [str(lab.pk)]
    both = {"case": "SEV-1", "patient": two[1].pk}
    assert program.read("/api/records/lab/", **both)["results"] == []
    assert program.read("/api/records/patient/", parent=two[0].pk)["results"] == []
    deep = program.read("/api/records/crs_assessment/", patient=two[0].pk)["results"]
    assert [row["case"] for row in deep] == ["SEV-1"]


@pytest.mark.parametrize(
    ("code", "fits", "not_"),
    [
        ("lab", {"analyte": "{}"}, {"analyte": "WBC"}),
        (
            "lab",
            {"sampled_on_from": "{sampled_on}", "sampled_on_to": "{sampled_on}"},
            {"sampled_on_from": "2030-01-01"},
        ),
        ("lab", {"value_from": "{value}"}, {"value_to": "-5"}),
        ("infusion_course", {"course_no_from": "0.5", "course_no_to": "1.5"}, {"course_no_from": "1.5"}),
        ("infusion_course", {"product": "AXI"}, {"product": "TISA"}),
        ("crs_episode", {"is_resolved": "true"}, {"is_resolved": "false"}),
    ],
)
def test_rows_are_found_by_their_values(two, cast, code, fits, not_) -> None:
    program, path = Program(cast.alice), f"/api/records/{code}/"
    row = program.read(path)["results"][0]
    asked = {name: text.format(row.get(name, ""), **row) for name, text in fits.items()}
    assert program.read(path, **asked)["results"] == [row]
    assert program.read(path, **not_)["results"] == []


@pytest.mark.parametrize("most", [10_000, 0])
def test_rows_changed_since_a_moment_are_found(two, cast, monkeypatch, most) -> None:
    monkeypatch.setattr(record_pages, "LOOKED_THROUGH", most or 1)
    others = many(cast.sev, 3)
    event = Patient.pgh_event_models["insert"].objects.filter(pgh_obj_id=others[0].pk).get()
    program = Program(cast.alice)
    moment = event.pgh_created_at.isoformat()
    found = {row["id"] for row in program.all_of("/api/records/patient/", changed_since=moment)}
    assert {str(one.pk) for one in others} <= found
    for late in ("2999-01-01T00:00:00Z", "4265-07-15T08:17:09-21:51"):
        assert program.all_of("/api/records/patient/", changed_since=late) == []
    own = {"changed_since": moment, "patient": others[0].pk}
    assert [row["id"] for row in program.all_of("/api/records/patient/", **own)] == [str(others[0].pk)]


WRONG = [
    ({"nonsense": "1"}, "nonsense", "analyte"),
    ({"fields": "value,nonsense"}, "fields", "sampled_on"),
    ({"fields": ""}, "fields", "sampled_on"),
    ({"analyte": "NONE"}, "analyte", "FERRITIN"),
    ({"value_from": "1,5"}, "value_from", "1250.5"),
    ({"value_to": "1e13"}, "value_to", "1250.5"),
    ({"value": "1"}, "value", "value_from"),
    ({"sampled_on_from": "5/3/2021"}, "sampled_on_from", "2021-03-05"),
    ({"sampled_on_to": "2021-02-30"}, "sampled_on_to", "2021-03-05"),
    ({"sampled_on_to": "20210305"}, "sampled_on_to", "2021-03-05"),
    ({"patient": "SEV-1"}, "patient", "hexadecimal"),
    ({"parent": "1"}, "parent", "hexadecimal"),
    ({"id": ""}, "id", "hexadecimal"),
    ({"id": ",".join([str(uuid.uuid4())] * 201)}, "id", "200"),
    ({"case": "a b"}, "case", "letters"),
    ({"site": ""}, "site", "SEV"),
    ({"changed_since": "2021-03-05"}, "changed_since", "Z"),
    ({"changed_since": "2021-03-05T10:00:00"}, "changed_since", "Z"),
    ({"changed_since": "2021-13-05T10:00:00Z"}, "changed_since", "Z"),
    ({"limit": "201"}, "limit", "200"),
    ({"limit": "0"}, "limit", "200"),
    ({"after": "x"}, "after", "hexadecimal"),
    ({"case": "a\0"}, "case", "case"),
    ({"case": ["A-1", "A-2"]}, "case", "once"),
]


@pytest.mark.parametrize(("asked", "field", "remedy"), WRONG)
def test_what_cannot_be_read_is_refused_with_what_to_send(cast, asked, field, remedy) -> None:
    told = problem(Program(cast.alice).get("/api/records/lab/", **asked), 400, "wrong-parameters")
    assert remedy in told[field]


def test_a_flag_is_true_or_false(cast) -> None:
    told = problem(Program(cast.alice).get("/api/records/stay/", kind="yes"), 400, "wrong-parameters")
    assert told["kind"]
    told = problem(Program(cast.alice).get("/api/records/crs_episode/", is_resolved="1"), 400, "wrong-parameters")
    assert "true" in told["is_resolved"]


def test_one_row_knows_no_parameters_of_lists(two, cast) -> None:
    path = f"/api/records/patient/{two[0].pk}/"
    assert problem(Program(cast.alice).get(path, limit="5"), 400, "wrong-parameters").keys() == {"limit"}
    assert problem(Program(cast.alice).get(path, fields="sex"), 400, "wrong-parameters").keys() == {"fields"}


def statements(program: Program, path: str, **asked: Any) -> int:
    """Count what a page asks of the database."""
    program.read(path, **asked)
    with CaptureQueriesContext(connection) as caught:
        program.read(path, **asked)
    return len(caught)


def test_a_page_costs_the_same_statements_with_two_rows_and_with_sixty(cast) -> None:
    many(cast.sev, 2)
    program, path = Program(cast.alice), "/api/records/patient/"
    with_two = statements(program, path), statements(program, path, sex="MALE")
    with acting_as_system("tests", reason="more"):
        Patient.objects.bulk_create(
            Patient(site=cast.sev, study_id=f"MORE-{number}", sex="MALE") for number in range(60)
        )
    assert (statements(program, path), statements(program, path, sex="MALE")) == with_two
    assert with_two[0] <= 15


def test_nothing_is_offered_to_narrow_by_twice(cast) -> None:
    from registry.api.records.filters import value_filters
    from registry.api.records.listing import PLAIN

    for topic in case_topics():
        own = list(value_filters(topic))
        assert len({*own, *PLAIN, "limit", "after"}) == len(own) + len(PLAIN) + 2
        assert not set(row_names(topic)[:6]) & {field.name for field in topic.fields}


def test_a_row_told_alone_is_the_row_of_the_page(two, cast) -> None:
    row = LabResult.objects.get(course__patient=two[0])
    assert Program(cast.ivan).read(f"/api/records/lab/{row.pk}/") == naive_row(topic_named("lab"), row)
