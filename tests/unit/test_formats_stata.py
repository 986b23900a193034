"""The bytes of a Stata file, against those of pandas."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from exports.package.formats.stata_file import StataFile, StataVariable, doubles, write_stata_file
from tests.interop.hard_sheets import CUT

STAMP = CUT.replace(tzinfo=None)
LABELS = {"key": "Key", "grade": "Grade é", "many": "", "n": "N", "dose": "Dose"}


def ours(rows: pd.DataFrame) -> bytes:
    variables = [
        StataVariable("key", "text", 5, "%5s", "Key"),
        StataVariable("grade", "byte", 0, "%8.0g", "Grade é", "grade"),
        StataVariable("many", "int", 0, "%8.0g", ""),
        StataVariable("n", "long", 0, "%12.0g", "N"),
        StataVariable("dose", "double", 0, "%10.0g", "Dose"),
    ]
    block = np.zeros(len(rows), np.dtype([(each.name, each.dtype) for each in variables]))
    block["key"] = [key.encode() for key in rows["key"]]
    for name in ("grade", "many", "n"):
        block[name] = rows[name]
    block["dose"] = doubles(rows["dose"].to_numpy(), np.zeros(len(rows), np.int64))
    out = io.BytesIO()
    labels = {"grade": {0: "none", 3: "severe é"}}
    write_stata_file(out, StataFile("Hard", CUT, len(rows), variables, labels), [block[:1], block[1:]])
    return out.getvalue()


def theirs(rows: pd.DataFrame, folder: Path) -> bytes:
    path = folder / "theirs.dta"
    rows.to_stata(
        path,
        write_index=False,
        version=118,
        byteorder="little",
        time_stamp=STAMP,
        data_label="Hard",
        variable_labels=LABELS,
        value_labels={"grade": {0: "none", 3: "severe é"}},
    )
    return path.read_bytes()


def test_the_file_is_byte_for_byte_what_pandas_writes(tmp_path: Path):
    rows = pd.DataFrame({"key": ["a", "éab", "12345"], "grade": [0, 3, 100], "many": [1, -32767, 32740]})
    rows["n"], rows["dose"] = [0, -(2**31) + 1, 2147483620], [0.1, float("nan"), -1e300]
    rows = rows.astype({"grade": "int8", "many": "int16", "n": "int32"})
    assert ours(rows) == theirs(rows, tmp_path)


def test_a_to_d_are_the_next_numbers_after_the_missing_one():
    # The bit patterns of . and .a in the format's description.
    found = doubles(np.array([np.nan, np.nan, 1.5]), np.array([0, 1, 4]))
    assert [f"{value:016x}" for value in found.view(np.uint64)] == [
        "7fe0000000000000",
        "7fe0010000000000",
        "3ff8000000000000",
    ]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, max_value=8e307), max_size=5))
def test_values_are_left_alone(values: list[float]):
    given_values = np.array(values, np.float64)
    assert doubles(given_values, np.zeros(len(values), np.int64)).tolist() == values
