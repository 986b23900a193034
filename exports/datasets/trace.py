"""TRACE: from each picked value of ADSL to the rows of the frozen tables that it was picked from."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.adsl import ADSL
from exports.datasets.columns import SUBJECT_COLUMN, code, identified, integer, typed
from exports.datasets.declared import USUBJID, Dataset, Derived, Tables
from exports.datasets.trace_rows import source_rows
from exports.sheets import SUBJECT, Column

_IDS: Final = {column.column: column.deriv_id for column in ADSL.columns}
_WHOSE: Final = "patient.subject_key"

COLUMNS: Final[tuple[Column, ...]] = identified(
    "TRACE",
    (
        SUBJECT_COLUMN,
        code("DATASET", "Dataset", "Always ADSL; ADTTE carries its source rows itself.", _WHOSE),
        code("VARIABLE", "Variable", "The variable whose value was picked from the row.", _WHOSE),
        integer("SRCNO", "Number of the source row", "1 to n within subject and variable, by table and key.", _WHOSE),
        code("DERIV_ID", "Derivation of the variable", "As the codebook declares it.", _WHOSE),
        code("SRCTAB", "Table of the source row", "Name of the frozen table.", _WHOSE),
        code(
            "SRCKEY",
            "Key of the source row",
            "Its key below the subject, name=value joined by |; empty where the table has one row per subject.",
            _WHOSE,
        ),
    ),
)


def trace(tables: Tables, _derived: Derived) -> pl.DataFrame:
    """Return one row per subject, variable and row of a frozen table that its value was picked from."""
    rows = source_rows(tables).sort(SUBJECT, "variable", "table", "key")
    number = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(SUBJECT, "variable")
    named = rows.select(
        pl.col(SUBJECT).alias(USUBJID),
        pl.lit(ADSL.name.upper()).alias("DATASET"),
        pl.col("variable").alias("VARIABLE"),
        number.alias("SRCNO"),
        pl.col("variable").replace_strict(_IDS, return_dtype=pl.String).alias("DERIV_ID"),
        pl.col("table").alias("SRCTAB"),
        pl.col("key").alias("SRCKEY"),
    )
    return typed(named, COLUMNS)


TRACE: Final = Dataset(
    name="trace",
    label="Source rows of the subject level",
    grain="one row per subject, variable of ADSL and row of a table that its value was picked from",
    key=(USUBJID, "VARIABLE", "SRCNO"),
    columns=COLUMNS,
    derive=trace,
)
