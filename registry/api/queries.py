"""Data queries for programs: the list, one query with its thread, and a question of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.serializers.queries import QueryIn, QueryOut, QueryPage, QueryWithThreadOut
from registry.checks.declared import edit_checks
from registry.checks.settings import settings_now
from registry.metadata.forms import FORMS
from registry.models import DataQuery, Patient, QueryState, Rank
from registry.selectors.cases import cases_visible
from registry.selectors.queries import answerers_at, queries_page, query_entries, query_for
from registry.selectors.query_ages import Age
from registry.selectors.query_filters import ALL, KINDS, ME, NAMES, STATES, QueryFilters
from registry.selectors.query_order import Spot
from registry.services.queries import query_open
from registry.services.suggestions import suggestion_of
from sites.api.addresses import AFTER, no_place, page_after, parameters, rows_wanted
from sites.api.paging import PAGING
from sites.api.preconditions import etag
from sites.api.problems import FieldError, Refused, wrong_address, wrong_fields
from sites.api.sent import read
from sites.api.views import Address
from sites.models import Site, User
from sites.roles import Permission

VIEW = (Permission.CASE_VIEW,)
TAGS = ["queries"]
FILTERS = [
    OpenApiParameter("state", enum=[*STATES, ALL], description="Queries in this state; all of them without it."),
    OpenApiParameter("site", OpenApiTypes.STR, description="Queries of the hospital with this code."),
    OpenApiParameter("form", enum=[form.code for form in FORMS], description="Queries about rows of this form."),
    OpenApiParameter("check", OpenApiTypes.STR, description="Queries of the edit check with this code."),
    OpenApiParameter("rank", OpenApiTypes.INT, enum=[int(rank.value) for rank in Rank]),
    OpenApiParameter("age", enum=[age.value for age in Age], description="Days for which an answer has been owed."),
    OpenApiParameter("who", enum=[ME], description="Queries that oneself is asked."),
    OpenApiParameter("case", OpenApiTypes.STR, description="Queries of the cases whose study id holds this."),
    OpenApiParameter("kind", enum=list(KINDS), description="Asked by a check, or by hand."),
]


class Queries(Address):
    """The queries of the sites whose cases a person may see, and asking a new one."""

    permissions = {"GET": VIEW, "POST": (Permission.QUERY_OPEN,)}

    @extend_schema(tags=TAGS, operation_id="query_list", parameters=[*FILTERS, *PAGING], responses={200: QueryPage})
    def get(self, request: Request) -> Response:
        """Return one page of the queries that fit, those that matter most to the study first."""
        asked = parameters(request, NAMES)
        filters, size, spot = _filters(request, asked), rows_wanted(asked), _spot(asked)
        page = queries_page(request.user, filters, after=spot, size=size)
        shown = QueryOut(context={"request": request, "settings": settings_now()})
        following = page_after(request, str(Spot.of(page.queries[-1]))) if page.has_following else None
        rows = [shown.to_representation(query) for query in page.queries]
        return Response({"next": following, "results": rows})

    @extend_schema(tags=TAGS, operation_id="query_open", request=QueryIn, responses={201: QueryWithThreadOut})
    def post(self, request: Request) -> Response:
        """Ask a question about a row of a case and return it, with its address."""
        given = read(QueryIn, request)
        opened = _opened(given, _patient(request, given.pop("patient")), request.user)
        response = told(request, opened.pk, status.HTTP_201_CREATED)
        response.headers["Location"] = response.data["url"]
        return response


class Query(Address):
    """One query."""

    permissions = {"GET": VIEW}

    @extend_schema(tags=TAGS, operation_id="query_read", responses={200: QueryWithThreadOut})
    def get(self, request: Request, query_id: UUID) -> Response:
        """Return the query with its thread, what its check suggests, and who may be asked."""
        return told(request, query_id)


def seen_by(user: Any, query_id: UUID) -> DataQuery:
    """Return a query that a person may see; Http404 for any other."""
    query = query_for(user, query_id)
    if query is None:
        raise Http404
    return query


def as_data(request: Request, query: DataQuery) -> Mapping[str, Any]:
    """Return a query with its thread as it is sent."""
    context = {
        "request": request,
        "settings": settings_now(),
        "thread": query_entries([query])[query.pk],
        "suggestion": suggestion_of(query) if query.state != QueryState.CLOSED else {},
        "assignable": answerers_at([query.site_id])[query.site_id],
    }
    return QueryWithThreadOut(query, context=context).data


def told(request: Request, query_id: UUID, code: int = status.HTTP_200_OK) -> Response:
    """Return the answer that holds a query as it is now, under its tag."""
    query = seen_by(request.user, query_id)
    return Response(as_data(request, query), status=code, headers={"ETag": etag(query.version)})


def person_named(key: UUID | None) -> User | None:
    """Return the person to be asked; Refused for a key of nobody, as for somebody who cannot answer."""
    if key is None:
        return None
    person = User.objects.filter(pk=key, is_active=True).first()
    if person is None:
        words = _("This person cannot answer queries of this hospital.")
        raise Refused(wrong_fields([FieldError("assignee", words, _("Choose one of those under “assignable”."))]))
    return person


def _patient(request: Request, key: UUID) -> Patient:
    patient = cases_visible(request.user).select_related("site").filter(pk=key).first()
    if patient is None:
        words = _("There is no such case, or none that you may see.")
        raise Refused(wrong_fields([FieldError("patient", words, str(QueryIn().fields["patient"].help_text))]))
    return patient


def _opened(given: dict[str, Any], patient: Patient, by: Any) -> DataQuery:
    person, row = person_named(given.pop("assignee")), given.pop("row")
    try:
        return query_open(patient=patient, row_id=row, assignee=person, by=by, **given)
    except LookupError as unknown:
        words = _("This case has no such row, or its topic no such field.")
        remedy = _("Compare “topic”, “row” and “field” with the case and the codebook.")
        raise Refused(wrong_fields([FieldError("row", words, remedy)])) from unknown


def _filters(request: Request, asked: Mapping[str, str]) -> QueryFilters:
    sites = set(Site.objects.visible_to(request.user).values_list("code", flat=True))
    filters = QueryFilters.read(asked, sites=sites, checks={check.code for check in edit_checks()})
    blank = [name for name, text in asked.items() if name in NAMES and not text]
    if wrong := [*filters.ignored, *blank]:
        words, known = _("This is none of the values known here."), _known(sites)
        raise Refused(wrong_address([FieldError(name, words, known.get(name, words)) for name in wrong]))
    return filters


def _known(sites: set[str]) -> dict[str, str]:
    """Return what may be said of each parameter that has a list of values."""
    values = {
        "state": [*STATES, ALL], "site": sorted(sites), "rank": [str(rank.value) for rank in Rank],
        "age": [age.value for age in Age], "who": [ME], "kind": KINDS,
    }  # fmt: skip
    told = {name: _("Use one of: %(values)s.") % {"values": ", ".join(known)} for name, known in values.items()}
    told["check"] = _("Send the code of an edit check, as the list of edit checks has it.")
    told["form"] = _("Send the code of a form, as it stands in the addresses of the forms.")
    return told


def _spot(asked: Mapping[str, str]) -> Spot | None:
    text = asked.get(AFTER, "")
    spot = Spot.read(text) if text else None
    if text and spot is None:
        raise no_place()
    return spot
