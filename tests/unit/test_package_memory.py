"""A package of a million rows takes no more memory than one of a few: measured in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.unit import package_folder

ROOT = Path(__file__).parents[2]
SUBJECTS, ROWS_EACH = 100_000, 10
# The budget is 32 MiB on a quiet machine; a process that holds the table has more than twice this.
BOUND_MIB = 64
MEASURE = """
import json, os, sys, threading, time
import django
django.setup()
import psutil
from pathlib import Path
from exports.package import build_package
def held():
    return psutil.Process().memory_info().rss / 2**20
# Everything is imported once a small package has been made.
build_package(Path(sys.argv[1]))
base = peak = held()
done = threading.Event()
def watch():
    global peak
    while not done.wait(0.005):
        peak = max(peak, held())
watcher = threading.Thread(target=watch, daemon=True)
watcher.start()
build_package(Path(sys.argv[2]))
done.set()
watcher.join()
print(json.dumps({"mib": peak - base}))
"""


def large(folder: Path) -> Path:
    keys = pl.select(pl.int_range(SUBJECTS).cast(pl.String).str.zfill(24)).to_series()
    made = []
    for told, rows in package_folder.sheets(folder)[:3]:
        times = SUBJECTS * (ROWS_EACH if told.name == "lab" else 1)
        places = pl.Series(range(times)) // (times // SUBJECTS)
        many = pl.concat([rows] * (times // rows.height + 1)).head(times)
        many = many.with_columns(keys.gather(places).alias(told.key[0]))
        if told.name == "lab":
            many = many.with_columns((pl.int_range(times) % ROWS_EACH).alias("sampled_day"))
        made.append(package_folder.sheet(folder, told.kind, told.name, told.key, told.columns, many))
    return package_folder.write_folder(folder, made)


@pytest.mark.slow
def test_a_million_rows_are_packed_in_flat_memory(tmp_path: Path):
    small = package_folder.write_folder(tmp_path / "small")
    folder = large(tmp_path / "large")
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    command = [sys.executable, "-c", MEASURE, str(small), str(folder)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["mib"] < BOUND_MIB
