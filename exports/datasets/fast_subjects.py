"""Subjects as places in a list while a large dataset is derived: joining and grouping by them takes far less time."""

from __future__ import annotations

import polars as pl

from exports.datasets.declared import Tables
from exports.sheets import SUBJECT


def with_fast_subjects(tables: Tables, *names: str) -> dict[str, pl.DataFrame]:
    """Return these tables with their subjects as an Enum of the subjects of the block; cast back to text at the end."""
    subjects = pl.Enum(tables["patient"][SUBJECT].sort())
    return {name: tables[name].with_columns(pl.col(SUBJECT).cast(subjects)) for name in names}
