"""How long the embedded PostgreSQL takes to start: from nothing, again, and after it was killed."""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import tempfile
import time
from pathlib import Path

from config.embedded import find_place, serve
from config.embedded.postmaster import running_postmaster
from tests.performance.reporting import tell

RUNS = 5
COLD_SECONDS, WARM_SECONDS, KILLED_SECONDS = 3.0, 0.5, 5.0


def main() -> None:
    """Measure five times and tell the medians, as a share of the seconds allowed."""
    taken: dict[str, list[float]] = {"cold": [], "warm": [], "after kill -9": []}
    for _ in range(RUNS):
        _measure(taken)
    allowed = zip(taken.items(), (COLD_SECONDS, WARM_SECONDS, KILLED_SECONDS), strict=True)
    for (name, seconds), budget in allowed:
        median = statistics.median(seconds)
        tell(f"embedded start, {name}", median / budget, 1.0, seconds=round(median, 3), allowed_seconds=budget)


def _measure(taken: dict[str, list[float]]) -> None:
    parent = Path(tempfile.mkdtemp(prefix="quell-bench-"))
    parent.chmod(0o755)
    try:
        taken["cold"].append(_start(parent / "postgres"))
        taken["warm"].append(_start(parent / "postgres", kill=True))
        taken["after kill -9"].append(_start(parent / "postgres"))
    finally:
        shutil.rmtree(parent, ignore_errors=True)


def _start(data: Path, *, kill: bool = False) -> float:
    began = time.perf_counter()
    with serve(data):
        taken = time.perf_counter() - began
        server = running_postmaster(find_place(data).data)
        if kill and server:
            os.kill(server.pid, signal.SIGKILL)
    return taken


if __name__ == "__main__":
    main()
