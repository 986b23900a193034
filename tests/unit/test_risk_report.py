"""The risk report: hand cases, and a slow and simple reckoning of the same on generated people."""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.leaving.leave import leave
from exports.leaving.order import LeavingOrder
from exports.risk.cells import alike, codes_of, groups_of, smallest
from exports.risk.figures import Previous, Question, risk_report
from exports.risk.report import risk_of, subjects_of
from exports.risk.uniques import minimal_uniques
from tests.unit.leaving_release import crowd, person, write_release

LEVELS = st.none() | st.sampled_from(["a", "b", "c"])
PEOPLE = st.lists(st.tuples(LEVELS, LEVELS, LEVELS, LEVELS), max_size=25)


def frame_of(people):
    names = ["A", "B", "C", "S"]
    frame = pl.DataFrame(people, schema=dict.fromkeys(names, pl.String), orient="row")
    return frame.with_columns(key=pl.format("K{}", pl.int_range(pl.len())))


def question(frame, **more):
    plain = {"quasi": {"A": ["A"], "B": ["B"]}, "k_min": 5}
    return Question(frame, "key", **(plain | more))


@settings(deadline=None)
@given(PEOPLE)
def test_k_uniques_and_risk_are_those_of_a_plain_count(people):
    report = risk_report(question(frame_of(people)))
    cells = Counter((a, b) for a, b, _c, _s in people)
    sizes = [cells[a, b] for a, b, _c, _s in people]
    assert report["patients"] == len(people)
    assert report["k"] == min(sizes, default=0)
    assert report["is_enough"] == (min(sizes, default=0) >= 5)
    assert report["unique"] == sizes.count(1)
    assert report["below_k_min"] == sum(size < 5 for size in sizes)
    for limit in (5, 11):
        share = 100 * sum(size < limit for size in sizes) / len(people) if people else 0
        assert report[f"below_{limit}_percent"] == round(share, 1)
    assert report["risk_max"] == (1 / min(sizes) if sizes else 0)
    assert report["risk_mean"] == pytest.approx(sum(1 / size for size in sizes) / len(sizes) if sizes else 0)


@settings(deadline=None)
@given(PEOPLE)
def test_diversity_is_the_fewest_values_of_a_group(people):
    report = risk_report(question(frame_of(people), sensitive=["S"]))
    values = {}
    for a, b, _c, s in people:
        values.setdefault((a, b), set()).add(s)
    (told,) = report["diversity"]
    assert told["l"] == min((len(found) for found in values.values()), default=0)
    assert told["people_with_one_value"] == sum(len(values[a, b]) == 1 for a, b, _c, _s in people)


def slow_uniques(people, names):
    """Return the minimal sets by which each person is alone, by the definition and one person at a time."""
    found = Counter()
    for row in people:
        minimal = []
        for size in (1, 2, 3):
            for places in combinations(range(len(names)), size):
                is_alone = sum(all(other[i] == row[i] for i in places) for other in people) == 1
                if is_alone and not any(set(smaller) < set(places) for smaller in minimal):
                    minimal.append(places)
        found.update(tuple(names[i] for i in places) for places in minimal)
    return found


@settings(deadline=None)
@given(PEOPLE)
def test_the_smallest_unique_sets_are_those_of_the_definition(people):
    names = ["A", "B", "C", "S"]
    frame = frame_of(people)
    told = minimal_uniques({name: codes_of(frame[name]) for name in names})
    assert {tuple(entry["columns"]): entry["people"] for entry in told} == slow_uniques(people, names)


@settings(deadline=None)
@given(PEOPLE)
def test_each_site_has_its_own_k(people):
    frame = frame_of(people)
    report = risk_report(question(frame, site="S"))
    assert sum(entry["people"] for entry in report["sites"]) == len(people)
    for entry in report["sites"]:
        cells = Counter((a, b) for a, b, _c, s in people if s == entry["site"])
        assert entry["k"] == min(cells.values())
        assert entry["unique"] == list(cells.values()).count(1)
    assert risk_report(question(frame))["sites"] == []


