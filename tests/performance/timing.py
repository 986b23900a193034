"""The median time of a call: repeated until half a second is spent, at least three times, or once if it is slow."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import Any

Seconds = float
SPENT, LEAST, MOST, SLOW = 0.5, 3, 200, 2.0


def timed(call: Callable[[], Any]) -> Seconds:
    """Return the median time of the call, the first one apart (unless it is slow)."""
    gc.collect()
    first = _once(call)
    if first > SLOW:
        return first
    repeats = min(MOST, max(LEAST, int(SPENT / max(first, 1e-6))))
    return median(_once(call) for _ in range(repeats))


def _once(call: Callable[[], Any]) -> Seconds:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
