"""Child processes: started with a log of their own, watched, and stopped whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LAST_LINES = 15
KEPT_LOG_BYTES = 5_000_000


class ChildDied(RuntimeError):  # noqa: N818 - an event to report, not a programming error
    """A process ended that should have gone on. The message says which, how, and its last words."""


@dataclass(frozen=True)
class Child:
    """A process to keep running: how it is started, and how long it may take to finish what it is doing."""

    name: str
    command: Sequence[str]
    process_kind: str
    patience_seconds: float = 15.0


@dataclass
class Family:
    """The running children. The last one started is the first to be stopped."""

    logs: Path
    environment: Mapping[str, str]
    running: list[tuple[Child, subprocess.Popen[bytes]]] = field(default_factory=list)

    def start(self, child: Child) -> int:
        """Start a child in a session of its own (Ctrl-C is for the parent alone); return its process number."""
        with _open_log(self.log_of(child.name)) as log:
            process = subprocess.Popen(
                child.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**self.environment, "QUELL_PROCESS": child.process_kind, "PYTHONUNBUFFERED": "1"},
            )  # fmt: skip
        self.running.append((child, process))
        return process.pid

    def check(self) -> None:
        """Raise ChildDied if one of the children has ended."""
        for child, process in self.running:
            if (code := process.poll()) is not None:
                raise ChildDied(
                    f"{child.name} stopped by itself ({_ending(code)}). Its last words:\n{self.last_lines(child.name)}"
                    f"\nThe whole log is {self.log_of(child.name)}."
                )

    def stop(self) -> None:
        """Stop the last started, then all others at once; end by force what does not finish within its patience."""
        last, others = self.running[-1:], self.running[:-1]
        self.running = []
        for group in (last, others):
            for _, process in group:
                _end(process, signal.SIGTERM)
            for child, process in group:
                _wait(child, process)

    def log_of(self, name: str) -> Path:
        """The log file of a child."""
        return self.logs / f"{name}.log"

    def last_lines(self, name: str) -> str:
        """The last lines a child wrote, indented."""
        path = self.log_of(name)
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
        return "\n".join(f"    {line}" for line in lines[-LAST_LINES:]) or "    (nothing)"


def python_module(*words: str) -> list[str]:
    """A command that runs a module with this very Python."""
    return [sys.executable, "-m", *words]


def _open_log(path: Path):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > KEPT_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    log = path.open("ab")
    log.write(f"--- {time.strftime('%Y-%m-%d %H:%M:%S')} started\n".encode())
    log.flush()
    return log


def _wait(child: Child, process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(child.patience_seconds)
    except subprocess.TimeoutExpired:
        _end(process, signal.SIGKILL)
        process.wait()


def _end(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        # Workers have children of their own; a warm stop is for the parent to hand on, a hard one for all.
        if number == signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
    except ProcessLookupError:
        pass


def _ending(code: int) -> str:
    return f"ended by signal {-code}" if code < 0 else f"exit code {code}"
