"""The rows by which k of a leaving folder is counted. They stay on the server: beside the folder, never in it.

What leaves may tell a quasi-identifier without the column by which it is counted (the age in years without the age
group), and under keys that cannot be joined; the risk report needs both.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from exports.freeze.durable import whole_file
from exports.leaving.people import People
from exports.leaving.quasi import shown_columns
from exports.leaving.write import LEAVING_KEY
from exports.sheets import SUBJECT


def counted_path(out: Path) -> Path:
    """Return where the counted rows of a leaving folder lie."""
    return out.with_name(f"{out.name}.counted.parquet")


def write_counted(out: Path, people: People, written: pl.DataFrame) -> None:
    """Write one row per person who leaves: both keys and the quasi-identifiers as they leave.

    `written` has `subject_key` and `leaving_key`.
    """
    rows = people.counted.select(SUBJECT, *shown_columns(people.carriers))
    frame = written.select(SUBJECT, LEAVING_KEY).join(rows, on=SUBJECT, how="left", maintain_order="left")
    with whole_file(counted_path(out)) as part:
        frame.write_parquet(part, compression="lz4", statistics=False)


def read_counted(out: Path) -> pl.DataFrame | None:
    """Read the counted rows of a leaving folder, None where there are none."""
    path = counted_path(out)
    return pl.read_parquet(path) if path.exists() else None
