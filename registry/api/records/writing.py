"""Writing one row of a topic: created, changed, deleted, each under the same checks as on the pages.

A change and a deletion are of the version that was seen: it is compared while the case is held, so that nobody's
change is lost between the look and the act.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import unquote
from uuid import UUID

from django.db import DataError
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.records.addresses import parameters_of_one
from registry.api.records.writing_described import ENCODED, describe_change, describe_create, describe_delete
from registry.api.records.writing_places import rows_above
from registry.api.records.writing_problems import REASON_HEADER, held, problem_of
from registry.api.serializers.topic_names import reason_name
from registry.api.serializers.topic_sent import RowGiven, RowSent
from registry.api.serializers.topics import change_in, row_in
from registry.metadata import Topic
from registry.models import Patient
from registry.selectors.record_rows import row_told
from registry.selectors.row_places import patients_of, places_of_rows
from registry.services.case_turns import wait_for_turns
from registry.services.refusals import WriteRefused
from registry.services.row_saving import rows_save
from registry.services.row_words import beyond_words
from registry.services.rows import Outcome, RowWrite, auto_key
from sites.access import require
from sites.api.preconditions import etag, fits
from sites.api.problems import FieldError, Problem, Refused, no_version, stale, wrong_address, wrong_fields
from sites.roles import Permission

EDIT = (Permission.CASE_EDIT,)
SLOT = "row"


class CreatesRows:
    """New rows of a topic."""

    topic: ClassVar[Topic]
    write_permissions: ClassVar[Mapping[str, tuple[Permission, ...]]] = {"POST": EDIT}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Describe the method for each topic by its own declarations."""
        super().__init_subclass__(**kwargs)
        if "topic" in vars(cls):
            extend_schema_view(post=describe_create(cls.topic))(cls)

    def post(self, request: Request) -> Response:
        """Create one row and return it, with its address and its tag."""
        parameters_of_one(request)
        given = read_row(row_in(self.topic), request)
        [place] = rows_above(request.user, self.topic, [given])
        if isinstance(place, Problem):
            raise Refused(place)
        patient = patients_of(request.user, [place.patient_id])[place.patient_id]
        outcome = _saved(request, patient, new_row(self.topic, SLOT, given, place.id, patient.pk), given.reason)
        response = _told(request, self.topic, outcome.record.pk, status.HTTP_201_CREATED)
        address = reverse(f"api_{self.topic.code}_row", args=[outcome.record.pk])
        response.headers["Location"] = request.build_absolute_uri(address)
        return response


class ChangesRows:
    """One row of a topic, changed or deleted."""

    topic: ClassVar[Topic]
    http_method_names: ClassVar[list[str]]
    write_permissions: ClassVar[Mapping[str, tuple[Permission, ...]]] = {"PATCH": EDIT, "DELETE": EDIT}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Describe the methods for each topic by its own declarations."""
        super().__init_subclass__(**kwargs)
        if "topic" in vars(cls):
            extend_schema_view(patch=describe_change(cls.topic), delete=describe_delete(cls.topic))(cls)

    def patch(self, request: Request, pk: UUID) -> Response:
        """Change the fields that are sent and return the row, computed values too, under its new tag."""
        patient = _case_to_edit(request, self.topic, pk)
        given = read_row(change_in(self.topic), request)
        version = _seen_version(request, self.topic, pk, patient)
        _saved(request, patient, RowWrite(SLOT, self.topic, given.states, pk, version), given.reason)
        return _told(request, self.topic, pk)

    def delete(self, request: Request, pk: UUID) -> Response:
        """Delete the row with all rows below it; the audit trail keeps them, and the reason."""
        patient = _case_to_edit(request, self.topic, pk)
        reason = _reason_in_header(request)
        version = _seen_version(request, self.topic, pk, patient)
        going = RowWrite(SLOT, self.topic, {}, pk, version, is_deleted=True)
        _saved(request, patient, going, reason, named=REASON_HEADER)
        return Response(status=status.HTTP_204_NO_CONTENT)


def read_row(shape: type[RowSent], request: Request) -> RowGiven:
    """Return the row that was sent; ValidationError by field for what cannot be read."""
    given: RowGiven = shape().run_validation(request.data if request.data is not None else [])
    return given


def new_row(topic: Topic, slot: str, given: RowGiven, above: UUID, patient_id: UUID) -> RowWrite:
    """Return what is to be written of a new row; its number is given where none was sent."""
    number = auto_key(topic)
    return RowWrite(
        slot, topic, given.states, above=above, patient_id=patient_id, auto_key="" if number in given.states else number
    )


def _case_to_edit(request: Request, topic: Topic, pk: UUID) -> Patient:
    """Return the case of a row; Http404 for one that the person does not see, PermissionDenied for one to look at."""
    parameters_of_one(request)
    place = places_of_rows(request.user, topic, [pk]).get(pk)
    if place is None:
        raise Http404
    patient = patients_of(request.user, [place.patient_id])[place.patient_id]
    require(request.user, Permission.CASE_EDIT, patient.site_id)
    if "If-Match" not in request.headers:
        raise Refused(no_version())
    fits(request, 0)  # Refused for a header that cannot be read, before anybody waits.
    return patient


def _seen_version(request: Request, topic: Topic, pk: UUID, patient: Patient) -> int:
    """Hold the case and return the version of the row; Refused where it is not the one that `If-Match` names."""
    try:
        wait_for_turns([patient.pk])
    except WriteRefused as refused:
        raise Refused(held(refused)) from refused
    row = row_told(request.user, topic, pk)
    if row is None:
        raise Http404
    if not fits(request, row.version):
        raise Refused(stale(json.loads(row.text)))
    return row.version


def _saved(request: Request, patient: Patient, write: RowWrite, reason: str, *, named: str = "") -> Outcome:
    """Write a row and return what became of it; Refused, with nothing written, where it was not."""
    try:
        outcomes = rows_save(patient=patient, writes=[write], by=request.user, reason=reason, is_strict=True)
    except WriteRefused as refused:
        raise Refused(held(refused, named or reason_name(write.topic))) from refused
    except DataError as beyond:
        raise Refused(wrong_fields([FieldError("", beyond_words(), beyond_words())])) from beyond
    outcome = outcomes[write.slot]
    if problem := problem_of(outcome):
        raise Refused(problem)
    return outcome


def _told(request: Request, topic: Topic, pk: UUID, code: int = status.HTTP_200_OK) -> Response:
    row = row_told(request.user, topic, pk)
    if row is None:
        raise Http404
    return Response(json.loads(row.text), status=code, headers={"ETag": etag(row.version)})


def _reason_in_header(request: Request) -> str:
    """Return the reason of a deletion; Refused for one that is not as described."""
    sent = request.headers.get(REASON_HEADER, "")
    if not re.fullmatch(ENCODED, sent):
        remedy = _("Send at most 200 characters, in UTF-8 and percent-encoded.")
        raise Refused(wrong_address([FieldError(REASON_HEADER, _("It cannot be read."), remedy)]))
    return unquote(sent).strip()
