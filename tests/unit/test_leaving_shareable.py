"""A shareable release has no site, no fine time, no small group and no key that anybody could join."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.freeze.errors import FreezeError, PrivacyError
from exports.freeze.folder import read_facts
from exports.leaving.leave import leave
from exports.leaving.order import LeavingOrder
from exports.leaving.people import TooFewAlike
from exports.leaving.plan import plans_of
from exports.leaving.shareable import ROUNDED, binned_day, coarse_value, rounded, shareable_keys, why_withheld
from exports.sheets import sheets_of
from tests.unit.leaving_release import column, crowd, person, write_release

KEY = bytes(range(32))


def order(*steps, **more):
    return LeavingOrder("SHAREABLE", **({"coarsening": steps, "key": KEY, "k_min": 11} | more))


def alike(people, **facts):
    return [person(n, **facts) for n in range(people)]


def left(tmp_path, people, *steps, **more):
    write_release(tmp_path / "release", people)
    facts = leave(tmp_path / "release", tmp_path / "out", order(*steps, **more))
    return facts, {sheet.name: sheet for sheet in sheets_of(tmp_path / "out", facts)}


def naive_bin(day: int) -> int:
    """Return the first day of a day's bin, counted out bin by bin."""
    low = 0
    while day >= low + (7 if low < 91 else 30):
        low += 7 if low < 91 else 30
    while day < low:
        low -= 7 if low > -91 else 30
    return low


@settings(deadline=None)
@given(st.lists(st.none() | st.integers(-4000, 4000), max_size=30))
def test_days_become_the_first_day_of_their_week_and_from_day_91_of_their_month(days):
    frame = pl.DataFrame({"d": days}, schema={"d": pl.Int64})
    found = frame.select(binned_day(pl.col("d"), pl.Int64()))["d"]
    assert found.to_list() == [None if day is None else naive_bin(day) for day in days]
    assert found.dtype == pl.Int64


@pytest.mark.parametrize(
    ("day", "bin_"),
    [(0, 0), (6, 0), (7, 7), (83, 77), (84, 84), (90, 84), (91, 91), (120, 91), (121, 121), (150, 121), (151, 151),
     (-1, -7), (-7, -7), (-8, -14), (-90, -91), (-91, -91), (-92, -121), (-121, -121), (-122, -151)],
)  # fmt: skip
def test_the_edges_of_weeks_and_months(day, bin_):
    assert pl.DataFrame({"d": [day]}).select(binned_day(pl.col("d"), pl.Int64())).item() == bin_


def test_a_fraction_of_a_day_falls_into_the_bin_of_its_day():
    frame = pl.DataFrame({"d": [6.9, 7.0, -0.1]})
    assert frame.select(binned_day(pl.col("d"), pl.Float64()))["d"].to_list() == [0.0, 7.0, -7.0]


def test_numbers_keep_two_significant_digits_and_their_type():
    numbers = pl.DataFrame({"x": [1234.5, 0.001234, -99.9, 0.0, None, 55.0]})
    assert numbers.select(rounded(pl.col("x"), pl.Float64()))["x"].to_list() == [1200.0, 0.0012, -100.0, 0.0, None, 55]
    exact = pl.DataFrame({"x": ["1234.50", "0.12"]}).cast(pl.Decimal(8, 2))
    found = exact.select(rounded(pl.col("x"), pl.Decimal(8, 2)))["x"]
    assert found.to_list() == [Decimal("1200.00"), Decimal("0.12")]
    assert found.dtype == pl.Decimal(8, 2)


def test_only_four_datasets_leave_and_nothing_tells_the_site_the_year_or_more_than_is_counted(tmp_path):
    facts, sheets = left(tmp_path, alike(12))
    assert set(sheets) == {"adsl", "adtte"}
    gone = {"SITEPSEUD", "AGE", "RACE", "DIS", "INFYR"}
    assert gone.isdisjoint(sheets["adsl"].names)
    assert {"AGEGR", "SEX", "COUNTRY", "DISGR", "PROD"} <= set(sheets["adsl"].names)
    assert facts["tables"] == []
    assert (facts["sites"], facts["open_queries"], facts["level"]) == ([], {}, "SHAREABLE")
    assert {sheet.sites for sheet in sheets.values()} == {0}
    for path in (tmp_path / "out").rglob("*"):
        assert path.is_dir() or b"S01" not in path.read_bytes()