def test_a_missing_value_and_not_a_number_are_one_category_of_their_own():
    frame = pl.DataFrame({"x": [1.0, 1.0, None, float("nan")], "y": [True, None, True, True]})
    assert alike(frame, ["x"]).tolist() == [2, 2, 2, 2]
    assert alike(frame, ["y"]).tolist() == [3, 1, 3, 3]
    assert alike(frame, []).tolist() == [4, 4, 4, 4]
    assert smallest(np.array([], dtype=np.int64)) == 0


def test_many_levels_do_not_overflow_the_numbers_of_groups():
    rng = np.random.default_rng(1)
    columns = [rng.integers(0, 10**6, 1000) for _ in range(8)]
    assert np.unique(groups_of([*columns, *columns], 1000)).size == 1000
    assert groups_of(columns, 1000).max() <= 64 * 1000 * 10**6


def test_rare_levels_are_told_with_how_rare_they_are():
    frame = frame_of([("a", "b", None, None)] * 4 + [("b", "b", None, None)] * 10 + [("c", "b", None, None)] * 11)
    levels = risk_report(question(frame, attributes=["C"]))["rare_levels"]
    assert levels == [
        {"column": "A", "level": "a", "people": 4, "is_below_5": True},
        {"column": "A", "level": "b", "people": 10, "is_below_5": False},
    ]
    frame = frame_of([(None, "b", None, None)] * 5 + [("c", "b", None, None)] * 11)
    assert risk_report(question(frame))["rare_levels"] == [
        {"column": "A", "level": "(missing)", "people": 5, "is_below_5": False}
    ]


def test_days_are_told_as_uniqueness_and_not_counted_in_k():
    frame = frame_of([("a", "a", None, None)] * 6).with_columns(
        d=pl.Series([1, 1, 2, 2, 3, None]), e=pl.Series(range(6))
    )
    report = risk_report(question(frame, intervals=["d", "e"]))
    assert report["k"] == 6
    assert report["intervals"] == {
        "columns": [{"column": "d", "unique": 2}, {"column": "e", "unique": 6}],
        "unique_together": 6,
        "unique_with_quasi": 6,
    }
    two = frame_of([("a", "a", None, None)] * 2 + [("b", "a", None, None)] * 2).with_columns(d=pl.Series([1, 2, 1, 2]))
    found = risk_report(question(two, intervals=["d"]))["intervals"]
    assert (found["unique_together"], found["unique_with_quasi"]) == (0, 4)
    assert risk_report(question(frame_of([("a", "a", None, None)])))["intervals"]["unique_with_quasi"] == 0


@pytest.mark.parametrize(
    ("joined", "left", "is_small"),
    [(0, 0, False), (1, 0, True), (0, 10, True), (11, 0, False), (11, 11, False), (11, 3, True)],
)
def test_a_few_people_more_or_fewer_than_before_are_pointed_out(joined, left, is_small):
    frame = frame_of([("a", "a", None, None)] * 30)
    keys = frame["key"].to_list()
    earlier = frozenset([*keys[joined:], *(f"OLD{number}" for number in range(left))])
    before = Previous("R-0", risk_report(question(frame[:29])), earlier)
    change = risk_report(question(frame), before)["change"]
    assert (change["since"], change["joined"], change["left"]) == ("R-0", joined, left)
    assert change["is_small_difference"] is is_small
    assert (change["people"], change["k"], change["unique"]) == ([29, 30], [29, 30], [0, 0])
    assert risk_report(question(frame))["change"] is None


def reported(tmp_path, people, *steps, previous=None, k_min=5, name="out", **order):
    write_release(tmp_path / "release", people)
    plain = {"level": "AGREEMENT", "coarsening": steps}
    leave(tmp_path / "release", tmp_path / name, LeavingOrder(**(plain | order)))
    return risk_of(tmp_path / name, k_min=k_min, previous=previous)


def test_the_report_of_a_folder_is_plain_and_names_no_person(tmp_path):
    people = crowd(60)
    text = json.dumps(reported(tmp_path, people))
    assert json.loads(text)["patients"] == 60
    assert not any(row["USUBJID"] in text for row in people)


