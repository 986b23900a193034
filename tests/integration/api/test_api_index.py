"""The first address of the interface and the topics: who asks, what there is, what each field means."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver

from registry.api.index import PLACES
from registry.metadata import topic_named
from registry.selectors.cases import case_topics
from tests.access.matrix.addresses import addresses
from tests.factories.files import create_products
from tests.integration.api.asking import Program, problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("looking_on")]


def test_the_first_address_says_who_asks(cast) -> None:
    program = Program(cast.carol, scopes=("read",), sites=[cast.sev.pk])
    you = program.read("/api/")["you"]
    assert (you["name"], you["roles"], you["scopes"]) == (str(cast.carol), ["COORDINATOR"], ["read"])
    assert you["sites"] == ["SEV"]
    assert you["expires_at"][:19] == program.token.expires_at.isoformat()[:19]
    assert Program(cast.dana).read("/api/")["you"]["sites"] == ["HOU", "SEV"]


def test_a_sign_in_of_the_pages_has_all_scopes_and_no_end(cast, signed_in) -> None:
    you = signed_in(cast.alice).get("/api/").json()["you"]
    assert (you["scopes"], you["expires_at"]) == (["read", "write", "export"], None)


def test_whoever_is_signed_in_may_look_and_learns_nothing_of_the_record(cast) -> None:
    for person in ("judy", "adam", "eve"):
        assert Program(cast[person]).read("/api/")["you"]["sites"] == []
        problem(Program(cast[person]).get("/api/topics/"), 403, "no-right")
    problem(Program(cast.alice, scopes=("write",)).get("/api/"), 403, "scope")
    assert Client().get("/api/").status_code == 401


def test_every_list_of_the_interface_is_named_there(cast) -> None:
    told = Program(cast.dana).read("/api/")["addresses"]
    assert all(one["says"] for one in told)
    rows = {f"api_{topic.code}" for topic in case_topics()}
    lists = {
        pattern.name
        for route, pattern in addresses().items()
        if route.startswith("api/") and "<" not in route and "get" in _methods(pattern)
    }
    assert {one["name"] for one in told} >= lists | rows
    assert {one["name"] for one in told} <= set(PLACES) | rows


def _methods(pattern) -> set[str]:
    view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
    return {name for name in view.http_method_names if hasattr(view, name)} if view else {"get"}


def test_what_is_named_there_is_there(cast) -> None:
    program, resolver = Program(cast.dana), get_resolver()
    for one in program.read("/api/")["addresses"]:
        assert resolver.resolve(f"/{one['url'].split('/', 3)[3]}")
    assert program.get("/api/").json()["version"]


def test_topics_are_told_with_their_grain_and_key(cast) -> None:
    told = Program(cast.alice).read("/api/topics/")["results"]
    assert [topic["code"] for topic in told] == [topic.code for topic in case_topics()]
    lab = next(topic for topic in told if topic["code"] == "lab")
    assert (lab["parent"], lab["key"]) == ("infusion_course", ["analyte", "sampled_on", "sampled_at"])
    assert lab["key_columns"][:2] == ["study_id", "course_no"]


def test_every_variable_is_told_as_it_is_declared(cast) -> None:
    create_products()
    program = Program(cast.alice)
    for topic in case_topics():
        told = program.read(f"/api/topics/{topic.code}/")["variables"]
        for variable, field in zip(told, topic.fields, strict=True):
            declared = field.variable
            assert (variable["name"], variable["unit"], variable["code"]) == (field.name, declared.unit, declared.code)
            assert (variable["privacy"], variable["derived"]) == (declared.privacy.name, declared.derived)
            assert (variable["required"], variable["optional"]) == (field.required, declared.optional)
            coding = getattr(field, "coding", None)
            assert [one["code"] for one in variable["choices"]] == [
                code for code, _ in (coding.choices() if coding else [])
            ]
            for name in ("limits", "plausible"):
                ends = getattr(declared, name)
                assert variable[name] == ({"low": float(ends[0]), "high": float(ends[1])} if ends else None)


def test_kinds_and_conditions_of_variables_are_told(cast) -> None:
    program = Program(cast.alice)
    kinds = {one["name"]: one["type"] for one in program.read("/api/topics/disease/")["variables"]}
    assert (kinds["diagnosed_on"], kinds["status_assessed_on"], kinds["is_bulky"]) == ("partial_date", "date", "flag")
    patient = {one["name"]: one for one in program.read("/api/topics/patient/")["variables"]}
    assert patient["consented_on"]["asked_if"] == {"field": "consent_basis", "codes": ["*"]}
    course = {one["name"]: one["type"] for one in program.read("/api/topics/infusion_course/")["variables"]}
    assert (course["product"], course["kps"], course["weight_kg"]) == ("reference", "integer", "number")


def test_labels_are_in_the_language_of_the_person(cast) -> None:
    cast.alice.language = "es"
    cast.alice.save(update_fields=["language"])
    label = Program(cast.alice).read("/api/topics/patient/")["label"]
    assert label != topic_named("patient").label


@pytest.mark.parametrize("code", ["nonsense", "identity", "death_review"])
def test_what_is_no_topic_of_a_case_is_not_there(cast, code) -> None:
    problem(Program(cast.alice).get(f"/api/topics/{code}/"), 404, "not-found")
    problem(Program(cast.alice).get(f"/api/records/{code}/"), 404, "not-found")


@pytest.mark.parametrize("path", ["/api/", "/api/topics/", "/api/topics/lab/"])
def test_unknown_parameters_are_refused(cast, path) -> None:
    assert problem(Program(cast.alice).get(path, nonsense="1"), 400, "wrong-parameters").keys() == {"nonsense"}
