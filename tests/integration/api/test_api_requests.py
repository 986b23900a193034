"""Requests for data by programs: the services and rights of the pages, on the version that was read, told in fields."""

from __future__ import annotations

import uuid
from functools import cache
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator

from config.openapi.document import description
from exports import services
from exports.models import DataRequest, RequestMessage, RequestState
from sites.context import acting_as, acting_as_system
from sites.models import Membership, User
from sites.roles import Role
from tests.cast import Cast, long_ago
from tests.factories.releases import client_of
from tests.integration.api.asking import Program, problem

pytestmark = pytest.mark.django_db
LIST = "/api/requests/"
WHOLE = {
    "title": "Dose and survival", "aim": "Whether the dose matters.", "profile": "SHAREABLE",
    "cohort": {"CRSMAX": {"in": [4, 3]}, "FUPDAYS": {"min": 90}}, "selection": {"tables": {"lab": "*"}},
    "formats": ["SPSS", "CSV"], "approval_reference": "CEI 12", "agreement_reference": "DUA 3",
}  # fmt: skip


def fits(component: str, told: Any) -> None:
    """Fail, with the first reason, where an answer is not of the shape that is described, or tells more."""
    schema, validator = _described(component)
    found = sorted(validator.iter_errors(told), key=str)
    assert not found, found[0].message
    assert not set(told) - set(schema["properties"])


@cache
def _described(component: str) -> tuple[dict[str, Any], Draft202012Validator]:
    components = description()["components"]
    whole = {"$ref": f"#/components/schemas/{component}", "components": components}
    return components["schemas"][component], Draft202012Validator(whole)


@pytest.fixture
def program(cast: Cast) -> Program:
    return Program(cast.ivan)


@pytest.fixture
def data_manager(cast: Cast) -> Program:
    return Program(cast.dana)


@pytest.fixture
def draft(program: Program) -> dict[str, Any]:
    return written(program)


def written(program: Program, **given: Any) -> dict[str, Any]:
    response = program.send(LIST, {**WHOLE, **given})
    assert response.status_code == 201, response.content
    return response.json()


def at(told: dict[str, Any], *act: str) -> str:
    return LIST + "".join(f"{part}/" for part in (told["id"], *act))


def changed(program: Program, told: dict[str, Any], **given: Any) -> Any:
    tag = program.get(at(told)).headers["ETag"]
    return program.send(at(told), given, "patch", **{"if-match": tag})


def submitted(program: Program) -> dict[str, Any]:
    response = program.send(at(written(program), "submit"), {})
    assert response.status_code == 200, response.content
    return response.json()


def other_investigator(cast: Cast) -> User:
    with acting_as_system("tests", reason="another investigator"):
        other = User.objects.create(email="other@example.org", full_name="Other")
        Membership.objects.create(user=other, site=cast.hou, role=Role.INVESTIGATOR, starts_on=long_ago())
    return other


def test_a_draft_is_written_as_the_form_of_the_pages_writes_it(program: Program, cast: Cast):
    response = program.send(LIST, WHOLE)
    told = response.json()
    assert (response.status_code, response.headers["Location"], told["url"].endswith(at(told))) == (
        201, told["url"], True,
    )  # fmt: skip
    assert (told["state"], told["number"]) == ("DRAFT", f"R-{timezone.localdate().year}-001")
    assert told["cohort"] == {"CRSMAX": {"in": [3, 4]}, "FUPDAYS": {"min": 90}}
    assert told["selection"] == {"tables": {"lab": "*"}, "datasets": {}}
    assert told["formats"] == ["CSV", "SPSS"]
    assert response.headers["ETag"] == program.get(at(told)).headers["ETag"]
    assert DataRequest.objects.get().requested_by == cast.ivan
    fits("RequestWhole", told)


def test_a_title_alone_is_a_draft_that_asks_for_nothing_yet(program: Program):
    told = program.send(LIST, {"title": "Later"}).json()
    assert (told["cohort"], told["selection"]) == ({}, {"tables": {}, "datasets": {}})
    found = problem(program.send(at(told, "submit"), {}), 422, "wrong-fields")
    assert set(found) == {"aim", "approval_reference", "agreement_reference", "selection"}
    assert DataRequest.objects.get().state == RequestState.DRAFT


def test_an_empty_selection_that_is_sent_is_everything(program: Program):
    assert written(program, selection={})["selection"] == {}


