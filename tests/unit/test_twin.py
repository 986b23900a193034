"""A synthetic twin looks like its release to a script and has nobody in it."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.freeze.errors import FreezeError
from exports.freeze.folder import read_facts
from exports.leaving.leave import leave
from exports.leaving.marginal import learn, rounded
from exports.leaving.order import LeavingOrder
from exports.leaving.twin import make_twin
from exports.sheets import SUBJECT_OF, sheets_of
from tests.unit.leaving_release import column, crowd, person, write_release

SMALL = 11


def twinned(tmp_path, people, seed="s", name="twin", **facts):
    write_release(tmp_path / "release", people, **facts)
    told = make_twin(tmp_path / "release", tmp_path / name, seed)
    real = {sheet.name: sheet for sheet in sheets_of(tmp_path / "release", read_facts(tmp_path / "release"))}
    return told, real, {sheet.name: sheet for sheet in sheets_of(tmp_path / name, told)}


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    return twinned(tmp_path_factory.mktemp("big"), crowd(1000))


def test_a_twin_has_the_same_sheets_columns_types_and_codelists(big):
    _told, real, twin = big
    assert list(twin) == list(real)
    for name, sheet in real.items():
        assert twin[name].frame().schema == sheet.frame().schema
        assert twin[name].columns == sheet.columns
        assert twin[name].key == sheet.key
        assert len(list(twin[name].pieces())) > 0


def test_its_facts_say_that_it_is_synthetic_and_nothing_of_the_people(big):
    told, real, twin = big
    assert (told["level"], told["is_synthetic"]) == ("TWIN", True)
    assert told["synthetic"].startswith("SYNTHETIC DATA")
    assert (told["excluded"], told["sites"], told["open_queries"]) == ([], [], {})
    assert json.loads(json.dumps(told)) == told
    for sheet in twin.values():
        frame = sheet.frame()
        assert (sheet.rows, sheet.patients, sheet.sites) == (
            frame.height, frame[SUBJECT_OF[sheet.kind]].n_unique(), 0,
        )  # fmt: skip
    assert twin["patient"].patients == rounded(real["patient"].patients)


def test_no_person_and_no_row_of_the_real_one_is_in_it(big):
    _told, real, twin = big
    for name, sheet in real.items():
        subject = SUBJECT_OF[sheet.kind]
        drawn, before = twin[name].frame(), sheet.frame()
        assert drawn[subject].str.starts_with("TWIN").all()
        assert set(drawn[subject]).isdisjoint(before[subject])
    cells = [column.column for column in real["adsl"].columns if column.column != "USUBJID"]
    assert twin["adsl"].frame().join(real["adsl"].frame(), on=cells, how="semi", nulls_equal=True).height == 0
    values = [name for name in real["lab"].names if name not in {"subject_key", "row_no"}]
    matches = twin["lab"].frame().join(real["lab"].frame(), on=values, how="semi")
    # A result with three decimals among thousands is met by chance alone.
    assert matches.height <= 3


def test_no_three_cells_beside_the_key_repeat_somebody_more_often_than_chance(big):
    _told, real, twin = big
    fine = ["MGKGD", "FUPDAYS", "AGE"]
    people, drawn = real["adsl"].frame().select(fine), twin["adsl"].frame().select(fine)
    assert drawn.join(people, on=fine, how="semi").height <= 1


def test_every_row_below_has_its_row_above(big):
    _told, _real, twin = big
    courses = twin["infusion_course"].frame().select("subject_key", "course_no")
    assert twin["lab"].frame().join(courses, on=["subject_key", "course_no"], how="anti").height == 0
    people = set(twin["patient"].frame()["subject_key"])
    assert all(set(sheet.frame()[SUBJECT_OF[sheet.kind]]) <= people for sheet in twin.values())
    for sheet in twin.values():
        keys = sheet.frame().select(sheet.key)
        assert not keys.is_duplicated().any()
        assert keys.equals(keys.sort(sheet.key))


def test_distributions_are_those_of_the_release_within_a_tolerance(big):
    _told, real, twin = big
    before, drawn = real["adsl"].frame(), twin["adsl"].frame()
    for name in ("SEX", "DISGR", "PROD", "DTHFL", "INFYR", "DOSE24", "SITEPSEUD"):
        was, now = (Counter(frame[name]) for frame in (before, drawn))
        assert was.keys() == now.keys()
        assert all(abs(was[level] / before.height - now[level] / drawn.height) < 0.05 for level in was)
    for name in ("AGE", "MGKGD", "FUPDAYS"):
        for share in (0.1, 0.25, 0.5, 0.75, 0.9):
            was, now = (frame[name].quantile(share) for frame in (before, drawn))
            spread = before[name].quantile(0.9) - before[name].quantile(0.1)
            assert abs(was - now) < 0.08 * spread
    for name in ("lab", "adtte", "adlb"):
        assert abs(real[name].rows / twin[name].rows - 1) < 0.1
    by_analyte = [
        sheet["lab"].frame()["analyte"].value_counts(normalize=True).sort("analyte") for sheet in (real, twin)
    ]
    assert np.allclose(by_analyte[0]["proportion"], by_analyte[1]["proportion"], atol=0.03)


def test_a_reason_stands_only_beside_an_empty_value(big):
    _told, _real, twin = big
    rows = twin["infusion_course"].frame()
    assert rows.filter(pl.col("kps").is_not_null())["kps__mr"].null_count() == rows["kps"].count()
    assert set(rows.filter(pl.col("kps").is_null())["kps__mr"]) == {"ND"}
    assert abs(rows["kps"].null_count() / rows.height - 0.3) < 0.07


def test_the_same_script_runs_on_both(big):
    def script(sheets):
        adsl = sheets["adsl"].frame().with_columns(old=pl.col("AGE") >= 65)
        times = sheets["adtte"].frame().filter(pl.col("PARAMCD") == "OS").join(adsl, on="USUBJID")
        deaths = times.group_by("PROD", "old").agg(pl.col("EVSTAT").sum(), pl.col("AVAL").mean()).sort("PROD", "old")
        peaks = sheets["lab"].frame().group_by("subject_key", "analyte").agg(pl.col("canonical_value").max())
        return deaths.schema, peaks.schema, deaths["PROD"].unique().sort().to_list()

    _told, real, twin = big
    assert script(real) == script(twin)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_ones(tmp_path):
    people = crowd(30)
    one = twinned(tmp_path, people, "a", "one")[0]
    two = twinned(tmp_path, people, "a", "two")[0]
    assert one == two
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*")]
    assert len(files) == 7
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    twinned(tmp_path, people, "b", "three")
    adsl = "datasets/adsl.parquet"
    assert (tmp_path / "one" / adsl).read_bytes() != (tmp_path / "three" / adsl).read_bytes()


def test_a_level_that_few_hold_is_not_in_the_twin(tmp_path):
    for few, is_there in ((10, False), (11, True)):
        people = [person(n, DIS="RARE" if n < few else "DLBCL") for n in range(300)]
        _told, _real, twin = twinned(tmp_path, people)
        assert ("RARE" in set(twin["adsl"].frame()["DIS"])) is is_there


def test_the_number_of_the_policy_decides_what_few_is(tmp_path):
    people = [person(n, DIS="RARE" if n < 8 else "DLBCL") for n in range(100)]
    _told, _real, twin = twinned(tmp_path, people, policy={"small_below": 8})
    assert "RARE" in set(twin["adsl"].frame()["DIS"])


def test_fewer_people_than_a_small_group_have_no_twin(tmp_path):
    with pytest.raises(FreezeError, match="at least 11"):
        twinned(tmp_path, crowd(10))
    assert twinned(tmp_path, crowd(11))[2]["adsl"].rows == 10
    assert not list(tmp_path.glob("*.part"))


def test_a_twin_is_ordered_like_any_other_level(tmp_path):
    write_release(tmp_path / "release", crowd(40))
    order = LeavingOrder("TWIN", coarsening=("AGE_65",), selection={"datasets": {"adsl": "*"}}, seed="x")
    facts = leave(tmp_path / "release", tmp_path / "out", order)
    assert [entry["name"] for entry in facts["datasets"]] == ["adsl"]
    assert facts["tables"] == []
    frame = pl.read_parquet(tmp_path / "out" / "datasets" / "adsl.parquet")
    assert set(frame["AGEGR"].drop_nulls()) == {"LT65", "GE65"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "release"]


def test_people_are_drawn_in_blocks_of_the_same_subjects(tmp_path, monkeypatch):
    monkeypatch.setattr("exports.leaving.twin.BLOCK_SUBJECTS", 20)
    _told, _real, twin = twinned(tmp_path, crowd(50))
    blocks = [set(piece["subject_key"]) for piece in twin["patient"].pieces()]
    assert [len(block) for block in blocks] == [20, 20, 10]
    assert all(set(piece["subject_key"]) <= block for piece, block in zip(twin["lab"].pieces(), blocks, strict=True))


def learned(values, subjects=None, kind="decimal", dtype=pl.Float64):
    keys = pl.Series(subjects if subjects is not None else [f"K{n}" for n in range(len(values))])
    return learn(pl.Series(values, dtype=dtype), keys, column("x", kind), SMALL)


def test_the_outliers_of_a_few_are_not_told():
    values = [*np.linspace(10, 20, 200), 1e6, 2e6, -5e5]
    drawn = learned(values).draw(np.random.default_rng(1), 5000)
    assert drawn.min() >= 9
    assert drawn.max() <= 21


def test_where_every_level_is_rare_the_codelist_is_drawn_from():
    keys = pl.Series([f"K{n}" for n in range(20)])
    choices = (("A", "a"), ("B", "b"), ("C", "c"), ("D", "d"))
    listed = column("x", "code", choices=choices)
    found = learn(pl.Series(["A", "B"] * 10), keys, listed, SMALL)
    assert (found.levels, found.level_weights) == (("A", "B", "C", "D"), (1.0, 1.0, 1.0, 1.0))
    flags = learn(pl.Series([0, 1] * 10), keys, column("x", "yes/no"), SMALL)
    assert flags.levels == (0, 1)
    assert learn(pl.Series(["A", "B"] * 10), keys, column("x", "code"), SMALL).levels == ()


def test_one_person_with_many_rows_is_one_person():
    many = learned([5.0] * 500 + [float(n) for n in range(40)], ["ONE"] * 500 + [f"K{n}" for n in range(40)])
    assert 5.0 not in many.levels
    assert learned([7.0] * 500, ["ONE"] * 500).draw(np.random.default_rng(1), 5).null_count() == 5


def test_values_that_few_lack_are_never_missing_and_values_that_few_have_always_are():
    assert learned([1.0] * 200 + [None] * 10).missing == 0
    assert learned([1.0] * 200 + [None] * 11).missing == pytest.approx(10 / 210)
    assert learned([1.0] * 10 + [None] * 200).missing == 1
    assert learned([1.0] * 11 + [None] * 200).missing < 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-50, 500), min_size=1, max_size=300),
    st.sampled_from([pl.Int64(), pl.Float64(), pl.Decimal(9, 2)]),
    st.integers(1, 60),
)
def test_every_bin_rests_on_enough_people_and_every_draw_has_the_type(values, dtype, people):
    subjects = [f"K{place % people}" for place in range(len(values))]
    found = learned([int(value) for value in values], subjects, "integer", pl.Int64)
    series = pl.Series(values, dtype=pl.Int64).cast(dtype)
    typed = learn(series, pl.Series(subjects), column("x", "decimal"), SMALL)
    drawn = typed.draw(np.random.default_rng(2), 100)
    assert drawn.dtype == dtype
    assert drawn.len() == 100
    by_level = {}
    for value, subject in zip(values, subjects, strict=True):
        by_level.setdefault(value, set()).add(subject)
    assert all(len(by_level[level]) >= SMALL for level in found.levels)
    rest = {value: held for value, held in by_level.items() if value not in found.levels}
    if found.edges:
        assert len(set().union(*rest.values())) >= SMALL
        outside = [held for value, held in rest.items() if value <= found.edges[0]]
        assert outside or min(rest) > found.edges[0]
        edges = np.array(found.edges)
        assert (np.diff(edges) >= 0).all()


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_counts_are_rounded_to_the_nearest_5(count):
    assert rounded(count) % 5 == 0
    assert abs(rounded(count) - count) <= 2
