"""What a program sends to ask for data: checked as the form of the pages is, against what may be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from exports.api.request_options import levels_offered
from exports.cohorts.checking import RULE_OF, Cohort, CohortError, checked_cohort
from exports.cohorts.criteria import CRITERIA, Criterion
from exports.leaving.order import EVERYTHING
from exports.models import DataRequest, Format, Profile
from exports.web.requests.forms import REFERENCE_LENGTH
from exports.web.requests.variables import KINDS, Selection, boxes_of, selection_of, sheets
from sites.api.fields import Code, Codes, Text
from sites.api.sent import APART, Sent

TEXT_LENGTH = 4000
TITLE_LENGTH = DataRequest._meta.get_field("title").max_length
_CHOSEN = {"oneOf": [{"enum": [EVERYTHING]}, {"type": "array", "minItems": 1, "items": {"type": "string"}}]}
SELECTION = {
    "type": "object",
    "additionalProperties": False,
    "properties": {kind: {"type": "object", "additionalProperties": _CHOSEN} for kind in KINDS},
}


def _rule_schema(criterion: Criterion) -> dict[str, Any]:
    codes: list[str | int] = [int(code) if criterion.is_number else code for code in criterion.codes]
    one = {"enum": codes}
    asked = one if criterion.kind == "minimum" else {"type": "array", "minItems": 1, "items": one}
    rule = RULE_OF[criterion.kind]
    return {"type": "object", "additionalProperties": False, "required": [rule], "properties": {rule: asked}}


COHORT = {
    "type": "object",
    "additionalProperties": False,
    "properties": {column: _rule_schema(criterion) for column, criterion in CRITERIA.items()},
}


@extend_schema_field(COHORT)
class CohortField(serializers.Field[Cohort, Any, Any, Any]):
    """The criteria of a cohort, each with the levels that are wanted; none is everybody."""

    def to_internal_value(self, data: Any) -> Cohort:
        """Read them; each one that cannot be taken is named with what may be sent for it."""
        if not isinstance(data, Mapping):
            raise serializers.ValidationError(_("A cohort is a list of criteria."))
        wrong = {column: [_said(error)] for column, rule in data.items() for error in _criterion_errors(column, rule)}
        if wrong:
            raise serializers.ValidationError(wrong)
        return checked_cohort(data)

    def to_representation(self, value: Any) -> Any:
        """Return them as they are kept."""
        return value


def _criterion_errors(column: str, rule: object) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a criterion, and what to send instead."""
    try:
        kept = checked_cohort({column: rule})[column]
    except CohortError as error:
        yield str(error), _criterion_remedy(column)
        return
    wanted = kept.get("in", [kept.get("min")])
    offered = levels_offered(CRITERIA[column])
    if beyond := [str(level) for level in wanted if str(level) not in offered]:
        words = _("%(criterion)s: there is no level %(level)s.")
        told = {"criterion": _(CRITERIA[column].label), "level": ", ".join(beyond)}
        yield words % told, _criterion_remedy(column)


def _criterion_remedy(column: str) -> str:
    if column not in CRITERIA:
        return _("Use one of: %(values)s.") % {"values": ", ".join(CRITERIA)}
    criterion = CRITERIA[column]
    example = {"in": '{"in": [...]}', "min": '{"min": ...}'}[RULE_OF[criterion.kind]]
    told = {"example": example, "values": ", ".join(levels_offered(criterion))}
    return _("Send %(example)s with levels of these: %(values)s.") % told


@extend_schema_field(SELECTION)
class SelectionField(serializers.Field[Selection, Any, Any, Any]):
    """The tables and datasets that are wanted, each whole or with some of its columns; an empty object is all."""

    def to_internal_value(self, data: Any) -> Selection:
        """Read them in the order in which they are declared; each one that is not there is named."""
        if not isinstance(data, Mapping):
            raise serializers.ValidationError(_("Send an object, with its fields in braces."))
        wrong = {place: [_said(error)] for kind, chosen in data.items() for place, error in _sheet_errors(kind, chosen)}
        if wrong:
            raise serializers.ValidationError(wrong)
        return selection_of(*boxes_of(data)) if data else {}

    def to_representation(self, value: Any) -> Any:
        """Return them as they are kept."""
        return value


