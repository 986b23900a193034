"""What an analysis dataset is, said once: its grain, its key, its columns, and the pure derivation of its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from exports.sheets import SUBJECT, Column

USUBJID = "USUBJID"
# Table -> its rows, and dataset -> its rows, of one block of subjects.
Tables = Mapping[str, pl.DataFrame]
Derived = Mapping[str, pl.DataFrame]
Derivation = Callable[[Tables, Derived], pl.DataFrame]


class DerivationError(RuntimeError):
    """A derived dataset is not what it declares: other columns, a key that is not unique, or rows of nobody."""


@dataclass(frozen=True)
class Dataset:
    """One analysis dataset. `derive` gets the frozen tables and the datasets declared before, of one block of subjects.

    Its frame has the declared columns, USUBJID first; order of rows does not matter. `key` names a row.
    """

    name: str
    label: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    derive: Derivation

    @property
    def names(self) -> list[str]:
        """Return the names of the columns."""
        return [column.column for column in self.columns]

    def rows(self, tables: Tables, derived: Derived) -> pl.DataFrame:
        """Return the rows of a block, sorted by key; DerivationError where they are not what is declared."""
        frame = self.derive(tables, derived)
        if frame.columns != self.names:
            raise DerivationError(f"{self.name}: derived {frame.columns}, declared {self.names}.")
        ordered = frame.sort(self.key)
        if ordered.select(self.key).is_duplicated().any():
            raise DerivationError(f"{self.name}: two rows have the same key ({', '.join(self.key)}).")
        self._only_known(ordered, tables)
        return ordered

    def _only_known(self, frame: pl.DataFrame, tables: Tables) -> None:
        known = tables["patient"].select(pl.col(SUBJECT).alias(USUBJID))
        if frame.join(known, on=USUBJID, how="anti").height:
            raise DerivationError(f"{self.name}: a row belongs to nobody.")


def names_are_short(columns: Sequence[Column]) -> bool:
    """Say whether every column has a name of at most eight characters for the formats that need one, all different."""
    short = [column.short or column.column for column in columns if not column.is_reason]
    return len(set(short)) == len(short) and all(len(name) <= 8 for name in short)
