"""Which columns of each sheet leave, and as what: selection, level and coarsening together, before a row is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import polars as pl

from exports.freeze.errors import FreezeError, PrivacyError
from exports.leaving.carriers import Place, undeclared
from exports.leaving.coarsen import STEPS, Step, dropped_by, recoded_by, steps_of
from exports.leaving.order import EVERYTHING, SHAREABLE, LeavingOrder, Selection
from exports.leaving.shareable import check_key, coarse_value, why_withheld
from exports.sheets import FACTS_OF, REASON_SUFFIX, SUBJECT_OF, Column, Sheet
from registry.rules.coding import gettext_noop

TRACE: Final = "trace"
NOT_SELECTED: Final = gettext_noop("not among the variables asked for")
COMPANIONS: Final = (REASON_SUFFIX, "_precision")
YEAR_STEPS: Final = frozenset({"NO_YEAR", "YEAR_PAIRS"})


@dataclass(frozen=True)
class SheetPlan:
    """One sheet as it leaves: its columns with what the codebook says afterwards, and how each is computed.

    `rows` says which rows leave of those of the people who do; None is all.
    """

    sheet: Sheet
    columns: tuple[Column, ...]
    changes: Mapping[str, pl.Expr] = field(default_factory=dict)
    withheld: Mapping[str, str] = field(default_factory=dict)
    rows: pl.Expr | None = None

    @property
    def subject(self) -> str:
        """Return the column with the subject's key."""
        return SUBJECT_OF[self.sheet.kind]

    @property
    def names(self) -> list[str]:
        """Return the columns that leave."""
        return [column.column for column in self.columns]

    @property
    def leaves(self) -> bool:
        """Say whether more than keys is left of the sheet, or as much as it ever had."""
        return not self.withheld or any(name not in self.sheet.key for name in self.names)

    @property
    def is_unchanged(self) -> bool:
        """Say whether every column leaves as it is."""
        return not self.withheld and not self.changes and self.rows is None

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return rows of the sheet as they leave."""
        kept = frame if self.rows is None else frame.filter(self.rows)
        return kept.select(self.changes.get(name, pl.col(name)).alias(name) for name in self.names)


def plans_of(sheets: Sequence[Sheet], order: LeavingOrder) -> list[SheetPlan]:
    """Return the plan of every sheet; FreezeError where the order asks for what is not there.

    Raises PrivacyError where a column is derived from a quasi-identifier and nobody has said what it tells.
    """
    if places := undeclared(sheets):
        raise PrivacyError(f"Not declared as telling a quasi-identifier: {_words(places)}.")
    _known(order.selection, sheets)
    steps = effective_steps(order)
    plans = [_plan(sheet, order, steps) for sheet in sheets]
    return [replace(plan, rows=_traced(plans)) if plan.sheet.name == TRACE else plan for plan in plans]


def _traced(plans: Sequence[SheetPlan]) -> pl.Expr | None:
    """Return which rows of the trace leave: those from a column that leaves to a table that does; None is all."""
    others = [plan for plan in plans if plan.sheet.name != TRACE]
    if not any(plan.withheld for plan in others):
        return None
    leaving = [plan for plan in others if plan.leaves]
    columns = [f"{plan.sheet.name}.{name}" for plan in leaving if plan.sheet.kind == "dataset" for name in plan.names]
    tables = [plan.sheet.name for plan in leaving if plan.sheet.kind == "table"]
    column = pl.concat_str(pl.col("DATASET").str.to_lowercase(), pl.lit("."), pl.col("VARIABLE"))
    return column.is_in(columns) & pl.col("SRCTAB").is_in(tables)


def effective_steps(order: LeavingOrder) -> list[Step]:
    """Return the steps of an order; a shareable release has no single year whether or not a step says so."""
    steps = steps_of(order.coarsening)
    if order.level == SHAREABLE and not YEAR_STEPS & set(order.coarsening):
        steps.append(STEPS["NO_YEAR"])
    return steps


def base_of(column: str, names: Iterable[str]) -> str:
    """Return the column that another says more of: kps of kps__mr. A column of its own is its own base."""
    for suffix in COMPANIONS:
        base = column.removesuffix(suffix)
        if base != column and base in names:
            return base
    return column


def _plan(sheet: Sheet, order: LeavingOrder, steps: Sequence[Step]) -> SheetPlan:
    columns, changes, withheld = [], {}, {}
    dtypes = pl.read_parquet_schema(sheet.path)
    for column in sheet.columns:
        name = column.column
        if why := _why(sheet, column, order, steps):
            withheld[name] = why
            continue
        after, expression = _value((sheet.name, name), column, order, steps, dtypes[name], name in sheet.key)
        columns.append(after)
        if expression is not None:
            changes[name] = expression
    return SheetPlan(sheet, tuple(columns), changes, withheld)


def _why(sheet: Sheet, column: Column, order: LeavingOrder, steps: Sequence[Step]) -> str:
    """Return why a column does not leave, "" where it does; keys go with their sheet, companions with their column."""
    name = base_of(column.column, sheet.names)
    base = sheet.columns[sheet.names.index(name)]
    is_key = column.column in sheet.key
    if not is_key and not _is_selected(sheet, name, order.selection):
        return NOT_SELECTED
    if order.level == SHAREABLE and (why := why_withheld(sheet, base)):
        return why
    step = dropped_by(steps, (sheet.name, name))
    if step is not None and is_key:
        raise PrivacyError(f"{sheet.name}.{name}: a key tells a quasi-identifier.")
    return step.words if step is not None else ""


def _value(
    place: Place, column: Column, order: LeavingOrder, steps: Sequence[Step], dtype: pl.DataType, is_key: bool
) -> tuple[Column, pl.Expr | None]:
    step = recoded_by(steps, place)
    if step is not None:
        recoding = step.recodes[place]
        return recoding.column(column), recoding.expression(column.column)
    if order.level != SHAREABLE:
        return column, None
    if not is_key:
        return coarse_value(place, column, dtype)
    if column.column not in SUBJECT_OF.values():
        check_key(place, column)
    return column, None


def _is_selected(sheet: Sheet, name: str, selection: Selection) -> bool:
    if not selection:
        return True
    chosen = selection.get(FACTS_OF[sheet.kind], {}).get(sheet.name, ())
    return chosen == EVERYTHING or name in chosen


def _known(selection: Selection, sheets: Sequence[Sheet]) -> None:
    for kind, by_sheet in selection.items():
        for name, chosen in by_sheet.items():
            names = next((sheet.names for sheet in sheets if (FACTS_OF[sheet.kind], sheet.name) == (kind, name)), None)
            if names is None:
                raise FreezeError(f"The selection names {kind}/{name}, which this release does not have.")
            _columns_known(name, chosen, names)


def _columns_known(sheet: str, chosen: Any, names: Sequence[str]) -> None:
    if chosen == EVERYTHING:
        return
    if unknown := sorted(set(chosen) - set(names)):
        raise FreezeError(f"The selection names {_words((sheet, name) for name in unknown)}, which is not there.")
    if companions := [name for name in chosen if base_of(name, names) != name]:
        raise FreezeError(f"{_words((sheet, name) for name in companions)}: name the column that it belongs to.")


def _words(places: Iterable[Place]) -> str:
    return ", ".join(f"{sheet}.{column}" for sheet, column in places)
