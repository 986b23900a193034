"""A table ten times as long takes no more memory to write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LIMIT_MIB = 256
GROWTH_MIB = 64
ROWS = 60_000

SCRIPT = """
import os, resource, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
import django
django.setup()
from pathlib import Path
import numpy, polars
from pyarrow import parquet
from exports.package.formats import WRITERS
from exports.sheets import Column, Sheet
from tests.interop.hard_sheets import PRODUCTS, why, writing

form, rows, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
path = folder / f"{form}-{rows}.parquet"
numbers = [f"n{place}" for place in range(6)]
block = polars.DataFrame(
    {"key": [f"S{place:08d}" for place in range(20_000)], "product": ["AXI", "TISA"] * 10_000}
    | {name: numpy.arange(20_000) / 7 for name in numbers}
    | {"why": ["x"] * 20_000, "day": range(20_000), "day__mr": [None] * 20_000, "flag": [1, 0] * 10_000}
).with_columns(polars.col("day__mr").cast(polars.String)).to_arrow()
with parquet.ParquetWriter(path, block.schema) as out:
    for _ in range(rows // 20_000):
        out.write_table(block)
columns = [Column(name, name, "code") for name in ("key", "why")]
columns[1:1] = [Column("product", "Product", "code", choices=PRODUCTS)]
columns += [Column(name, name, "decimal") for name in numbers]
columns += [Column("day", "Day", "integer", "d"), why("day"), Column("flag", "Flag", "yes/no")]
sheet = Sheet("dataset", "long", "Long", "row", ("key",), rows, 1, 1, tuple(columns), path)
polars.read_parquet(path, n_rows=1)
before = peak()
for member in WRITERS[form]([sheet], writing(folder / f"{form}-{rows}"), []):
    if isinstance(member.content, Path):
        member.content.unlink()
print(before, peak())
"""


def mib_above_base(form: str, rows: int, folder: Path) -> float:
    command = [sys.executable, "-c", SCRIPT, form, str(rows), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    before, after = map(float, done.stdout.split())
    return after - before


@pytest.mark.slow
@pytest.mark.parametrize("form", ["SPSS", "STATA", "SAS", "PARQUET", "ADAM"])
def test_memory_stays_flat(tmp_path: Path, form: str):
    short, long = (mib_above_base(form, rows, tmp_path) for rows in (ROWS, 10 * ROWS))
    assert long <= LIMIT_MIB
    assert long - short <= GROWTH_MIB