def test_k_counts_what_leaves_as_it_leaves(tmp_path):
    people = [person(n, SEX="MALE" if n < 4 else "FEMALE", AGE=50 if n % 2 else 70) for n in range(20)]
    assert reported(tmp_path, people)["k"] == 2
    report = reported(tmp_path, people, "NO_SEX")
    assert report["k"] == 10
    assert report["quasi_identifiers"] == {
        "AGE": ["AGEGR"], "COUNTRY": ["COUNTRY"], "DISEASE": ["DISGR"],
        "PRODUCT": ["PROD", "PRODGR", "TARGET", "COSTIM"], "YEAR": ["INFYR"],
    }  # fmt: skip
    assert reported(tmp_path, people, "NO_AGE", "NO_SEX")["k"] == 20
    only_days = reported(tmp_path, people, selection={"datasets": {"adtte": "*"}})
    assert (only_days["k"], only_days["quasi_identifiers"]) == (20, {})
    # The age group does not leave here, but the age in years tells it.
    only_age = reported(tmp_path, people, selection={"tables": {"patient": ["age_at_infusion"]}})
    assert (only_age["k"], only_age["quasi_identifiers"]) == (10, {"AGE": ["AGEGR"]})


def test_every_column_that_leaves_is_listed_with_its_class(tmp_path):
    report = reported(tmp_path, crowd(20), "AGE_65")
    told = {(entry["sheet"], entry["column"]): entry for entry in report["columns"]}
    assert told["adsl", "AGEGR"]["class"] == "QUASI: AGE"
    assert told["adsl", "AGEGR"]["leaves_as"] == "under 65 years, or 65 and over"
    assert told["adsl", "USUBJID"]["class"] == "KEY"
    assert told["adsl", "FUPDAYS"]["class"] == "DAY"
    assert told["adsl", "DTHFL"]["class"] == "CLINICAL"
    assert told["patient", "site"]["class"] == "QUASI: SITE"
    assert ("adsl", "AGE") not in told


def test_the_site_block_and_the_attributes_follow_what_leaves(tmp_path):
    report = reported(tmp_path, crowd(60))
    assert [entry["site"] for entry in report["sites"]] == ["S01", "S02", "S03"]
    assert report["attributes"] == ["AGE", "RACE", "DIS"]
    assert [entry["column"] for entry in report["diversity"]] == ["DTHFL", "ANAIND"]
    assert [entry["column"] for entry in report["intervals"]["columns"]] == ["FUPDAYS"]
    shared = reported(
        tmp_path, [person(n) for n in range(30)], level="SHAREABLE", key=bytes(32), k_min=11, coarsening=()
    )
    assert (shared["sites"], shared["attributes"], shared["k"]) == ([], [], 30)


def test_change_compares_people_of_the_project_at_every_level(tmp_path):
    people = [person(n) for n in range(40)]
    reported(tmp_path, people[:38], name="before")
    change = reported(tmp_path, people, previous=tmp_path / "before")["change"]
    assert (change["joined"], change["left"], change["is_small_difference"]) == (2, 0, True)
    assert subjects_of(tmp_path / "before") == {row["USUBJID"] for row in people[:38]}
    write_release(tmp_path / "release", people)
    leave(tmp_path / "release", tmp_path / "shared", LeavingOrder("SHAREABLE", key=bytes(32), k_min=11))
    change = risk_of(tmp_path / "shared", k_min=11, previous=tmp_path / "before")["change"]
    assert (change["joined"], change["left"]) == (2, 0)


def test_a_folder_from_elsewhere_is_counted_by_its_own_subject_level_rows(tmp_path):
    people = [person(n, SEX="MALE" if n < 4 else "FEMALE") for n in range(20)]
    write_release(tmp_path / "release", people)
    assert risk_of(tmp_path / "release", k_min=5)["k"] == 4


def brute_k(people, names):
    cells = Counter(tuple(row[name] for name in names) for row in people)
    return min(cells.values())


