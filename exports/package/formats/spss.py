"""SPSS .sav: variable and value labels, measures, and the reasons of an empty value as user-missing values.

Coded columns are numbers with value labels (see variables.py); grades whose codes are whole numbers are ordinal, other
codes nominal, numbers scale. The reasons are the range -9999 to -9996 with words (see reasons.py). Texts are ASCII or
UTF-8 of at most 255 bytes, because longer ones are several variables to some readers. The time is the data cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import polars as pl

from exports.package.formats.codes import CODES_FILE, codes_csv
from exports.package.formats.contents import Contents, blocks, contents_of
from exports.package.formats.fixed_width import BLANK, fixed_text, floats
from exports.package.formats.losses import Fitting, cut_bytes
from exports.package.formats.names import SPSS_LENGTH, spss_name
from exports.package.formats.reasons import SPSS_CODES, SPSS_HIGHEST, SPSS_LOWEST
from exports.package.formats.spss_file import (
    EMPTY_UNIT,
    LABEL,
    UNIT,
    Measure,
    SpssVariable,
    Units,
    write_spss_file,
)
from exports.package.formats.variables import Limits, Variable, variables_of
from exports.package.formats.writing import Loss, Member, Writing
from exports.sheets import Sheet

LONGEST_TEXT: Final = 255
LONGEST_VALUE_LABEL: Final = 120
UNDECLARED_DIGITS: Final = 4
WIDEST: Final = 40
RANGE: Final = (float(SPSS_LOWEST), float(SPSS_HIGHEST))


def _is_free(contents: Contents) -> bool:
    return not contents.in_range


LIMITS: Final = Limits(
    name=spss_name,
    name_length=SPSS_LENGTH,
    label=LABEL,
    value_label=LONGEST_VALUE_LABEL,
    text=LONGEST_TEXT,
    cut_label=cut_bytes,
    folds=_is_free,
)


def write_spss(sheets: Sequence[Sheet], writing: Writing, losses: list[Loss]) -> Iterator[Member]:
    """Yield one .sav for each sheet, then the list of which number stands for which code."""
    mapping: list[tuple[str, Variable]] = []
    for sheet in sheets:
        name = f"{sheet.kind}s/{sheet.name}.sav"
        variables = variables_of(sheet, contents_of(sheet, RANGE), LIMITS, Fitting(name, losses))
        mapping += [(name, variable) for variable in variables]
        path = writing.work / f"{sheet.kind}-{sheet.name}.sav"
        planned = [_planned(variable) for variable in variables]
        simulated = "SIMULATED " if writing.is_simulated else ""
        label = f"{simulated}{writing.release} {sheet.name}"
        with path.open("wb") as out:
            write_spss_file(out, label, writing.at, sheet.rows, planned, _rows(sheet, variables, planned))
        yield Member(name, path)
    yield Member(CODES_FILE, codes_csv(mapping, SPSS_CODES))


def _planned(variable: Variable) -> SpssVariable:
    width = max(1, min(variable.contents.longest, LONGEST_TEXT)) if variable.kind == "text" else 0
    words = {SPSS_CODES[reason]: words for reason, words in variable.reasons.items()}
    return SpssVariable(
        name=variable.name,
        width=width,
        label=variable.label,
        display=_display(variable, width),
        measure=_measure(variable),
        missing=RANGE if variable.reasons else None,
        labels={**words, **variable.labels},
    )


def _measure(variable: Variable) -> Measure:
    if variable.is_ordered:
        return "ordinal"
    return "nominal" if variable.kind == "text" or variable.labels else "scale"


def _display(variable: Variable, width: int) -> tuple[int, int]:
    if width:
        return width, 0
    digits = UNDECLARED_DIGITS if variable.digits is None else variable.digits
    ends = [variable.contents.lowest or 0, variable.contents.highest or 0, SPSS_LOWEST if variable.reasons else 0]
    whole = max(len(f"{end:.0f}") for end in ends)
    return min(WIDEST, max(UNIT, whole + (digits + 1 if digits else 0))), min(digits, 16)


def _rows(sheet: Sheet, variables: Sequence[Variable], planned: Sequence[SpssVariable]) -> Iterator[Units]:
    for block in blocks(sheet):
        units = np.empty((block.height, sum(plan.units for plan in planned)), np.uint64)
        first = 0
        for variable, plan in zip(variables, planned, strict=True):
            units[:, first : first + plan.units] = _cells(variable, plan, block)
            first += plan.units
        yield units


def _cells(variable: Variable, plan: SpssVariable, block: pl.DataFrame) -> Units:
    values = variable.values(block)
    if plan.width:
        padded = np.full((block.height, plan.units * UNIT), BLANK, np.uint8)
        padded[:, : plan.width] = fixed_text(values, plan.width, BLANK)
        return padded.view(np.uint64)
    told = variable.why_empty(block, SPSS_CODES)
    numbers = floats(values)
    if told is not None:
        codes = floats(told)
        numbers = np.where(np.isnan(numbers), codes, numbers)
    units = numbers.view(np.uint64).copy()
    units[np.isnan(numbers)] = EMPTY_UNIT
    return units.reshape(-1, 1)
