"""Cases through the interface: told as the record holds them, listed like on the page, and entered."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.models import (
    CaseLock,
    DataQuery,
    FormStatus,
    InfusionCourse,
    LabResult,
    Patient,
    PatientIdentity,
    QueryState,
)
from registry.selectors import case_pages
from registry.selectors.cases import case_topics
from registry.selectors.record_columns import row_names
from registry.services.signatures import case_sign
from sites.context import acting_as_system
from tests.factories.one_course import on
from tests.factories.whole_case import whole_case
from tests.integration.api.asking import Program, problem
from tests.integration.api.naive_rows import naive_case
from tests.walls import WALLS, nobody_acting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("looking_on")]
LIST = "/api/cases/"
NEW = {"site": "SEV", "study_id": "SEV-9", "infused_on": "2024-03-05", "product": "AXI"}
FACTS = {"forms", "open_queries"}


@pytest.fixture
def two(cast):
    """A whole case at Sevilla and one at Houston."""
    return whole_case(cast.sev, "SEV-1", words="sevilla", judge=cast.judy), whole_case(
        cast.hou, "HOU-1", judge=cast.judy
    )


def many(site: Any, count: int, name: str = "") -> list[Patient]:
    """Write cases with an index course and two results each."""
    with acting_as_system("tests", reason="many cases"):
        cases = Patient.objects.bulk_create(
            Patient(site=site, study_id=f"{name or site.code}-{number:04d}") for number in range(count)
        )
        courses = InfusionCourse.objects.bulk_create(
            InfusionCourse(site=site, patient=case, course_no=1, product_id="AXI", infused_on=on(0)) for case in cases
        )
        LabResult.objects.bulk_create(
            LabResult(site=site, course=course, analyte="CRP", sampled_on=on(day), value=day, unit="mg/L")
            for course in courses
            for day in (2, 1)
        )
    return cases


def without_facts(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in FACTS}


def test_a_whole_case_reads_as_the_record_holds_it(two, cast) -> None:
    told = Program(cast.alice).read(f"{LIST}{two[0].pk}/")
    assert without_facts(told) == naive_case(two[0])
    assert "sevilla_local_record_number" not in str(told)
    assert {"identity", "death_review", "local_record_number"}.isdisjoint(told)


def test_all_cases_with_all_rows_read_as_the_record_holds_them(two, cast) -> None:
    many(cast.sev, 3)
    told = Program(cast.dana).all_of(LIST, include="all", limit=2)
    expected = [naive_case(patient) for patient in Patient.objects.order_by("study_id")]
    assert told == expected


def test_rows_of_one_parent_stand_in_the_order_of_their_keys(two, cast) -> None:
    [case] = many(cast.sev, 1)
    told = Program(cast.alice).read(f"{LIST}{case.pk}/", include="lab")
    [course] = told["infusion_course"]
    assert [row["sampled_on"] for row in course["lab"]] == [str(on(1)), str(on(2))]


def test_a_topic_brings_those_above_it_along_and_no_others(two, cast) -> None:
    told = Program(cast.alice).read(LIST, include="crs_assessment,disease")["results"]
    [case] = told
    assert [len(row["crs_assessment"]) for row in case["infusion_course"][0]["crs_episode"]] == [1]
    assert (len(case["disease"]), "lab" in case["infusion_course"][0], "death" in case) == (1, False, False)


def test_without_asking_there_are_patients_alone_and_in_one_case_everything(two, cast) -> None:
    program = Program(cast.alice)
    codes = {topic.code for topic in case_topics() if topic.parent}
    assert codes.isdisjoint(program.read(LIST)["results"][0])
    assert {"disease", "infusion_course", "death", "follow_up"} <= program.read(f"{LIST}{two[0].pk}/").keys()


def test_names_of_topics_and_of_fields_never_meet() -> None:
    for topic in case_topics():
        below = {entry.code for entry in case_topics() if entry.parent_topic is topic}
        assert below.isdisjoint({*row_names(topic), *FACTS})


@pytest.mark.parametrize("one_by_one", [0, 8])
def test_pages_are_complete_in_the_order_of_study_ids_while_cases_are_added(two, cast, monkeypatch, one_by_one) -> None:
    monkeypatch.setattr(case_pages, "SITES_ONE_BY_ONE", one_by_one)
    expected = {"HOU-1", "SEV-1", *(case.study_id for site in (cast.sev, cast.hou) for case in many(site, 7))}
    program, found = Program(cast.carol), []
    told = program.read(LIST, limit=4)
    while True:
        found += [case["study_id"] for case in told["results"]]
        if told["next"] is None:
            break
        Patient.objects.create(site=cast.sev, study_id=f"AAA-{len(found)}")
        told = program.read(told["next"])
    assert (found, set(found)) == (sorted(found), expected)


@pytest.mark.parametrize("wall_off", ["", *WALLS], indirect=True)
def test_a_case_of_another_site_looks_like_none(two, cast, wall_off) -> None:
    program, absent = Program(cast.alice), f"{LIST}{uuid.uuid4()}/"
    for path in (f"{LIST}{two[1].pk}/", f"{LIST}{two[1].pk}/history/"):
        assert problem(program.get(path), 404, "not-found") == problem(program.get(absent), 404, "not-found")
    assert {case["site"] for case in program.all_of(LIST, include="all")} == {"SEV"}
    places = [problem(program.get(LIST, after=key), 400, "wrong-parameters") for key in (two[1].pk, uuid.uuid4())]
    assert places[0] == places[1]
    assert program.read(LIST, case="HOU")["results"] == []


@pytest.mark.parametrize("person", ["judy", "adam", "eve"])
def test_whoever_sees_no_cases_is_refused(two, cast, person) -> None:
    program = Program(cast[person])
    for path in (LIST, f"{LIST}{two[0].pk}/", f"{LIST}{two[0].pk}/history/"):
        problem(program.get(path), 403, "no-right")
    problem(program.send(LIST, NEW), 403, "no-right")


def test_cases_are_found_by_site_prefix_product_and_standing(two, cast) -> None:
    CaseLock.objects.create(site=cast.sev, patient=two[0], topic="", reason="done", locked_by=cast.dana)
    program = Program(cast.dana)

    def found(**asked: str) -> list[str]:
        return [case["study_id"] for case in program.read(LIST, **asked)["results"]]

    assert found(site="HOU") == ["HOU-1"]
    assert found(case="sev") == ["SEV-1"]
    assert found(product="AXI") == ["HOU-1", "SEV-1"]
    assert found(standing="locked") == ["SEV-1"]
    assert found(standing="open", case="SEV") == []


WRONG = [
    ({"include": "lab,nonsense"}, "include", "crs_episode"),
    ({"include": "patient"}, "include", "all"),
    ({"include": "identity"}, "include", "all"),
    ({"include": ""}, "include", "all"),
    ({"site": "XXX"}, "site", "SEV"),
    ({"case": "%"}, "case", "letters"),
    ({"product": "NONE"}, "product", "AXI"),
    ({"standing": "lost"}, "standing", "locked"),
    ({"after": "x"}, "after", "hexadecimal"),
    ({"limit": "1000"}, "limit", "200"),
    ({"q": "SEV"}, "q", "case"),
]


@pytest.mark.parametrize(("asked", "field", "remedy"), WRONG)
def test_what_cannot_be_read_is_refused_with_what_to_send(two, cast, asked, field, remedy) -> None:
    assert remedy in problem(Program(cast.alice).get(LIST, **asked), 400, "wrong-parameters")[field]


def test_one_case_refuses_what_it_does_not_know(two, cast) -> None:
    program = Program(cast.alice)
    for name in ("site", "limit", "after"):
        asked = {name: "SEV"}
        told = problem(program.get(f"{LIST}{two[0].pk}/", **asked), 400, "wrong-parameters")
        assert "include" in told[name]


def standings(program: Program, case: Patient) -> dict[str, str]:
    told = program.read(f"{LIST}{case.pk}/", include="disease")
    return {form["topic"]: form["standing"] for form in told["forms"]}


def test_a_case_tells_where_each_of_its_forms_stands(two, cast, nothing_blocks) -> None:
    [case], program, now = many(cast.sev, 1), Program(cast.alice), timezone.now()
    FormStatus.objects.create(site=cast.sev, patient=case, topic="lab", completed_at=now, completed_by=cast.alice)
    CaseLock.objects.create(site=cast.sev, patient=case, topic="patient", reason="checked", locked_by=cast.dana)
    told = standings(program, case)
    assert told.keys() == {topic.code for topic in case_topics()}
    assert (told["disease"], told["infusion_course"]) == ("not_started", "open")
    assert (told["lab"], told["patient"]) == ("completed", "locked")
    with nobody_acting():
        case_sign(patient=case, by=cast.ivan)
    assert set(standings(program, case).values()) == {"signed", "locked"}
    InfusionCourse.objects.filter(patient=case).update(kps=90, version=2)
    assert standings(program, case)["lab"] == "completed"


def test_a_case_tells_how_many_queries_wait_for_an_answer(two, cast) -> None:
    now, program = timezone.now(), Program(cast.alice)
    about = {"topic": "patient", "text": "Look.", "opened_at": now, "asked_at": now, "rank": 2}
    for site, case, state in ((cast.sev, two[0], "OPEN"), (cast.sev, two[0], "ANSWERED"), (cast.hou, two[1], "OPEN")):
        DataQuery.objects.create(site=site, patient=case, row_id=case.pk, state=QueryState[state], **about)
    assert program.read(f"{LIST}{two[0].pk}/")["open_queries"] == 1


def statements(program: Program, path: str, **asked: Any) -> int:
    """Count what a page asks of the database."""
    program.read(path, **asked)
    with CaptureQueriesContext(connection) as caught:
        program.read(path, **asked)
    return len(caught)


def test_a_page_costs_the_same_statements_with_two_cases_and_with_sixty(two, cast) -> None:
    program = Program(cast.alice)
    few = statements(program, LIST, include="all")
    many(cast.sev, 60)
    assert statements(program, LIST, include="all") == few
    assert few <= 2 * len(case_topics()) + 15


def new(cast: Any, **given: Any) -> Any:
    return Program(cast.alice).send(LIST, {**NEW, **given})


def test_a_case_is_entered_with_its_infusion_and_its_number(two, cast) -> None:
    response = new(cast, local_record_number="NHC 7")
    told, case = response.json(), Patient.objects.get(study_id="SEV-9")
    assert response.status_code == 201, told
    assert response.headers["Location"].endswith(f"{LIST}{case.pk}/")
    assert response.headers["ETag"] == f'"{case.version}"'
    assert without_facts(told) == naive_case(case)
    assert (told["infusion_course"][0]["infused_on"], told["infusion_course"][0]["product"]) == ("2024-03-05", "AXI")
    assert PatientIdentity.objects.get(patient=case).local_record_number == "NHC 7"
    assert "NHC" not in response.content.decode()
    event = Patient.pgh_event_models["insert"].objects.get(pgh_obj_id=case.pk)
    assert (event.pgh_context["source"], event.pgh_context["user"]) == ("api", str(cast.alice.pk))


def test_a_case_sent_twice_under_one_key_is_entered_once(two, cast) -> None:
    program = Program(cast.alice)
    first, again = (program.send(LIST, NEW, **{"idempotency-key": "one"}) for _time in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert Patient.objects.filter(study_id="SEV-9").count() == 1


def test_a_case_that_is_there_is_named_instead_of_entered(two, cast) -> None:
    number = PatientIdentity.objects.get(patient=two[0]).local_record_number
    for given in ({"study_id": "sev-1"}, {"local_record_number": number}):
        response = new(cast, **given)
        assert problem(response, 409, "key-taken").keys() == given.keys()
        assert response.json()["existing"] == {"id": str(two[0].pk), "version": two[0].version}
    assert Patient.objects.filter(site=cast.sev).count() == 1


def test_a_case_of_another_site_takes_no_study_id_away(two, cast) -> None:
    assert new(cast, study_id="HOU-1").status_code == 201


def test_a_site_that_is_not_ones_own_looks_like_none(two, cast) -> None:
    foreign, unknown = (problem(new(cast, site=code), 422, "wrong-fields") for code in ("HOU", "XXX"))
    assert foreign == unknown
    assert "SEV" in foreign["site"]
    assert "HOU" not in foreign["site"]


@pytest.mark.parametrize(
    ("given", "field", "remedy"),
    [
        ({"product": "NONE"}, "product", "AXI"),
        ({"study_id": "a b"}, "study_id", "letters"),
        ({"infused_on": "5/3/2024"}, "infused_on", "2021-03-05"),
        ({"infused_on": "2999-01-01"}, "infused_on", "future"),
        ({"infused_on": None}, "infused_on", "2021-03-05"),
        ({"local_record_number": "9" * 41}, "local_record_number", "hospital"),
        ({"sex": "MALE"}, "sex", "study_id"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_field_and_nothing_is_entered(two, cast, given, field, remedy) -> None:
    assert remedy in problem(new(cast, **given), 422, "wrong-fields")[field]
    assert not Patient.objects.filter(study_id="SEV-9").exists()


def test_an_investigator_reads_cases_and_enters_none(two, cast) -> None:
    program = Program(cast.ivan)
    assert [case["study_id"] for case in program.read(LIST)["results"]] == ["SEV-1"]
    problem(program.send(LIST, NEW), 403, "no-right")
