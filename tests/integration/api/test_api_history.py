"""Histories through the interface: who changed what, when and why, in the forms of the rows, also of what is gone."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.metadata import topic_named
from registry.models import AnakinraSegment, Disease, Patient, PatientIdentity, Product
from registry.services.records import record_change, record_create, record_delete
from sites.context import acting_as_system
from tests.factories.whole_case import INFUSED, whole_case
from tests.integration.api.asking import Program, problem
from tests.integration.api.naive_rows import naive_row
from tests.walls import WALLS, nobody_acting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("looking_on")]


@pytest.fixture
def case(cast) -> Patient:
    return whole_case(cast.sev, "SEV-1", words="sevilla", judge=cast.judy)


def changed(row: Any, code: str, by: Any, **values: Any) -> Any:
    """Change a row as a person does."""
    with nobody_acting():
        return record_change(
            topic=topic_named(code), record=row, values=values, by=by, version=row.version, reason="chart read again"
        )


def history(program: Program, code: str, row: Any, **asked: Any) -> list[dict[str, Any]]:
    return program.all_of(f"/api/records/{code}/{row}/history/", **asked)


def test_an_event_says_who_did_what_from_where_and_why(case, cast) -> None:
    changed(case, "patient", cast.alice, sex="MALE", race=None, country="ES")
    event, entered = history(Program(cast.ivan), "patient", case.pk)
    assert (event["by"], event["act"], event["source"], event["reason"]) == (
        "alice@example.org", "update", "web", "chart read again",
    )  # fmt: skip
    assert (event["topic"], event["row"], event["version"]) == ("patient", str(case.pk), 2)
    changes = {change["field"]: (change["before"], change["after"]) for change in event["changes"]}
    assert changes["country"][1] == "ES"
    assert (changes["race"][1], "study_id" in changes) == (None, False)
    assert (entered["act"], entered["version"]) == ("insert", 1)


@pytest.mark.parametrize("code", ["anakinra_segment", "infusion_course", "lab", "disease"])
def test_values_of_an_event_have_the_forms_of_the_rows(case, cast, code) -> None:
    topic = topic_named(code)
    row = topic.model.objects.get()
    events = history(Program(cast.alice), code, row.pk)
    now: dict[str, Any] = {}
    for event in reversed(events):
        now |= {change["field"]: change["after"] for change in event["changes"]}
    told = naive_row(topic, row)
    assert now == {name: told[name] for name in now}
    assert {field.name for field in topic.fields if told[field.name] is not None} <= now.keys()


def test_a_date_that_is_known_less_is_told_as_far_as_it_is_known(case, cast) -> None:
    disease = Disease.objects.get(patient=case)
    changed(disease, "disease", cast.alice, diagnosed_on="2020-04-01", diagnosed_on_precision="MONTH")
    [change] = [
        c for c in history(Program(cast.alice), "disease", disease.pk)[0]["changes"] if c["field"] == "diagnosed_on"
    ]
    assert (len(change["before"]), change["after"]) == (10, "2020-04")


def test_reasons_for_empty_fields_are_told_under_their_name(case, cast) -> None:
    with nobody_acting():
        record_change(
            topic=topic_named("patient"), record=case, values={"race": None}, missing={"race": "ND"}, by=cast.alice,
            version=case.version,
        )  # fmt: skip
    [change] = [c for c in history(Program(cast.alice), "patient", case.pk)[0]["changes"] if c["field"] == "missing"]
    assert change == {"field": "missing", "before": {}, "after": {"race": "ND"}}


def test_the_history_of_a_row_that_is_gone_can_be_read(case, cast) -> None:
    segment = AnakinraSegment.objects.get()
    key = segment.pk
    with nobody_acting():
        record_delete(topic=topic_named("anakinra_segment"), record=segment, by=cast.alice, reason="entered twice")
    program = Program(cast.alice)
    problem(program.get(f"/api/records/anakinra_segment/{key}/"), 404, "not-found")
    gone = history(program, "anakinra_segment", key)[0]
    assert (gone["act"], gone["reason"]) == ("delete", "entered twice")
    assert all(change["after"] is None or change["field"] == "missing" for change in gone["changes"])
    whole = program.all_of(f"/api/cases/{case.pk}/history/", topic="anakinra_segment")
    assert [event["act"] for event in whole][0] == "delete"
    assert {event["row"] for event in whole} == {str(key)}


def test_pages_of_a_history_are_complete_and_without_doubles(case, cast) -> None:
    program = Program(cast.alice)
    whole = program.all_of(f"/api/cases/{case.pk}/history/", limit=200)
    parts = program.all_of(f"/api/cases/{case.pk}/history/", limit=3)
    assert parts == whole
    assert whole == sorted(whole, key=lambda event: event["at"], reverse=True)
    for number in range(3):
        case = changed(case, "patient", cast.alice, birth_year=1950 + number)
    assert len(history(program, "patient", case.pk, limit=1)) == 4


def test_what_the_page_of_a_history_withholds_is_withheld(case, cast) -> None:
    identity = PatientIdentity.objects.get(patient=case)
    with acting_as_system("tests", reason="a change"):
        identity.given_name = "Bartolomea"
        identity.save()
    answer = Program(cast.alice).get(f"/api/cases/{case.pk}/history/", limit=200)
    assert {event["topic"] for event in answer.json()["results"]}.isdisjoint({"identity", "death_review"})
    assert "Bartolomea" not in answer.content.decode()
    told = problem(Program(cast.alice).get(f"/api/cases/{case.pk}/history/", topic="identity"), 400, "wrong-parameters")
    assert "crs_episode" in told["topic"]
    problem(Program(cast.alice).get(f"/api/records/identity/{identity.pk}/history/"), 404, "not-found")


@pytest.mark.parametrize("wall_off", ["", *WALLS], indirect=True)
def test_the_history_of_another_site_looks_like_none_also_of_what_is_gone(cast, wall_off) -> None:
    foreign = whole_case(cast.hou, "HOU-1", judge=cast.judy)
    segment = AnakinraSegment.objects.get()
    key = segment.pk
    with nobody_acting():
        record_delete(topic=topic_named("anakinra_segment"), record=segment, by=cast.bob, reason="twice")
    program = Program(cast.alice)
    for path in (f"records/anakinra_segment/{key}", f"records/patient/{foreign.pk}", f"cases/{foreign.pk}"):
        problem(program.get(f"/api/{path}/history/"), 404, "not-found")


def test_a_row_that_never_was_has_no_history(case, cast) -> None:
    problem(Program(cast.alice).get(f"/api/records/lab/{uuid.uuid4()}/history/"), 404, "not-found")


@pytest.mark.parametrize(
    "asked",
    [
        {"after": "x"},
        {"after": "2021-03-05~lab~1"},
        {"after": f"2021-03-05T00:00:00Z~lab~{2**63}"},
        {"limit": "0"},
        {"since": "x"},
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_send(case, cast, asked) -> None:
    for path in (f"/api/cases/{case.pk}/history/", f"/api/records/patient/{case.pk}/history/"):
        assert problem(Program(cast.alice).get(path, **asked), 400, "wrong-parameters").keys() == asked.keys()


def test_a_history_costs_the_same_statements_however_long_it_is(case, cast) -> None:
    program, path = Program(cast.alice), f"/api/records/patient/{case.pk}/history/"
    changed(case, "patient", cast.alice, birth_year=1950)
    program.read(path)
    with CaptureQueriesContext(connection) as few:
        program.read(path)
    for number in range(20):
        changed(Patient.objects.get(pk=case.pk), "patient", cast.alice, birth_year=1930 + number)
    with CaptureQueriesContext(connection) as much:
        assert len(program.read(path)["results"]) == 22
    assert len(much) == len(few)


def test_a_course_that_is_gone_keeps_its_place_in_the_history_of_the_case_with_the_rows_below_it(case, cast) -> None:
    topic, lab = topic_named("infusion_course"), topic_named("lab")
    values = {"course_no": 2, "infused_on": INFUSED + dt.timedelta(days=400), "product": Product.objects.get()}
    with nobody_acting():
        course = record_create(topic=topic, parent=case, values=values, by=cast.alice)
        result = {"analyte": "CRP", "sampled_on": INFUSED + dt.timedelta(days=401), "value": 3, "unit": "mg/L"}
        keys = {str(course.pk), str(record_create(topic=lab, parent=course, values=result, by=cast.alice).pk)}
        record_delete(topic=topic, record=course, by=cast.alice, reason="twice")
    told = Program(cast.alice).all_of(f"/api/cases/{case.pk}/history/")
    assert {event["row"] for event in told if event["act"] == "delete"} == keys
    assert keys <= {event["row"] for event in told if event["act"] == "insert"}
