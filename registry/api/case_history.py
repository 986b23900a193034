"""The history of a case for programs: what the page of it shows, event by event."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.records.described import HISTORY_PLACE, paging, parameter
from registry.api.records.events import history_page, place_asked
from registry.api.records.values import code_of
from registry.api.serializers.reading import HistoryOut
from registry.selectors.cases import case_topics, cases_visible
from registry.selectors.history import case_happenings
from sites.api.addresses import parameters, rows_wanted
from sites.api.views import Address
from sites.roles import Permission

TOPIC = "topic"
CODES = [topic.code for topic in case_topics()]


class CaseHistory(Address):
    """What happened to a case, also to rows that are gone; not to identity and adjudication."""

    permissions = {"GET": (Permission.CASE_VIEW,)}

    @extend_schema(
        operation_id="case_history",
        tags=["case"],
        parameters=[
            parameter(TOPIC, {"type": "string", "enum": CODES}, _("Events of this topic.")),
            *paging(HISTORY_PLACE),
        ],
        responses={200: HistoryOut},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Return one page of the events of the case, the newest first."""
        asked = parameters(request, (TOPIC,))
        codes, size, place = _codes(asked), rows_wanted(asked), place_asked(asked)
        patient = cases_visible(request.user).filter(pk=pk).first()
        if patient is None:
            raise Http404
        return history_page(request, case_happenings(patient, size + 1, codes=codes, before=place), size)


def _codes(asked: dict[str, str]) -> list[str]:
    return [code_of(TOPIC, asked[TOPIC], CODES)] if TOPIC in asked else CODES
