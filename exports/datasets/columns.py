"""Short ways to declare the columns of a dataset, and the one place that gives them their types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import polars as pl

from exports.datasets.declared import USUBJID
from exports.sheets import REASON_SUFFIX, SUBJECT, Column
from registry.rules.coding import Coded
from registry.rules.missing import MissingReason
from registry.rules.provenance import PROVISIONAL

Choices = tuple[tuple[str, str], ...]

DTYPES: Final[Mapping[str, type[pl.DataType]]] = {
    "code": pl.String,
    "integer": pl.Int64,
    "decimal": pl.Float64,
    "yes/no": pl.Int64,
}
REASONS: Final[Choices] = tuple(MissingReason.choices())
YES_NO: Final[Choices] = (("1", "yes"), ("0", "no"))
DAYS: Final = "d"
AS_RECORDED: Final = "As recorded."


def coded(coding: type[Coded], *more: tuple[str, str]) -> Choices:
    """Return the choices of a closed list of the registry and those that only a release has."""
    return (*coding.choices(), *more)


def code(name: str, label: str, how: str, *sources: str, choices: Choices = (), **more: Any) -> Column:
    """Declare a column of codes; `how` is its derivation in one sentence, `sources` are "table.column"."""
    return Column(name, label, "code", choices=choices, derivation=how, sources=sources, **more)


def integer(name: str, label: str, how: str, *sources: str, unit: str = "1", **more: Any) -> Column:
    """Declare a column of whole numbers."""
    return Column(name, label, "integer", unit=unit, derivation=how, sources=sources, **more)


def decimal(name: str, label: str, how: str, *sources: str, unit: str, **more: Any) -> Column:
    """Declare a column of numbers."""
    return Column(name, label, "decimal", unit=unit, derivation=how, sources=sources, **more)


def flag(name: str, label: str, how: str, *sources: str, **more: Any) -> Column:
    """Declare a column of yes (1) and no (0)."""
    return Column(name, label, "yes/no", choices=YES_NO, derivation=how, sources=sources, **more)


def with_reason(column: Column) -> tuple[Column, Column]:
    """Return a column and the one beside it that says why it is empty, read beside its first source."""
    told = replace(column, missing_reasons=", ".join(code for code, _label in REASONS))
    why = Column(
        f"{column.column}{REASON_SUFFIX}",
        f"Why {column.column} is empty",
        "code",
        choices=REASONS,
        derivation="The reason recorded for the value that is empty; ND where a recorded value does not count.",
        sources=(f"{column.sources[0]}{REASON_SUFFIX}",),
    )
    return told, why


# The first column of every dataset.
SUBJECT_COLUMN: Final = code(USUBJID, "Subject key of the project", "As in the tables.", f"patient.{SUBJECT}")


def identified(dataset: str, columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return the columns with their derivation ids, "DATASET.COLUMN/1"; a later version is declared with the column."""
    return tuple(replace(column, deriv_id=column.deriv_id or f"{dataset}.{column.column}/1") for column in columns)


def provisional(rule: str) -> str:
    """Return the note of a column that rests on an unsettled rule, named as in `registry.rules.provenance`."""
    entry = PROVISIONAL.get(rule)
    return f"Provisional ({entry.standing.label}): {entry.built}" if entry else ""


def typed(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Return the declared columns of a frame in their order and types; decimals become binary numbers."""
    return frame.select(pl.col(column.column).cast(DTYPES[column.type]) for column in columns)


def with_its_reason(source: str, name: str) -> tuple[pl.Expr, pl.Expr]:
    """Return a value that is taken over and the reason beside it, under the names of the dataset."""
    return pl.col(source).alias(name), pl.col(f"{source}{REASON_SUFFIX}").alias(f"{name}{REASON_SUFFIX}")


def source_key(*keys: str) -> pl.Expr:
    """Return the key of a source row below the subject as text, "course_no=1|crs_no=2"; an empty part is left out."""
    parts = [pl.format(f"{key}={{}}", pl.col(key)) for key in keys]
    return pl.concat_str(parts, separator="|", ignore_nulls=True)
