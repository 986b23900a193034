"""Reads `postmaster.pid` and believes it only for a living PostgreSQL that serves this very folder."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from config.embedded.errors import EmbeddedError


@dataclass(frozen=True)
class Postmaster:
    """A running server: its process and where it listens."""

    pid: int
    sockets: Path
    port: int


def running_postmaster(data: Path) -> Postmaster | None:
    """The server of this data folder, or None when there is none (also when the pid is dead, a zombie or another's)."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        pid, port, sockets = int(lines[0]), int(lines[3]), Path(lines[4])
    except (OSError, IndexError, ValueError):
        return None
    return Postmaster(pid, sockets, port) if _serves(pid, data) else None


def _serves(pid: int, data: Path) -> bool:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
            return False
        return str(data) in process.cmdline()
    except psutil.Error:
        return False


def stop_postmaster(data: Path, *, seconds: float = 20.0) -> None:
    """Fast shutdown: open transactions are rolled back, the data are written out; the hard way after `seconds`."""
    server = running_postmaster(data)
    if server is None:
        return
    for number, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, 5.0)):
        os.kill(server.pid, number)
        if _gone(server.pid, patience):
            return
    raise EmbeddedError(f"PostgreSQL (process {server.pid}) does not stop. End it by hand: kill -9 {server.pid}")


def _gone(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not _alive(pid):
            return True
        time.sleep(0.02)
    return False


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
