"""Counts by dose group without small numbers: none of them follows from others that are shown beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exports.report.groups import ALL
from exports.report.study import HIGH, LOW
from exports.risk.small_cells import shown, shown_list, shown_table
from exports.survival.proportions import binomial

Counts = Mapping[str, int]
Shown = dict[str, int | None]
KEYS = (HIGH, LOW, ALL)


@dataclass(frozen=True)
class Rule:
    """Counts from 1 to below `small_below` are hidden, others rounded to `round_to`; only `visible` groups are shown.

    A group is not visible where its size is hidden, be it for another group's sake.
    """

    small_below: int
    round_to: int
    visible: frozenset[str] = frozenset()

    def shown(self, count: int | None) -> int | None:
        """Return one count as it may be shown where nothing beside it tells more."""
        return None if count is None else shown(count, self.small_below, self.round_to)

    def listed(self, counts: Sequence[int]) -> tuple[tuple[int | None, ...], int | None]:
        """Return counts of parts and their total as they may be shown together."""
        return shown_list(counts, self.small_below, self.round_to)

    def is_small(self, count: int) -> bool:
        """Say whether a count must not be shown."""
        return 0 < count < self.small_below

    def table(self, rows: Sequence[Counts]) -> tuple[list[Shown], Shown]:
        """Return rows of counts by group, which are parts of each group, and the sizes of the groups.

        Whoever is in no group is a column of its own that is not shown. All is hidden where a size had to be.
        """
        found = shown_table([_split(row) for row in rows], self.small_below, self.round_to)
        totals = self._seen([*found.column_totals[:2], found.total])
        cells = [self._seen([*row[:2], total]) for row, total in zip(found.cells, found.row_totals, strict=True)]
        whole = {key: sum(row[key] for row in rows) for key in KEYS}
        if any(totals[key] is None and not self.is_small(whole[key]) for key in self.visible):
            return [dict.fromkeys(KEYS) for _row in rows], totals
        return cells, totals

    def row(self, counts: Counts) -> Shown:
        """Return one count by group."""
        parts, total = self.listed(_split(counts))
        return self._seen([*parts[:2], total])

    def _seen(self, values: Sequence[int | None]) -> Shown:
        return {key: n if key in self.visible else None for key, n in zip(KEYS, values, strict=True)}


def _split(counts: Counts) -> list[int]:
    """Return the counts of both groups and of those in none."""
    return [counts[HIGH], counts[LOW], max(0, counts[ALL] - counts[HIGH] - counts[LOW])]


def by_group(held: Mapping[str, Any], name: str) -> dict[str, int]:
    """Return one count of every group, 0 where a group has nobody."""
    return {key: int((held.get(key) or {}).get(name) or 0) for key in KEYS}


def minus(whole: Counts, *parts: Counts) -> dict[str, int]:
    """Return who is in none of the parts, by group."""
    return {key: max(0, whole[key] - sum(part[key] for part in parts)) for key in KEYS}


def shown_shares(rule: Rule, shares: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return shares by group with their intervals, both of the rounded counts; hidden where either side is small."""
    if shares is None:
        return None
    having, of, missing = (by_group(shares, name) for name in ("count", "of", "missing"))
    (cells, rest, lost), _sizes = rule.table([having, minus(of, having), missing])
    return {key: _share(rule, cells[key], rest[key], of[key], lost[key]) for key in KEYS}


def _share(rule: Rule, count: int | None, rest: int | None, of: int, missing: int | None) -> dict[str, Any]:
    told: dict[str, Any] = dict.fromkeys(("count", "of", "missing", "est", "lower", "upper"))
    whole = rule.shown(of)
    if count is None or rest is None or missing is None or not whole:
        return told
    found = binomial(min(count, whole), whole)
    limits = {"est": found.est, "lower": found.exact_lower, "upper": found.exact_upper}
    return {"count": found.x, "of": whole, "missing": missing, **limits}


def shown_part(rule: Rule, counts: Counts, sizes: Counts) -> Shown:
    """Return how many of each group have something, hidden where those without it are few."""
    return rule.table([counts, minus(sizes, counts)])[0][0]
