"""Ends the children of a supervisor that was itself killed, so that the next start finds a clean house."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import psutil


def remember(path: Path, numbers: list[int]) -> None:
    """Write down the children, with their times of birth, because a number alone may come to mean another process."""
    path.write_text(json.dumps([[number, psutil.Process(number).create_time()] for number in numbers]))


def end_orphans(path: Path) -> list[int]:
    """Stop what an earlier supervisor left running; return the numbers. The caller is the only supervisor."""
    ended = [process for number, born in _remembered(path) if (process := _same(number, born))]
    family = [member for process in ended for member in [*process.children(recursive=True), process]]
    for member in family:
        _terminate(member)
    _, stubborn = psutil.wait_procs(family, timeout=10)
    for member in stubborn:
        member.kill()
    path.unlink(missing_ok=True)
    return [process.pid for process in ended]


def _remembered(path: Path) -> list[tuple[int, float]]:
    try:
        return [(int(number), float(born)) for number, born in json.loads(path.read_text())]
    except (OSError, ValueError):
        return []


def _same(number: int, born: float) -> psutil.Process | None:
    try:
        process = psutil.Process(number)
        return process if abs(process.create_time() - born) < 1 else None
    except psutil.Error:
        return None


def _terminate(process: psutil.Process) -> None:
    with suppress(psutil.Error):
        process.terminate()
