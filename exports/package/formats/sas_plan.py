"""The columns of a sheet as the variables of a SAS transport file.

Coded columns stay texts, as statisticians of trials expect them, and PROC FORMAT gives the words. Why a number is empty
is a special missing value, .A to .D (see reasons.py); why a text is empty stays in a variable named like it with MR at
the end. Names have at most eight capitals, labels and texts are ASCII, texts at most 200 bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from exports.package.formats.contents import Contents
from exports.package.formats.fixed_width import mapped
from exports.package.formats.losses import Fitting, to_ascii
from exports.package.formats.names import SAS_LENGTH, sas_companion, sas_name, unique
from exports.package.formats.reasons import companion_of, words_of
from exports.package.formats.sas_file import LABEL, LARGEST, SasVariable
from exports.package.formats.variables import EXACT_DIGITS, YES_NO, label_of
from exports.sheets import REASON_SUFFIX, Column, Sheet

LONGEST_TEXT: Final = 200


@dataclass(frozen=True)
class SasColumn:
    """One column: its variable, the words of its codes (texts) or numbers, the reasons folded in from `companion`."""

    source: str
    variable: SasVariable
    words: Mapping[str, str] = field(default_factory=dict)
    companion: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)


def ascii_texts(texts: pl.Series) -> pl.Series:
    """Return texts in ASCII; nulls stay."""
    return mapped(texts, to_ascii) if bool(texts.drop_nulls().str.contains(r"[^ -~]").any()) else texts


def short_names(columns: Sequence[Column]) -> list[str]:
    """Return a name of at most eight characters for each column, all different; companions are named after values."""
    short = {column.column: sas_name(column.short or column.column) for column in columns if not column.is_reason}
    found = dict(zip(short, unique(list(short.values()), SAS_LENGTH), strict=True))
    wanted = [found.get(column.column) or _companion_name(column, found) for column in columns]
    return unique(wanted, SAS_LENGTH)


def _companion_name(column: Column, values: Mapping[str, str]) -> str:
    value = column.column.removesuffix(REASON_SUFFIX)
    return sas_companion(values.get(value) or sas_name(value))


def planned_columns(
    sheet: Sheet, contents: Mapping[str, Contents], fitting: Fitting, *, is_described: bool = False
) -> list[SasColumn]:
    """Return what of a sheet is written, in the order of its columns, and tell what does not fit.

    A reason that is folded into a number leaves its own column out, unless another file describes every variable.
    """
    names = dict(zip(sheet.names, short_names(sheet.columns), strict=True))
    folded = {
        column.column: companion
        for column in sheet.columns
        if (companion := companion_of(sheet, column)) and contents[column.column].is_number
    }
    renamed = sum(short != name.upper() for name, short in names.items())
    if renamed and not is_described:
        fitting.tell("", f"{renamed} columns have shorter names, see names.csv")
    gone = {
        companion.column for value, companion in folded.items() if not (contents[value].keeps_reasons or is_described)
    }
    return [
        _planned(column, names, contents[column.column], folded.get(column.column), fitting)
        for column in sheet.columns
        if column.column not in gone
    ]


def _planned(
    column: Column, names: Mapping[str, str], contents: Contents, companion: Column | None, fitting: Fitting
) -> SasColumn:
    name = column.column
    _tell_values(column, names, contents, fitting)
    label = _label(column, names, fitting)
    width = 0 if contents.is_number else max(1, min(contents.longest, LONGEST_TEXT))
    return SasColumn(
        source=name,
        variable=SasVariable(names[name], label, width),
        words=_words(column, contents, fitting),
        companion=companion.column if companion else "",
        reasons=words_of(companion) if companion else {},
    )


def _label(column: Column, names: Mapping[str, str], fitting: Fitting) -> str:
    value = names.get(column.column.removesuffix(REASON_SUFFIX))
    if column.is_reason and value and len(column.label.encode()) > LABEL:
        return f"Why {value} is empty"
    label = fitting.ascii(column.column, "label", label_of(column, LABEL, fitting))
    return fitting.text(column.column, "label", label, LABEL)


def _words(column: Column, contents: Contents, fitting: Fitting) -> dict[str, str]:
    if contents.is_number and not column.choices:
        return {str(number): word for number, word in YES_NO.items()} if column.type == "yes/no" else {}
    others = {code: code for code in sorted(contents.others)} if column.choices else {}
    words = {**dict(column.choices), **others}
    if contents.is_number:
        words = {code: word for code, word in words.items() if re.fullmatch(r"-?\d+", code)}
    return {to_ascii(code): fitting.ascii(column.column, "value label", word) for code, word in words.items()}


def _tell_values(column: Column, names: Mapping[str, str], contents: Contents, fitting: Fitting) -> None:
    name = column.column
    if contents.longest > LONGEST_TEXT:
        fitting.tell(name, f"texts shortened to {LONGEST_TEXT} bytes; the longest has {contents.longest}")
    if contents.is_changed:
        fitting.tell(name, "texts written in ASCII")
    if contents.empties:
        fitting.tell(name, f"{contents.empties} empty texts are the same as missing ones")
    if contents.not_finite:
        fitting.tell(name, f"{contents.not_finite} values that are no finite numbers are written as missing")
    if not contents.is_number and f"{name}{REASON_SUFFIX}" in names:
        fitting.tell(name, f"missing reasons stay in {names[f'{name}{REASON_SUFFIX}']}: the value is text")
    largest = max(abs(contents.lowest or 0), abs(contents.highest or 0))
    if largest >= LARGEST:
        fitting.tell(name, "numbers beyond the format's range are written as missing")
    elif largest >= 10**EXACT_DIGITS:
        fitting.tell(name, f"numbers of more than {EXACT_DIGITS} digits are rounded")
