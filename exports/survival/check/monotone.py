"""What a reference says of a Cox model without finite estimates: the likelihood at 0 and in the limit."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from exports.survival.cox_input import cox_input
from exports.survival.cox_likelihood import information, point, score
from exports.survival.cox_result import chi_squared
from exports.survival.cox_risk_sets import risk_sets

STEPS: Final = 25  # each brings the likelihood closer to its limit by a factor of e


def limit(asked: dict[str, Any]) -> dict[str, Any]:
    """Return counts, log likelihoods and their tests, and no coefficients; `asked` is what `cox` refused."""
    found = cox_input(**asked)
    sets = risk_sets(found)
    width = len(found.names)
    beta = np.zeros(width)
    null = at = point(sets, beta)
    slope = score(null)
    for _ in range(STEPS):
        beta = beta + np.linalg.solve(information(at), score(at))
        at = point(sets, beta)
    return {
        "n": found.time.size,
        "n_excluded_missing": found.n_excluded_missing,
        "n_events": int(found.event.sum()),
        "parameters": width,
        "events_per_parameter": int(found.event.sum()) / width,
        "monotone_likelihood": True,
        "coefficients": None,
        "loglik_null": null.loglik,
        "loglik": at.loglik,
        "lr_test": vars(chi_squared(2 * (at.loglik - null.loglik), width)),
        "score_test": vars(chi_squared(float(slope @ np.linalg.solve(information(null), slope)), width)),
    }
