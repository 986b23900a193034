"""The description as people read it: groups of operations, and what each takes and gives as flat lists of fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext

from registry.metadata.units import shown_unit
from registry.selectors.cases import case_topics

DEEPEST: Final = 4
METHODS: Final = ("get", "post", "patch", "delete")
JSON: Final = "application/json"


@dataclass(frozen=True)
class FieldLine:
    """One field of what is sent or answered; `path` names it from the outermost object on."""

    path: str
    kind: str
    is_required: bool
    words: str
    unit: str = ""
    codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Operation:
    """One thing that can be done."""

    id: str
    method: str
    address: str
    summary: str
    words: str
    scope: str
    permissions: tuple[str, ...]
    parameters: list[Any] = field(default_factory=list)
    sent: list[FieldLine] = field(default_factory=list)
    sent_as: str = ""
    answered: list[FieldLine] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """The operations on one thing; a topic has a label besides its code."""

    tag: str
    label: str
    operations: list[Operation]


def groups(schema: Mapping[str, Any]) -> list[Group]:
    """Return the operations of a description by their tag, in the order of addresses."""
    found: dict[str, list[Operation]] = {}
    for address, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                tag = methods[method].get("tags", [""])[0]
                found.setdefault(tag, []).append(_operation(schema, address, method, methods[method]))
    labels = {topic.code: gettext(topic.label) for topic in case_topics()}
    # What is not a topic comes first, then the topics in the order of a case.
    in_order = [*sorted(set(found) - set(labels)), *(code for code in labels if code in found)]
    return [Group(tag, labels.get(tag, ""), found[tag]) for tag in in_order]


def _operation(schema: Mapping[str, Any], address: str, method: str, told: Mapping[str, Any]) -> Operation:
    sent_as, sent = _body(schema, told.get("requestBody", {}).get("content", {}))
    responses = {status: _answer(schema, answer) for status, answer in told["responses"].items()}
    good = [answer for status, answer in responses.items() if status.startswith("2")]
    answered = _body(schema, good[0].get("content", {}))[1] if good else []
    words = told.get("description", "").strip()
    return Operation(
        told["operationId"], method.upper(), address, words.partition("\n")[0], words.partition("\n")[2].strip(),
        told.get("x-scope", ""), tuple(told.get("x-permissions", ())),
        [_parameter(schema, parameter) for parameter in told.get("parameters", ())], sent, sent_as, answered,
        [(status, answer.get("description", "")) for status, answer in sorted(responses.items())],
    )  # fmt: skip


def _answer(schema: Mapping[str, Any], told: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (
        schema["components"]["responses"][told["$ref"].rpartition("/")[2]] if "$ref" in told else told
    )
    return found


def _parameter(schema: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    shape = _resolved(schema, told.get("schema", {}))
    return {
        "name": told["name"], "place": told["in"], "is_required": told.get("required", False),
        "kind": _kind(shape), "words": told.get("description", ""), "codes": _codes(shape),
    }  # fmt: skip


def _body(schema: Mapping[str, Any], content: Mapping[str, Any]) -> tuple[str, list[FieldLine]]:
    if not content:
        return "", []
    sent_as = JSON if JSON in content else next(iter(content))
    return sent_as, list(_lines(schema, content[sent_as].get("schema", {}), "", 0))


def _lines(schema: Mapping[str, Any], told: Mapping[str, Any], before: str, depth: int) -> Iterator[FieldLine]:
    shape = _resolved(schema, told)
    if shape.get("type") == "array":
        yield from _lines(schema, shape.get("items", {}), f"{before}[]", depth)
        return
    for name, of_field in shape.get("properties", {}).items():
        inner, path = _resolved(schema, of_field), f"{before}.{name}".lstrip(".")
        yield _line(path, inner, is_required=name in shape.get("required", ()))
        # Why a field is empty is said alike for each of them.
        if depth < DEEPEST and name != "missing":
            yield from _lines(schema, inner, path, depth + 1)


def _line(path: str, told: Mapping[str, Any], *, is_required: bool) -> FieldLine:
    words = ". ".join(dict.fromkeys(filter(None, [told.get("title", ""), told.get("description", "")])))
    return FieldLine(path, _kind(told), is_required, words, shown_unit(told.get("x-unit", "")), _codes(told))


def _resolved(schema: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a shape with what it refers to and what it is made of laid into it."""
    found = {name: value for name, value in told.items() if name not in ("$ref", "allOf", "oneOf", "anyOf")}
    parts = list(told.get("allOf", ()))
    if "$ref" in told:
        parts.append(schema["components"]["schemas"][told["$ref"].rpartition("/")[2]])
    choices = [part for part in (*told.get("oneOf", ()), *told.get("anyOf", ())) if part.get("type") != "null"]
    parts += choices[:1]
    for part in parts:
        found = {**_resolved(schema, part), **found}
    return found


def _kind(told: Mapping[str, Any]) -> str:
    kinds = told.get("type", "")
    named = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
    return " ".join(filter(None, [*named, f"({told['format']})" if "format" in told else ""]))


def _codes(told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    labels = told.get("x-labels", {})
    return tuple((str(code), labels.get(code, "")) for code in told.get("enum", ()) if code not in (None, ""))
