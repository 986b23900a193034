"""The quasi-identifiers of an order as they leave: one row per person, the columns by which k is counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import polars as pl

from exports.freeze.errors import FreezeError
from exports.leaving.carriers import QUASI, SUBJECTS, Place, carriers
from exports.leaving.coarsen import Step, recoded_by
from exports.leaving.plan import SheetPlan


def leaving_carriers(plans: Iterable[SheetPlan]) -> frozenset[Place]:
    """Return the columns of a plan that tell a quasi-identifier."""
    return declared_places((plan.sheet.name, name) for plan in plans if plan.leaves for name in plan.names)


def declared_places(places: Iterable[Place]) -> frozenset[Place]:
    """Return those of the columns that tell a quasi-identifier."""
    return frozenset(places) & {carrier.place for _quasi, carrier in carriers()}


def shown_columns(leaving: Collection[Place]) -> list[str]:
    """Return the counted columns of the subject-level dataset that these carriers show, in the order of declaration."""
    return [name for columns in shown_quasi(leaving).values() for name in columns]


def shown_quasi(leaving: Collection[Place]) -> dict[str, list[str]]:
    """Return the counted columns that these carriers show, by quasi-identifier."""
    shown = {carrier.shows for _quasi, carrier in carriers() if carrier.place in leaving}
    by_quasi = {quasi.code: [name for name in quasi.counted if name in shown] for quasi in QUASI}
    return {code: columns for code, columns in by_quasi.items() if columns}


def shown_by(column: str) -> Place:
    """Return where a counted column stands."""
    return SUBJECTS, column


def coarse(frame: pl.DataFrame, columns: Sequence[str], steps: Sequence[Step]) -> pl.DataFrame:
    """Return counted columns of the subject-level dataset as they are after the steps, beside the other columns.

    Raises FreezeError where a column is not there or has a level that a step does not know.
    """
    if missing := [name for name in columns if name not in frame.columns]:
        raise FreezeError(f"k cannot be counted: the subject-level dataset has no {', '.join(missing)}.")
    changed = [(name, recoded_by(steps, shown_by(name))) for name in columns]
    expressions = [step.recodes[shown_by(name)].expression(name) for name, step in changed if step is not None]
    try:
        return frame.with_columns(expressions)
    except pl.exceptions.InvalidOperationError as error:
        raise FreezeError("A coarsening step meets a level that it does not know.") from error
