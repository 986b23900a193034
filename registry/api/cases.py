"""Cases for programs: the list with the rows below each, one whole case with where it stands, and a new one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.case_new import created
from registry.api.case_parameters import (
    ALL,
    CASES,
    INCLUDE,
    cases_parameters,
    include_parameter,
    topics_asked,
    wanted_cases,
)
from registry.api.records.addresses import parameters_of_one
from registry.api.records.texts import Told, listed, with_facts
from registry.api.serializers.cases import CaseIn
from registry.api.serializers.reading import case_out, cases_page_out
from registry.metadata import Topic
from registry.models import DataQuery, Patient, QueryState
from registry.selectors.case_pages import case_keys_page
from registry.selectors.cases import case_topics, cases_visible
from registry.selectors.record_cases import cases_told
from registry.selectors.status import FormState, form_states
from registry.services.signatures import signatures_of
from sites.api.addresses import page_after, parameters, rows_wanted
from sites.api.preconditions import etag
from sites.api.sent import read
from sites.api.views import Address
from sites.roles import Permission

VIEW, EDIT = (Permission.CASE_VIEW,), (Permission.CASE_EDIT,)


class Cases(Address):
    """The cases of the sites that a person may see, in the order of their study ids, and entering a new one."""

    permissions = {"GET": VIEW, "POST": EDIT}

    @extend_schema(
        operation_id="case_list", tags=["case"], parameters=cases_parameters(), responses={200: cases_page_out()}
    )
    def get(self, request: Request) -> Told:
        """Return one page of the cases that fit, each with the rows of the topics that are asked for."""
        asked = parameters(request, CASES)
        topics, size = topics_asked(asked, otherwise=()), rows_wanted(asked)
        page = case_keys_page(request.user, size, wanted_cases(request.user, asked))
        following = page_after(request, str(page.keys[-1])) if page.has_following else None
        return listed(cases_told(request.user, page.keys, topics).values(), following)

    @extend_schema(operation_id="case_create", tags=["case"], request=CaseIn, responses={201: case_out()})
    def post(self, request: Request) -> Response:
        """Enter a case of one's own site: the patient and the index infusion; the number of the hospital if given."""
        parameters_of_one(request)
        patient = created(read(CaseIn, request), request.user)
        told = json.loads(_whole(request.user, patient, case_topics()[1:]))
        address = request.build_absolute_uri(reverse("api_case", args=[patient.pk]))
        headers = {"Location": address, "ETag": etag(patient.version)}
        return Response(told, status=status.HTTP_201_CREATED, headers=headers)


class OneCase(Address):
    """One case."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="case_read",
        tags=["case"],
        parameters=[include_parameter()],
        responses={200: case_out()},
    )
    def get(self, request: Request, pk: UUID) -> Told:
        """Return the case with all its rows, or those of the topics asked for, and where its forms stand."""
        topics = topics_asked(parameters_of_one(request, (INCLUDE,)), otherwise=(ALL,))
        patient = cases_visible(request.user).filter(pk=pk).first()
        if patient is None:
            raise Http404
        return Told(_whole(request.user, patient, topics))


def _whole(user: Any, patient: Patient, topics: list[Topic]) -> str:
    """Return a case with where it stands."""
    return with_facts(cases_told(user, [patient.pk], topics)[patient.pk], _facts(user, patient))


def _facts(user: Any, patient: Patient) -> Mapping[str, Any]:
    is_signed = any(state.stands for state in signatures_of(patient))
    asked = DataQuery.objects.visible_to(user).filter(patient=patient, state=QueryState.OPEN)
    return {
        "forms": [
            {"topic": state.topic.code, "rows": state.rows, "standing": _standing(state, is_signed=is_signed)}
            for state in form_states(patient)
        ],
        "open_queries": asked.count(),
    }


def _standing(state: FormState, *, is_signed: bool) -> str:
    """Return where a form stands: locked before signed, and that before what was entered."""
    if state.is_locked:
        return "locked"
    if is_signed:
        return "signed"
    if state.is_complete:
        return "completed"
    return "open" if state.rows else "not_started"