def test_times_are_binned_numbers_and_doses_rounded_and_the_codebook_says_so(tmp_path):
    _facts, sheets = left(tmp_path, alike(12, FUPDAYS=100, MGKGD=10.256, DOSE24=812.5))
    rows, columns = sheets["adsl"].frame(), {entry.column: entry for entry in sheets["adsl"].columns}
    assert set(rows["FUPDAYS"]) == {91}
    assert set(rows["MGKGD"]) == {10.0}
    assert set(rows["DOSE24"]) == {810.0}
    assert set(sheets["adtte"].frame()["AVAL"]) == {91}
    assert columns["FUPDAYS"].label == "Label of FUPDAYS (binned)"
    assert "week" in columns["FUPDAYS"].leaves_as
    assert "two significant digits" in columns["MGKGD"].leaves_as
    assert columns["DOSE24"].leaves_as == ROUNDED
    assert columns["DTHFL"].leaves_as == ""


def test_a_label_has_room_for_the_word_that_warns():
    days = column("X", "integer", "d")
    after, _value = coarse_value(("adsl", "X"), type(days)(**{**days.facts(), "label": "x" * 40}), pl.Int64())
    assert after.label == "x" * 31 + " (binned)"


def test_years_leave_in_pairs_only_where_that_is_asked_for(tmp_path):
    _facts, sheets = left(tmp_path, alike(12, INFYR=2021), "YEAR_PAIRS")
    assert set(sheets["adsl"].frame()["INFYR"]) == {2020}
    facts, sheets = left(tmp_path, alike(12, INFYR=2021))
    assert [step["code"] for step in facts["coarsening"]] == ["NO_YEAR"]


def test_the_smallest_group_decides_and_the_refusal_says_what_would_help(tmp_path):
    people = [person(n, SEX="FEMALE" if n < 10 else "MALE") for n in range(22)]
    with pytest.raises(TooFewAlike, match=r"has 10; this level needs 11\..*22 cases: NO_SEX") as refused:
        left(tmp_path, people)
    assert (refused.value.k, refused.value.k_min) == (10, 11)
    assert refused.value.suggestions["sequence"][0]["steps"] == ["NO_SEX"]
    _facts, sheets = left(tmp_path, people, k_min=10)
    assert sheets["adsl"].rows == 22
    _facts, sheets = left(tmp_path, people, "NO_SEX")
    assert sheets["adsl"].rows == 22
    _facts, sheets = left(tmp_path, people, "LEAVE_OUT_BELOW_K")
    assert sheets["adsl"].rows == 12


def test_with_no_limit_small_groups_are_told_not_refused(tmp_path):
    _facts, sheets = left(tmp_path, alike(3), k_min=0)
    assert sheets["adsl"].rows == 3


def test_too_few_people_cannot_be_shared_whatever_is_done(tmp_path):
    with pytest.raises(TooFewAlike, match="too few cases"):
        left(tmp_path, alike(10))


def test_a_missing_value_is_a_group_of_its_own(tmp_path):
    people = [person(n, AGE=None if n < 5 else 60) for n in range(30)]
    with pytest.raises(TooFewAlike, match="has 5"):
        left(tmp_path, people)


def test_keys_depend_on_the_secret_and_say_nothing_of_the_old_ones_or_their_order(tmp_path):
    people = alike(40)
    _facts, sheets = left(tmp_path, people)
    one, told = sheets["adsl"].frame(), {row["USUBJID"] for row in people}
    assert one["USUBJID"].is_sorted()
    assert told.isdisjoint(one["USUBJID"])
    assert all(re.fullmatch("[A-Z2-7]{26}", key) for key in one["USUBJID"])
    assert set(sheets["adtte"].frame()["USUBJID"]) == set(one["USUBJID"])
    _facts, other = left(tmp_path, people, key=bytes(32))
    assert set(other["adsl"].frame()["USUBJID"]).isdisjoint(one["USUBJID"])
    old = sorted(told)
    assert shareable_keys(KEY, old) == shareable_keys(KEY, old)
    assert sorted(shareable_keys(KEY, old)) != shareable_keys(KEY, old)
    assert sorted(shareable_keys(KEY, old)) == one["USUBJID"].to_list()


