"""Which level stands for each group: at first what is most common in it, then evened out over all groups.

Were the most common level the last word, a level that a fifth of the cases has everywhere would stand for no group
and count nothing. So groups are given their second or third level, those first that lose least by it, as long as that
brings the sum of the groups of each level nearer to the number of its cases.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]


def levels_of(counts: Whole, is_ordered: bool) -> list[int]:
    """Return the number of the level that stands for each group, from the cases of each group by level.

    The last level is that of missing values. `is_ordered`: the others are steps of a minimum, and a group begins at the
    highest that half of it reach.
    """
    begun = _half_reached(counts) if is_ordered else np.argmax(counts, axis=1)
    return [int(number) for number in _evened(counts, begun.astype(np.int64))]


def _half_reached(counts: Whole) -> Whole:
    steps = counts[:, :-1]
    reached = np.cumsum(steps[:, ::-1], axis=1)[:, ::-1]
    enough = (2 * reached >= counts.sum(axis=1, keepdims=True)) & (steps > 0)
    # From the highest step down, and missing where there is none.
    downwards = np.hstack([enough[:, ::-1], np.ones((len(counts), 1), np.bool_)])
    found, none = np.argmax(downwards, axis=1), steps.shape[1]
    return np.asarray(np.where(found < none, none - 1 - found, none), np.int64)


def _evened(counts: Whole, begun: Whole) -> Whole:
    sizes, chosen = counts.sum(axis=1), begun.copy()
    over = np.bincount(begun, weights=sizes, minlength=counts.shape[1]) - counts.sum(axis=0)
    for group, level in _moves(counts, begun):
        now, people = int(chosen[group]), int(sizes[group])
        if now != begun[group]:
            continue
        before = abs(over[now]) + abs(over[level])
        if abs(over[now] - people) + abs(over[level] + people) < before:
            over[now] -= people
            over[level] += people
            chosen[group] = level
    return chosen


def _moves(counts: Whole, begun: Whole) -> Iterator[tuple[int, int]]:
    """Yield (group, other level) for all levels that somebody in the group has, those that lose least first."""
    lost = counts[np.arange(len(begun)), begun][:, None] - counts
    groups, levels = np.nonzero(counts)
    share = lost[groups, levels] / counts.sum(axis=1)[groups]
    for number in np.lexsort((levels, groups, share)).tolist():
        yield int(groups[number]), int(levels[number])
