"""The frozen tables on disk: one row group for each block of cases, in every table the same cases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from pyarrow import parquet

from exports.freeze.durable import whole_file
from exports.sheets import sheet_path


def parquet_path(folder: Path, table: str) -> Path:
    """Return where a frozen table lies in the folder of its release."""
    return sheet_path(folder, "table", table)


class BlockWriter:
    """Writes one block of rows after the other into a Parquet file; a block without rows is a row group too."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: parquet.ParquetWriter | None = None

    def add(self, rows: pl.DataFrame) -> None:
        """Write one block."""
        table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._file is None:
            self._file = parquet.ParquetWriter(self._path, table.schema, compression="lz4")
        self._file.write_table(table)

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()


@contextmanager
def writing(path: Path) -> Iterator[BlockWriter]:
    """Give a writer of blocks; the file is there whole once the block of code ends without an error."""
    with whole_file(path) as part:
        writer = BlockWriter(part)
        try:
            yield writer
        finally:
            writer.close()


def read_parquet(folder: Path, table: str) -> pl.DataFrame:
    """Read a frozen table whole."""
    return pl.read_parquet(parquet_path(folder, table))
