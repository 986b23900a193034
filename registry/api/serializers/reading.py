"""What lists, cases and histories look like to programs, for the description of the interface."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from registry.api.serializers.topic_names import component_name
from registry.api.serializers.topics import row_out
from registry.metadata import Topic
from registry.selectors.cases import case_topics
from registry.selectors.record_cases import topics_below
from registry.selectors.record_columns import ALWAYS

SerializerClass = type[serializers.Serializer[Any]]
_NEXT = _("The address of the next page; null on the last one.")
_VALUE = {"nullable": True, "oneOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}, {"type": "object"}]}


@extend_schema_field(_VALUE)
class Value(serializers.JSONField):
    """A value in the form in which rows have it."""


class ChangeOut(serializers.Serializer[Any]):
    """One value before and after; of reasons for empty fields, all of them under the name “missing”."""

    field = serializers.CharField()
    before = Value()
    after = Value()


class EventOut(serializers.Serializer[Any]):
    """One event of the audit trail: who changed what, when, from where and why."""

    at = serializers.DateTimeField()
    by = serializers.CharField(help_text=_("Who it was, as the audit trail names them."))
    act = serializers.ChoiceField(choices=["insert", "update", "delete"])
    source = serializers.CharField(  # type: ignore[assignment]
        help_text=_("From where: web, api, upload, worker, command or system.")
    )
    reason = serializers.CharField()
    topic = serializers.CharField()
    row = serializers.UUIDField()
    version = serializers.IntegerField()
    changes = ChangeOut(many=True)


class HistoryOut(serializers.Serializer[Any]):
    """One page of events, the newest first."""

    next = serializers.URLField(allow_null=True, help_text=_NEXT)
    results = EventOut(many=True)


@cache
def rows_page_out(topic: Topic) -> SerializerClass:
    """Return what a page of rows looks like, where only some names may have been asked for."""
    return _page_of(f"{component_name(topic)}Page", _sparse(topic))


@cache
def case_out() -> SerializerClass:
    """Return what one case looks like: the patient with all rows below, and where its forms stand."""
    facts = {"forms": FormOut(many=True), "open_queries": serializers.IntegerField()}
    return _made("CaseOut", (_nested(_patient()),), facts)


@cache
def cases_page_out() -> SerializerClass:
    """Return what a page of cases looks like."""
    return _page_of("CasesPage", _nested(_patient()))


class FormOut(serializers.Serializer[Any]):
    """Where one form of a case stands."""

    topic = serializers.CharField()
    rows = serializers.IntegerField()
    standing = serializers.ChoiceField(choices=["not_started", "open", "completed", "signed", "locked"])


def _patient() -> Topic:
    return case_topics()[0]


@cache
def _nested(topic: Topic) -> SerializerClass:
    """Return a row with the rows below it, each list there where its topic was asked for."""
    below = topics_below(topic, case_topics())
    lists = {child.code: _nested(child)(many=True, required=False) for child in below}
    return _made(f"{component_name(topic)}WithRows", (row_out(topic),), lists) if below else row_out(topic)


def _sparse(topic: Topic) -> SerializerClass:
    def get_fields(self: Any) -> Any:
        fields = super(found, self).get_fields()
        for name, field in fields.items():
            field.read_only, field.required = False, name in ALWAYS
        return fields

    found = _made(f"{component_name(topic)}Chosen", (row_out(topic),), {"get_fields": get_fields})
    return found


def _page_of(name: str, rows: SerializerClass) -> SerializerClass:
    members = {"next": serializers.URLField(allow_null=True, help_text=_NEXT), "results": rows(many=True)}
    return _made(name, (serializers.Serializer,), members)


def _made(name: str, bases: tuple[type, ...], members: Mapping[str, Any]) -> SerializerClass:
    return type(name, bases, {"__module__": __name__, **members})
