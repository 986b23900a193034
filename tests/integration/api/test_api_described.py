"""The description of the interface: whole, valid, true to the declarations, and readable."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator

from config.openapi.document import as_text, checked_description, described_groups, description, is_kept
from registry.metadata.fields import CodedVariable
from registry.selectors.cases import case_topics
from tests.cast import Cast

METHODS = ("get", "post", "patch", "delete", "put")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return checked_description()


def operations(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [told for address in schema["paths"].values() for method, told in address.items() if method in METHODS]


def test_it_is_valid_by_another_reader_and_kept_in_the_repository(schema: dict[str, Any]) -> None:
    assert schema["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(schema).iter_errors()) == []
    assert is_kept(as_text(schema)), "run: make docs"


def test_every_address_of_the_interface_is_in_it(schema: dict[str, Any]) -> None:
    routes = {_braced(route) for route in _routes(get_resolver().url_patterns) if route.startswith("api/")}
    assert {address.lstrip("/") for address in schema["paths"]} == routes - {"api/schema/"}


def _routes(patterns: Any, before: str = "") -> list[str]:
    found = []
    for pattern in patterns:
        here = before + str(pattern.pattern)
        found += _routes(pattern.url_patterns, here) if hasattr(pattern, "url_patterns") else [here]
    return found


def _braced(route: str) -> str:
    return "/".join(_mark(part) if part.startswith("<") else part for part in route.split("/"))


def _mark(part: str) -> str:
    name = part[1:-1].split(":")[-1]
    return "{" + {"pk": "id"}.get(name, name) + "}"


def test_every_operation_has_a_name_of_its_own_words_a_scope_and_its_refusals(schema: dict[str, Any]) -> None:
    told = operations(schema)
    assert len({one["operationId"] for one in told}) == len(told)
    for one in told:
        assert one["description"].strip(), one["operationId"]
        assert one["x-scope"] in ("read", "write", "export")
        assert {"400", "401", "403", "404", "429"} <= set(one["responses"])
        assert len(one["tags"]) == 1


def test_every_variable_carries_its_unit_code_choices_and_privacy(schema: dict[str, Any]) -> None:
    shapes = schema["components"]["schemas"]
    for topic in case_topics():
        rows = _shape_of(schema, f"/api/records/{topic.code}/")
        for field in topic.fields:
            told = _resolved(schema, rows["properties"][field.name])
            assert told["x-privacy"] == field.variable.privacy.name, (topic.code, field.name)
            if field.variable.unit:
                assert told["x-unit"] == field.variable.unit
            if field.variable.code:
                assert told["x-code"] == field.variable.code
            if isinstance(field, CodedVariable) and field.choices:
                assert set(told["x-labels"]) == {code for code, _label in field.choices}
    assert "Problem" in shapes


def _shape_of(schema: dict[str, Any], address: str) -> dict[str, Any]:
    answer = schema["paths"][address]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    page = _resolved(schema, answer)
    return _resolved(schema, page["properties"]["results"]["items"])


def _resolved(schema: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in told:
        return told
    found: dict[str, Any] = schema["components"]["schemas"][told["$ref"].rpartition("/")[2]]
    return found


def test_labels_are_in_the_language_of_the_person() -> None:
    texts = {language: as_text(description(language)) for language in ("en", "es")}
    assert "Ferritina" in texts["es"]
    assert "Ferritina" not in texts["en"]


def test_every_group_has_a_page_with_all_that_it_can_do(client: Client, cast: Cast) -> None:
    client.force_login(cast.alice)
    page = client.get("/docs/api/")
    for group in described_groups("en"):
        assert f"/docs/api/{group.tag}/" in page.text
        shown = client.get(f"/docs/api/{group.tag}/")
        assert all(f'id="{operation.id}"' in shown.text for operation in group.operations)


@pytest.mark.parametrize("person", ["ivan", "dana", "judy", "adam", "eve"])
def test_whoever_is_signed_in_reads_it(client: Client, cast: Cast, person: str) -> None:
    client.force_login(cast[person])
    assert client.get("/docs/api/").status_code == client.get("/docs/api/queries/").status_code == 200


def test_strangers_are_sent_to_sign_in(client: Client, db: None) -> None:
    assert client.get("/docs/api/").status_code == 302
    assert client.get("/api/schema/").status_code == 401


def test_there_is_no_page_of_an_unknown_group(client: Client, cast: Cast) -> None:
    client.force_login(cast.alice)
    assert client.get("/docs/api/nosuchgroup/").status_code == 404
