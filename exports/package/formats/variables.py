"""The columns of a sheet as the variables of SPSS and Stata, which share one plan.

A column with choices becomes a number with value labels, because Stata labels numbers alone and SPSS orders by them:
the code itself where every declared code is a whole number (grade 3 is 3), else 1, 2, ... in the declared order. What
the data hold beside the declared codes (MERGED) comes after them, labelled with itself. `codes.csv` of the package says
which number is which code. Other text stays text. Why a number or coded value is empty is folded into the variable
(see reasons.py); for text it stays in a variable of its own, and that is said as a loss.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import polars as pl

from exports.package.formats.contents import Contents
from exports.package.formats.losses import Cut, Fitting, cut_bytes
from exports.package.formats.names import NameRule, unique
from exports.package.formats.reasons import companion_of, words_of
from exports.sheets import Column, Sheet

Kind = Literal["whole", "decimal", "coded", "text"]
YES_NO: Final = {0: "no", 1: "yes"}
EXACT_DIGITS: Final = 15
LARGEST_CODE: Final = 9000
NO_UNIT: Final = frozenset({"", "1"})
# The sign of a year is no word to a reader.
UNITS: Final[Mapping[str, str]] = {"a": "years"}


@dataclass(frozen=True)
class Limits:
    """What a format allows: names, lengths of labels and texts, and which columns can hold reasons."""

    name: NameRule
    name_length: int
    label: int
    value_label: int
    text: int
    cut_label: Cut
    folds: Callable[[Contents], bool]


@dataclass(frozen=True)
class Variable:
    """One variable: the column it comes from, its name and label, and how its values are written.

    `numbers` gives the number of each code, `labels` the words of each number, `reasons` the words of each reason
    that is folded in from the column `companion`. `digits` are those after the point, None where not declared.
    """

    source: str
    name: str
    label: str
    kind: Kind
    contents: Contents
    numbers: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[int, str] = field(default_factory=dict)
    companion: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)
    digits: int | None = 0

    @property
    def is_categorical(self) -> bool:
        """Say whether its numbers stand for words."""
        return bool(self.labels)

    @property
    def is_ordered(self) -> bool:
        """Say whether its numbers are the codes themselves, as those of a grade are."""
        if self.kind == "coded":
            return all(str(number) == code for code, number in self.numbers.items())
        return self.is_categorical and self.labels != YES_NO

    def values(self, block: pl.DataFrame) -> pl.Series:
        """Return the numbers of a block, nulls where empty; texts for text."""
        values = block[self.source]
        if self.kind != "coded":
            return values
        codes, numbers = list(self.numbers), list(self.numbers.values())
        return values.replace_strict(codes, numbers, default=None, return_dtype=pl.Int64)

    def why_empty(self, block: pl.DataFrame, codes: Mapping[str, int]) -> pl.Series | None:
        """Return the code of the reason in every row that has one, None where no reasons are folded in."""
        if not self.companion:
            return None
        told = block[self.companion]
        return told.replace_strict(list(codes), list(codes.values()), default=None, return_dtype=pl.Int64)


def variables_of(sheet: Sheet, contents: Mapping[str, Contents], limits: Limits, fitting: Fitting) -> list[Variable]:
    """Return the variables of a sheet in the order of its columns, and tell what does not fit."""
    folded = {column.column: companion_of(sheet, column) for column in sheet.columns}
    folds = {
        name: other
        for name, other in folded.items()
        if other and _can_fold(name, contents[name], limits, fitting, sheet)
    }
    gone = {other.column for other in folds.values() if not contents[_value_of(other)].keeps_reasons}
    kept = [column for column in sheet.columns if column.column not in gone]
    names = unique([limits.name(column.column) for column in kept], limits.name_length)
    return [
        _variable(column, name, contents[column.column], folds.get(column.column), limits, fitting)
        for column, name in zip(kept, names, strict=True)
    ]


def _value_of(companion: Column) -> str:
    return companion.column.rsplit("__", 1)[0]


def _can_fold(name: str, contents: Contents, limits: Limits, fitting: Fitting, sheet: Sheet) -> bool:
    has_choices = any(column.column == name and column.choices for column in sheet.columns)
    if not (contents.is_number or has_choices):
        fitting.tell(name, "missing reasons stay in a variable of their own: the value is text")
        return False
    if not limits.folds(contents):
        fitting.tell(name, "missing reasons stay in a variable of their own: a value lies where their codes would")
        return False
    return True


def _variable(
    column: Column, name: str, contents: Contents, companion: Column | None, limits: Limits, fitting: Fitting
) -> Variable:
    _tell_values(column.column, contents, limits, fitting)
    if name != column.column:
        fitting.tell(column.column, f"renamed {name}")
    kind = _kind(column, contents)
    numbers = _numbers(column, contents) if kind == "coded" else {}
    labels = _labels(column, kind, numbers, limits, fitting)
    return Variable(
        source=column.column,
        name=name,
        label=fitting.text(
            column.column, "label", label_of(column, limits.label, fitting), limits.label, limits.cut_label
        ),
        kind=kind,
        contents=contents,
        numbers=numbers,
        labels=labels,
        companion=companion.column if companion else "",
        reasons=_reasons(companion, labels) if companion else {},
        digits=contents.digits,
    )


def _reasons(companion: Column, labels: Mapping[int, str]) -> dict[str, str]:
    taken = set(labels.values())
    return {reason: f"missing: {words}" if words in taken else words for reason, words in words_of(companion).items()}


def label_of(column: Column, limit: int, fitting: Fitting) -> str:
    """Return the label of a column with its unit, without it where only the label itself fits into so many bytes."""
    if column.unit in NO_UNIT:
        return column.label
    full = f"{column.label} ({UNITS.get(column.unit, column.unit)})"
    if len(column.label.encode()) <= limit < len(full.encode()):
        fitting.tell(column.column, f"unit left out of the label: {column.unit}")
        return column.label
    return full


def _kind(column: Column, contents: Contents) -> Kind:
    if contents.is_number:
        return "whole" if contents.is_whole else "decimal"
    return "coded" if column.choices else "text"


def _numbers(column: Column, contents: Contents) -> dict[str, int]:
    return numbers_of([code for code, _label in column.choices], sorted(contents.others))


def numbers_of(codes: list[str], others: list[str]) -> dict[str, int]:
    """Return the number of each declared code, then of each other code that the data hold."""
    if all(re.fullmatch(r"0|-?[1-9]\d{0,3}", code) and abs(int(code)) <= LARGEST_CODE for code in codes):
        declared = {code: int(code) for code in codes}
    else:
        declared = {code: place for place, code in enumerate(codes, 1)}
    after = max(declared.values(), default=0) + 1
    return {**declared, **{code: place for place, code in enumerate(others, after)}}


def _labels(column: Column, kind: Kind, numbers: Mapping[str, int], limits: Limits, fitting: Fitting) -> dict[int, str]:
    words = dict(column.choices)
    if kind == "coded":
        labels = {number: words.get(code) or code for code, number in numbers.items()}
    elif kind == "whole" and words and all(re.fullmatch(r"-?\d{1,4}", code) for code in words):
        labels = {int(code): word for code, word in words.items()}
    else:
        return dict(YES_NO) if column.type == "yes/no" and kind == "whole" else {}
    fits = {
        number: fitting.text(column.column, "value label", word, limits.value_label) for number, word in labels.items()
    }
    return _distinct(fits, limits.value_label)


def _distinct(labels: Mapping[int, str], limit: int) -> dict[int, str]:
    """Put the number behind words that two numbers share: to some readers one word is one level."""
    often = Counter(labels.values())
    return {
        number: word if often[word] == 1 else f"{cut_bytes(word, limit - len(f' ({number})'))} ({number})"
        for number, word in labels.items()
    }


def _tell_values(name: str, contents: Contents, limits: Limits, fitting: Fitting) -> None:
    if contents.longest > limits.text:
        fitting.tell(name, f"texts shortened to {limits.text} bytes; the longest has {contents.longest}")
    if contents.empties:
        fitting.tell(name, f"{contents.empties} empty texts are the same as missing ones")
    if contents.not_finite:
        fitting.tell(name, f"{contents.not_finite} values that are no finite numbers are written as missing")
    largest = max(abs(contents.lowest or 0), abs(contents.highest or 0))
    if largest >= 10 ** (EXACT_DIGITS - (contents.digits or 0)):
        fitting.tell(name, f"numbers of more than {EXACT_DIGITS} digits are rounded")
