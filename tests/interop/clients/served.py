"""The demonstration served over HTTP to programs that run beside the test; what wakes a worker is done by the test."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from django.test.testcases import LiveServerThread, _StaticFilesHandler

from exports import services
from exports.services.wake import RUN_JOB
from registry import intake
from registry.intake.submitting import TASK as RUN_UPLOAD
from sites.context import acting_as, acting_as_system
from sites.models import User
from sites.tokens import token_create

WORK: dict[str, Callable[[str], Any]] = {RUN_JOB: services.job_run, RUN_UPLOAD: intake.run}
SECONDS = 240
ALL = ("read", "write", "export")


@dataclass
class Served:
    """The address of the registry, and the messages to its workers that nobody has taken yet."""

    url: str
    messages: SimpleQueue[tuple[str, str]] = field(default_factory=SimpleQueue)

    def environment(self, person: User, scopes: Sequence[str] = ALL) -> dict[str, str]:
        """Return the environment of a program of somebody, with a new token."""
        with acting_as(person):
            secret = token_create(by=person, label="a program", scopes=scopes, days=1)[1]
        return {**os.environ, "QUELL_URL": self.url, "QUELL_TOKEN": secret, "NO_PROXY": "localhost,127.0.0.1"}

    def run(self, command: Sequence[str | Path], folder: Path, environment: dict[str, str]) -> Any:
        """Run a program to its end, doing meanwhile what workers do; gives code, output and complaints."""
        with (
            (folder / "output.txt").open("w+", encoding="utf-8") as output,
            (folder / "complaints.txt").open("w+", encoding="utf-8") as complaints,
            subprocess.Popen(list(map(str, command)), cwd=folder, env=environment, stdout=output, stderr=complaints)
            as program,
        ):  # fmt: skip
            self._work_for(program)
            output.seek(0), complaints.seek(0)
            return subprocess.CompletedProcess(command, program.returncode, output.read(), complaints.read())

    def _work_for(self, program: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + SECONDS
        while program.poll() is None:
            if time.monotonic() > end:
                program.kill()
                raise AssertionError(f"It took more than {SECONDS} seconds.")
            self.work()

    def work(self) -> None:
        """Take one message of a worker, if one comes soon, and do what it asks for."""
        try:
            name, key = self.messages.get(timeout=0.1)
        except Empty:
            return
        if name in WORK:
            WORK[name](key)


def person_named(name: str) -> User:
    """Return one of the people of the demonstration."""
    with acting_as_system("tests", reason="looking on"):
        return User.objects.get(email=f"{name}@quell.example")


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Serve what the connections of this process work on, on a free port; releases go into a folder."""
    server = LiveServerThread("localhost", _StaticFilesHandler, port=0)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None, server.error
    served = Served(f"http://localhost:{server.port}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "QUELL_RELEASE_DIR", str(folder))
        patch.setattr(current_app, "send_task", lambda name, args=(), **_: served.messages.put((name, *args[:1])))
        cache.clear()
        try:
            yield served
        finally:
            server.terminate()
            connections.close_all()
