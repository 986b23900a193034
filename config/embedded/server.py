"""Starts and stops the embedded server, and finds one that runs already."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from config.addresses import Address, psycopg_params
from config.embedded.binaries import find_binaries
from config.embedded.cluster import ensure_cluster
from config.embedded.errors import EmbeddedError
from config.embedded.locking import sole_keeper
from config.embedded.place import FALLBACK, Place, find_place, prepare_place
from config.embedded.postmaster import running_postmaster, stop_postmaster

PORT = 5432
START_SECONDS = 30.0
# No network at all: the server listens on a socket in a folder that only its account may enter.
OPTIONS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
}
# For data that are thrown away: nothing is written through to the disk.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


def superuser_address(place: Place, database: str = "postgres") -> Address:
    """The address of the set-up superuser, on the socket; the application never uses it."""
    return Address(str(place.sockets), PORT, database, "postgres")


def find_server(data: Path) -> Place | None:
    """The place of a server that runs on this data folder and answers, started by whomever; else None."""
    place = find_place(data)
    found = running_postmaster(place.data)
    if found is None or not _answers(superuser_address(place)):
        return None
    return place


@contextmanager
def serve(data: Path, *, throw_away: bool = False, wait_seconds: float = 0.0) -> Iterator[Place]:
    """Keep a server on this data folder for the length of the block, then stop it fast and whole.

    A server left behind by a killed keeper is taken over. Raises AlreadyServed if another process keeps it.
    """
    place = find_place(data)
    prepare_place(place)
    with sole_keeper(place.lock, wait_seconds=wait_seconds):
        process = None
        try:
            process = start_server(place, throw_away=throw_away)
            yield place
        finally:
            stop_postmaster(place.data)
            if process is not None:
                process.wait(timeout=10)
            _leave(place)


def start_server(place: Place, *, throw_away: bool = False) -> subprocess.Popen[bytes] | None:
    """Make the cluster if need be and start it; returns when it answers. The caller holds the lock.

    Returns the process, or None if a server that a killed keeper left behind was taken over.
    """
    binaries = find_binaries(place.account, FALLBACK)
    ensure_cluster(place, binaries, durable=not throw_away)
    until = time.monotonic() + START_SECONDS
    while True:
        process = _spawn(place, binaries, throw_away=throw_away)
        if _wait(place, process, until):
            return process
        # After a kill -9 the children of the old server may hold its memory for some seconds more.
        if time.monotonic() > until or "still in use" not in _log_tail(place):
            raise EmbeddedError(f"PostgreSQL did not start: {_log_tail(place)} The whole log is in {place.log}.")
        time.sleep(0.3)


def require_running(place: Place) -> None:
    """Raise EmbeddedError, with the server's last words, if it has ended under our hands."""
    if running_postmaster(place.data) is None:
        raise EmbeddedError(
            f"PostgreSQL stopped by itself: {_log_tail(place)} Start again (`make run`): it recovers what was saved. "
            f"The whole log is in {place.log}."
        )


def _spawn(place: Place, binaries: Path, *, throw_away: bool) -> subprocess.Popen[bytes] | None:
    if running_postmaster(place.data) is not None:
        return None
    options = OPTIONS | (THROW_AWAY if throw_away else {})
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with place.log.open("ab") as log:
        # A session of its own: Ctrl-C in the terminal is for us, who then stop things in order.
        return subprocess.Popen(
            [binaries / "postgres", "-D", place.data, "-k", place.sockets, *settings],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **place.account.run_as(),
        )  # fmt: skip


def _wait(place: Place, process: subprocess.Popen[bytes] | None, until: float) -> bool:
    while time.monotonic() < until and (process is None or process.poll() is None):
        if _answers(superuser_address(place)):
            return True
        time.sleep(0.02)
    return False


def _leave(place: Place) -> None:
    with suppress(OSError):
        place.sockets.rmdir()


def _answers(address: Address) -> bool:
    if not (Path(address.host) / f".s.PGSQL.{address.port}").exists():
        return False
    try:
        psycopg.connect(**psycopg_params(address), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _log_tail(place: Place) -> str:
    lines = place.log.read_text(encoding="utf-8", errors="replace").splitlines() if place.log.exists() else []
    told = [line for line in lines if "FATAL" in line or "PANIC" in line or "could not" in line]
    return (told or lines or ["it gave no reason."])[-1]
