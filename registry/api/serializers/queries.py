"""Data queries as programs read and write them: codes and keys alike in all languages, words in the person's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from registry.checks.declared import check_named
from registry.checks.settings import CheckSettings
from registry.metadata.forms import form_of_topic
from registry.models import AnswerCause, DataQuery, QueryAct, QueryState, Rank, Resolution
from registry.services.queries import CLOSINGS
from sites.api.fields import Code, Key, Text, Whole
from sites.api.sent import Sent

TEXT_LENGTH = 500
PROBLEM = {"$ref": "#/components/schemas/Problem"}
# What a field of the record holds, as JSON says it.
VALUES = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}}
AT_ONCE = 200
_AT_ONCE_HELP = _("Send 1 to 200 queries, each with its “id”.")
_TEXT_HELP = _("Send text of at most 500 characters. No names of patients.")


class PersonOut(serializers.Serializer[Any]):
    """A person, as others see them."""

    id = serializers.UUIDField(source="pk")
    name = serializers.CharField(source="__str__")


class QueryOut(serializers.Serializer[DataQuery]):
    """One query. The context holds `settings`, the settings of the checks of this moment, and `request`."""

    id = serializers.UUIDField()
    version = serializers.IntegerField(help_text=_("Rises with every change; it is the ETag of the query."))
    site = serializers.CharField(source="site.code")
    case = serializers.CharField(source="patient.study_id")
    patient = serializers.UUIDField(source="patient_id")
    form = serializers.SerializerMethodField()
    topic = serializers.CharField()
    row = serializers.UUIDField(source="row_id")
    field = serializers.CharField(help_text=_("Empty for the row as a whole."))
    check = serializers.CharField(source="check_code", help_text=_("Empty for a question that a person asked."))
    question = serializers.SerializerMethodField()
    rank = serializers.ChoiceField(choices=Rank.choices)
    state = serializers.ChoiceField(choices=QueryState.choices)
    resolution = serializers.ChoiceField(choices=Resolution.choices, allow_blank=True)
    opened_at = serializers.DateTimeField()
    asked_at = serializers.DateTimeField(help_text=_("Since when an answer is owed."))
    first_answered_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    opened_by = PersonOut(allow_null=True, help_text=_("Null for the registry itself."))
    assignee = PersonOut(allow_null=True)
    closed_by = PersonOut(allow_null=True)
    times_reopened = serializers.IntegerField()
    url = serializers.SerializerMethodField()
    page = serializers.SerializerMethodField()

    def get_form(self, query: DataQuery) -> str:
        """Return the form on which the row is entered, empty where its topic stands on none."""
        try:
            return form_of_topic(query.topic).code
        except LookupError:
            return ""

    def get_question(self, query: DataQuery) -> str:
        """Return the question in words."""
        return question(query, self.context["settings"])

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, query: DataQuery) -> str:
        """Return the address of the query in this interface."""
        return self._whole(reverse("api_query", args=[query.pk]))

    @extend_schema_field(OpenApiTypes.URI)
    def get_page(self, query: DataQuery) -> str:
        """Return the address of the page on which people answer it."""
        return self._whole(reverse("query", args=[query.pk]))

    def _whole(self, path: str) -> str:
        return str(self.context["request"].build_absolute_uri(path))


class EntryOut(serializers.Serializer[Any]):
    """One entry of a thread: who did what, when, and in which words."""

    at = serializers.DateTimeField()
    by = PersonOut(allow_null=True, help_text=_("Null for the registry itself."))
    act = serializers.ChoiceField(choices=QueryAct.choices)
    cause = serializers.ChoiceField(choices=AnswerCause.choices, allow_blank=True)
    resolution = serializers.ChoiceField(choices=Resolution.choices, allow_blank=True)
    text = serializers.CharField()
    is_automatic = serializers.BooleanField()


class QueryWithThreadOut(QueryOut):
    """One query with its thread, what its check suggests, and who may be asked. The context holds these too."""

    thread = serializers.SerializerMethodField()
    suggestion = serializers.SerializerMethodField()
    assignable = serializers.SerializerMethodField()

    @extend_schema_field(EntryOut(many=True))
    def get_thread(self, query: DataQuery) -> list[Mapping[str, Any]]:
        """Return the entries after the question, the earliest first."""
        return list(EntryOut(self.context["thread"], many=True).data)

    @extend_schema_field(VALUES)
    def get_suggestion(self, query: DataQuery) -> Mapping[str, Any]:
        """Return field -> value that would settle it, empty for none."""
        return dict(self.context["suggestion"])

    @extend_schema_field(PersonOut(many=True))
    def get_assignable(self, query: DataQuery) -> list[Mapping[str, Any]]:
        """Return the people of the hospital who may answer it."""
        return list(PersonOut(self.context["assignable"], many=True).data)


class QueryPage(serializers.Serializer[Any]):
    """One page of queries."""

    next = serializers.URLField(allow_null=True, help_text=_("Address of the next page, null after the last."))
    results = QueryOut(many=True)


@extend_schema_field(PROBLEM)
class ProblemOut(serializers.Field[Any, Any, Any, Any]):
    """Why one of several could not be done."""


class DoneOut(serializers.Serializer[Any]):
    """What came of one of several queries: its version as it is now, or why it was refused."""

    id = serializers.UUIDField()
    status = serializers.IntegerField()
    version = serializers.IntegerField(required=False)
    problem = ProblemOut(required=False)


class ManyOut(serializers.Serializer[Any]):
    """What came of several queries, in the order in which they were sent."""

    done = serializers.IntegerField(min_value=0)
    refused = serializers.IntegerField(min_value=0)
    results = DoneOut(many=True)


class QueryIn(Sent):
    """A question that a data manager asks."""

    patient = Key(help_text=_("Send the key of the case, as “patient” of a query has it."))
    topic = Text(max_length=40, help_text=_("Send the code of a topic, as the codebook has it."))
    row = Key(help_text=_("Send the key of a row of that topic in this case."))
    field = Text(
        max_length=60, required=False, default="", allow_blank=True,
        help_text=_("Send a field of the topic, or leave it out to ask about the row as a whole."),
    )  # fmt: skip
    text = Text(max_length=TEXT_LENGTH, help_text=_("Say in words what is to be checked."))
    assignee = Key(
        required=False, default=None, allow_null=True,
        help_text=_("Send the key of one of the people under “assignable”, or null for nobody."),
    )  # fmt: skip


class AnswerIn(Sent):
    """An answer of the hospital."""

    cause = Code(choices=AnswerCause.choices)
    text = Text(max_length=TEXT_LENGTH, required=False, default="", allow_blank=True, help_text=_TEXT_HELP)


class CommentIn(Sent):
    """Words added to a thread."""

    text = Text(max_length=TEXT_LENGTH, help_text=_TEXT_HELP)


class AssignIn(Sent):
    """Who is to answer."""

    assignee = Key(
        allow_null=True, help_text=_("Send the key of one of the people under “assignable”, or null for nobody.")
    )


class CloseIn(Sent):
    """How a query is settled."""

    resolution = Code(choices=[(closing.value, closing.label) for closing in CLOSINGS])
    text = Text(max_length=TEXT_LENGTH, required=False, default="", allow_blank=True, help_text=_TEXT_HELP)


class ReopenIn(Sent):
    """Why it is asked again."""

    text = Text(max_length=TEXT_LENGTH, help_text=_TEXT_HELP)


class NothingIn(Sent):
    """An act that needs no words."""


class RowIn(Sent):
    """One of several queries; with `version`, only where it still is that one."""

    id = Key(help_text=_("Send the key of a query."))
    version = Whole(
        required=False, default=None, min_value=1, help_text=_("Send the version that you have seen, or leave it out.")
    )


class ManyAnswerIn(AnswerIn):
    """The same answer for several queries."""

    queries = serializers.ListField(child=RowIn(), min_length=1, max_length=AT_ONCE, help_text=_AT_ONCE_HELP)


class ManyCloseIn(CloseIn):
    """The same settling for several queries."""

    queries = serializers.ListField(child=RowIn(), min_length=1, max_length=AT_ONCE, help_text=_AT_ONCE_HELP)


def question(query: DataQuery, settings: CheckSettings) -> str:
    """Return the words of a query: those of its check with the thresholds of now, or those of the person who asked."""
    if not query.check_code:
        return query.text
    try:
        return settings.words(check_named(query.check_code))
    except LookupError:
        # A check of an earlier version of the registry.
        return query.check_code
