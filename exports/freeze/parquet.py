"""The frozen tables on disk."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from exports.freeze.durable import whole_file

FOLDER = "frozen"


def parquet_path(folder: Path, table: str) -> Path:
    """Return where a frozen table lies in the folder of its release."""
    return folder / FOLDER / f"{table}.parquet"


def write_parquet(folder: Path, table: str, frame: pl.DataFrame) -> None:
    """Write a frozen table whole."""
    with whole_file(parquet_path(folder, table)) as part:
        frame.write_parquet(part, compression="lz4", statistics=False)


def read_parquet(folder: Path, table: str) -> pl.DataFrame:
    """Read a frozen table."""
    return pl.read_parquet(parquet_path(folder, table))
