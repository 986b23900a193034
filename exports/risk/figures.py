"""The re-identification risk report of one row per person: how many look alike, and by which facts somebody is alone.

Prosecutor risk of a person is 1 / k, k being the number of people in the release with the same quasi-identifiers, the
person included. Nothing in a report is a key of a person. Numbers in it are exact: it is for the data manager alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from exports.risk.cells import Codes, codes_of, groups_of, mean_risk, sizes_of, smallest
from exports.risk.uniques import minimal_uniques

SMALL_CELLS: Final = (5, 11)
CHANGING: Final = {"people": "patients", "k": "k", "unique": "unique"}
# The reason that a level counts as missing, in words that no code of a column has.
MISSING: Final = "(missing)"


@dataclass(frozen=True)
class Question:
    """What a report is about. `frame` has one row per person.

    `quasi` are the columns by quasi-identifier; `attributes` further columns that somebody could know; `sensitive`
    what must not follow from a group; `intervals` day-level columns; `site` the column with the site, if any.
    """

    frame: pl.DataFrame
    subject: str
    quasi: Mapping[str, Sequence[str]]
    k_min: int
    attributes: Sequence[str] = ()
    sensitive: Sequence[str] = ()
    intervals: Sequence[str] = ()
    site: str | None = None


@dataclass(frozen=True)
class Previous:
    """An earlier release to compare with: its name, its report and the people in it."""

    name: str
    report: Mapping[str, Any]
    subjects: Collection[str]


def risk_report(question: Question, previous: Previous | None = None) -> dict[str, Any]:
    """Return the report as plain values."""
    frame = question.frame
    quasi = {code: groups_of(_codes(frame, columns), frame.height) for code, columns in question.quasi.items()}
    groups = groups_of(list(quasi.values()), frame.height)
    known = {**quasi, **dict(zip(question.attributes, _codes(frame, question.attributes), strict=True))}
    report = {
        "quasi_identifiers": {code: list(columns) for code, columns in question.quasi.items()},
        "attributes": list(question.attributes),
        "k_min": question.k_min,
        **_likeness(sizes_of(groups), question.k_min),
        "diversity": [_diversity(frame, name, groups) for name in question.sensitive],
        "rare_levels": _rare_levels(frame, _columns(question)),
        "sites": _sites(question, groups),
        "unique_sets": minimal_uniques(known) if known else [],
        "intervals": _intervals(question, groups),
    }
    return {**report, "change": _change(question, report, previous)}


def _codes(frame: pl.DataFrame, names: Sequence[str]) -> list[Codes]:
    return [codes_of(frame[name]) for name in names]


def _columns(question: Question) -> list[str]:
    counted = [name for columns in question.quasi.values() for name in columns]
    return list(dict.fromkeys([*counted, *question.attributes, *question.sensitive]))


def _likeness(sizes: Codes, k_min: int) -> dict[str, Any]:
    """Return what group sizes say: k, how many are alone or in small groups, the highest and the mean risk."""
    people, k = int(sizes.size), smallest(sizes)
    unique = int((sizes == 1).sum())
    return {
        "patients": people,
        "k": k,
        "is_enough": k >= k_min,
        "unique": unique,
        "unique_percent": _percent(unique, people),
        "below_k_min": int((sizes < k_min).sum()),
        **{f"below_{limit}_percent": _percent(int((sizes < limit).sum()), people) for limit in SMALL_CELLS},
        "risk_max": 1 / k if people else 0.0,
        "risk_mean": mean_risk(sizes),
    }


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def _diversity(frame: pl.DataFrame, name: str, groups: Codes) -> dict[str, Any]:
    """Return l of one sensitive column: the fewest different values in a group, and who is in groups with only one."""
    pairs = groups_of([groups, codes_of(frame[name])], frame.height)
    first_of_pair = np.unique(pairs, return_index=True)[1]
    different = np.bincount(groups[first_of_pair])[groups]
    return {"column": name, "l": smallest(different), "people_with_one_value": int((different == 1).sum())}


def _rare_levels(frame: pl.DataFrame, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the levels that few people hold, the rarest first within a column."""
    return [level for name in names for level in _rare_of(frame[name]) if level["people"] < SMALL_CELLS[-1]]


def _rare_of(values: pl.Series) -> list[dict[str, Any]]:
    counts = values.cast(pl.String).fill_null(MISSING).alias("level").value_counts(name="people")
    rows = counts.sort("people", "level").iter_rows()
    return [
        {"column": values.name, "level": level, "people": people, "is_below_5": people < SMALL_CELLS[0]}
        for level, people in rows
    ]


def _sites(question: Question, groups: Codes) -> list[dict[str, Any]]:
    """Return k and uniques among the people of each site, for somebody who knows the site as well."""
    if question.site is None:
        return []
    site = codes_of(question.frame[question.site])
    sizes = sizes_of(groups_of([groups, site], site.size))
    by_site = question.frame.select(pl.col(question.site).alias("site"), pl.Series("k", sizes)).group_by("site")
    found = by_site.agg(pl.len().alias("people"), pl.col("k").min(), (pl.col("k") == 1).sum().alias("unique"))
    return found.sort("site").to_dicts()


def _intervals(question: Question, groups: Codes) -> dict[str, Any]:
    """Return how many are alone by day-level intervals: by each, by all, and by all with the quasi-identifiers."""
    codes = _codes(question.frame, question.intervals)
    together = groups_of(codes, question.frame.height)
    with_quasi = groups_of([groups, together], question.frame.height)
    return {
        "columns": [
            {"column": name, "unique": _alone(code)} for name, code in zip(question.intervals, codes, strict=True)
        ],
        "unique_together": _alone(together) if codes else 0,
        "unique_with_quasi": _alone(with_quasi) if codes else 0,
    }


def _alone(groups: Codes) -> int:
    return int((sizes_of(groups) == 1).sum())


def _change(question: Question, report: Mapping[str, Any], previous: Previous | None) -> dict[str, Any] | None:
    """Return what changed since an earlier release. A few people more or fewer could be read from the difference."""
    if previous is None:
        return None
    now, before = set(question.frame[question.subject]), set(previous.subjects)
    joined, left = len(now - before), len(before - now)
    figures = {told: [previous.report[name], report[name]] for told, name in CHANGING.items()}
    is_small = any(0 < people < SMALL_CELLS[-1] for people in (joined, left))
    return {"since": previous.name, **figures, "joined": joined, "left": left, "is_small_difference": is_small}
