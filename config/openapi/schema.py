"""How an address is described: its scope, the headers that it reads, and every way in which it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from sites.api.once import HEADER
from sites.api.problems import CONTENT_TYPE
from sites.api.views import SAFE

IF_MATCH: Final = OpenApiParameter(
    "If-Match", {"type": "string", "pattern": r'^(\*|(W/)?"[!#-~]*")$'}, OpenApiParameter.HEADER, required=True,
    description="The ETag of what you have read: the change is made to that version alone.",
)  # fmt: skip
ONCE: Final = OpenApiParameter(
    HEADER, {"type": "string", "pattern": "^[!-~]{1,128}$"}, OpenApiParameter.HEADER,
    description="1 to 128 visible ASCII characters. The same request with the same key is done once within a day.",
)  # fmt: skip
CHANGING: Final = ("PATCH", "PUT", "DELETE")
WITH_BODY: Final = ("post", "patch", "put")

_FIELD_ERROR: Final = {
    "type": "object",
    "description": "What is wrong with one field, and what to send instead.",
    "required": ["field", "message", "remedy"],
    "properties": {
        "field": {"type": "string", "description": "Path of the field; empty for the whole."},
        "message": {"type": "string"},
        "remedy": {"type": "string"},
    },
}
_PROBLEM: Final = {
    "type": "object",
    "description": "A refusal (RFC 9457). Programs go by `type`; the words are for people, in their language.",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:quell:problem:wrong-fields"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
        "present": {"type": "object", "additionalProperties": True, "description": "With 412: the thing as it is now."},
        "existing": {"type": "object", "additionalProperties": True, "description": "With 409: the row of this key."},
    },
}
COMPONENTS: Final = {"FieldError": _FIELD_ERROR, "Problem": _PROBLEM}

_ALWAYS: Final = {
    HTTPStatus.BAD_REQUEST: "A parameter or header cannot be read.",
    HTTPStatus.UNAUTHORIZED: "No valid token, and nobody signed in.",
    HTTPStatus.FORBIDDEN: "The role does not allow it, or the token lacks the scope.",
    HTTPStatus.NOT_FOUND: "There is no such thing, or none that the person may see.",
    HTTPStatus.NOT_ACCEPTABLE: "Another form of answer was asked for than there is.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests: wait as long as Retry-After says.",
}
_OF_BODIES: Final = {
    HTTPStatus.CONFLICT: "The record is in a state in which this cannot be done.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "More was sent at once than is read.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is of a kind that is not read here.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Fields that cannot be taken: “errors” names each, with what to send.",
}
_OF_CHANGES: Final = {
    HTTPStatus.PRECONDITION_FAILED: "It has changed since it was read: “present” holds it as it is now.",
    HTTPStatus.PRECONDITION_REQUIRED: "If-Match is missing.",
}


class Described(AutoSchema):
    """Describes an address of the interface."""

    def get_override_parameters(self) -> list[Any]:
        """Return the headers that addresses read by their method alone."""
        if self.method in CHANGING:
            return [IF_MATCH]
        return [ONCE] if self.method == "POST" else []

    def get_extensions(self) -> dict[str, Any]:
        """Say which scope a token needs, and which permissions let a person in."""
        scope = getattr(self.view, "scope_for", None)
        if scope is None:
            return {}
        asked = "GET" if self.method in SAFE else self.method
        wanted = getattr(self.view, "permissions", {}).get(asked, ())
        return {"x-scope": scope(self.method).value, "x-permissions": [permission.value for permission in wanted]}


class TokenScheme(OpenApiAuthenticationExtension):
    """A token in the header."""

    target_class = "sites.api.access.TokenSignIn"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return how a token is sent."""
        words = "A token of the page “Tokens”: Authorization: Bearer quell_…"
        return {"type": "http", "scheme": "bearer", "description": words}


class SignInScheme(OpenApiAuthenticationExtension):
    """The sign-in of the pages."""

    target_class = "sites.api.access.SignIn"
    name = "signIn"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return what a browser sends by itself."""
        words = "The sign-in of the pages; what changes something also needs the header X-CSRFToken."
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": words}


def with_problems(result: dict[str, Any], **_rest: Any) -> dict[str, Any]:
    """Add to every operation the ways in which it refuses, all told by the same problem."""
    for address in result["paths"].values():
        for method, operation in address.items():
            if not isinstance(operation, Mapping) or "responses" not in operation:
                continue
            for status in _refusals(method, operation):
                operation["responses"].setdefault(str(int(status)), {"$ref": f"#/components/responses/{status.name}"})
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update(COMPONENTS)
    _closed(components["schemas"])
    components["responses"] = {
        status.name: _refusal(words) for status, words in (_ALWAYS | _OF_BODIES | _OF_CHANGES).items()
    }
    return _without_marks(result)


def _closed(schemas: dict[str, Any]) -> None:
    """Say of everything that is sent that fields which nobody declared are refused."""
    for name, shape in schemas.items():
        if name.endswith("Request") and "properties" in shape:
            shape.setdefault("additionalProperties", False)


def _without_marks(told: Any) -> Any:
    """Return a part of the description without what the generator notes for itself."""
    if isinstance(told, dict):
        return {name: _without_marks(value) for name, value in told.items() if name != "x-spec-enum-id"}
    return [_without_marks(value) for value in told] if isinstance(told, list) else told


def only_interface(endpoints: list[Any], **_rest: Any) -> list[Any]:
    """Keep the addresses below /api/ that are described."""
    return [found for found in endpoints if found[0].startswith("/api/")]


def _refusals(method: str, operation: Mapping[str, Any]) -> dict[HTTPStatus, str]:
    found = dict(_ALWAYS)
    if method in WITH_BODY or method.upper() in CHANGING:
        found |= _OF_BODIES
    headers = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "header"}
    return found | (_OF_CHANGES if "If-Match" in headers else {})


def _refusal(words: str) -> dict[str, Any]:
    return {"description": words, "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
