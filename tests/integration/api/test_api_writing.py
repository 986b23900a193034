"""Rows written through the interface: created, read, changed and deleted, each topic by its declarations."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.urls import reverse

from registry.metadata import topic_named
from registry.models import CrsAssessment, DataQuery, IcansAssessment, LabResult, Product
from registry.selectors.cases import case_topics
from registry.services.locks import case_lock
from registry.services.rows import auto_key
from registry.services.status import form_complete, form_reopen
from sites.audit import event_model_of
from sites.context import acting_as
from tests.entry_forms import a_case, day
from tests.factories.whole_case import whole_case
from tests.integration.api.asking import Program, problem
from tests.integration.api.rows_sent import address, body_of, change, delete, made, row_of, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("looking_on")]
BELOW_PATIENT = [topic.code for topic in case_topics() if topic.parent]
CHANGES: dict[str, tuple[str, Any]] = {
    "disease": ("prior_lines", 3), "infusion_course": ("kps", 90), "further_infusion": ("cell_dose_10e6", 12.5),
    "anakinra_course": ("started_on", "2021-03"), "anakinra_segment": ("dose_mg", 100.25),
    "adverse_event": ("grade", 2),
    "crs_episode": ("is_resolved", None), "crs_assessment": ("temp_max_c", 39.1), "icans_episode": ("onset_on", "2021"),
    "icans_assessment": ("capd", 9), "iechs_episode": ("max_grade", 3), "infection": ("organism_other", "a fungus"),
    "lab": ("comparator", None), "relapse": ("had_new_therapy", False), "response": ("deauville", 4),
    "stay": ("ended_on", None), "toxicity_therapy": ("dose", 8), "follow_up": ("vital_status", None),
    "death": ("cause_other", "not told"),
}  # fmt: skip


@pytest.fixture
def course(case):
    return str(case.infusion_courses.get().pk)


def assessed(program: Program, number: int = 1, **values: Any) -> dict[str, Any]:
    """Send an assessment of the episode, named by the columns that files have."""
    where = {"study_id": "SEV-0017", "course_no": 1, "crs_no": 1}
    return made(program, "crs_assessment", **where, assessed_on=str(day(number)), **values)


# Every topic


@pytest.mark.parametrize("code", BELOW_PATIENT)
def test_a_row_is_created_read_changed_and_deleted(cast, program, code):
    topic, patient = topic_named(code), whole_case(cast.sev, "SEV-1", judge=cast.judy)
    body = body_of(topic, row_of(program, code, patient))
    if not topic.key:  # one row a case: the place must be free
        assert delete(program, code, row_of(program, code, patient)).status_code == 204
    response = send(program, code, **body)
    assert response.status_code == 201, response.content
    row = response.json()
    assert {name: row[name] for name in body} == body
    assert (row["version"], row["patient"], row["site"]) == (1, str(patient.pk), "SEV")
    assert response.headers["ETag"] == '"1"'
    assert program.read(response.headers["Location"]) == row == program.read(address(code, row))
    name, value = CHANGES[code]
    changed = change(program, code, row, **{name: value})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"'), changed.content
    derived = {field.name for field in topic.fields} - {field.name for field in topic.entered_fields}
    plain = {key: text for key, text in changed.json().items() if key not in derived}
    assert plain == {**{key: row[key] for key in plain}, name: value, "version": 2}
    assert delete(program, code, changed.json()).status_code == 204
    problem(program.get(address(code, row)), 404, "not-found")
    events = event_model_of(topic.model).objects.filter(pgh_obj_id=row["id"]).order_by("pgh_id")
    assert {event.pgh_label for event in events} == {"insert", "update", "delete"}
    assert {event.pgh_context["source"] for event in events} == {"api"}
    assert {event.pgh_context["user_label"] for event in events} == {"alice@example.org"}


def test_a_patient_is_changed_here_and_neither_created_nor_deleted(cast, program):
    row = row_of(program, "patient", whole_case(cast.sev, "SEV-1", judge=cast.judy))
    changed = change(program, "patient", row, study_id="SEV-2", sex=None, missing={"sex": "UNK"})
    assert changed.json() == {
        **row,
        "study_id": "SEV-2",
        "case": "SEV-2",
        "sex": None,
        "missing": {"sex": "UNK"},
        "version": 2,
    }
    problem(send(program, "patient", study_id="SEV-3"), 405, "method")
    problem(delete(program, "patient", changed.json()), 405, "method")


# Where a row belongs, and its number


def test_a_row_is_named_by_its_parent_or_by_the_columns_of_files(program, case, course):
    values = {"kind": "ICU", "began_on": str(day(1))}
    by_parent = made(program, "stay", parent=course, **values)
    by_keys = made(program, "stay", study_id="SEV-0017", course_no=1, **values)
    assert by_parent["parent"] == by_keys["parent"] == course
    assert (by_parent["stay_no"], by_keys["stay_no"]) == (1, 2)
    told = problem(send(program, "stay", parent=course, course_no=1, **values), 422, "wrong-fields")
    assert told.keys() == {"course_no"}
    assert problem(send(program, "stay", study_id="SEV-0017", **values), 422, "wrong-fields").keys() == {"course_no"}
    assert problem(send(program, "stay", **values), 422, "wrong-fields").keys() == {"parent"}


def test_what_is_above_must_be_there_and_be_seen(cast, program, case):
    foreign = str(a_case(cast.hou, "HOU-1").infusion_courses.get().pk)
    values = {"kind": "ICU", "began_on": str(day(1))}
    for parent in (foreign, str(uuid.uuid4()), str(case.pk)):
        assert problem(send(program, "stay", parent=parent, **values), 422, "wrong-fields").keys() == {"parent"}
    for keys, name in [(("HOU-1", 1), "study_id"), (("NONE", 1), "study_id"), (("SEV-0017", 2), "course_no")]:
        told = send(program, "stay", study_id=keys[0], course_no=keys[1], **values)
        assert problem(told, 422, "wrong-fields").keys() == {name}


def test_a_study_id_of_two_of_ones_hospitals_names_no_case(cast, case):
    a_case(cast.hou, "SEV-0017")
    row = {"study_id": "SEV-0017", "course_no": 1, "kind": "ICU", "began_on": str(day(1))}
    assert problem(send(Program(cast.carol), "stay", **row), 422, "wrong-fields").keys() == {"study_id"}
    assert made(Program(cast.alice), "stay", **row)["site"] == "SEV"


def test_a_number_may_be_sent_and_one_that_is_taken_names_the_row_that_has_it(program, course):
    values = {"parent": course, "kind": "ICU", "began_on": str(day(1))}
    first = made(program, "stay", **values, stay_no=7)
    assert made(program, "stay", **values)["stay_no"] == 8
    response = send(program, "stay", **values, stay_no=7)
    assert problem(response, 409, "key-taken").keys() == {"stay_no"}
    assert response.json()["existing"] == {"id": first["id"], "version": 1}


def test_a_change_to_a_key_that_is_taken_names_the_row_that_has_it(program, case):
    first, second = assessed(program, 1), assessed(program, 2)
    response = change(program, "crs_assessment", second, assessed_on=first["assessed_on"])
    problem(response, 409, "key-taken")
    assert response.json()["existing"] == {"id": first["id"], "version": 1}


def test_a_topic_of_one_row_a_case_takes_one(program, case):
    first = made(program, "disease", study_id="SEV-0017", prior_lines=2)
    response = send(program, "disease", study_id="SEV-0017", prior_lines=3)
    problem(response, 409, "key-taken")
    assert response.json()["existing"] == {"id": first["id"], "version": 1}


# What a change changes


def test_only_what_is_sent_changes_and_what_is_the_same_is_not_written(program, case):
    row = assessed(program, temp_max_c=38.6, missing={"oxygen": "ND"})
    same = change(program, "crs_assessment", row, temp_max_c=38.6, missing={"oxygen": "ND"})
    assert (same.status_code, same.json()) == (200, row)
    other = change(program, "crs_assessment", row, note="seen twice").json()
    assert other == {**row, "note": "seen twice", "version": 2}
    assert CrsAssessment.objects.get().version == 2


def test_a_reason_goes_with_the_value_that_is_sent_and_null_takes_away_either(program, case):
    row = assessed(program, temp_max_c=38.6, missing={"oxygen": "ND", "vasopressors": "UNK"})
    row = change(program, "crs_assessment", row, oxygen="ROOM_AIR", temp_max_c=None).json()
    assert (row["oxygen"], row["temp_max_c"], row["missing"]) == ("ROOM_AIR", None, {"vasopressors": "UNK"})
    row = change(program, "crs_assessment", row, vasopressors=None, missing={"oxygen": "NA"}).json()
    assert (row["oxygen"], row["vasopressors"], row["missing"]) == (None, None, {"oxygen": "NA"})
    both = change(program, "crs_assessment", row, oxygen="CPAP", missing={"oxygen": "ND"})
    assert problem(both, 422, "wrong-fields").keys() == {"oxygen"}
    for missing in ({"assessed_on": "ND"}, {"oxygen": "XX"}, {"grade_computed": "ND"}, ["oxygen"], "ND"):
        assert problem(change(program, "crs_assessment", row, missing=missing), 422, "wrong-fields").keys() == {
            "missing"
        }


def test_what_was_read_can_be_sent_back_as_it_is(program, case):
    row = assessed(program, temp_max_c=38.6, missing={"oxygen": "ND"})
    fields = [field.name for field in topic_named("crs_assessment").entered_fields]
    back = change(program, "crs_assessment", row, **{name: row[name] for name in [*fields, "missing"]})
    assert (back.status_code, back.json()["version"]) == (200, 1)


# What is computed and what follows


def test_a_result_is_converted_as_on_the_pages(program, course):
    row = made(program, "lab", parent=course, analyte="CRP", sampled_on=str(day(1)), value=1.5, unit="mg/dL")
    assert row["canonical_value"] == 15
    changed = change(program, "lab", row, unit="mg/L").json()
    assert (changed["value"], changed["canonical_value"]) == (1.5, 1.5)
    wrong = send(program, "lab", parent=course, analyte="CRP", sampled_on=str(day(2)), value=1, unit="10*9/L")
    assert problem(wrong, 422, "wrong-fields").keys() == {"unit"}
    beyond = send(program, "lab", parent=course, analyte="CRP", sampled_on=str(day(2)), value=99999999, unit="mg/L")
    assert problem(beyond, 422, "wrong-fields").keys() == {"value"}
    assert LabResult.objects.count() == 1


def test_the_items_of_ice_are_added_up_on_each_change_unless_a_total_is_sent(program, course):
    episode = made(program, "icans_episode", parent=course, onset_on=str(day(2)))
    items = {"ice_orientation": 4, "ice_naming": 3, "ice_command": 1, "ice_writing": 1, "ice_attention": 1}
    row = made(
        program, "icans_assessment", parent=episode["id"], assessed_on=str(day(2)), ice_assessable="YES", **items
    )
    assert row["ice_total"] == 10
    row = change(program, "icans_assessment", row, ice_naming=1).json()
    assert row["ice_total"] == 8
    row = change(program, "icans_assessment", row, ice_naming=None, ice_total=6).json()
    assert (row["ice_naming"], row["ice_total"]) == (None, 6)
    assert change(program, "icans_assessment", row, ice_writing=0, ice_total=5).json()["ice_total"] == 5
    assert IcansAssessment.objects.get().ice_writing == 0


def test_grades_are_in_the_answer_and_queries_open_and_close(program, case):
    components = {
        "temp_max_c": 38.6, "has_other_fever_cause": False, "had_antipyretic": False, "has_hypotension": True,
        "vasopressors": 1, "has_vasopressin": False, "oxygen": "ROOM_AIR",
    }  # fmt: skip
    row = assessed(program, grade_reported=1, **components)
    assert row["grade_computed"] == 3
    about = DataQuery.objects.filter(row_id=row["id"]).exclude(state="CLOSED")
    assert about.exists()
    row = change(program, "crs_assessment", row, grade_reported=3).json()
    assert not about.filter(field="grade_reported").exists()


# Reasons and locks


def test_the_reason_stands_in_the_audit_trail(program, case):
    row = assessed(program, reason="from the monitor")
    change(program, "crs_assessment", row, temp_max_c=39, reason="read again")
    row = program.read(address("crs_assessment", row))
    headers = {"Change-Reason": "ma%C3%B1ana%20no"}
    assert delete(program, "crs_assessment", row, **headers).status_code == 204
    events = event_model_of(CrsAssessment).objects.order_by("pgh_id")
    told = {(event.pgh_label, event.pgh_context["reason"]) for event in events}
    # What is computed of a new row is written for the same reason.
    computed = ("update", "from the monitor")
    assert told == {("insert", "from the monitor"), computed, ("update", "read again"), ("delete", "mañana no")}


def test_where_a_variable_is_the_reason_of_a_therapy_that_of_the_change_has_another_name(
    cast, program, case, course, nothing_blocks
):
    row = made(program, "toxicity_therapy", parent=course, drug="TOCILIZUMAB", started_on=str(day(1)), reason="CRS")
    assert row["reason"] == "CRS"
    with acting_as(cast.alice):
        form_complete(patient=case, topic="toxicity_therapy", by=cast.alice)
    refused = change(program, "toxicity_therapy", row, reason="BOTH")
    assert problem(refused, 409, "reason-wanted").keys() == {"change_reason"}
    changed = change(program, "toxicity_therapy", row, reason="BOTH", change_reason="misread").json()
    assert changed["reason"] == "BOTH"


@pytest.mark.parametrize("reason", ["%FF", "a%00b", "ñ", "a" * 201, "%0A", "%"])
def test_a_reason_in_the_header_that_cannot_be_read_is_refused(program, case, reason):
    row = assessed(program)
    told = problem(delete(program, "crs_assessment", row, **{"Change-Reason": reason}), 400, "wrong-parameters")
    assert told.keys() == {"Change-Reason"}
    assert CrsAssessment.objects.count() == 1


def test_a_completed_form_changes_with_a_reason_alone(cast, program, case, nothing_blocks):
    row = assessed(program)
    with acting_as(cast.alice):
        form_complete(patient=case, topic="crs_assessment", by=cast.alice)
        form_reopen(patient=case, topic="crs_assessment", by=cast.alice, reason="more")
    where = {"parent": row["parent"], "assessed_on": str(day(2))}
    assert problem(send(program, "crs_assessment", **where), 409, "reason-wanted").keys() == {"reason"}
    without = change(program, "crs_assessment", row, temp_max_c=39, reason="  ")
    assert problem(without, 409, "reason-wanted").keys() == {"reason"}
    assert problem(delete(program, "crs_assessment", row), 409, "reason-wanted").keys() == {"Change-Reason"}
    assert CrsAssessment.objects.get().version == 1
    assert change(program, "crs_assessment", row, temp_max_c=39, reason="misread").status_code == 200
    made(program, "crs_assessment", **where, reason="one day more")


def test_a_locked_form_stays_as_it_is(cast, program, case, nothing_blocks):
    row = assessed(program)
    case_lock(patient=case, by=cast.dana, reason="analysis", topic="crs_assessment")
    for response in (
        send(program, "crs_assessment", parent=row["parent"], assessed_on=str(day(2)), reason="why"),
        change(program, "crs_assessment", row, temp_max_c=39, reason="why"),
        delete(program, "crs_assessment", row, **{"Change-Reason": "why"}),
        delete(program, "crs_episode", program.read(address("crs_episode", row["parent"])), **{"Change-Reason": "why"}),
    ):
        problem(response, 409, "locked")
        assert "SEV-0017" in response.json()["detail"]
    assert program.read(address("crs_assessment", row)) == row


def test_with_a_row_goes_what_is_below_it(program, case):
    row = assessed(program)
    assert delete(program, "crs_episode", program.read(address("crs_episode", row["parent"]))).status_code == 204
    problem(program.get(address("crs_assessment", row)), 404, "not-found")
    deleted = event_model_of(CrsAssessment).objects.get(pgh_label="delete")
    assert deleted.pgh_context["source"] == "api"


# Who may, and of which version


ROLES = {"alice": 0, "carol": 0, "bob": 404, "ivan": 403, "dana": 403, "judy": 403, "adam": 403, "eve": 403}


@pytest.mark.parametrize("name", ROLES)
def test_who_edits_at_the_hospital_writes_and_nobody_else(cast, case, name):
    row, person, refused = assessed(Program(cast.alice)), Program(cast[name]), ROLES[name]
    created = send(person, "crs_assessment", parent=row["parent"], assessed_on=str(day(2)))
    # What is above is a field of the row: one that is not seen is as wrong as one that is not there.
    assert created.status_code == ({404: 422}.get(refused, refused) or 201), created.content
    changed = change(person, "crs_assessment", row, temp_max_c=39)
    assert changed.status_code == (refused or 200), changed.content
    deleted = delete(person, "crs_assessment", changed.json() if not refused else row)
    assert deleted.status_code == (refused or 204), deleted.content
    assert CrsAssessment.objects.filter(assessed_on=day(1)).exists() == bool(refused)


def test_a_token_that_reads_does_not_write(cast, case):
    row, reader = assessed(Program(cast.alice)), Program(cast.alice, scopes=("read",))
    problem(change(reader, "crs_assessment", row, temp_max_c=39), 403, "scope")


def test_a_change_needs_the_version_that_was_seen(program, case):
    row = assessed(program)
    for method in ("patch", "delete"):
        problem(program.send(address("crs_assessment", row), {"note": "x"}, method=method), 428, "version-wanted")
        wrong = program.send(address("crs_assessment", row), {"note": "x"}, method=method, **{"If-Match": "1"})
        assert problem(wrong, 400, "wrong-parameters").keys() == {"If-Match"}
    now = change(program, "crs_assessment", row, temp_max_c=39).json()
    for stale in (change(program, "crs_assessment", row, note="x"), delete(program, "crs_assessment", row)):
        problem(stale, 412, "stale")
        assert stale.json()["present"] == now
    weak = program.send(address("crs_assessment", row), {"note": "x"}, method="patch", **{"If-Match": 'W/"2"'})
    problem(weak, 412, "stale")
    several = program.send(address("crs_assessment", row), {"note": "x"}, method="patch", **{"If-Match": '"1", "2"'})
    assert several.json()["version"] == 3
    whichever = program.send(address("crs_assessment", row), {"note": "y"}, method="patch", **{"If-Match": "*"})
    assert whichever.json()["version"] == 4


def test_what_is_not_json_or_no_object_is_refused(program, case):
    row = assessed(program)
    for body in ([], [1], "text", 5, None):
        response = program.send(address("crs_assessment"), json.dumps(body))
        assert problem(response, 422, "wrong-fields").keys() == {""}
    problem(program.send(address("crs_assessment"), "{"), 400, "not-json")
    unknown = program.send(
        address("crs_assessment", row) + "?force=1", {"note": "x"}, method="patch", **{"If-Match": "*"}
    )
    assert problem(unknown, 400, "wrong-parameters").keys() == {"force"}


def test_a_product_that_is_not_on_the_list_is_refused_by_its_field(cast, program, case):
    course = program.read(address("infusion_course"), case="SEV-0017")["results"][0]
    assert problem(change(program, "infusion_course", course, product="NOPE"), 422, "wrong-fields").keys() == {
        "product"
    }
    assert Product.objects.filter(pk="TISA").exists()
    assert change(program, "infusion_course", course, product="TISA").json()["product"] == "TISA"


def test_a_rule_between_values_is_refused_in_its_words_by_its_fields(program, course):
    row = program.read(address("infusion_course", course))
    response = change(program, "infusion_course", row, kps=85)
    assert problem(response, 422, "wrong-fields").keys() == {"kps"}
    assert response.json()["errors"][0]["message"] == "Karnofsky status is given in steps of 10."
    order = change(program, "infusion_course", row, ld_started_on=str(day(-3)), ld_ended_on=str(day(-5)))
    assert problem(order, 422, "wrong-fields").keys() == {"ld_started_on", "ld_ended_on"}


def test_numbers_are_given_for_the_topics_that_count(program):
    counted = {topic.code for topic in case_topics() if auto_key(topic)}
    assert counted == {
        "infusion_course", "further_infusion", "anakinra_course", "anakinra_segment", "adverse_event", "crs_episode",
        "icans_episode", "iechs_episode", "infection", "relapse", "response", "stay", "toxicity_therapy",
    }  # fmt: skip
    assert reverse("api_stay") == address("stay")
