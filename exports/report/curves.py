"""Step functions as the report holds them: from day 0 on, one point a jump, with everything that is read off them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from django.utils.translation import gettext_noop

from exports.report.study import Study
from exports.report.wording import Text, text
from exports.survival.steps import known

Steps = npt.NDArray[Any]
_COARSE = gettext_noop("The days of this release are coarse (%(how)s): estimates and medians are as coarse.")


def steps(
    times: Steps, est: Steps, limits: tuple[Steps, Steps], events: Steps, at_risk: Steps, start: float
) -> dict[str, list[Any]]:
    """Return a curve: `est` holds from each `time` on; `events` counts up to it, `at_risk` is the number before it."""
    jumps = events > 0
    lower, upper = limits
    curve: dict[str, list[Any]] = {
        "time": times[jumps].tolist(),
        "est": [known(value) for value in est[jumps]],
        "lower": [known(value) for value in lower[jumps]],
        "upper": [known(value) for value in upper[jumps]],
        "events": np.cumsum(events)[jumps].tolist(),
        "at_risk": at_risk[jumps].tolist(),
    }
    if curve["time"][:1] == [0.0]:
        return curve
    first = {"time": 0.0, "est": start, "lower": None, "upper": None, "events": 0, "at_risk": int(at_risk[0])}
    return {name: [first[name], *values] for name, values in curve.items()}


def timed(study: Study, parameter: str) -> pl.DataFrame:
    """Return the rows of an endpoint that tell what ended the time; those of a synthetic twin need not."""
    return study.endpoint(parameter).filter(pl.col("EVSTAT").is_not_null() & (pl.col("AVAL") >= 0))


def test_told(test: Any) -> dict[str, Any] | None:
    """Return a test of groups, None where the data do not determine it."""
    return None if test is None or test.p is None else {"chisq": test.chisq, "df": test.df, "p": test.p}


def coarse_note(study: Study) -> Text | None:
    """Return what must be said of times that left the registry coarse, None where they are whole days."""
    sheet = study.sheets.get("adtte")
    how = next((column.leaves_as for column in sheet.columns if column.column == "AVAL"), "") if sheet else ""
    return text(_COARSE, how=how) if how else None
