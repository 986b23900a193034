"""Many rows at once: each is judged by itself, good ones are saved beside bad ones, and the work does not grow."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import CrsAssessment, DataQuery, InfusionCourse, LabResult, Patient, ToxicityTherapy
from registry.services.locks import case_lock, site_lock
from registry.services.status import form_complete
from sites.audit import event_model_of
from sites.context import acting_as, acting_as_system
from sites.models import Membership
from sites.roles import Role
from tests.cast import long_ago
from tests.entry_forms import a_case, day
from tests.integration.api.asking import Program, problem
from tests.integration.api.rows_sent import address, made

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("looking_on")]

# Statements more or less: whether there is a query to open, to close, to note.
BY_CHANCE = 6


def bulk(program: Program, code: str, rows: list[Any], **around: Any) -> dict[str, Any]:
    """Send rows at once and return what became of them."""
    response = program.send(f"{address(code)}bulk/", {"rows": rows, **around})
    assert response.status_code == 200, response.content
    told = response.json()
    assert [result["index"] for result in told["results"]] == list(range(len(rows)))
    assert (told["done"], told["refused"]) == (
        sum("problem" not in result for result in told["results"]),
        sum("problem" in result for result in told["results"]),
    )
    return told


def kinds(told: dict[str, Any]) -> list[tuple[int, str, list[str]]]:
    """Return status, kind of problem and the fields that it names, for each row."""
    found = []
    for result in told["results"]:
        named = result.get("problem", {"type": "", "errors": []})
        fields = [error["field"] for error in named["errors"]]
        found.append((result["status"], named["type"].rpartition(":")[2], fields))
    return found


def result(number: int = 1, study_id: str = "SEV-0017", **values: Any) -> dict[str, Any]:
    """Return a laboratory result as it is sent."""
    given = {"analyte": "FERRITIN", "sampled_on": str(day(number)), "value": 512.5, "unit": "ng/mL", **values}
    return given if "parent" in values else {"study_id": study_id, "course_no": 1, **given}


def many_cases(site: Any, count: int) -> None:
    with acting_as_system("tests", reason="many cases"):
        patients = Patient.objects.bulk_create(Patient(site=site, study_id=f"M-{number}") for number in range(count))
        InfusionCourse.objects.bulk_create(
            InfusionCourse(site=site, patient=patient, course_no=1, infused_on=day(0), product_id="AXI")
            for patient in patients
        )


def test_good_rows_are_saved_beside_bad_ones_and_each_is_told_in_the_order_sent(cast, program, case):
    foreign = str(a_case(cast.hou, "HOU-1").infusion_courses.get().pk)
    first = made(program, "lab", **result(9))
    rows = [
        result(1),
        result(2, value="many"),
        result(3, study_id="NONE"),
        result(3, parent=foreign),
        result(3, parent=str(uuid.uuid4())),
        result(3, unit="10*9/L"),
        result(1, value=1),
        result(9),
        {"id": first["id"], "version": 1, "value": 600},
        {"id": first["id"], "version": 1, "value": 700},
        {"id": str(uuid.uuid4()), "version": 1, "value": 1},
        {"id": first["id"]},
        "nothing",
        result(4, nonsense=1),
        result(5),
    ]
    told = bulk(program, "lab", rows)
    fields = {
        1: (422, "wrong-fields", ["value"]),
        2: (422, "wrong-fields", ["study_id"]),
        3: (422, "wrong-fields", ["parent"]),
        4: (422, "wrong-fields", ["parent"]),
        5: (422, "wrong-fields", ["unit"]),
        6: (409, "key-taken", ["analyte", "sampled_on", "sampled_at"]),
        7: (409, "key-taken", ["analyte", "sampled_on", "sampled_at"]),
        9: (422, "wrong-fields", ["id"]),
        10: (404, "not-found", []),
        11: (422, "wrong-fields", ["version"]),
        12: (422, "wrong-fields", [""]),
        13: (422, "wrong-fields", ["nonsense"]),
    }
    done = {0: (201, "", []), 8: (200, "", []), 14: (201, "", [])}
    assert dict(enumerate(kinds(told))) == fields | done
    results = told["results"]
    assert results[6]["problem"]["existing"] == {"id": results[0]["id"], "version": 1}
    assert results[7]["problem"]["existing"] == {"id": first["id"], "version": 2}
    assert (results[8]["id"], results[8]["version"]) == (first["id"], 2)
    assert sorted(float(row.value) for row in LabResult.objects.all()) == [512.5, 512.5, 600]


def test_a_row_that_has_moved_on_is_told_as_it_is_now(program, case):
    row = made(program, "lab", **result(1))
    bulk(program, "lab", [{"id": row["id"], "version": 1, "value": 600}])
    told = bulk(program, "lab", [{"id": row["id"], "version": 1, "value": 700}])
    assert kinds(told) == [(412, "stale", [])]
    assert told["results"][0]["problem"]["present"] == program.read(address("lab", row))


def test_rows_break_rules_between_their_values_one_by_one(program, case):
    course = str(case.infusion_courses.get().pk)
    where = {"parent": course, "is_resolved": True}
    rows = [
        {**where, "onset_on": str(day(9)), "resolved_on": str(day(8))},
        {**where, "onset_on": str(day(9)), "resolved_on": str(day(10))},
        {**where, "onset_on": "2025-03", "resolved_on": "2025-02"},
        {**where, "onset_on": str(day(9)), "resolved_on": "2025-03"},
    ]
    told = bulk(program, "crs_episode", rows)
    # Episode 1 is there; a number is given to each row, and what is refused leaves a gap.
    assert [status for status, _kind, _fields in kinds(told)] == [422, 201, 422, 201]
    assert told["results"][0]["problem"]["errors"][0]["message"] == "CRS resolves before its onset."
    assert sorted(case.infusion_courses.get().crs_episodes.values_list("crs_no", flat=True)) == [1, 3, 5]


def test_with_update_a_new_row_changes_the_one_that_has_its_key(program, case):
    first = made(program, "lab", **result(1, comparator="<"))
    told = bulk(program, "lab", [result(1, value=1), result(2), result(1, value=2)], on_existing="update")
    assert [status for status, _kind, _fields in kinds(told)] == [200, 201, 409]
    assert (told["results"][0]["id"], told["results"][0]["version"]) == (first["id"], 2)
    row = program.read(address("lab", first))
    # What is not sent stays.
    assert (row["value"], row["comparator"]) == (1, "<")
    again = bulk(program, "lab", [result(1, value=1)], on_existing="update")
    assert (again["results"][0]["status"], again["results"][0]["version"]) == (200, 2)


def test_only_the_rows_of_locked_and_completed_forms_are_refused(cast, program, case, nothing_blocks):
    many_cases(cast.sev, 3)
    case_lock(patient=Patient.objects.get(study_id="M-0"), by=cast.dana, reason="analysis")
    done = Patient.objects.get(study_id="M-1")
    with acting_as(cast.alice):
        made(program, "lab", **result(1, study_id="M-1"))
        form_complete(patient=done, topic="lab", by=cast.alice)
    rows = [result(number, study_id=study_id) for number in (2, 3) for study_id in ("M-0", "M-1", "M-2", "SEV-0017")]
    told = bulk(program, "lab", rows)
    by_case = [(409, "locked", []), (409, "reason-wanted", ["reason"]), (201, "", []), (201, "", [])]
    assert kinds(told) == by_case * 2
    assert "M-0" in told["results"][0]["problem"]["detail"]
    reasoned = bulk(program, "lab", rows[:2], reason="a late result")
    assert kinds(reasoned) == [(409, "locked", []), (201, "", [])]
    late = event_model_of(LabResult).objects.order_by("-pgh_id").first().pgh_context
    assert (late["source"], late["reason"], late["user_label"]) == ("api", "a late result", "alice@example.org")


def test_a_course_moved_into_a_locked_period_is_refused_and_the_others_are_not(cast, program, case, nothing_blocks):
    many_cases(cast.sev, 2)
    site_lock(site=cast.sev, until_on=day(-30), by=cast.dana, reason="year closed")
    courses = {row["case"]: row for row in program.read(address("infusion_course"))["results"]}
    rows = [{"id": courses[name]["id"], "version": 1, "infused_on": str(day(number))}
            for name, number in (("M-0", -40), ("M-1", 1), ("SEV-0017", 2))]  # fmt: skip
    assert [status for status, _kind, _fields in kinds(bulk(program, "infusion_course", rows))] == [409, 200, 200]


def test_rows_of_several_hospitals_go_together_and_each_needs_the_right_there(cast, case):
    a_case(cast.hou, "HOU-1")
    rows = [result(1), result(1, study_id="HOU-1")]
    assert kinds(bulk(Program(cast.carol), "lab", rows)) == [(201, "", [])] * 2
    assert {(row.site.code, row.course.patient.study_id) for row in LabResult.objects.all()} == {
        ("SEV", "SEV-0017"),
        ("HOU", "HOU-1"),
    }
    assert kinds(bulk(Program(cast.alice), "lab", [result(2), result(2, study_id="HOU-1")]))[1][0] == 422
    row = LabResult.objects.get(site=cast.hou)
    change = {"id": str(row.pk), "version": 1, "value": 1}
    assert kinds(bulk(Program(cast.alice), "lab", [change])) == [(404, "not-found", [])]
    for name in ("dana", "ivan", "judy", "adam", "eve"):
        problem(Program(cast[name]).send(f"{address('lab')}bulk/", {"rows": [change]}), 403, "no-right")


def test_a_right_that_is_held_elsewhere_does_not_edit_what_one_only_sees(cast, case):
    with acting_as_system("tests", reason="bob investigates too"):
        Membership.objects.create(user=cast.bob, site=cast.sev, role=Role.INVESTIGATOR, starts_on=long_ago())
    a_case(cast.hou, "HOU-1")
    told = bulk(Program(cast.bob), "lab", [result(1), result(1, study_id="HOU-1")])
    assert kinds(told) == [(403, "no-right", []), (201, "", [])]


def test_numbers_are_given_below_each_parent_and_keep_clear_of_those_that_are_sent(cast, program, case):
    many_cases(cast.sev, 1)
    drug = {"course_no": 1, "drug": "TOCILIZUMAB", "started_on": str(day(1))}
    rows = [
        {"study_id": "M-0", **drug},
        {"study_id": "SEV-0017", **drug, "therapy_no": 4},
        {"study_id": "SEV-0017", **drug},
        {"study_id": "M-0", **drug},
    ]
    assert bulk(program, "toxicity_therapy", rows)["done"] == 4
    numbers = ToxicityTherapy.objects.values_list("course__patient__study_id", "therapy_no")
    assert sorted(numbers) == [("M-0", 1), ("M-0", 2), ("SEV-0017", 4), ("SEV-0017", 5)]


def test_computed_values_and_queries_follow_many_rows_as_they_do_one(cast, program, case):
    where = {"study_id": "SEV-0017", "course_no": 1, "crs_no": 1, "has_other_fever_cause": False, "oxygen": "ROOM_AIR"}
    low = {"has_hypotension": True, "vasopressors": 1, "has_vasopressin": False, "had_antipyretic": False}
    rows = [
        {**where, **low, "assessed_on": str(day(number)), "temp_max_c": 38.5, "grade_reported": 1} for number in (1, 2)
    ]
    assert bulk(program, "crs_assessment", rows)["done"] == 2
    assert list(CrsAssessment.objects.values_list("grade_computed", flat=True)) == [3, 3]
    assert DataQuery.objects.filter(topic="crs_assessment", field="grade_reported").count() == 2


def test_what_is_computed_must_have_room_and_only_the_rows_of_its_case_are_refused(cast, program, case):
    many_cases(cast.sev, 2)
    dose = {"course_no": 1, "drug": "DEXAMETHASONE", "started_on": str(day(1)), "dose_unit": "MG", "interval_h": 1}
    rows = [{"study_id": name, **dose, "dose": mg} for name, mg in (("M-0", 4), ("M-1", 999999), ("SEV-0017", 8))]
    assert kinds(bulk(program, "toxicity_therapy", rows)) == [(201, "", []), (422, "wrong-fields", [""]), (201, "", [])]
    problem(program.send(address("toxicity_therapy"), rows[1]), 422, "wrong-fields")
    assert ToxicityTherapy.objects.count() == 2


def test_patients_are_changed_many_at_once_and_not_created(cast, program, case):
    told = bulk(program, "patient", [{"id": str(case.pk), "version": 1, "sex": "MALE"}, {"study_id": "NEW"}])
    assert kinds(told) == [(200, "", []), (422, "wrong-fields", ["id", "version"])]
    assert Patient.objects.get().sex == "MALE"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rows": []}, "rows"),
        ({"rows": {}}, "rows"),
        ({}, "rows"),
        ({"rows": [{}] * 1001}, "rows"),
        ({"rows": [{}], "on_existing": "merge"}, "on_existing"),
        ({"rows": [{}], "reason": "x" * 201}, "reason"),
        ({"rows": [{}], "force": True}, "force"),
    ],
)
def test_what_surrounds_the_rows_is_read_before_any_of_them(program, case, body, field):
    assert problem(program.send(f"{address('lab')}bulk/", body), 422, "wrong-fields").keys() == {field}


def statements(program: Program, code: str, rows: list[Any]) -> int:
    """Send rows of which all must be taken, and return how many statements the database was given."""
    with CaptureQueriesContext(connection) as asked:
        assert bulk(program, code, rows)["done"] == len(rows)
    return len(asked)


def test_the_number_of_statements_grows_with_neither_rows_nor_cases(cast, program, case):
    many_cases(cast.sev, 20)
    bulk(program, "lab", [result(1)])
    few = statements(program, "lab", [result(number, study_id="M-0") for number in range(1, 11)])
    rows = [result(1 + number // 20, study_id=f"M-{number % 20}", analyte="CRP", unit="mg/L") for number in range(300)]
    assert statements(program, "lab", rows) <= few + BY_CHANCE
    cases = [result(1, study_id=f"M-{number}", analyte="LDH", unit="U/L") for number in range(20)]
    assert statements(program, "lab", cases) <= few + BY_CHANCE
    now = [{"id": str(row.pk), "version": 1, "value": 7} for row in LabResult.objects.filter(analyte="CRP")]
    assert statements(program, "lab", now) <= few + BY_CHANCE
    bad = [result(20, study_id=f"M-{number % 20}", value="?") for number in range(50)]
    with CaptureQueriesContext(connection) as asked:
        assert bulk(program, "lab", bad)["refused"] == 50
    assert len(asked) < few


def test_rows_that_break_rules_do_not_make_the_work_grow(cast, program, case):
    many_cases(cast.sev, 20)
    order = {"course_no": 1, "onset_on": str(day(9)), "is_resolved": True}

    def asked(bad: int) -> int:
        days = [day(10 if number >= bad else 1) for number in range(20)]
        rows = [{"study_id": f"M-{number}", **order, "resolved_on": str(on)} for number, on in enumerate(days)]
        with CaptureQueriesContext(connection) as made_of:
            assert bulk(program, "crs_episode", rows)["refused"] == bad
        return len(made_of)

    assert asked(19) <= asked(1) <= asked(0) + BY_CHANCE


def test_courses_of_many_products_are_looked_up_at_once(cast, program, case):
    many_cases(cast.sev, 12)
    course = {"product": "TISA", "infused_on": str(day(100))}
    one = statements(program, "infusion_course", [{"study_id": "SEV-0017", **course}])
    several = [{"study_id": f"M-{number}", **course} for number in range(12)]
    assert statements(program, "infusion_course", several) <= one + BY_CHANCE
