"""Rows of the record as programs send them, read by the declarations of their topic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiSerializerExtension
from rest_framework import serializers

from registry.api.serializers.topic_fields import record_field
from registry.api.serializers.topic_members import KeyField, MissingField, VersionField
from registry.api.serializers.topic_names import keys_above, may_be_empty, reason_name
from registry.metadata import Topic
from registry.metadata.fields import VariableField
from registry.services.rows import State, auto_key
from sites.api.sent import APART, Sent

REASON_LENGTH = 200
REASON_HELP = gettext_lazy("Say why the record changes: needed where its form was completed. At most 200 characters.")
PARENT_HELP = gettext_lazy("Send the key of the row above this one, or instead the columns that name it in files.")
MISSING_HELP = gettext_lazy("Send the field and why it is empty: ND not done, UNK unknown, NA not applicable.")
ID_HELP = gettext_lazy("Send the key of the row as you have read it.")
VERSION_HELP = gettext_lazy("Send the version of the row as you have read it.")


class Placed(Enum):
    """How a row that is sent names the row above it: in either way, by its key, by columns as in files, not at all."""

    EITHER = "either"
    PARENT = "parent"
    KEYS = "keys"
    NOT = "not"


@dataclass(frozen=True)
class RowGiven:
    """A row as it was sent: what each field becomes, and how the row itself, or the one above it, is named."""

    states: Mapping[str, State]
    reason: str = ""
    id: UUID | None = None
    version: int = 0
    parent: UUID | None = None
    keys: tuple[Any, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


class RowSent(Sent):
    """A row as it may be sent; the classes below it are made for each topic."""

    topic: ClassVar[Topic]
    placed: ClassVar[Placed] = Placed.NOT
    is_change: ClassVar[bool] = False
    is_named: ClassVar[bool] = False
    has_reason: ClassVar[bool] = True

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return what names the row, its entered fields, why some are empty, and why it changes."""
        return {
            **({"id": KeyField(help_text=ID_HELP)} if self.is_named else {}),
            **({"version": VersionField(help_text=VERSION_HELP)} if self.is_named else {}),
            **self._above(),
            **{entered.name: self._field(entered) for entered in self.topic.entered_fields},
            "missing": MissingField(may_be_empty(self.topic), required=False, help_text=MISSING_HELP),
            **({reason_name(self.topic): reason_field()} if self.has_reason else {}),
        }

    def _above(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        found: dict[str, serializers.Field[Any, Any, Any, Any]] = {}
        if self.placed in (Placed.EITHER, Placed.PARENT):
            found["parent"] = KeyField(required=self.placed is Placed.PARENT, help_text=PARENT_HELP)
        if self.placed in (Placed.EITHER, Placed.KEYS):
            is_needed = self.placed is Placed.KEYS
            found |= {key.name: record_field(key, required=is_needed) for key in keys_above(self.topic)}
        return found

    def _field(self, entered: VariableField) -> serializers.Field[Any, Any, Any, Any]:
        is_free = self.is_change or entered.null or entered.name == auto_key(self.topic)
        return record_field(entered, required=not is_free)

    def to_internal_value(self, data: Any) -> RowGiven:
        """Return the row; ValidationError by field."""
        value: dict[str, Any] = super().to_internal_value(data)
        names = [entered.name for entered in self.topic.entered_fields]
        states = {name: value[name] or State() for name in names if name in value}
        missing: dict[str, str] = value.get("missing", {})
        _refuse_both(states, missing)
        states |= {name: State(reason=reason) for name, reason in missing.items()}
        above = self._read_above(value)
        return RowGiven(
            states=states,
            reason=value.get(reason_name(self.topic), "").strip() if self.has_reason else "",
            id=value.get("id"),
            version=value.get("version", 0),
            **above,
        )

    def _read_above(self, value: Mapping[str, Any]) -> dict[str, Any]:
        if self.placed is Placed.NOT:
            return {}
        keys = [key.name for key in keys_above(self.topic)]
        given = [name for name in keys if name in value]
        if "parent" in value:
            _refuse(given, _("It is given twice."), _("Leave it out: “parent” names the row above already."))
            return {"parent": value["parent"]}
        if not given:
            _refuse(["parent"], _("It is missing."), str(PARENT_HELP) + f" ({', '.join(keys)})")
        lacking = [name for name in keys if name not in value]
        _refuse(lacking, _("It is missing."), _("Send all of: %(fields)s.") % {"fields": ", ".join(keys)})
        return {"keys": tuple(value[name].value for name in keys)}


def _refuse_both(states: Mapping[str, State], missing: Mapping[str, str]) -> None:
    both = [name for name in missing if name in states and states[name].value is not None]
    remedy = _("Send the value, or in “missing” why there is none.")
    _refuse(both, _("A field holds a value or a missing reason, not both."), remedy)


def _refuse(names: list[str], words: str, remedy: str) -> None:
    if names:
        raise serializers.ValidationError({name: [words + APART + remedy] for name in names})


class _SchemaOfRow(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = RowSent
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Say too that no other member is taken."""
        return {**auto_schema._map_basic_serializer(self.target, direction), "additionalProperties": False}


def reason_field() -> serializers.CharField:
    """Return the member that says why the record changes."""
    return serializers.CharField(
        required=False, allow_blank=True, trim_whitespace=False, max_length=REASON_LENGTH, help_text=REASON_HELP
    )
