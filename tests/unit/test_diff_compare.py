"""Two releases compared: against a naive comparison, and case by case where that would hide what people read."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.diff import Comparison, DiffError, compare
from tests.factories.folders import Rows, table, written

LAB = ("subject_key", "day", "row_no")


def lines(path: Path) -> list[dict[str, Any]]:
    return pl.read_parquet(path).to_dicts()


def said(path: Path) -> list[tuple[str, ...]]:
    return sorted(tuple(line.values()) for line in lines(path))


def compared(tmp_path: Path, before: list[Rows], after: list[Rows], *cases: int) -> tuple[Comparison, Path]:
    folders = [written(tmp_path / name, sheets) for name, sheets in (("before", before), ("after", after))]
    out = tmp_path / "lines.parquet"
    return compare(*folders, out, *cases), out


def patients(*keys: str, sex: str = "F") -> Rows:
    return table("patient", ["subject_key"], {"subject_key": list(keys), "sex": [sex for _ in keys]})


def crs(*rows: tuple[Any, ...]) -> Rows:
    return table("crs", ["subject_key", "day"], rows, ["subject_key", "day", "grade"])


def test_equal_releases_differ_in_nothing(tmp_path: Path):
    sheets = [patients("A", "B"), crs(("A", 1, 2), ("B", 3, None))]
    found, out = compared(tmp_path, sheets, sheets)
    assert lines(out) == []
    assert (found.before, found.after, found.came, found.left) == (2, 2, 0, 0)


def test_a_changed_value_names_the_row_the_column_and_both_values(tmp_path: Path):
    before, after = [patients("A"), crs(("A", 1, 2))], [patients("A"), crs(("A", 1, 3))]
    _found, out = compared(tmp_path, before, after)
    assert said(out) == [("VALUE_CHANGED", "crs", "A", "day=1", "grade", "2", "3")]


@pytest.mark.parametrize(("old", "new", "told"), [(None, 3, ("", "3")), (2, None, ("2", ""))])
def test_a_value_that_came_or_went_is_a_change(tmp_path: Path, old: int | None, new: int | None, told: tuple[str, str]):
    _found, out = compared(tmp_path, [patients("A"), crs(("A", 1, old))], [patients("A"), crs(("A", 1, new))])
    assert [(line["old"], line["new"]) for line in lines(out)] == [told]


def test_rows_of_patients_who_came_or_left_are_told_of_once_by_the_patient(tmp_path: Path):
    before = [patients("A", "B"), crs(("A", 1, 2), ("B", 1, 1), ("B", 2, 1))]
    after = [patients("A", "C"), crs(("A", 1, 2), ("C", 5, 4))]
    found, out = compared(tmp_path, before, after)
    assert said(out) == [("PATIENT_IN", "", "C", *4 * [""]), ("PATIENT_OUT", "", "B", *4 * [""])]
    assert [(sheet.left, sheet.came) for sheet in found.sheets] == [(1, 1), (2, 1)]


def test_a_row_added_and_one_removed(tmp_path: Path):
    before, after = [patients("A"), crs(("A", 1, 2), ("A", 2, 2))], [patients("A"), crs(("A", 1, 2), ("A", 4, 1))]
    _found, out = compared(tmp_path, before, after)
    assert said(out) == [
        ("ROW_ADDED", "crs", "A", "day=4", "", "", ""),
        ("ROW_REMOVED", "crs", "A", "day=2", "", "", ""),
    ]


def lab(*rows: tuple[Any, ...]) -> Rows:
    return table("lab", list(LAB), rows, [*LAB, "value"])


def test_one_edit_among_rows_of_one_key_is_one_line_although_their_numbers_moved(tmp_path: Path):
    before = [patients("A"), lab(("A", 1, 1, 5), ("A", 1, 2, 7), ("A", 1, 3, 9))]
    after = [patients("A"), lab(("A", 1, 1, 7), ("A", 1, 2, 9), ("A", 1, 3, 11))]
    _found, out = compared(tmp_path, before, after)
    assert said(out) == [("VALUE_CHANGED", "lab", "A", "day=1", "value", "5", "11")]


def test_of_rows_that_are_alike_in_all_one_more_is_one_added(tmp_path: Path):
    before, after = [patients("A"), lab(("A", 1, 1, 5))], [patients("A"), lab(("A", 1, 1, 5), ("A", 1, 2, 5))]
    _found, out = compared(tmp_path, before, after)
    assert said(out) == [("ROW_ADDED", "lab", "A", "day=1", "", "", "")]


def test_columns_and_sheets_that_are_new_or_gone_are_named_and_their_values_are_not_compared(tmp_path: Path):
    before = [patients("A"), table("crs", ["subject_key", "day"], [("A", 1, 2)], ["subject_key", "day", "was"])]
    after = [patients("A"), table("crs", ["subject_key", "day"], [("A", 1, 2)], ["subject_key", "day", "now"])]
    found, out = compared(tmp_path, [*before, lab(("A", 1, 1, 5))], after)
    schema = [(line["what"], line["sheet"], line["column"]) for line in lines(out)]
    assert sorted(schema) == [("COLUMN_GONE", "crs", "was"), ("COLUMN_NEW", "crs", "now"), ("SHEET_GONE", "lab", "")]
    assert next(sheet for sheet in found.sheets if sheet.name == "crs").columns_new == ("now",)


def test_a_column_whose_type_changed_is_compared_as_it_is_written(tmp_path: Path):
    before, after = [patients("A"), crs(("A", 1, 2))], [patients("A"), crs(("A", 1, "2"))]
    assert lines(compared(tmp_path, before, after)[1]) == []


def test_releases_of_two_projects_are_not_compared(tmp_path: Path):
    one, other = written(tmp_path / "one", [patients("A")]), written(tmp_path / "two", [patients("A")], project="q")
    with pytest.raises(DiffError, match="two projects"):
        compare(one, other, tmp_path / "lines.parquet")


def test_a_comparison_survives_being_written_as_json(tmp_path: Path):
    found, _out = compared(tmp_path, [patients("A"), crs(("A", 1, 2))], [patients("B")])
    assert Comparison.of_data(json.loads(json.dumps(found.as_data()))) == found


keys = st.sampled_from("ABCDEFGH")
release = st.dictionaries(
    keys, st.dictionaries(st.integers(0, 3), st.tuples(st.one_of(st.none(), st.integers(0, 4)), st.booleans()))
)
Release = dict[str, dict[int, tuple[Any, ...]]]


def as_sheets(people: Release) -> list[Rows]:
    rows = [(key, day, *values) for key in sorted(people) for day, values in sorted(people[key].items())]
    return [
        patients(*sorted(people)),
        table("crs", ["subject_key", "day"], rows, ["subject_key", "day", "grade", "temp"]),
    ]


def naive(before: Release, after: Release) -> Counter[tuple[str, ...]]:
    """Compare value by value, the way one would by hand."""
    found: Counter[tuple[str, ...]] = Counter()
    found.update(("PATIENT_IN", key) for key in after.keys() - before.keys())
    found.update(("PATIENT_OUT", key) for key in before.keys() - after.keys())
    for key in before.keys() & after.keys():
        was, now = before[key], after[key]
        found.update(("ROW_ADDED", key, f"day={day}") for day in now.keys() - was.keys())
        found.update(("ROW_REMOVED", key, f"day={day}") for day in was.keys() - now.keys())
        for day in was.keys() & now.keys():
            columns = zip(["grade", "temp"], was[day], now[day], strict=True)
            found.update(("VALUE_CHANGED", key, f"day={day}", name) for name, old, new in columns if old != new)
    return found


@settings(deadline=None, max_examples=60)
@given(before=release, after=release, block=st.integers(1, 9))
def test_in_blocks_of_any_size_the_lines_are_those_of_a_naive_comparison(
    tmp_path_factory: pytest.TempPathFactory, before: Release, after: Release, block: int
):
    found, out = compared(tmp_path_factory.mktemp("diff"), as_sheets(before), as_sheets(after), block)
    told = Counter(
        tuple(part for part in (line["what"], line["subject"], line["key"], line["column"]) if part)
        for line in lines(out)
    )
    assert told == naive(before, after)
    for sheet in found.sheets:
        assert sheet.rows_before + sheet.came + sheet.added - sheet.left - sheet.removed == sheet.rows_after
