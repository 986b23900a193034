"""Reference analyses that compare groups: Gray's test and the log-rank test."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from exports.survival.check.vectors import Columns, numbers, texts
from exports.survival.gray import gray_test
from exports.survival.log_rank import log_rank

Plain = dict[str, Any]


def gray(columns: Columns, spec: Plain, result: Plain) -> Plain:
    """Return Gray's test of each cause."""
    time, status = numbers(columns[spec["time"]]), numbers(columns[spec["status"]])
    strata = texts(columns[spec["strata"]]) if spec["strata"] else None
    tests = gray_test(time, status, texts(columns[spec["group"]]), strata=strata, rho=spec["rho"])
    return {str(cause): asdict(test) for cause, test in tests.items()}


def logrank(columns: Columns, spec: Plain, result: Plain) -> Plain:
    """Return the log-rank test."""
    time, status = numbers(columns[spec["time"]]), numbers(columns[spec["status"]])
    test = asdict(log_rank(time, status > 0, texts(columns[spec["group"]])))
    return {name: list(value) if isinstance(value, tuple) else value for name, value in test.items()}
