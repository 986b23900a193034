"""Uploads as programs hand them in and read them: states and codes alike in all languages, words in the person's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from registry.intake.topics import upload_topics
from registry.intake.words import wording
from registry.models import Upload, UploadFile, UploadFinding
from registry.models.uploads import BlankCells, NumberStyle, UploadMode, UploadState
from sites.api.fields import Code
from sites.api.sent import Sent

REASON_LENGTH, SITE_LENGTH = 200, 20
NEXT = _("Address of the next page, null after the last.")
TOPICS = [topic.code for topic in upload_topics()]


class UploadFileOut(serializers.Serializer[UploadFile]):
    """One file of an upload, with what was counted in it; all counts are 0 until it is checked."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    topic = serializers.ChoiceField(choices=TOPICS)
    bytes = serializers.IntegerField(source="size", min_value=0)
    sha256 = serializers.CharField()
    rows = serializers.IntegerField(min_value=0)
    new = serializers.IntegerField(source="new_rows", min_value=0)
    changed = serializers.IntegerField(source="changed_rows", min_value=0)
    same = serializers.IntegerField(source="same_rows", min_value=0)
    rejected = serializers.SerializerMethodField()
    problems = serializers.IntegerField(min_value=0)

    def get_rejected(self, file: UploadFile) -> int:
        """Return how many rows are left out."""
        return len(file.rejected_rows)


class UploadOut(serializers.Serializer[Upload]):
    """One upload as a list tells it. The context holds `request`."""

    id = serializers.UUIDField()
    site = serializers.CharField(source="site.code")
    uploaded_by = serializers.CharField(source="uploaded_by.__str__")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    mode = serializers.ChoiceField(choices=UploadMode.choices)
    blank_cells = serializers.ChoiceField(choices=BlankCells.choices)
    number_style = serializers.ChoiceField(choices=NumberStyle.choices)
    reason = serializers.CharField()
    commit = serializers.BooleanField(
        source="is_commit_wanted", help_text=_("Whether it is saved once it is checked, or waits for a decision.")
    )
    state = serializers.ChoiceField(choices=UploadState.choices)
    step = serializers.IntegerField(min_value=0)
    steps = serializers.IntegerField(min_value=0)
    step_file = serializers.CharField(help_text=_("The file that is being read."))
    rows = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField()
    error_code = serializers.CharField(help_text=_("Empty where nothing failed."))
    error = serializers.SerializerMethodField()
    error_reference = serializers.CharField(help_text=_("Tell it to whoever runs the server; empty for none."))
    url = serializers.SerializerMethodField()
    page = serializers.SerializerMethodField()

    def get_rows(self, upload: Upload) -> int:
        """Return how many rows all files have."""
        return sum(file.rows for file in upload.files.all())

    def get_problems(self, upload: Upload) -> int:
        """Return how many problems were found in all files."""
        return sum(file.problems for file in upload.files.all())

    def get_error(self, upload: Upload) -> str:
        """Return in words why it failed, empty where nothing did."""
        return wording(upload.error_code, {}) if upload.error_code else ""

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, upload: Upload) -> str:
        """Return the address of the upload in this interface."""
        return self._whole("api_upload", upload)

    @extend_schema_field(OpenApiTypes.URI)
    def get_page(self, upload: Upload) -> str:
        """Return the address of the page on which people decide on it."""
        return self._whole("upload", upload)

    def _whole(self, name: str, upload: Upload) -> str:
        return str(self.context["request"].build_absolute_uri(reverse(name, args=[upload.pk])))


class UploadWholeOut(UploadOut):
    """One upload with its files, and what may be done with it now."""

    files = UploadFileOut(many=True)
    may_commit = serializers.SerializerMethodField()
    may_discard = serializers.SerializerMethodField()
    findings = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=UploadMode.choices)))
    def get_may_commit(self, upload: Upload) -> list[str]:
        """Return the modes in which it can be saved."""
        return modes_open(upload)

    def get_may_discard(self, upload: Upload) -> bool:
        """Say whether it can be discarded."""
        return not upload.is_finished

    @extend_schema_field(OpenApiTypes.URI)
    def get_findings(self, upload: Upload) -> str:
        """Return the address of what was found in it."""
        return self._whole("api_upload_findings", upload)