def test_a_person_keeps_their_own_rows_under_the_new_key(tmp_path):
    people = [person(n, FUPDAYS=7 * (n % 10), DTHFL=n % 2) for n in range(40)]
    _facts, sheets = left(tmp_path, people)
    both = sheets["adtte"].frame().join(sheets["adsl"].frame(), on="USUBJID")
    assert both.height == 80
    assert (both["AVAL"] == both["FUPDAYS"]).all()
    assert (both["EVSTAT"] == both["DTHFL"]).all()
    old = sorted(row["USUBJID"] for row in people)
    new = dict(zip(old, shareable_keys(KEY, old), strict=True))
    want = sorted((new[row["USUBJID"]], row["FUPDAYS"]) for row in people)
    assert sheets["adsl"].frame().select("USUBJID", "FUPDAYS").rows() == want


def test_people_are_written_in_blocks_of_the_same_subjects(tmp_path, monkeypatch):
    monkeypatch.setattr("exports.leaving.write.BLOCK_SUBJECTS", 9)
    _facts, sheets = left(tmp_path, alike(20))
    blocks = [[set(piece["USUBJID"]) for piece in sheet.pieces()] for sheet in sheets.values()]
    assert blocks[0] == blocks[1]
    assert [len(block) for block in blocks[0]] == [9, 9, 2]


def test_small_counts_of_those_who_stayed_out_are_not_told(tmp_path):
    people = [person(n, SEX="FEMALE" if n < 4 else "MALE") for n in range(32)]
    facts, _sheets = left(tmp_path, people, "LEAVE_OUT_BELOW_K", cohort={"FUPDAYS": {"max": 100}})
    told = {entry["reason"]: entry["patients"] for entry in facts["excluded"]}
    assert told == {"SITE": None, "COHORT": 0, "RISK": None}
    assert [step["patients_left_out"] for step in facts["coarsening"]] == [None, 0]


@pytest.mark.parametrize(("unit", "kind", "why"), [
    ("h", "decimal", "other unit"), ("wk", "integer", "another unit"), ("mo", "integer", "another unit"),
    ("min", "integer", "another unit"), ("", "integer", "without a unit"), ("", "decimal", "without a unit"),
    ("", "code", "list of codes"), ("", "yes/no", ""), ("d", "integer", ""), ("1", "integer", ""),
    ("mg/d", "decimal", ""),
])  # fmt: skip
def test_a_number_whose_fineness_cannot_be_judged_stays(tmp_path, unit, kind, why):
    write_release(tmp_path, alike(1))
    adsl = next(sheet for sheet in sheets_of(tmp_path, read_facts(tmp_path)) if sheet.name == "adsl")
    found = why_withheld(adsl, column("X", kind, unit))
    assert bool(found) == bool(why)
    assert why.removeprefix("other unit") in found


def test_a_text_without_a_list_stays_as_it_may_hold_the_day_of_its_source(tmp_path):
    facts, sheets = left(tmp_path, alike(12, FUPDAYS=173))
    assert "SRCKEY" not in sheets["adtte"].names
    assert next(entry["why"] for entry in facts["withheld"] if entry["column"] == "SRCKEY").startswith("a text")
    assert not any(b"173" in path.read_bytes() for path in (tmp_path / "out").rglob("*.parquet"))


def test_a_day_in_the_key_of_a_shareable_dataset_stops_everything(tmp_path, monkeypatch):
    write_release(tmp_path, alike(1))
    monkeypatch.setattr("exports.leaving.shareable.DATASETS", ("adsl", "adlb"))
    with pytest.raises(PrivacyError, match=r"adlb\."):
        plans_of(sheets_of(tmp_path, read_facts(tmp_path)), order())


def test_without_subject_level_rows_nothing_can_be_shared(tmp_path):
    facts = write_release(tmp_path / "release", alike(12))
    datasets = [entry for entry in facts["datasets"] if entry["name"] == "adtte"]
    (tmp_path / "release" / "freeze.json").write_text(json.dumps({**facts, "datasets": datasets}))
    with pytest.raises(FreezeError, match="no subject-level dataset"):
        leave(tmp_path / "release", tmp_path / "out", order())


def test_the_same_folder_and_order_give_the_same_bytes(tmp_path):
    write_release(tmp_path / "release", crowd(400))
    for name in ("one", "two"):
        leave(tmp_path / "release", tmp_path / name, order("NO_AGE", "NO_COUNTRY", "LEAVE_OUT_BELOW_K"))
    for path in (tmp_path / "one").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()
