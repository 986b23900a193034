"""Every curve and every test between groups of the reference vectors equals what R found; undefined where R's is."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.unit.survival.incidence_vectors import analyses, pairs

ANALYSES = analyses()
TOLERANCE = 1e-8


@pytest.mark.parametrize(("data_set", "analysis"), ANALYSES, ids=[f"{name}-{found['id']}" for name, found in ANALYSES])
def test_an_analysis_equals_that_of_r(data_set: str, analysis: dict[str, Any]):
    seen = 0
    for where, found, expected in pairs(data_set, analysis):
        seen += 1
        assert equal(found, expected), f"{where}: {found} instead of {expected}"
    assert seen


def test_all_analyses_of_the_vectors_are_compared():
    assert Counter(analysis["kind"] for _, analysis in ANALYSES) == {
        "cuminc": 36,
        "gray": 15,
        "km": 25,
        "reverse_km": 13,
        "logrank": 8,
        "cuminc_left_truncated": 4,
    }


def equal(found: Any, expected: Any) -> bool:
    """Whether two results agree: labels exactly, numbers within the tolerance, None with None alone."""
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(equal, found, expected))
    if expected is None or isinstance(expected, str):
        return found == expected
    return found is not None and abs(found - expected) <= TOLERANCE * max(1, abs(expected))
