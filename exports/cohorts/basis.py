"""Microaggregation: everybody in a group of similar cases, and of each group only its size and what stands for it.

Groups come from splitting the cases in two, again and again, by the level of a criterion that makes both halves most
alike in themselves, never into a half below the smallest size (multidimensional partitioning as in LeFevre et al. 2006,
DOI 10.1109/ICDE.2006.101; k-anonymous microaggregation: Domingo-Ferrer & Mateo-Sanz 2002, DOI 10.1109/69.979982).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from exports.cohorts.criteria import CRITERIA, Criterion
from exports.cohorts.representing import levels_of

# What is missing or no declared level: it meets no criterion, as when data leave.
NONE: Final = ""
Bits = NDArray[np.float32]
Members = NDArray[np.int64]


@dataclass(frozen=True)
class Group:
    """How many cases, and per criterion the level that stands for them; none where most have none."""

    size: int
    levels: Mapping[str, str]

    def plain(self) -> dict[str, Any]:
        """Return the group as it is stored."""
        return {"size": self.size, "levels": dict(self.levels)}


@dataclass(frozen=True)
class _Marks:
    """Cases by levels, 1 where a case has the level: all criteria beside each other, `bounds` say where each begins.

    `cuts` are the questions by which cases may be split: has it this level, or one at least as high as this?
    """

    has: Bits
    cuts: Bits
    bounds: tuple[tuple[int, int], ...]
    codes: tuple[tuple[str, ...], ...]


def basis_of(frame: pl.DataFrame, size: int) -> list[Group]:
    """Return groups of at least `size` similar cases from a frame with one row per case and the criteria's columns.

    The same cases give the same groups in whatever order they come. Fewer than `size` cases give no group at all.
    """
    if size < 2:
        raise ValueError("A group of fewer than 2 cases protects nobody.")
    if frame.height < size:
        return []
    marks = _marks({column: _coded(frame, one, size) for column, one in CRITERIA.items()}, frame.height)
    groups = _groups(marks, list(_split(marks, np.arange(frame.height), size)))
    return sorted(groups, key=lambda group: (sorted(group.levels.items()), group.size))


def _coded(frame: pl.DataFrame, criterion: Criterion, size: int) -> list[str]:
    """Return the level of every case; of a minimum, the highest step that it reaches.

    A level that fewer than `size` cases have is none, and a step that fewer reach is not asked for.
    """
    column = frame[criterion.column]
    if criterion.kind == "minimum":
        steps = [step for step in map(int, criterion.codes) if (column >= step).sum() >= size]
        return [_highest(steps, value) for value in column]
    told = column.cast(pl.String).fill_null(NONE)
    kept = {code for code, cases in Counter(told).items() if cases >= size and code in criterion.codes}
    return [code if code in kept else NONE for code in told]


def _highest(steps: Sequence[int], value: int | None) -> str:
    reached = [step for step in steps if value is not None and step <= value]
    return str(reached[-1]) if reached else NONE


def _marks(coded: Mapping[str, Sequence[str]], cases: int) -> _Marks:
    has, cuts, codes = [], [], []
    for column, levels in coded.items():
        present = set(levels)
        ordered = (*(code for code in CRITERIA[column].codes if code in present), NONE)
        place = {code: number for number, code in enumerate(ordered)}
        bits = np.zeros((cases, len(ordered)), np.float32)
        bits[np.arange(cases), [place[code] for code in levels]] = 1
        has.append(bits)
        cuts.append(_cuts(CRITERIA[column], bits))
        codes.append(ordered)
    ends = np.cumsum([0, *(len(ordered) for ordered in codes)]).tolist()
    return _Marks(np.hstack(has), np.hstack(cuts), tuple(pairwise(ends)), tuple(codes))


def _cuts(criterion: Criterion, bits: Bits) -> Bits:
    if criterion.kind == "levels":
        return bits
    return np.asarray(np.cumsum(bits[:, -2::-1], axis=1)[:, ::-1], np.float32)


def _split(marks: _Marks, everybody: Members, size: int) -> Iterator[Members]:
    waiting = [everybody]
    while waiting:
        members = waiting.pop()
        halves = _halves(marks, members, size) if members.size >= 2 * size else None
        if halves is None:
            yield members
        else:
            waiting.extend(halves)


def _halves(marks: _Marks, members: Members, size: int) -> tuple[Members, Members] | None:
    """Return the two halves that are most alike in themselves, None where no cut helps or leaves enough."""
    cuts, has = marks.cuts[members], marks.has[members]
    inside = (cuts.T @ has).astype(np.float64)
    everyone = has.sum(axis=0, dtype=np.float64)
    count = cuts.sum(axis=0, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        within = (inside**2).sum(axis=1) / count
        without = ((everyone - inside) ** 2).sum(axis=1) / (members.size - count)
    gain = np.where((count >= size) & (members.size - count >= size), within + without, -np.inf)
    best = int(np.argmax(gain))
    if gain[best] <= (everyone**2).sum() / members.size * (1 + 1e-9):
        return None
    chosen = cuts[:, best] > 0
    return members[chosen], members[~chosen]


def _groups(marks: _Marks, parts: Sequence[Members]) -> list[Group]:
    counts = np.array([marks.has[members].sum(axis=0) for members in parts], np.int64)
    stands = {
        criterion.column: [codes[number] for number in levels_of(counts[:, first:last], criterion.kind == "minimum")]
        for criterion, (first, last), codes in zip(CRITERIA.values(), marks.bounds, marks.codes, strict=True)
    }
    return [
        Group(int(members.size), {column: levels[number] for column, levels in stands.items() if levels[number]})
        for number, members in enumerate(parts)
    ]
