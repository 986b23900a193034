"""Colours of the pages of quality: the ages of queries, the steps of completeness, and the strip of a scorecard.

The lightest wants nothing, the darkest work. `static/quell/quality.css` uses exactly these; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.selectors.query_ages import Age
from registry.web.charts.colours import INK, LANE, MARKS, Paint

AGES: Mapping[Age, Paint] = {
    Age.WEEK: MARKS["grade-1"],
    Age.MONTH: MARKS["grade-2"],
    Age.QUARTER: MARKS["grade-3"],
    Age.LONGER: MARKS["grade-4"],
}
# By the lowest percentage of the step. 100 stands alone: it is printed only where no case is without a value.
STEPS: Mapping[int, Paint] = {
    100: MARKS["grade-0"],
    95: MARKS["grade-1"],
    85: MARKS["grade-2"],
    70: MARKS["grade-3"],
    0: MARKS["grade-4"],
}
STRIP: Mapping[str, Paint] = {"lane": LANE, "half": MARKS["hospital"], "median": Paint(INK), "own": Paint("#0b4f6c")}


def step_of(percent: int) -> int:
    """Return the step of a percentage, from 1, all there, to 5."""
    return next(number for number, lowest in enumerate(STEPS, 1) if percent >= lowest)
