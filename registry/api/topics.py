"""What the record consists of, for programs: each topic with its variables, as they are declared."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.records.addresses import parameters_of_one
from registry.api.serializers.index import TopicOut, TopicsOut
from registry.metadata import CodedVariable, DateVariable, Topic, Variable
from registry.metadata.fields import VariableField
from registry.selectors.cases import case_topics
from sites.api.views import Address
from sites.roles import Permission

VIEW = (Permission.CASE_VIEW,)
KINDS = {
    "IntegerVariable": "integer", "DecimalVariable": "number", "CodedVariable": "code", "FlagVariable": "flag",
    "TextVariable": "text", "TimeVariable": "time", "DateVariable": "date", "ReferenceVariable": "reference",
}  # fmt: skip


class Topics(Address):
    """The topics of the record."""

    permissions = {"GET": VIEW}

    @extend_schema(operation_id="topic_list", tags=["topics"], responses={200: TopicsOut})
    def get(self, request: Request) -> Response:
        """Return them all, each behind the one above it."""
        parameters_of_one(request)
        return Response({"results": [_line(request, topic) for topic in case_topics()]})


class OneTopic(Address):
    """One topic of the record."""

    permissions = {"GET": VIEW}

    @extend_schema(operation_id="topic_read", tags=["topics"], responses={200: TopicOut})
    def get(self, request: Request, code: str) -> Response:
        """Return the topic with its variables in their order."""
        parameters_of_one(request)
        topic = next((topic for topic in case_topics() if topic.code == code), None)
        if topic is None:
            raise Http404
        return Response({**_line(request, topic), "variables": [_variable(field) for field in topic.fields]})


def _line(request: Request, topic: Topic) -> dict[str, Any]:
    above = topic.parent_topic
    return {
        "code": topic.code,
        "label": _(topic.label),
        "grain": _(topic.grain),
        "key": list(topic.key),
        "key_columns": list(topic.key_columns),
        "parent": above.code if above else None,
        "url": request.build_absolute_uri(reverse("api_topic", args=[topic.code])),
        "rows": request.build_absolute_uri(reverse(f"api_{topic.code}")),
    }


def _variable(field: VariableField) -> dict[str, Any]:
    declared = field.variable
    if declared is None:
        raise TypeError(f"{field.name} is declared without a variable.")
    return {
        "name": field.name,
        "type": _kind(field),
        "label": _(declared.label),
        "unit": declared.unit,
        "code": declared.code,
        "choices": [{"code": code, "label": _(label)} for code, label in _choices(field)],
        "limits": _range(declared.limits),
        "plausible": _range(declared.plausible),
        "privacy": declared.privacy.name,
        "derived": declared.derived,
        "required": field.required,
        "optional": declared.optional,
        "asked_if": _asked_if(declared),
        "note": _(declared.note) if declared.note else "",
    }


def _kind(field: VariableField) -> str:
    if isinstance(field, DateVariable) and field.partial:
        return "partial_date"
    return next(KINDS[kind.__name__] for kind in type(field).__mro__ if kind.__name__ in KINDS)


def _choices(field: VariableField) -> list[tuple[str, str]]:
    return field.coding.choices() if isinstance(field, CodedVariable) and field.coding else []


def _range(ends: tuple[Any, Any] | None) -> dict[str, float] | None:
    return {"low": float(ends[0]), "high": float(ends[1])} if ends else None


def _asked_if(declared: Variable) -> dict[str, Any] | None:
    if declared.asked_if is None:
        return None
    field, codes = declared.asked_if
    return {"field": field, "codes": list(codes)}