@pytest.mark.parametrize(
    ("given", "field", "remedy"),
    [
        ({"title": "  "}, "title", "at most 120"),
        ({"title": 7}, "title", "at most 120"),
        ({"title": "x" * 121}, "title", "at most 120"),
        ({"profile": "OPEN"}, "profile", "AGREEMENT, SHAREABLE"),
        ({"formats": ["WORD"]}, "formats", "PARQUET"),
        ({"formats": "CSV"}, "formats", "PARQUET"),
        ({"cohort": []}, "cohort", "options"),
        ({"cohort": {"NAME": {"in": ["x"]}}}, "cohort.NAME", "CRSMAX"),
        ({"cohort": {"CRSMAX": {"min": 3}}}, "cohort.CRSMAX", '{"in": [...]}'),
        ({"cohort": {"CRSMAX": {"in": [9]}}}, "cohort.CRSMAX", "0, 1, 2, 3, 4, 5"),
        ({"cohort": {"CRSMAX": {"in": [True]}}}, "cohort.CRSMAX", "0, 1, 2, 3, 4, 5"),
        ({"cohort": {"INFYR": {"in": [2060]}}}, "cohort.INFYR", str(timezone.localdate().year)),
        ({"cohort": {"FUPDAYS": {"min": 0}}}, "cohort.FUPDAYS", "28, 60"),
        ({"selection": "*"}, "selection", "options"),
        ({"selection": {"sheets": {}}}, "selection.sheets", "datasets, tables"),
        ({"selection": {"tables": "*"}}, "selection.tables", "for each name"),
        ({"selection": {"tables": {"identity": "*"}}}, "selection.tables.identity", "lab"),
        ({"selection": {"tables": {"lab": ["name"]}}}, "selection.tables.lab", "comparator"),
        ({"selection": {"tables": {"lab": []}}}, "selection.tables.lab", "comparator"),
        ({"decision_reason": "Yes"}, "decision_reason", "agreement_reference"),
        ({"state": "APPROVED"}, "state", "agreement_reference"),
    ],
)
def test_what_cannot_be_asked_for_is_named_with_what_can(program: Program, given: Any, field: str, remedy: str):
    found = problem(program.send(LIST, {**WHOLE, **given}), 422, "wrong-fields")
    assert set(found) == {field}
    assert remedy in found[field]
    assert not DataRequest.objects.exists()


def test_whatever_the_options_tell_may_be_asked_for(program: Program):
    told = program.read(f"{LIST}options/")
    fits("RequestOptions", told)
    assert all(criterion["levels"] for criterion in told["criteria"])
    cohort = {
        one["column"]: {"in": [level["code"] for level in one["levels"]]}
        if one["rule"] == "in" else {"min": one["levels"][0]["code"]}
        for one in told["criteria"]
    }  # fmt: skip
    selection = {
        kind: {one["name"]: [each["name"] for each in one["variables"]] or "*" for one in told[kind]}
        for kind in ("tables", "datasets")
    }
    formats = [one["code"] for one in told["formats"]]
    kept = written(program, cohort=cohort, selection=selection, formats=formats)
    assert set(kept["cohort"]) == set(cohort)
    assert kept["selection"] == selection
    assert kept["formats"] == formats


def test_a_change_touches_only_what_is_sent(program: Program, draft: dict[str, Any]):
    response = changed(program, draft, aim="Something else.")
    assert response.status_code == 200, response.content
    assert {**draft, "aim": "Something else."} == response.json()
    assert response.headers["ETag"] == program.get(at(draft)).headers["ETag"]


def test_a_change_needs_the_version_that_was_read(program: Program, draft: dict[str, Any]):
    old = program.get(at(draft)).headers["ETag"]
    assert "If-Match" in problem(program.send(at(draft), {"aim": "x"}, "patch"), 428, "version-wanted")
    assert changed(program, draft, aim="First").status_code == 200
    response = program.send(at(draft), {"aim": "Second"}, "patch", **{"if-match": old})
    problem(response, 412, "stale")
    assert response.json()["present"]["aim"] == "First"
    assert DataRequest.objects.get().aim == "First"


def test_what_was_submitted_is_changed_no_more_and_can_be_taken_back(program: Program):
    told = submitted(program)
    assert (told["state"], told["submitted_at"] is None) == ("SUBMITTED", False)
    problem(changed(program, told, aim="Late"), 409, "moved-on")
    problem(program.send(at(told, "submit"), {}), 409, "moved-on")
    assert program.send(at(told, "recall"), {}).json()["state"] == "RECALLED"
    problem(program.send(at(told, "recall"), {}), 409, "moved-on")


def test_nobody_elses_request_is_changed_handed_in_or_taken_back(
    program: Program, data_manager: Program, cast: Cast, draft: dict[str, Any]
):
    foreign, told = Program(other_investigator(cast)), submitted(program)
    for request in (draft, told, {"id": uuid.uuid4()}):
        for path in (at(request), at(request, "messages")):
            problem(foreign.get(path), 404, "not-found")
        problem(foreign.send(at(request), {"aim": "x"}, "patch", **{"if-match": "*"}), 404, "not-found")
        for act in ("submit", "recall", "messages"):
            problem(foreign.send(at(request, act), {"text": "x"} if act == "messages" else {}), 404, "not-found")
    problem(data_manager.get(at(draft)), 404, "not-found")
    assert data_manager.read(at(told))["state"] == "SUBMITTED"
    for act in ("submit", "recall"):
        problem(data_manager.send(at(told, act), {}), 403, "no-right")


