"""What tests of the pages of queries do again and again: read a page, look at a query, act on it."""

from __future__ import annotations

import html

from django.urls import reverse

from registry.models import DataQuery, QueryEntry
from sites.context import acting_as_system
from sites.models import User


def read(page) -> str:
    """Return a page as one line of text, entities resolved."""
    return " ".join(html.unescape(page.content.decode()).split())


def current(query) -> DataQuery:
    """Return a query as it is now."""
    with acting_as_system("tests", reason="look"):
        return DataQuery.objects.get(pk=query.pk)


def entries(query) -> list[QueryEntry]:
    """Return the thread of a query as it is now."""
    with acting_as_system("tests", reason="look"):
        return list(QueryEntry.objects.filter(query=query).order_by("at"))


def act(client, query, **given):
    """Do one act with a query, as a page or, with `htmx`, as a part of one."""
    headers = {"HX-Request": "true"} if given.pop("htmx", False) else {}
    return client.post(reverse("query_act", args=[query.pk]), given, headers=headers)


def speak_spanish() -> None:
    """Let everybody read Spanish."""
    with acting_as_system("tests", reason="the language of the test"):
        User.objects.update(language="es")
