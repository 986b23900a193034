"""Reading the rows of a topic: lists, one row, and what became of it."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.records.addresses import parameters_of_one
from registry.api.records.events import history_page, place_asked
from registry.api.records.listing import names_asked, rows_asked, wanted_rows
from registry.api.records.texts import Told, listed
from registry.metadata import Topic
from registry.selectors.record_history import row_events
from registry.selectors.record_pages import keys_page
from registry.selectors.record_rows import row_told, rows_told
from sites.api.addresses import page_after, parameters, rows_wanted
from sites.api.preconditions import etag
from sites.api.views import Address
from sites.roles import Permission

VIEW = (Permission.CASE_VIEW,)


class OfTopic(Address):
    """An address of the rows of one topic."""

    topic: ClassVar[Topic]
    permissions = {"GET": VIEW}


class Rows(OfTopic):
    """The rows of a topic at the sites whose cases a person may see."""

    def get(self, request: Request) -> Told:
        """Return one page of the rows that fit, in the order of their keys."""
        asked = rows_asked(request, self.topic)
        names, size = names_asked(asked, self.topic), rows_wanted(asked)
        page = keys_page(request.user, self.topic, wanted_rows(request.user, asked, self.topic), size)
        rows = rows_told(request.user, self.topic, page.keys, names)
        return listed((row.text for row in rows), page_after(request, str(page.following)) if page.following else None)


class Row(OfTopic):
    """One row of a topic."""

    def get(self, request: Request, pk: UUID) -> Told:
        """Return the row under the tag of its version."""
        parameters_of_one(request)
        row = row_told(request.user, self.topic, pk)
        if row is None:
            raise Http404
        return Told(row.text, {"ETag": etag(row.version)})


class RowHistory(OfTopic):
    """What became of one row, also of one that is gone."""

    def get(self, request: Request, pk: UUID) -> Response:
        """Return one page of the events of the row, the newest first."""
        asked = parameters(request, ())
        size = rows_wanted(asked)
        found = row_events(request.user, self.topic, pk, size + 1, place_asked(asked))
        if found is None:
            raise Http404
        return history_page(request, found, size)
