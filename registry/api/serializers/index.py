"""What the first address and the topics look like to programs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from registry.metadata import Privacy
from sites.models import Scope
from sites.roles import Role

KINDS = ["integer", "number", "code", "flag", "text", "time", "date", "partial_date", "reference"]


class ChoiceOut(serializers.Serializer[Any]):
    """One answer of a closed list."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class RangeOut(serializers.Serializer[Any]):
    """Two ends, both of them inside."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class AskedIfOut(serializers.Serializer[Any]):
    """With which answers to another field a field is asked."""

    field = serializers.CharField()
    codes = serializers.ListField(
        child=serializers.CharField(), help_text=_("“yes” and “no” for a flag, “*” for any answer.")
    )


class VariableOut(serializers.Serializer[Any]):
    """One variable, as it is declared."""

    name = serializers.CharField()
    type = serializers.ChoiceField(choices=KINDS)
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField(help_text=_("UCUM; “1” for a pure number or score."))
    code = serializers.CharField(help_text=_("Its code in a public vocabulary."))
    choices = ChoiceOut(many=True)
    limits = RangeOut(allow_null=True, help_text=_("What lies outside cannot be stored."))
    plausible = RangeOut(allow_null=True, help_text=_("What lies outside is stored and queried."))
    privacy = serializers.ChoiceField(choices=[one.name for one in Privacy])
    derived = serializers.BooleanField(help_text=_("Computed by the registry; it is not sent in."))
    required = serializers.BooleanField()  # type: ignore[assignment]
    optional = serializers.BooleanField(help_text=_("It may stay empty without a reason."))
    asked_if = AskedIfOut(allow_null=True)
    note = serializers.CharField()


class TopicLineOut(serializers.Serializer[Any]):
    """One topic."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    grain = serializers.CharField(help_text=_("What one row is."))
    key = serializers.ListField(child=serializers.CharField())
    key_columns = serializers.ListField(child=serializers.CharField())
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    url = serializers.URLField()
    rows = serializers.URLField()


class TopicOut(TopicLineOut):
    """One topic with its variables."""

    variables = VariableOut(many=True)


class TopicsOut(serializers.Serializer[Any]):
    """All topics."""

    results = TopicLineOut(many=True)


class PlaceOut(serializers.Serializer[Any]):
    """One address."""

    name = serializers.CharField()
    url = serializers.URLField()
    says = serializers.CharField(help_text=_("What is there."))


class AskerOut(serializers.Serializer[Any]):
    """Who asks."""

    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices))
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    sites = serializers.ListField(child=serializers.CharField(), help_text=_("The codes of the sites in reach."))
    expires_at = serializers.DateTimeField(allow_null=True, help_text=_("When the token ends; null for a sign-in."))


class IndexOut(serializers.Serializer[Any]):
    """The first address: what there is, and who asks."""

    registry = serializers.CharField()
    version = serializers.CharField()
    you = AskerOut()
    addresses = PlaceOut(many=True)