def test_both_sides_talk_about_a_request_and_nobody_about_a_draft(
    program: Program, data_manager: Program, draft: dict[str, Any]
):
    problem(program.send(at(draft, "messages"), {"text": "Anybody?"}), 409, "moved-on")
    told = submitted(program)
    for who, text in ((data_manager, "Which day?"), (program, "The first."), (data_manager, "Thank you.")):
        response = who.send(at(told, "messages"), {"text": text})
        assert response.status_code == 201, response.content
        fits("RequestMessageOut", response.json())
    assert "text" in problem(program.send(at(told, "messages"), {"text": " "}), 422, "wrong-fields")
    first = program.read(at(told, "messages"), limit=2)
    assert [one["text"] for one in first["results"]] == ["Which day?", "The first."]
    assert [one["text"] for one in program.read(first["next"])["results"]] == ["Thank you."]
    assert [one["text"] for one in program.read(at(told))["messages"]] == ["Which day?", "The first.", "Thank you."]
    assert RequestMessage.objects.count() == 3


def test_the_list_is_read_to_its_end_while_requests_are_added(program: Program):
    titles = [written(program, title=f"Number {number}")["title"] for number in range(5)]
    told, found = program.read(LIST, limit=2), []
    while True:
        fits("RequestPage", told)
        found += [one["title"] for one in told["results"]]
        written(program, title="Added meanwhile")
        if told["next"] is None:
            break
        told = program.read(told["next"])
    assert found == titles[::-1]


@pytest.mark.parametrize("asked", [{"limit": "0"}, {"after": "x"}, {"after": "1.2"}, {"state": "DRAFT"}, {"limit": ""}])
def test_an_address_that_says_what_there_is_not_is_refused(program: Program, asked: dict[str, str]):
    assert set(problem(program.get(LIST, **asked), 400, "wrong-parameters")) == set(asked)


def test_the_same_key_writes_one_draft_and_another_body_none(program: Program):
    key = {"idempotency-key": str(uuid.uuid4())}
    first, second = (program.send(LIST, WHOLE, **key) for _time in range(2))
    assert (first.status_code, second.status_code, first.json()) == (201, 201, second.json())
    assert second.headers["Location"] == first.headers["Location"]
    problem(program.send(LIST, {**WHOLE, "title": "Other"}, **key), 422, "key-used")
    assert DataRequest.objects.count() == 1


def test_a_token_that_reads_writes_nothing(cast: Cast, draft: dict[str, Any]):
    reader, exporter = Program(cast.ivan, ("read",)), Program(cast.ivan, ("export",))
    assert reader.get(at(draft)).status_code == 200
    problem(exporter.get(at(draft)), 403, "scope")
    for program in (reader, exporter):
        problem(program.send(LIST, WHOLE), 403, "scope")
        problem(program.send(at(draft), {"aim": "x"}, "patch", **{"if-match": "*"}), 403, "scope")
        for act in ("submit", "recall", "messages"):
            problem(program.send(at(draft, act), {"text": "x"}), 403, "scope")
    assert DataRequest.objects.count() == 1


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "judy", "adam", "eve"])
def test_who_may_not_ask_for_data_reads_and_writes_no_request(cast: Cast, name: str, draft: dict[str, Any]):
    program = Program(cast[name])
    for path in (LIST, f"{LIST}options/", at(draft), at(draft, "messages")):
        problem(program.get(path), 403, "no-right")
    for path in (LIST, at(draft, "submit"), at(draft, "recall"), at(draft, "messages")):
        problem(program.send(path, WHOLE), 403, "no-right")


def test_a_data_manager_writes_no_request(data_manager: Program):
    problem(data_manager.send(LIST, WHOLE), 403, "no-right")


def test_strangers_are_asked_to_sign_in(draft: dict[str, Any]):
    for path in (LIST, f"{LIST}options/", at(draft)):
        problem(Client().get(path), 401, "signed-out")


def test_who_is_signed_in_on_the_pages_writes_with_the_security_token(cast: Cast):
    client = client_of(cast.ivan)
    assert client.post(LIST, WHOLE, content_type="application/json").status_code == 201


def test_a_request_is_handed_in_once_by_page_and_program(program: Program, cast: Cast, draft: dict[str, Any]):
    with acting_as(cast.ivan):
        services.request_submit(request=DataRequest.objects.get(), by=cast.ivan)
    problem(program.send(at(draft, "submit"), {}), 409, "moved-on")


def test_no_act_decides_on_a_request():
    acts = [path for path in description()["paths"] if path.startswith(LIST)]
    assert sorted(path.removeprefix(LIST) for path in acts) == [
        "", "options/", "{id}/", "{id}/messages/", "{id}/recall/", "{id}/submit/",
    ]  # fmt: skip


def test_what_is_wrong_is_said_in_spanish_to_who_reads_spanish(program: Program, cast: Cast):
    with acting_as(cast.ivan):
        User.objects.filter(pk=cast.ivan.pk).update(language="es")
    found = problem(program.send(LIST, {**WHOLE, "selection": {"tables": {"lab": []}}}), 422, "wrong-fields")
    assert "Envíe" in found["selection.tables.lab"]
