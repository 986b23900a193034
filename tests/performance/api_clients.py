"""Many programs at once against a real web server, started as Quell starts it: reading and writing, and no errors."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connections

from config.addresses import address_url
from config.settings.databases import database_address
from config.supervisor.children import Family
from config.supervisor.ports import answers
from config.supervisor.services import web
from tests.database import use_database
from tests.performance.api_case import LARGEST_SITE, Person, Registry, courses, person, result
from tests.performance.reporting import tell

CLIENTS, SECONDS, READY_SECONDS = 50, 20.0, 120.0
# Eight turns of ten read, two write.
TURNS = ("cases", "labs", "case", "write", "labs", "case", "labs", "write", "case", "labs")
# Days of the new rows behind those of other measurements.
FIRST_NUMBER = 1_000
HOST = "127.0.0.1"
# Half of the time for which the server keeps a connection that nobody uses.
IDLE_SECONDS = 1.0


@dataclass
class Heard:
    """What one client heard: the seconds of each answer by its kind, and what was no good answer."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def under_load(registry: Registry, patients: int) -> None:
    """Tell how fast and how well fifty programs of as many people are answered; no answer may be an error."""
    use_database(registry.name)
    people = [person(f"client {number}", LARGEST_SITE) for number in range(CLIENTS)]
    places = courses(CLIENTS)
    connections.close_all()
    with _web_server(registry.name) as port:
        heard = _asked(port, people, places)
    _tell(heard, patients)


def _tell(heard: list[Heard], patients: int) -> None:
    # Those who waited in vain for another one stand behind what went wrong there.
    errors = sorted((error for one in heard for error in one.errors), key=lambda error: "Barrier" in error)
    kinds = {kind: [s for one in heard for s in one.seconds.get(kind, ())] for kind in dict.fromkeys(TURNS)}
    every = [seconds for found in kinds.values() for seconds in found]
    figures: dict[str, Any] = {"clients": CLIENTS, "patients": patients, "answers": len(every)}
    figures |= {"answers_per_second": round(len(every) / SECONDS, 1), **_quantiles("all", every)}
    for kind, found in kinds.items():
        figures |= _quantiles(kind, found)
    tell(f"api: errors of {CLIENTS} programs at once", len(errors), 0, first_errors=errors[:3], **figures)


def _quantiles(kind: str, seconds: list[float]) -> dict[str, float]:
    if len(seconds) < 2:
        return {}
    cut = statistics.quantiles(seconds, n=20)
    return {f"milliseconds_{kind}_p50": round(1000 * cut[9]), f"milliseconds_{kind}_p95": round(1000 * cut[18])}


@contextmanager
def _web_server(database: str) -> Iterator[int]:
    """The web server with the settings of a hospital, behind a proxy that has taken care of encryption."""
    with tempfile.TemporaryDirectory() as folder:
        family, port = Family(Path(folder), _environment(database, folder)), _free_port()
        family.start(web(f"{HOST}:{port}"))
        try:
            until = time.monotonic() + READY_SECONDS
            while not answers(HOST, port):
                family.check()
                assert time.monotonic() < until, family.last_lines("web")
                time.sleep(0.1)
            yield port
            family.check()
        finally:
            family.stop()


def _environment(database: str, folder: str) -> dict[str, str]:
    keys = ("SECRET_KEY", "QUELL_PROJECT_KEK", "QUELL_SEAL_KEY", "QUELL_IDENTITY_INDEX_KEY")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("QUELL_", "DATABASE_URL"))},
        **{key: secrets.token_urlsafe(48) for key in keys},
        "QUELL_IDENTITY_KEYS": f"b1:{secrets.token_urlsafe(48)}",
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "DATABASE_URL": address_url(database_address("web").at(database)),
        "CELERY_BROKER_URL": "memory://",
        "QUELL_HOSTS": "registry.example.org",
        "QUELL_BEHIND_PROXY": "1",
        "QUELL_VAR_DIR": folder,
    }


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        port: int = one.getsockname()[1]
    return port


def _asked(port: int, people: list[Person], places: list[UUID]) -> list[Heard]:
    """Let every client ask until the time is up; return what each heard."""
    heard, ready = [Heard() for _person in people], threading.Barrier(len(people))
    threads = [
        threading.Thread(target=_ask, args=(_Client(port, one.secret), place, heard[number], number, ready))
        for number, (one, place) in enumerate(zip(people, places, strict=True))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return heard


def _ask(client: _Client, course: UUID, heard: Heard, first: int, ready: threading.Barrier) -> None:
    """Take turns once everybody is there, each client from another turn on; a new row has a day of its own."""
    try:
        addresses = _addresses(client, course)
        ready.wait(READY_SECONDS)
        until, turn = time.monotonic() + SECONDS, first
        while time.monotonic() < until:
            _take_turn(client, course, addresses, heard, turn)
            turn += 1
    except (AssertionError, OSError, http.client.HTTPException, threading.BrokenBarrierError) as failed:
        heard.errors.append(repr(failed))
        ready.abort()


def _addresses(client: _Client, course: UUID) -> dict[str, str]:
    """Ask for each page once, so that every process of the server has read its addresses; return kind -> address."""
    [row] = _results(client.send("GET", f"/api/records/infusion_course/?id={course}"))
    found = {
        "cases": "/api/cases/?include=all&limit=20",
        "labs": "/api/records/lab/?limit=100",
        "case": f"/api/cases/{row['patient']}/",
    }
    for address in found.values():
        status, body = client.send("GET", address)
        assert status == HTTPStatus.OK, body[:500]
    return found


def _take_turn(client: _Client, course: UUID, addresses: dict[str, str], heard: Heard, turn: int) -> None:
    kind = TURNS[turn % len(TURNS)]
    began = time.perf_counter()
    if kind == "write":
        status, body = client.send("POST", "/api/records/lab/", result(course, FIRST_NUMBER + turn))
    else:
        status, body = client.send("GET", addresses[kind])
    heard.seconds.setdefault(kind, []).append(time.perf_counter() - began)
    if status != (HTTPStatus.CREATED if kind == "write" else HTTPStatus.OK):
        heard.errors.append(f"{kind} {status} {body[:200]!r}")


def _results(answer: tuple[int, bytes]) -> list[dict[str, Any]]:
    status, body = answer
    assert status == HTTPStatus.OK, body[:500]
    rows: list[dict[str, Any]] = json.loads(body)["results"]
    return rows


class _Client:
    """A connection that is kept open while it is used; one that lay idle, which the server may close, is left."""

    def __init__(self, port: int, secret: str) -> None:
        self.connection = http.client.HTTPConnection(HOST, port, timeout=READY_SECONDS)
        self.used_at = 0.0
        self.headers = {
            "Authorization": f"Bearer {secret}", "X-Forwarded-Proto": "https", "Content-Type": "application/json",
            "X-Forwarded-For": HOST, "Host": "registry.example.org",
        }  # fmt: skip

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Send a request and return the status and what was answered."""
        if time.monotonic() - self.used_at > IDLE_SECONDS:
            self.connection.close()
        self.connection.request(method, path, json.dumps(body) if body is not None else None, self.headers)
        answer = self.connection.getresponse()
        told = answer.read()
        self.used_at = time.monotonic()
        return answer.status, told
