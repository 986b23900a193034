"""One process starts and stops the server; a lock that the system releases when that process dies says which."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.errors import AlreadyServed, EmbeddedError

SECOND = (
    "Stop it first, or start a second one with folders and a port of its own: "
    "QUELL_VAR_DIR=var/second QUELL_PORT=8001 make run"
)


@contextmanager
def sole_keeper(lock: Path, *, wait_seconds: float = 0.0, advice: str = SECOND) -> Iterator[None]:
    """Hold the lock file; raise AlreadyServed with the holder's number and the advice if another process keeps it."""
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise EmbeddedError(
            f"{lock.parent} cannot be written ({error.strerror}). Give it to your account, or set QUELL_DATA_DIR."
        ) from None
    try:
        _acquire(handle, time.monotonic() + wait_seconds, lock, advice)
        os.truncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def _acquire(handle: int, until: float, lock: Path, advice: str) -> None:
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise AlreadyServed(f"{_busy(handle, lock)} {advice}") from None
            time.sleep(0.05)


def _busy(handle: int, lock: Path) -> str:
    holder = os.pread(handle, 20, 0).decode(errors="replace").strip() or "unknown"
    return f"Quell is already running here: process {holder} keeps {lock.with_suffix('')}."
