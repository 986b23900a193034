"""The covariates of a Cox model as columns of numbers: transformed, divided, coded as indicators, complete or not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from exports.survival.errors import SINGULAR, NotEstimable
from exports.survival.inputs import Bools, Floats, refused

LOGARITHMS: Final = {"log2": np.log2, "log10": np.log10}


@dataclass(frozen=True)
class Covariate:
    """One covariate of a model: how a column becomes numbers.

    A numeric value is transformed first and then divided by `divide_by`, so its hazard ratio is per `divide_by` units
    (per doubling with log2). A categorical column becomes one indicator per level other than the reference, which is
    the first level in sorted order where none is stated.
    """

    name: str
    column: str
    kind: Literal["numeric", "categorical"] = "numeric"
    reference: Any = None
    transform: Literal["log2", "log10"] | None = None
    divide_by: float = 1.0
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Design:
    """Columns of a model, one row per subject; `complete` says which rows have every covariate, the others hold NaN."""

    names: tuple[str, ...]
    terms: dict[str, tuple[int, ...]]
    matrix: Floats
    complete: Bools


def design(columns: Mapping[str, Sequence[Any]], covariates: Sequence[Covariate]) -> Design:
    """Return the model's columns; levels are those of the complete rows, and missing is None or NaN.

    Raises NotEstimable: BAD_INPUT for an unknown column, a value that is no number, a logarithm of a value that is not
    positive, or a reference that no complete row has; SINGULAR for a categorical column with a single level.
    """
    _check_names(columns, covariates)
    complete = _complete(columns, covariates)
    names: list[str] = []
    terms: dict[str, tuple[int, ...]] = {}
    parts: list[Floats] = []
    for covariate in covariates:
        block = _block(columns[covariate.column], covariate, complete)
        terms[covariate.name] = tuple(range(len(names), len(names) + len(block)))
        names.extend(block)
        parts.extend(block.values())
    matrix = np.column_stack(parts) if parts else np.empty((complete.size, 0))
    return Design(tuple(names), terms, matrix, complete)


def _check_names(columns: Mapping[str, Sequence[Any]], covariates: Sequence[Covariate]) -> None:
    unknown = [covariate.column for covariate in covariates if covariate.column not in columns]
    if unknown:
        raise refused(f"There is no column {unknown[0]}.", f"Columns are: {', '.join(columns)}.")
    names = [covariate.name for covariate in covariates]
    if len(set(names)) < len(names):
        raise refused("Two covariates have the same name.", "Give each covariate a name of its own.")
    if len({len(columns[covariate.column]) for covariate in covariates}) > 1:
        raise refused("The columns differ in length.", "Give one value per subject in each column.")


def _complete(columns: Mapping[str, Sequence[Any]], covariates: Sequence[Covariate]) -> Bools:
    if not covariates:
        raise refused("The model has no covariate.", "Name at least one covariate.")
    present = [_present(columns[covariate.column]) for covariate in covariates]
    return np.asarray(np.logical_and.reduce(present), dtype=np.bool_)


def _present(values: Sequence[Any]) -> Bools:
    return np.array([value is not None and value == value for value in values], dtype=np.bool_)


def _block(values: Sequence[Any], covariate: Covariate, complete: Bools) -> dict[str, Floats]:
    if covariate.kind == "categorical":
        return _indicators(values, covariate, complete)
    return {covariate.name: _numbers(values, covariate)}


def _numbers(values: Sequence[Any], covariate: Covariate) -> Floats:
    try:
        numbers = np.array([math.nan if value is None else float(value) for value in values], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise refused(
            f"{covariate.column} holds a value that is no number ({error}).",
            "Declare the covariate as categorical, or correct the value.",
        ) from error
    if covariate.divide_by == 0 or not math.isfinite(covariate.divide_by):
        raise refused(f"{covariate.name} cannot be divided by {covariate.divide_by}.", "Use 1.")
    if np.isinf(numbers).any():
        raise refused(f"{covariate.column} holds an infinite value.", "Correct the value.")
    return _transformed(numbers, covariate) / covariate.divide_by


def _transformed(numbers: Floats, covariate: Covariate) -> Floats:
    if covariate.transform is None:
        return numbers
    if (numbers <= 0).any():
        raise refused(
            f"{covariate.column} holds a value of 0 or less, which has no logarithm.",
            f"Correct the value, or take {covariate.column} without {covariate.transform}.",
        )
    return np.asarray(LOGARITHMS[covariate.transform](numbers), dtype=np.float64)


def _indicators(values: Sequence[Any], covariate: Covariate, complete: Bools) -> dict[str, Floats]:
    levels = _levels(values, complete)
    reference = levels[0] if covariate.reference is None and levels else covariate.reference
    if reference not in levels:
        raise refused(
            f"No complete row of {covariate.column} has the reference level {reference}.",
            f"Choose one of: {', '.join(map(str, levels))}." if levels else "Reduce the covariates that are missing.",
        )
    if len(levels) == 1:
        raise NotEstimable(
            SINGULAR,
            f"{covariate.column} has the single level {reference}.",
            f"Leave {covariate.name} out of the model.",
        )
    coded = np.array(values, dtype=object)
    return {f"{covariate.column}={level}": _indicator(coded, level, complete) for level in levels if level != reference}


def _indicator(values: npt.NDArray[np.object_], level: Any, complete: Bools) -> Floats:
    return np.where(complete, (values == level).astype(np.float64), np.nan)


def _levels(values: Sequence[Any], complete: Bools) -> list[Any]:
    found = {value for value, kept in zip(values, complete, strict=True) if kept}
    try:
        return sorted(found)
    except TypeError:
        return sorted(found, key=str)
