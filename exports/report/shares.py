"""Counts of people by group, and shares of them with exact intervals."""

from __future__ import annotations

from typing import Any

import polars as pl

from exports.report.groups import of_each, of_group
from exports.survival.proportions import binomial

Share = dict[str, Any]


def share(count: int, of: int, missing: int = 0) -> Share:
    """Return a share as a fraction with its exact 95 % interval (Clopper-Pearson); None of nobody."""
    told: Share = {"count": count, "of": of, "missing": missing, "est": None, "lower": None, "upper": None}
    if of == 0:
        return told
    found = binomial(count, of)
    return {**told, "est": found.est, "lower": found.exact_lower, "upper": found.exact_upper}


def flag_shares(people: pl.DataFrame, flag: str) -> dict[str, Share]:
    """Return by group the share with 1 in a column of 1 and 0; who has neither is counted as missing, not in `of`."""
    return of_each(people, lambda frame: _of_flag(frame[flag]))


def _of_flag(flag: pl.Series) -> Share:
    missing = flag.null_count()
    return share(int((flag == 1).sum()), flag.len() - missing, missing)


def people_shares(people: pl.DataFrame, rows: pl.DataFrame) -> dict[str, Share]:
    """Return by group the share of people with at least one of these rows."""
    return {key: share(n, of_group(people, key).height) for key, n in people_counts(people, rows).items()}


def people_counts(people: pl.DataFrame, rows: pl.DataFrame) -> dict[str, int]:
    """Return by group how many people have at least one of these rows."""
    having = people.join(rows.select("USUBJID"), on="USUBJID", how="semi")
    return of_each(having, lambda frame: frame.height)


def row_counts(people: pl.DataFrame, rows: pl.DataFrame) -> dict[str, int]:
    """Return by group how many of these rows there are."""
    told = rows.select("USUBJID").join(people.select("USUBJID", "GROUP"), on="USUBJID", how="inner")
    return of_each(told, lambda frame: frame.height)


def value_counts(people: pl.DataFrame, column: str, value: Any) -> dict[str, int]:
    """Return by group how many people have a value in a column; None counts those without one."""
    wanted = pl.col(column).is_null() if value is None else pl.col(column) == value
    return of_each(people.filter(wanted), lambda frame: frame.height)
