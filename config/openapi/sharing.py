"""A variable is described once and referred to wherever it is read or written: the document stays small, and generated
clients have one type for it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

from config.openapi.plain import plainer
from registry.selectors.cases import case_topics


def with_shared_variables(result: dict[str, Any], **_rest: Any) -> dict[str, Any]:
    """Put each variable that is described alike in several places into a place of its own."""
    schemas: dict[str, Any] = result["components"]["schemas"]
    often = Counter(_digest(told) for _owner, _name, told in _variables(schemas))
    shared: dict[str, Any] = {}
    for owner, name, told in list(_variables(schemas)):
        place = f"{_topic_of(owner)}{_camel(name)}"
        if often[_digest(told)] > 1 and place not in schemas and shared.setdefault(place, told) == told:
            schemas[owner]["properties"][name] = {"$ref": f"#/components/schemas/{place}"}
    schemas.update(sorted(shared.items()))
    return plainer(result)


def _variables(schemas: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (component, property, description) of every property that is a declared variable."""
    for owner, shape in schemas.items():
        for name, told in shape.get("properties", {}).items():
            if "x-privacy" in told and _topic_of(owner):
                yield owner, name, told


@cache
def _topic_of(component: str) -> str:
    names = [_camel(topic.code) for topic in case_topics()]
    return max((name for name in names if component.startswith(name)), key=len, default="")


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _digest(told: dict[str, Any]) -> str:
    return json.dumps(told, sort_keys=True, default=str)
