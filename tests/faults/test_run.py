"""`make run`: in the way of another program, losing one of its processes, killed and started again."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.settings.paths import BASE_DIR

SECONDS = 90.0


@pytest.fixture
def environment(process_environment: dict[str, str]) -> dict[str, str]:
    return process_environment | {"QUELL_DEMO": "0", "QUELL_PORT": str(free_port())}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class House:
    """A running `python -m config.run` whose words are read as they come."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.remembered = Path(environment["QUELL_VAR_DIR"], "run.children")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.run"], cwd=BASE_DIR, env=environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self.said = ""

    def listen(self, words: str) -> str:
        until = time.monotonic() + SECONDS
        while words not in self.said and time.monotonic() < until:
            line = self.process.stdout.readline()
            if not line:
                break
            self.said += line
        assert words in self.said, self.said
        return self.said

    def children(self) -> list[psutil.Process]:
        """Worker, clock and web, in the order they were started."""
        return [psutil.Process(number) for number, _ in json.loads(self.remembered.read_text())]

    def end(self, number: signal.Signals) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.said += self.process.stdout.read()
        self.process.stdout.close()
        return self.process.wait(SECONDS)


@pytest.fixture
def house(environment: dict[str, str]) -> Iterator[House]:
    started = House(environment)
    yield started
    if started.process.poll() is None:
        started.end(signal.SIGTERM)


def test_a_port_in_use_is_said_with_another_port_to_try(environment: dict[str, str]):
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(environment["QUELL_PORT"])))
        other.listen()
        done = subprocess.run(
            [sys.executable, "-m", "config.run"], cwd=BASE_DIR, env=environment, capture_output=True, text=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"QUELL_PORT={int(environment['QUELL_PORT']) + 1} make run" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_does_not_answer_is_said_in_one_sentence(environment: dict[str, str]):
    wrong = {key: "postgresql://quell@127.0.0.1:1/quell" for key in environment if key.startswith("DATABASE_URL")}
    done = subprocess.run(
        [sys.executable, "-m", "config.run"], cwd=BASE_DIR, env=environment | wrong, capture_output=True, text=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "PostgreSQL at 127.0.0.1:1 does not answer" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_when_one_process_dies_the_others_are_stopped_and_the_dead_one_is_named(house: House):
    house.listen("Stop with Ctrl-C")
    children = house.children()
    children[0].send_signal(signal.SIGKILL)
    assert house.end(signal.SIGCONT) == 1
    assert "worker stopped by itself (ended by signal 9)" in house.said
    assert "Traceback" not in house.said
    assert not any(child.is_running() for child in children)


@pytest.mark.slow
def test_a_second_house_is_refused_and_a_killed_one_is_cleaned_up_by_the_next_which_stops_whole(
    house: House, environment: dict[str, str]
):
    house.listen("Stop with Ctrl-C")
    orphans = house.children()
    second = House(environment)
    assert second.end(signal.SIGCONT) == 1
    assert f"Quell is already running here: process {house.process.pid}" in second.said
    house.end(signal.SIGKILL)
    third = House(environment)
    third.listen("Stop with Ctrl-C")
    assert "Ended what an earlier start had left behind" in third.said
    children = third.children()
    assert not any(orphan.is_running() for orphan in orphans)
    assert third.end(signal.SIGINT) == 0
    assert "The data are kept" in third.said
    assert not any(child.is_running() for child in children)