class UploadPage(serializers.Serializer[Any]):
    """One page of uploads."""

    next = serializers.URLField(allow_null=True, help_text=NEXT)
    results = UploadOut(many=True)


class FindingOut(serializers.Serializer[UploadFinding]):
    """One problem in a file: where, what stood there, and what to do."""

    file = serializers.CharField(source="file.name")
    topic = serializers.ChoiceField(source="file.topic", choices=TOPICS)
    row = serializers.IntegerField(
        allow_null=True, min_value=1, help_text=_("As a spreadsheet counts: the header is 1; null is the whole file.")
    )
    column = serializers.CharField(help_text=_("Empty for the row as a whole."))
    value = serializers.CharField()
    code = serializers.CharField()
    words = serializers.SerializerMethodField()

    def get_words(self, finding: UploadFinding) -> str:
        """Return what to do about it."""
        return wording(finding.code, finding.params)


class FindingPage(serializers.Serializer[Any]):
    """One page of what was found in an upload."""

    next = serializers.URLField(allow_null=True, help_text=NEXT)
    results = FindingOut(many=True)


@extend_schema_field(OpenApiTypes.BINARY)
class SentFile(serializers.FileField):
    """A file that is sent; what may be in it is said where it is read."""

    default_error_messages = {"invalid": _("This is no file."), "no_name": _("The file has no name.")}


class UploadIn(Sent):
    """Files of one site and how they are to be read, as a form of the web (multipart/form-data)."""

    site = serializers.CharField(max_length=SITE_LENGTH, help_text=_("Send the code of a hospital of yours."))
    files = serializers.ListField(
        child=SentFile(allow_empty_file=True), allow_empty=False, min_length=1,
        help_text=_("Send CSV files, one per kind of record, or a zip archive of them. 20 MB together at most."),
    )  # fmt: skip
    mode = serializers.ChoiceField(choices=UploadMode.choices, required=False, default=UploadMode.ALL_OR_NONE.value)
    blank_cells = serializers.ChoiceField(choices=BlankCells.choices, required=False, default=BlankCells.KEEP.value)
    number_style = serializers.ChoiceField(choices=NumberStyle.choices, required=False, default=NumberStyle.POINT.value)
    reason = serializers.CharField(
        max_length=REASON_LENGTH, required=False, default="", allow_blank=True,
        help_text=_("Kept in the history of every row that this upload changes. No names of patients."),
    )  # fmt: skip
    commit = serializers.BooleanField(
        required=False, default=False,
        help_text=_("Send true to save what is good right after the check, false to decide on it then."),
    )  # fmt: skip


class CommitIn(Sent):
    """How much of a checked upload is saved."""

    mode = Code(
        choices=UploadMode.choices, required=False,
        help_text=_("Leave it out for the mode with which the files were sent."),
    )  # fmt: skip


class DiscardIn(Sent):
    """An act that needs no words."""


def modes_open(upload: Upload) -> list[str]:
    """Return the modes in which a checked upload can be saved: all of it only where no row has a problem."""
    files = list(upload.files.all())
    if upload.state != UploadState.CHECKED or not _to_save(files):
        return []
    has_problems = any(file.problems for file in files)
    return [UploadMode.GOOD_ROWS_ONLY.value] if has_problems else [mode.value for mode in UploadMode]


def _to_save(files: Iterable[UploadFile]) -> int:
    return sum(file.new_rows + file.changed_rows for file in files)


def told(upload: Upload, context: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an upload as it is told by itself."""
    return UploadWholeOut(upload, context=dict(context)).data
