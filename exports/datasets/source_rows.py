"""How a row of a dataset names the row of a frozen table that it comes from."""

from __future__ import annotations

from typing import Final

from exports.datasets.columns import code
from exports.sheets import Column

SOURCE_KEY: Final = "SRCKEY"


def source_key_column(table: str, *keys: str) -> Column:
    """Declare the column that names the row of a table from which a row comes; `columns.source_key` fills it."""
    how = f'The key of its row of {table}, without the subject: "name=value" joined by "|".'
    return code(SOURCE_KEY, "Row of the table it comes from", how, *(f"{table}.{key}" for key in keys))
