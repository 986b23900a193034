"""Asking the interface as a program does: with a token of somebody, in JSON, and seeing that failures are problems."""

from __future__ import annotations

from typing import Any

from django.test import Client

from sites.context import acting_as
from sites.models import User
from sites.tokens import token_create
from tests.walls import nobody_acting

PROBLEM = "application/problem+json"


class Program:
    """A program of one person."""

    def __init__(self, person: User, scopes: tuple[str, ...] = ("read", "write"), **token: Any) -> None:
        with acting_as(person):
            self.token, secret = token_create(by=person, label="program", scopes=scopes, days=1, **token)
        self.client, self.headers = Client(), {"authorization": f"Bearer {secret}"}

    def get(self, path: str, **asked: Any) -> Any:
        """Ask and return the answer as it came."""
        with nobody_acting():
            return self.client.get(path, asked, headers=self.headers)

    def read(self, path: str, **asked: Any) -> Any:
        """Ask and return what was told."""
        response = self.get(path, **asked)
        assert response.status_code == 200, response.content
        assert response.headers["Content-Type"] == "application/json"
        return response.json()

    def send(self, path: str, body: Any, method: str = "post", **headers: str) -> Any:
        """Send JSON and return the answer as it came."""
        with nobody_acting():
            send = getattr(self.client, method)
            return send(path, body, content_type="application/json", headers={**self.headers, **headers})

    def all_of(self, path: str, **asked: Any) -> list[Any]:
        """Return the rows of all pages of a list."""
        told, found = self.read(path, **asked), []
        while True:
            found += told["results"]
            if told["next"] is None:
                return found
            told = self.read(told["next"])


def problem(response: Any, status: int, kind: str) -> dict[str, str]:
    """Return field -> remedy of an answer that must be a problem; every error has its words and its remedy."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == PROBLEM
    told = response.json()
    assert told["type"] == f"urn:quell:problem:{kind}"
    assert all(error["message"] and error["remedy"] for error in told["errors"])
    return {error["field"]: error["remedy"] for error in told["errors"]}
