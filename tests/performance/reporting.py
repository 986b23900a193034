"""The form of a result: one JSON object a line, with a ratio, its budget, and whether it keeps within."""

from __future__ import annotations

import json
import sys
from typing import Any


def result(name: str, ratio: float, budget: float, *, at_least: bool = False, **figures: Any) -> dict[str, Any]:
    """A result: `ratio` must not exceed `budget`, or with `at_least` not fall below it. Figures carry their units."""
    kept = ratio >= budget if at_least else ratio <= budget
    return {
        "name": name,
        "ratio": round(ratio, 3),
        "budget": budget,
        "direction": "at least" if at_least else "at most",
        "pass": kept,
        "figures": figures,
    }


def tell(name: str, ratio: float, budget: float, *, at_least: bool = False, **figures: Any) -> None:
    """Print a result as one line."""
    sys.stdout.write(json.dumps(result(name, ratio, budget, at_least=at_least, **figures)) + "\n")
    sys.stdout.flush()
