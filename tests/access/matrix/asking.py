"""Asks an address as a person, and says what came back; whatever was changed by asking is undone."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern

from sites.context import acting_as_system
from sites.models import User
from tests.access.matrix.row import PEOPLE, Outcome, Row
from tests.access.matrix.world import MARKS, World

_CHANGING = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"|data-seconds="\d+"'
    r"|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}"
)
_NUMBERS = {"X-Request-ID", "Content-Length", "Expires"}
_BY_STATUS = {401: Outcome.SIGN_IN, 403: Outcome.REFUSED, 404: Outcome.ABSENT, 405: Outcome.NOT_ALLOWED}


@dataclass(frozen=True)
class Answer:
    """What an address answered: the outcome, and the answer without what differs each time anyway."""

    outcome: Outcome
    status: int
    headers: Mapping[str, str]
    text: str

    def marks(self) -> set[str]:
        """Return the sides whose words are in the answer."""
        return {side for side, mark in MARKS.items() if mark in self.text}


class Asker:
    """Keeps everybody's sign-in."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = Client(raise_request_exception=False)
        self.sessions = {person: self._session(person) for person in PEOPLE if person != "nobody"}

    def ask(self, row: Row, pattern: URLPattern, person: str, method: str, side: str) -> Answer:
        """Ask once, as a person, for an object of a side."""
        path = path_of(row.route, pattern, self.world.arguments(row.objects, side))
        self.client.cookies.clear()
        if person in self.sessions:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[person]
        with transaction.atomic():
            response = self.client.generic(method, path, **self._sent(row, method))
            answer = _answer(response, person, path)
            transaction.set_rollback(True)
        return answer

    def _sent(self, row: Row, method: str) -> dict[str, Any]:
        if method != "POST":
            return {}
        sides = {"{A}": str(self.world.cast.sev.pk), "{B}": str(self.world.cast.hou.pk)}
        pairs = "&".join(f"{name}={sides.get(value, value)}" for name, value in row.post.items())
        return {"data": pairs, "content_type": "application/x-www-form-urlencoded"}

    def _session(self, person: str) -> str:
        user = User.objects.get(email=f"{person}@example.org")
        client = Client()
        with acting_as_system("tests", reason="a sign-in that is older than the closing of the account"):
            User.objects.filter(pk=user.pk).update(is_active=True)
            client.force_login(user)
            _prove_again(client, user)
            User.objects.filter(pk=user.pk).update(is_active=person != "closed")
        return client.cookies[settings.SESSION_COOKIE_NAME].value


def _prove_again(client: Client, user: User) -> None:
    """Note that the person has just proved who they are: what asks for that shows what lies behind it."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def path_of(route: str, pattern: URLPattern, arguments: Mapping[str, Any]) -> str:
    """Return the path of a route with its arguments."""
    path = route
    for name, value in arguments.items():
        path = re.sub(rf"<(\w+:)?{name}>|\(\?P<{name}>[^)]*\)", str(value), path)
    return "/" + re.sub(r"[\^$]", "", path)


def _answer(response: HttpResponse, person: str, path: str) -> Answer:
    content = response.getvalue()
    if file := getattr(response, "file_to_stream", None):
        # To close the answer itself would close the connection, and with it the transaction that undoes all this.
        file.close()
    text = _CHANGING.sub("~", _without(path, content.decode("utf-8", "replace")))
    headers = {name: _without(path, value) for name, value in response.items() if name not in _NUMBERS}
    return Answer(_outcome(response, person), response.status_code, headers, text)


def _without(path: str, text: str) -> str:
    return text.replace(path, "/~/").replace(quote(path, safe=""), "/~/")


def _outcome(response: HttpResponse, person: str) -> Outcome:
    if response.status_code >= 500:
        return Outcome.BROKEN
    to = urlsplit(response.headers.get("Location", ""))
    if to.path == "/admin/login/":
        return Outcome.REFUSED if person not in ("nobody", "closed") else Outcome.SIGN_IN
    if to.path == "/accounts/sign-in/" and "next=" in to.query:
        return Outcome.SIGN_IN
    return _BY_STATUS.get(response.status_code, Outcome.DONE)