def test_each_suggestion_reaches_the_k_that_the_release_then_has(tmp_path):
    people = crowd(300, seed=4)
    report = reported(tmp_path, people, k_min=11)
    single = {entry["steps"][0]: entry["k"] for entry in report["suggestions"]["single"]}
    assert set(single) == {
        "YEAR_PAIRS", "NO_YEAR", "NO_COUNTRY", "AGE_65", "PRODUCT_DOMAIN", "DISEASE_LINEAGE", "NO_DISEASE",
        "NO_PRODUCT", "NO_AGE", "NO_SEX",
    }  # fmt: skip
    for code, k in single.items():
        assert reported(tmp_path, people, code)["k"] == k
    sequence = report["suggestions"]["sequence"]
    assert sequence[-1]["k"] >= 11 or sequence[-1]["steps"][-1] == "LEAVE_OUT_BELOW_K"
    for entry in sequence:
        found = reported(tmp_path, people, *entry["steps"], k_min=11)
        if "LEAVE_OUT_BELOW_K" not in entry["steps"]:
            assert (found["k"], found["patients"], found["below_k_min"]) == (
                entry["k"], entry["people"], entry["below_k_min"],
            )  # fmt: skip
    ks = [report["suggestions"]["now"]["k"], *(entry["k"] for entry in sequence)]
    assert ks == sorted(ks)
    assert not {"PRODUCT_DOMAIN", "NO_PRODUCT"} <= set(sequence[-1]["steps"])


def test_the_milder_step_is_suggested_where_both_are_enough(tmp_path):
    people = [person(n, INFYR=2020 + n // 10) for n in range(20)]
    sequence = reported(tmp_path, people, k_min=11)["suggestions"]["sequence"]
    assert [(entry["steps"], entry["people"], entry["k"]) for entry in sequence] == [(["YEAR_PAIRS"], 20, 20)]
    assert reported(tmp_path, people, k_min=10)["suggestions"]["sequence"] == []


def test_leaving_people_out_is_the_last_resort(tmp_path):
    people = [person(n, DIS="X") for n in range(20)] + [
        person(n, PROD="IDE", DISGR="FL", SEX="FEMALE") for n in (20, 21)
    ]
    sequence = reported(tmp_path, people, k_min=11)["suggestions"]["sequence"]
    assert sequence[-1]["k"] >= 11
    ten = [person(n) for n in range(10)]
    assert reported(tmp_path, ten, k_min=11)["suggestions"]["sequence"] == []


def test_the_steps_towards_the_shareable_level_make_it_possible(tmp_path):
    people = crowd(400, seed=3)
    for ordered in ((), ("YEAR_PAIRS",), ("AGE_65",)):
        steps = reported(tmp_path, people, *ordered)["suggestions"]["shareable"]
        assert not set(steps) & set(ordered)
        order = LeavingOrder("SHAREABLE", coarsening=(*ordered, *steps), key=bytes(32), k_min=11)
        facts = leave(tmp_path / "release", tmp_path / "shared", order)
        assert facts["datasets"][0]["rows"] > 0
        assert risk_of(tmp_path / "shared", k_min=11)["k"] >= 11
        assert risk_of(tmp_path / "shared", k_min=11)["suggestions"]["shareable"] == []


def test_a_hundred_thousand_people_take_less_than_a_second():
    rng = np.random.default_rng(7)
    n = 100_000
    sizes = {"AGEGR": 5, "SEX": 3, "COUNTRY": 12, "DISGR": 8, "PROD": 9, "INFYR": 9, "AGE": 70, "RACE": 7, "DIS": 17}
    frame = pl.DataFrame({name: rng.integers(0, levels, n).astype(str) for name, levels in sizes.items()})
    days = pl.DataFrame({f"D{number}": rng.integers(-30, 900, n) for number in range(6)})
    frame = frame.hstack(days).with_columns(key=pl.int_range(n).cast(pl.String), site=pl.Series(rng.integers(0, 40, n)))
    asked = Question(
        frame,
        "key",
        {name: [name] for name in list(sizes)[:6]},
        5,
        attributes=["AGE", "RACE", "DIS"],
        sensitive=["DIS"],
        intervals=days.columns,
        site="site",
    )
    risk_report(asked)
    took = []
    for _ in range(3):
        start = time.perf_counter()
        risk_report(asked)
        took.append(time.perf_counter() - start)
    assert min(took) < 1
    assert math.isfinite(min(took))
