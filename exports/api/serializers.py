"""How releases are told to programs, and what one sends to have a release made: the shapes of the description."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from exports.leaving.coarsen import STEPS
from exports.models import Format, JobPhase, JobState, Level, Profile, ReleaseState
from sites.api.fields import Code, Codes, Facts, Flag, Key, Text
from sites.api.sent import Sent

NAME_LENGTH = 40
NEXT = _("Address of the next page, null after the last.")


class ProjectOut(serializers.Serializer[Any]):
    """A project."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    created_at = serializers.DateTimeField()


class ProjectPage(serializers.Serializer[Any]):
    """One page of projects."""

    next = serializers.URLField(allow_null=True, help_text=NEXT)
    results = ProjectOut(many=True)


class ReleaseProject(serializers.Serializer[Any]):
    """The project of a release."""

    id = serializers.UUIDField()
    title = serializers.CharField()


class ReleaseJob(serializers.Serializer[Any]):
    """How far the making of a release is."""

    state = serializers.ChoiceField(choices=JobState.choices)
    phase = serializers.ChoiceField(choices=JobPhase.choices)
    step = serializers.IntegerField(min_value=0)
    steps = serializers.IntegerField(min_value=0)
    words = serializers.CharField(help_text=_("What is being done, or why it could not be done."))
    attempts = serializers.IntegerField(min_value=0)
    error_reference = serializers.CharField(help_text=_("Tell it to whoever runs the server; empty for none."))
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class ReleaseLine(serializers.Serializer[Any]):
    """A release as a list tells it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    project = ReleaseProject()
    profile = serializers.ChoiceField(choices=Profile.choices)
    state = serializers.ChoiceField(choices=ReleaseState.choices)
    data_cut_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    content_sha256 = serializers.CharField(help_text=_("Empty until it is published."))
    supersedes = serializers.CharField(allow_null=True, help_text=_("Name of the release before it."))
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawal_reason = serializers.CharField()
    job = ReleaseJob(allow_null=True, help_text=_("Null for those who may not freeze."))
    url = serializers.URLField()
    page = serializers.URLField()


class ReleasePage(serializers.Serializer[Any]):
    """One page of releases."""

    next = serializers.URLField(allow_null=True, help_text=NEXT)
    results = ReleaseLine(many=True)


class ReleaseTerms(serializers.Serializer[Any]):
    """The terms of a release."""

    version = serializers.CharField()
    sha256 = serializers.CharField()
    sentences = serializers.ListField(child=serializers.CharField())
    accepted_at = serializers.DateTimeField(allow_null=True)


class TermsAccepted(serializers.Serializer[Any]):
    """That the terms were accepted."""

    version = serializers.CharField()
    sha256 = serializers.CharField()
    accepted_at = serializers.DateTimeField()


class ReleaseExcluded(serializers.Serializer[Any]):
    """How many cases did not leave, for one reason."""

    reason = serializers.CharField()
    words = serializers.CharField()
    patients = serializers.IntegerField(allow_null=True, help_text=_("Null where the number is too small to be told."))


class ReleaseWithheld(serializers.Serializer[Any]):
    """A column that did not leave."""

    table = serializers.CharField()
    column = serializers.CharField()
    why = serializers.CharField()


class ReleaseSite(serializers.Serializer[Any]):
    """A site under its code in the project."""

    code = serializers.CharField()
    included = serializers.BooleanField()
    standing = serializers.CharField()
    words = serializers.CharField()
    patients = serializers.IntegerField(min_value=0)


class ReleaseContents(serializers.Serializer[Any]):
    """What a release holds at a level; a release that is not out has nothing of it."""

    level = serializers.ChoiceField(choices=Level.choices, allow_blank=True, required=False)
    levels = serializers.ListField(child=serializers.ChoiceField(choices=Level.choices), required=False)
    valid_until = serializers.DateField(allow_null=True, required=False)
    terms = ReleaseTerms(required=False)
    is_simulated = serializers.BooleanField(required=False)
    policy_version = serializers.CharField(required=False)
    code_revision = serializers.CharField(required=False)
    codebook_version = serializers.CharField(required=False)
    cohort = Facts(required=False)
    selection = Facts(required=False)
    coarsening = serializers.ListField(child=Facts(), required=False)
    excluded = ReleaseExcluded(many=True, required=False)
    withheld = ReleaseWithheld(many=True, required=False)
    sites = ReleaseSite(many=True, required=False)
    open_queries = serializers.DictField(child=serializers.IntegerField(), required=False)
    tables = serializers.ListField(child=Facts(), required=False)
    datasets = serializers.ListField(child=Facts(), required=False)
    packages_url = serializers.URLField(required=False)
    accept_terms = serializers.URLField(required=False)


class ReleaseWhole(ReleaseLine, ReleaseContents):
    """One release."""


class PackageLine(serializers.Serializer[Any]):
    """One package of a release."""

    id = serializers.UUIDField()
    level = serializers.ChoiceField(choices=Level.choices)
    format = serializers.ChoiceField(choices=Format.choices)
    filename = serializers.CharField()
    bytes = serializers.IntegerField(min_value=0)
    sha256 = serializers.CharField(help_text=_("Empty where the level may not leave."))
    content_sha256 = serializers.CharField()
    patients = serializers.IntegerField(allow_null=True, min_value=0)
    losses = serializers.ListField(child=Facts(), help_text=_("What the format cannot say."))
    refusal = serializers.CharField(help_text=_("Why the level may not leave; empty for one that may."))
    file = serializers.URLField(allow_null=True)


class PackageList(serializers.Serializer[Any]):
    """The packages of a release."""

    results = PackageLine(many=True)


class ReleaseNew(Sent):
    """A release to be made."""

    project = Key(help_text=_("Send the key of a project, as the list of projects has it."))
    name = Text(
        required=False, max_length=NAME_LENGTH,
        help_text=_("Send a name, the year and a number, as QUELL-2026.1, or leave it out for the next one."),
    )  # fmt: skip
    profile = Code(choices=Profile.choices, required=False, default=Profile.AGREEMENT.value)
    formats = Codes(
        choices=Format.choices, required=False, default=lambda: set(Format.values), allow_empty=False,
        help_text=_("Send at least one format, or leave it out for all of them."),
    )  # fmt: skip
    coarsening = Codes(
        choices=[(code, step.words) for code, step in STEPS.items()], required=False, default=set,
        help_text=_("Send the steps of coarsening, or leave it out for none."),
    )  # fmt: skip
    leaves_out_blocked = Flag(
        required=False, default=False,
        help_text=_("Send true to leave out the cases against which a blocking check stands."),
    )  # fmt: skip
