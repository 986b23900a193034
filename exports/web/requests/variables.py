"""What can be asked for: every table and dataset of a release with its columns, from their declarations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from exports.datasets.catalogue import DATASETS, Dataset
from exports.freeze.tables import ReleasedTable, released_tables
from exports.leaving.order import EVERYTHING
from exports.leaving.plan import base_of

KINDS = ("datasets", "tables")
Selection = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Variable:
    """One column that can be asked for; `id` is what a form sends."""

    id: str
    name: str
    label: str
    unit: str


@dataclass(frozen=True)
class Sheet:
    """One table or dataset: what a row is, the keys that always come along, and the columns to choose from."""

    id: str
    kind: str
    name: str
    label: str
    grain: str
    keys: tuple[str, ...]
    variables: tuple[Variable, ...]

    @property
    def words(self) -> str:
        """Return the sheet's label in the language of the moment."""
        return _(self.label)


@cache
def sheets() -> tuple[Sheet, ...]:
    """Return the datasets, ready to be analysed, then the tables that they are derived from."""
    return (*(_of_dataset(dataset) for dataset in DATASETS), *(_of_table(table) for table in released_tables()))


def _of_table(table: ReleasedTable) -> Sheet:
    columns = {column.name: (column.label, column.unit) for column in table.columns}
    return _sheet("tables", table.name, table.topic.label, table.topic.grain, table.key, columns)


def _of_dataset(dataset: Dataset) -> Sheet:
    columns = {column.column: (column.label, column.unit) for column in dataset.columns}
    return _sheet("datasets", dataset.name, dataset.label, dataset.grain, dataset.key, columns)


def _sheet(
    kind: str, name: str, label: str, grain: str, keys: Sequence[str], columns: Mapping[str, tuple[str, str]]
) -> Sheet:
    # What says more of a column comes with it and is not asked for by itself.
    free = [column for column in columns if column not in keys and base_of(column, columns) == column]
    variables = tuple(Variable(f"{kind}.{name}.{column}", column, *columns[column]) for column in free)
    return Sheet(f"{kind}.{name}", kind, name, label, grain, tuple(keys), variables)


def selection_of(whole: Iterable[str], variables: Iterable[str]) -> Selection:
    """Return a selection in the words of a leaving order from the boxes of a form; a whole sheet needs no columns.

    Nothing chosen is a selection of nothing, which is not the empty selection: that one means everything.
    """
    all_of, single = set(whole), set(variables)
    chosen: Selection = {kind: {} for kind in reversed(KINDS)}
    for sheet in sheets():
        columns = [variable.name for variable in sheet.variables if variable.id in single]
        if sheet.id in all_of or columns:
            chosen[sheet.kind][sheet.name] = EVERYTHING if sheet.id in all_of else columns
    return chosen


def boxes_of(selection: Mapping[str, Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """Return the boxes that stand ticked for a selection: whole sheets, and single columns."""
    if not selection:
        return [sheet.id for sheet in sheets()], []
    pairs = [(f"{kind}.{name}", chosen) for kind in selection for name, chosen in selection[kind].items()]
    whole = [sheet for sheet, chosen in pairs if chosen == EVERYTHING]
    single = [f"{sheet}.{column}" for sheet, chosen in pairs if chosen != EVERYTHING for column in chosen]
    return whole, single


def selection_words(selection: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield (label, name, columns) of every sheet that was chosen; no columns: all of them."""
    if not selection:
        yield from ((sheet.words, sheet.name, []) for sheet in sheets())
        return
    labels = {(sheet.kind, sheet.name): sheet.words for sheet in sheets()}
    for kind in KINDS:
        for name, chosen in selection.get(kind, {}).items():
            yield labels.get((kind, name), name), name, [] if chosen == EVERYTHING else list(chosen)
