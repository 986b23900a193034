"""The analysis datasets under the names that analysts of trials know: ADaM-like, with no claim beyond that.

The names of the study's own list stay (they win where the two differ); what ADaM tables always have is added: STUDYID,
SUBJID, SITEID, AGEU, TRT01A and TRT01AN, PARAM. Daily doses are ADEX. A censoring variable always has its words,
because 1 means the opposite in CNSR and EVSTAT.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl
from pyarrow import parquet

from exports.package.formats.contents import blocks, empty_frame
from exports.sheets import REASON_SUFFIX, Column, Sheet

STUDY_ID: Final = "QUELL"
RENAMED: Final[Mapping[str, str]] = {"addose": "adex"}
# It tells where values come from, which define.xml says per variable.
LEFT_OUT: Final = frozenset({"trace"})
WORDS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "CNSR": (("0", "event"), ("1", "censored"), ("2", "competing event")),
    "EVSTAT": (("0", "censored"), ("1", "event"), ("2", "competing event")),
}


@dataclass(frozen=True)
class Added:
    """A column that is added behind another: its declaration and how its values come from the row."""

    after: str
    column: Column
    values: pl.Expr


def adam_sheets(sheets: Sequence[Sheet], work: Path) -> Iterator[Sheet]:
    """Yield each analysis dataset as it is written, its rows in the folder for work."""
    for sheet in sheets:
        if sheet.kind == "dataset" and sheet.name not in LEFT_OUT:
            yield _adam(sheet, work)


def _adam(sheet: Sheet, work: Path) -> Sheet:
    name = RENAMED.get(sheet.name, sheet.name)
    told = replace(sheet, columns=tuple(_with_words(column) for column in sheet.columns))
    added = list(_added(told))
    path = work / f"adam-{name}.parquet"
    columns = tuple(_ordered(told.columns, added))
    _write(sheet, path, added, [column.column for column in columns])
    return replace(told, name=name, columns=columns, path=path)


def _with_words(column: Column) -> Column:
    words = WORDS.get(column.column)
    return replace(column, choices=words) if words else column


def _added(sheet: Sheet) -> Iterator[Added]:
    has = {column.column: column for column in sheet.columns}
    yield _text("", "STUDYID", "Study identifier", "Always the same.", pl.lit(STUDY_ID))
    if sheet.name == "adsl":
        yield from _of_subject(has)
    if "PARAMCD" in has and has["PARAMCD"].choices and "PARAM" not in has:
        yield _text(_last(has, "PARAMCD"), "PARAM", "Parameter", "The words of PARAMCD.", _words(has["PARAMCD"]))


def _of_subject(has: Mapping[str, Column]) -> Iterator[Added]:
    yield _text("USUBJID", "SUBJID", "Subject identifier in the study", "As USUBJID.", pl.col("USUBJID"))
    if "SITEPSEUD" in has:
        yield _text("SUBJID", "SITEID", "Study site identifier", "As SITEPSEUD.", pl.col("SITEPSEUD"))
    if "AGE" in has:
        yield _text(_last(has, "AGE"), "AGEU", "Age units", "Always YEARS.", pl.lit("YEARS"), (("YEARS", "years"),))
    if "DOSEGRP" in has and has["DOSEGRP"].choices:
        yield from _treatment(has["DOSEGRP"], _last(has, "DOSEGRP"))


def _last(has: Mapping[str, Column], name: str) -> str:
    """Return the last of a column and the one that says why it is empty."""
    companion = f"{name}{REASON_SUFFIX}"
    return companion if companion in has else name


def _treatment(group: Column, after: str) -> Iterator[Added]:
    numbers = {code: place for place, (code, _label) in enumerate(group.choices, 1)}
    labels = tuple((str(numbers[code]), label) for code, label in group.choices)
    yield _text(after, "TRT01A", "Actual treatment: dose group", "The words of DOSEGRP.", _words(group))
    number = pl.col(group.column).replace_strict(numbers, default=None, return_dtype=pl.Int64)
    column = Column("TRT01AN", "Actual treatment: dose group (N)", "integer", choices=labels)
    yield Added("TRT01A", _derived(column, "The number of DOSEGRP in the declared order."), number)


def _words(column: Column) -> pl.Expr:
    codes = pl.col(column.column)
    return codes.replace_strict(dict(column.choices), default=codes, return_dtype=pl.String)


def _text(
    after: str, name: str, label: str, how: str, values: pl.Expr, choices: tuple[tuple[str, str], ...] = ()
) -> Added:
    return Added(after, _derived(Column(name, label, "code", choices=choices), how), values)


def _derived(column: Column, how: str) -> Column:
    return replace(column, short=column.column, derivation=how)


def _ordered(columns: Sequence[Column], added: Sequence[Added]) -> Iterator[Column]:
    """Yield the columns with each added one behind the column that it follows, those that follow none first."""
    for name in ("", *(column.column for column in columns)):
        yield from (column for column in columns if column.column == name)
        yield from _behind(name, added)


def _behind(name: str, added: Sequence[Added]) -> Iterator[Column]:
    for each in added:
        if each.after == name:
            yield each.column
            yield from _behind(each.column.column, added)


def _write(sheet: Sheet, path: Path, added: Sequence[Added], names: Sequence[str]) -> None:
    new = [each.values.alias(each.column.column) for each in added]
    schema = empty_frame(sheet).with_columns(new).select(names).to_arrow().schema
    with parquet.ParquetWriter(path, schema, compression="lz4") as out:
        for block in blocks(sheet):
            out.write_table(block.with_columns(new).select(names).to_arrow().cast(schema))
