"""The worker is a process of its own, under a role of its own, and messages reach it through PostgreSQL alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.probe import is_well
from config.settings.paths import BASE_DIR
from config.supervisor.services import worker

SEND = (
    "import django, sys; django.setup()\n"
    "from tests.faults.witness import witness\n"
    "witness.delay(sys.argv[1], float(sys.argv[2]))"
)
SECONDS = 40.0


@contextmanager
def running_worker(environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [*worker(1).command, "--include", "tests.faults.witness"]
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, cwd=BASE_DIR, env=environment | {"QUELL_PROCESS": "worker"}, stdout=out, stderr=out,
            start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)


def send(environment: dict[str, str], target: Path, seconds: float = 0.0) -> None:
    subprocess.run(
        [sys.executable, "-c", SEND, str(target), str(seconds)], cwd=BASE_DIR,
        env=environment | {"QUELL_PROCESS": "web"}, check=True, timeout=SECONDS,
    )  # fmt: skip


def wait_for(path: Path, log: Path) -> None:
    until = time.monotonic() + SECONDS
    while not path.exists():
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.05)


def test_a_message_sent_by_the_web_is_worked_on_by_another_process_under_the_role_of_workers(
    process_environment: dict[str, str], tmp_path: Path
):
    told, log = tmp_path / "told.json", tmp_path / "worker.log"
    # Sent while no worker runs: it waits in the database.
    send(process_environment, told)
    with running_worker(process_environment, log) as process:
        wait_for(told, log)
        answer = json.loads(told.read_text())
    assert answer["role"] == "quell_worker"
    assert answer["pid"] not in {os.getpid(), process.pid}
    assert (Path(process_environment["QUELL_VAR_DIR"]) / "worker.alive").exists()


def test_a_worker_that_is_asked_to_stop_finishes_what_it_has_begun(process_environment: dict[str, str], tmp_path: Path):
    told, log = tmp_path / "told.json", tmp_path / "worker.log"
    send(process_environment, told, seconds=2.0)
    with running_worker(process_environment, log):
        wait_for(told.with_suffix(".begun"), log)
    assert json.loads(told.read_text())["role"] == "quell_worker"


def test_a_worker_without_the_role_of_workers_refuses_to_start(process_environment: dict[str, str]):
    done = subprocess.run(
        worker(1).command, cwd=BASE_DIR, env=process_environment | {"QUELL_PROCESS": "web"}, capture_output=True,
        text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "QUELL_PROCESS=worker" in done.stderr


@pytest.mark.parametrize("kind", ["worker", "beat"])
def test_a_process_that_has_never_shown_life_is_not_well(kind: str, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("config.probe.VAR_DIR", tmp_path)
    assert not is_well(kind)


@pytest.mark.parametrize("name", ["celerybeat-schedule", "celerybeat-schedule.dat"])
def test_a_clock_that_has_just_written_its_schedule_is_well_and_one_that_stopped_is_not(
    name: str, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr("config.probe.VAR_DIR", tmp_path)
    (tmp_path / name).touch()
    assert is_well("beat")
    os.utime(tmp_path / name, (0, 0))
    assert not is_well("beat")
