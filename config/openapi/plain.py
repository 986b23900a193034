"""What some generators of clients trip over, said in a plainer way that means the same."""

from __future__ import annotations

from collections import Counter
from typing import Any

REFERENCE = "#/components/schemas/"


def plainer(result: dict[str, Any]) -> dict[str, Any]:
    """Return the description without choices among one, and without titles that two lists of codes have in common."""
    schemas: dict[str, Any] = result["components"]["schemas"]
    only = {name: shape["oneOf"][0]["$ref"] for name, shape in schemas.items() if _is_one_alone(shape)}
    for name in only:
        del schemas[name]
    codes = [shape for shape in schemas.values() if "enum" in shape and "title" in shape]
    often = Counter(shape["title"] for shape in codes)
    for shape in codes:
        if often[shape["title"]] > 1:
            _without_title(shape)
    told: dict[str, Any] = _pointing(result, {REFERENCE + name: target for name, target in only.items()})
    return told


def _is_one_alone(shape: dict[str, Any]) -> bool:
    """Tell whether a shape is a choice among one, which generators make a second type of the same name from."""
    choices = shape.get("oneOf", ())
    return set(shape) == {"oneOf"} and len(choices) == 1 and set(choices[0]) == {"$ref"}


def _without_title(shape: dict[str, Any]) -> None:
    """Put the title before the description: generators name types by titles."""
    shape["description"] = ". ".join(filter(None, (shape.pop("title"), shape.get("description", ""))))


def _pointing(told: Any, targets: dict[str, str]) -> Any:
    if isinstance(told, dict):
        return {
            name: targets.get(value, value) if name == "$ref" else _pointing(value, targets)
            for name, value in told.items()
        }
    return [_pointing(value, targets) for value in told] if isinstance(told, list) else told
