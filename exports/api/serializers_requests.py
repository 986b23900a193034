"""How requests for data are told to programs."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from exports.api.serializers import NEXT, ReleaseLine
from exports.models import Format, Profile, RequestState
from sites.api.fields import Facts


class RequestLine(serializers.Serializer[Any]):
    """A request for data as a list tells it."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=RequestState.choices)
    profile = serializers.ChoiceField(choices=Profile.choices)
    requested_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    url = serializers.URLField()


class RequestPage(serializers.Serializer[Any]):
    """One page of requests."""

    next = serializers.URLField(allow_null=True, help_text=NEXT)
    results = RequestLine(many=True)


class RequestMessageOut(serializers.Serializer[Any]):
    """A message about a request."""

    written_by = serializers.CharField()
    written_at = serializers.DateTimeField()
    text = serializers.CharField()


class RequestMessagePage(serializers.Serializer[Any]):
    """One page of the messages about a request, the earliest first."""

    next = serializers.URLField(allow_null=True, help_text=NEXT)
    results = RequestMessageOut(many=True)


class RequestWhole(RequestLine):
    """One request."""

    aim = serializers.CharField()
    cohort = Facts()
    selection = Facts()
    formats = serializers.ListField(child=serializers.ChoiceField(choices=Format.choices))
    approval_reference = serializers.CharField()
    agreement_reference = serializers.CharField()
    decision_reason = serializers.CharField()
    valid_until = serializers.DateField(allow_null=True)
    messages = RequestMessageOut(many=True)
    releases = ReleaseLine(many=True)


class Labelled(serializers.Serializer[Any]):
    """Something with words of its own."""

    # Serializers have a label of their own, which a field of that name takes nothing from.
    label = serializers.CharField()  # type: ignore[assignment]


class RequestCode(Labelled):
    """A code and its words."""

    code = serializers.CharField()


class RequestCriterion(Labelled):
    """A criterion by which cases may be chosen."""

    column = serializers.CharField()
    unit = serializers.CharField()
    rule = serializers.ChoiceField(choices=["in", "min"])
    levels = RequestCode(many=True)


class RequestVariable(Labelled):
    """A column that can be asked for."""

    name = serializers.CharField()
    unit = serializers.CharField()


class RequestSheet(Labelled):
    """A table or dataset: its keys always come along, its variables can be chosen."""

    name = serializers.CharField()
    grain = serializers.CharField()
    keys = serializers.ListField(child=serializers.CharField())
    variables = RequestVariable(many=True)


class RequestOptions(serializers.Serializer[Any]):
    """Everything that a request may ask for."""

    criteria = RequestCriterion(many=True)
    datasets = RequestSheet(many=True)
    tables = RequestSheet(many=True)
    profiles = RequestCode(many=True)
    formats = RequestCode(many=True)
