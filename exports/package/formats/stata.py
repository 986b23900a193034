"""Stata .dta: variable labels, value labels on integer storage, .a to .d for the reasons of an empty value.

Coded columns are numbers with value labels (see variables.py); every value-label set of a column with reasons also has
the words of .a to .d. The file is release 118 (Stata 14 and later), and its time is the data cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from exports.package.formats.codes import CODES_FILE, codes_csv
from exports.package.formats.contents import blocks, contents_of
from exports.package.formats.fixed_width import fixed_text, floats
from exports.package.formats.losses import Fitting, cut_characters
from exports.package.formats.names import STATA_LENGTH, stata_name
from exports.package.formats.reasons import LETTERS, PLACES
from exports.package.formats.stata_file import (
    DATASET_LABEL,
    RANGES,
    StataFile,
    StataVariable,
    Storage,
    doubles,
    missing_number,
    write_stata_file,
)
from exports.package.formats.variables import Limits, Variable, variables_of
from exports.package.formats.writing import Loss, Member, Writing
from exports.sheets import Sheet

# A text of more bytes than this needs another kind of storage (strL).
LONGEST_TEXT: Final = 2045
LIMITS: Final = Limits(
    name=stata_name,
    name_length=STATA_LENGTH,
    label=80,
    value_label=32_000,
    text=LONGEST_TEXT,
    cut_label=cut_characters,
    folds=lambda _contents: True,
)


def write_stata(sheets: Sequence[Sheet], writing: Writing, losses: list[Loss]) -> Iterator[Member]:
    """Yield one .dta for each sheet, then the list of which number stands for which code."""
    mapping: list[tuple[str, Variable]] = []
    for sheet in sheets:
        name = f"{sheet.kind}s/{sheet.name}.dta"
        variables = variables_of(sheet, contents_of(sheet), LIMITS, Fitting(name, losses))
        mapping += [(name, variable) for variable in variables]
        path = writing.work / f"{sheet.kind}-{sheet.name}.dta"
        planned = [_planned(variable) for variable in variables]
        with path.open("wb") as out:
            write_stata_file(out, _file(sheet, writing, variables, planned), _rows(sheet, variables, planned))
        yield Member(name, path)
    shown = {reason: f".{letter}" for reason, letter in LETTERS.items()}
    yield Member(CODES_FILE, codes_csv(mapping, shown))


def _file(sheet: Sheet, writing: Writing, variables: Sequence[Variable], planned: Sequence[StataVariable]) -> StataFile:
    simulated = "SIMULATED " if writing.is_simulated else ""
    labelled = [variable for variable, plan in zip(variables, planned, strict=True) if plan.value_labels]
    return StataFile(
        label=f"{simulated}{writing.release} {sheet.name}: {sheet.label}"[:DATASET_LABEL],
        at=writing.at,
        rows=sheet.rows,
        variables=planned,
        labels={variable.name: variable.labels for variable in labelled},
        missing={variable.name: _missing_words(variable) for variable in labelled},
    )


def _missing_words(variable: Variable) -> dict[int, str]:
    return {PLACES[reason]: words for reason, words in variable.reasons.items()}


def _planned(variable: Variable) -> StataVariable:
    storage, width = _storage(variable), max(1, min(variable.contents.longest, LONGEST_TEXT))
    return StataVariable(
        name=variable.name,
        storage=storage,
        width=width,
        display=_display(variable, storage, width),
        label=variable.label,
        value_labels=variable.name if variable.labels or variable.reasons else "",
    )


def _storage(variable: Variable) -> Storage:
    if variable.kind == "text":
        return "text"
    if variable.kind == "decimal":
        return "double"
    if variable.kind == "coded" or set(variable.labels) == {0, 1}:
        return "byte" if _within("byte", variable.labels) else "int"
    ends = {variable.contents.lowest or 0, variable.contents.highest or 0}
    return "long" if _within("long", ends) else "double"


def _within(storage: Storage, numbers: Iterable[float]) -> bool:
    low, high = RANGES[storage]
    return all(low <= number <= high for number in numbers)


def _display(variable: Variable, storage: Storage, width: int) -> str:
    if storage == "text":
        return f"%{width}s"
    if storage == "double":
        return f"%12.{variable.digits}f" if variable.digits else "%12.0g"
    return "%12.0g" if storage == "long" else "%8.0g"


def _rows(
    sheet: Sheet, variables: Sequence[Variable], planned: Sequence[StataVariable]
) -> Iterator[npt.NDArray[np.void]]:
    dtype = np.dtype([(plan.name, plan.dtype) for plan in planned])
    for block in blocks(sheet):
        rows = np.zeros(block.height, dtype)
        for variable, plan in zip(variables, planned, strict=True):
            rows[plan.name] = _cells(variable, plan, block)
        yield rows


def _cells(variable: Variable, plan: StataVariable, block: pl.DataFrame) -> npt.NDArray[Any]:
    values = variable.values(block)
    if plan.storage == "text":
        return fixed_text(values, plan.width, 0).view(f"S{plan.width}")[:, 0]
    told = variable.why_empty(block, PLACES)
    places = np.zeros(block.height, np.int64) if told is None else told.fill_null(0).to_numpy()
    if plan.storage == "double":
        return doubles(floats(values), places)
    numbers = values.cast(pl.Int64)
    empty = numbers.is_null().to_numpy()
    return np.where(empty, missing_number(plan.storage, 0) + places, numbers.fill_null(0).to_numpy())
