"""What a Cox model is fitted to: checked, as arrays that cannot be changed, so that a fit can be examined later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from exports.survival.cox_design import Design
from exports.survival.errors import NO_EVENT, NotEstimable
from exports.survival.inputs import LEAVE_OUT, Bools, Floats, Ints, Labels, Numbers, days, events, labels, refused

TIES: Final = ("efron", "breslow")


@dataclass(frozen=True, eq=False)
class CoxInput:
    """One row per subject: at risk in (entry, time], inside a stratum; `strata` are codes from 0."""

    time: Floats
    event: Bools
    matrix: Floats
    entry: Floats | None
    strata: Ints
    names: tuple[str, ...]
    terms: dict[str, tuple[int, ...]]
    ties: str
    n_excluded_missing: int

    def with_columns(self, columns: Sequence[int]) -> CoxInput:
        """Return the same subjects with some of the columns, each a term of its own."""
        names = tuple(self.names[column] for column in columns)
        terms: dict[str, tuple[int, ...]] = {name: (position,) for position, name in enumerate(names)}
        return replace(self, matrix=self.matrix[:, list(columns)], names=names, terms=terms)


def cox_input(
    time: Numbers,
    event: Numbers,
    covariates: Design | Sequence[Any] | npt.NDArray[Any],
    *,
    names: Sequence[str] | None = None,
    terms: Mapping[str, slice | Sequence[int]] | None = None,
    entry: Numbers | None = None,
    strata: Labels | None = None,
    ties: str = "efron",
) -> CoxInput:
    """Return checked input; rows that a Design calls incomplete are left out and counted. Raises NotEstimable."""
    if ties not in TIES:
        raise refused(f"Ties cannot be handled by {ties}.", f"Use one of: {', '.join(TIES)}.")
    matrix, columns, groups, kept = _columns(covariates, names, terms)
    ends, entered = days(_of(kept, time, "time"), None if entry is None else _of(kept, entry, "entry"))
    found = CoxInput(
        time=ends,
        event=events(_of(kept, event, "event"), ends.size),
        matrix=matrix[kept],
        entry=entered,
        strata=labels(None if strata is None else _of(kept, strata, "strata"), "strata", ends.size)[1],
        names=columns,
        terms=groups,
        ties=ties,
        n_excluded_missing=int(kept.size - ends.size),
    )
    _check(found)
    return _sealed(found)


def _of(kept: Bools, values: Numbers | Labels, what: str) -> npt.NDArray[Any]:
    found = np.asarray(values, dtype=object if what == "strata" else None)
    if found.shape != kept.shape:
        raise refused(f"{what} has {found.size} values for {kept.size} rows of covariates.", "Give one value per row.")
    return found[kept]


def _columns(
    covariates: Any, names: Sequence[str] | None, terms: Mapping[str, slice | Sequence[int]] | None
) -> tuple[Floats, tuple[str, ...], dict[str, tuple[int, ...]], Bools]:
    if isinstance(covariates, Design):
        return covariates.matrix, covariates.names, covariates.terms, covariates.complete
    matrix = np.array(covariates, dtype=np.float64)
    matrix = matrix.reshape(-1, 1) if matrix.ndim == 1 else matrix
    width = matrix.shape[1]
    columns = tuple(names) if names is not None else tuple(f"x{column + 1}" for column in range(width))
    if len(columns) != width or len(set(columns)) < width or width == 0:
        raise refused(f"{len(columns)} names for {width} columns.", "Give each column a name of its own.")
    return matrix, columns, _terms(terms, columns), np.ones(len(matrix), dtype=np.bool_)


def _terms(terms: Mapping[str, slice | Sequence[int]] | None, names: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    if terms is None:
        return {name: (column,) for column, name in enumerate(names)}
    every = range(len(names))
    groups = {
        term: tuple(every[columns]) if isinstance(columns, slice) else tuple(int(column) for column in columns)
        for term, columns in terms.items()
    }
    if sorted(column for columns in groups.values() for column in columns) != list(every):
        raise refused("The terms do not cover each column once.", "Let each column belong to one term.")
    return groups


def _check(found: CoxInput) -> None:
    if not np.isfinite(found.matrix).all():
        raise refused("A covariate is missing or infinite.", LEAVE_OUT)
    if not found.event.any():
        raise NotEstimable(
            NO_EVENT,
            f"None of {found.event.size} subjects had the event.",
            "Report 0 events with an exact upper limit; a hazard ratio cannot be estimated.",
        )


def _sealed(found: CoxInput) -> CoxInput:
    for values in (found.time, found.event, found.matrix, found.entry, found.strata):
        if values is not None:
            values.flags.writeable = False
    return found