def _sheet_errors(kind: str, chosen: object) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield where something is wrong in one part of a selection, what, and what to send instead."""
    known = {sheet.name: [one.name for one in sheet.variables] for sheet in sheets() if sheet.kind == kind}
    if not known:
        yield kind, (_("There is no such field here."), _("Use one of: %(values)s.") % {"values": ", ".join(KINDS)})
    elif not isinstance(chosen, Mapping):
        words = _('Send an object: for each name "*" or a list of columns.')
        yield kind, (_("This is not of the kind that belongs here."), words)
    else:
        for name, columns in chosen.items():
            if error := _columns_error(name, columns, known):
                yield f"{kind}.{name}", error


def _columns_error(name: str, columns: object, known: Mapping[str, list[str]]) -> tuple[str, str] | None:
    if name not in known:
        words = _("There is no such table or dataset.")
        return words, _("Use one of: %(values)s.") % {"values": ", ".join(known)}
    if columns == EVERYTHING:
        return None
    remedy = _('Send "*" or a list of these columns: %(columns)s.') % {"columns": ", ".join(known[name])}
    if not isinstance(columns, list) or not columns:
        return _("Choose at least one variable."), remedy
    unknown = [str(column) for column in columns if column not in known[name]]
    if unknown:
        return _("It has no column %(columns)s to choose.") % {"columns": ", ".join(unknown)}, remedy
    return None


def _said(error: tuple[str, str]) -> str:
    return APART.join(error)


def nothing_chosen() -> Selection:
    """Return the selection of nothing, which a draft has until something is chosen."""
    return {kind: {} for kind in reversed(KINDS)}


class RequestSent(Sent):
    """A request for data as it is written; a draft may lack everything but its title."""

    title = Text(max_length=TITLE_LENGTH, help_text=gettext_lazy("Send a title of at most 120 characters."))
    aim = Text(
        max_length=TEXT_LENGTH, required=False, default="", allow_blank=True,
        help_text=gettext_lazy("The question, the outcome, and how the data will answer it. No names of patients."),
    )  # fmt: skip
    profile = Code(choices=Profile.choices, required=False, default=Profile.AGREEMENT.value)
    cohort = CohortField(
        required=False, default=dict,
        help_text=gettext_lazy("Send criteria as the options of requests tell them, or leave it out for all cases."),
    )  # fmt: skip
    selection = SelectionField(
        required=False, default=nothing_chosen,
        help_text=gettext_lazy(
            "Send tables and datasets as the options of requests tell them; left out, nothing is chosen yet."
        ),
    )  # fmt: skip
    formats = Codes(
        choices=Format.choices, required=False, default=set,
        help_text=gettext_lazy("Send the formats that you want, or leave it out for all of them."),
    )  # fmt: skip
    approval_reference = Text(
        max_length=REFERENCE_LENGTH, required=False, default="", allow_blank=True,
        help_text=gettext_lazy("Committee and number of the approval or waiver for this aim."),
    )  # fmt: skip
    agreement_reference = Text(
        max_length=REFERENCE_LENGTH, required=False, default="", allow_blank=True,
        help_text=gettext_lazy("Number of the agreement between the registry and your institution."),
    )  # fmt: skip


class RequestChange(RequestSent):
    """Some fields of a draft; the others stay as they are."""

    def get_fields(self) -> dict[str, Any]:
        """Return the fields, none of which has to be there."""
        fields: dict[str, Any] = super().get_fields()
        for field in fields.values():
            field.required, field.default = False, empty
        return fields


class MessageSent(Sent):
    """A message about a request."""

    text = Text(
        max_length=TEXT_LENGTH,
        help_text=gettext_lazy("Send text of at most 4,000 characters. No names of patients."),
    )


class NothingSent(Sent):
    """An act that needs no words."""
