"""What leaves of a release: the people and columns that were asked for, complete, and nothing else."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import polars as pl
import pytest

from exports.freeze.errors import FreezeError, PrivacyError
from exports.freeze.folder import read_facts
from exports.leaving import verify, write
from exports.leaving.leave import leave
from exports.leaving.order import LeavingOrder
from exports.sheets import SUBJECT_OF, sheet_named, sheets_of
from tests.unit.leaving_release import ADSL, column, crowd, person, write_release

AGREEMENT = LeavingOrder("AGREEMENT")


def left(folder, out, **order):
    facts = leave(folder, out, replace(AGREEMENT, **order))
    return facts, {sheet.name: sheet for sheet in sheets_of(out, facts)}


@pytest.fixture
def folder(tmp_path):
    write_release(tmp_path / "release", crowd(40))
    return tmp_path / "release"


def test_with_nothing_to_change_the_files_are_the_frozen_ones(folder, tmp_path):
    facts, sheets = left(folder, tmp_path / "out")
    for before in sheets_of(folder, read_facts(folder)):
        after = sheets[before.name]
        assert os.path.samefile(before.path, after.path)
        assert (after.rows, after.patients, after.sites) == (before.rows, before.patients, before.sites)
        assert after.columns == before.columns
    assert facts == read_facts(tmp_path / "out")
    assert (facts["cohort"], facts["selection"], facts["coarsening"]) == ({}, {}, [])
    assert [entry["patients"] for entry in facts["excluded"]] == [3, 0, 0]


def test_a_disk_without_links_gets_copies(folder, tmp_path, monkeypatch):
    def no_link(*_args):
        raise OSError

    monkeypatch.setattr(write.os, "link", no_link)
    _facts, sheets = left(folder, tmp_path / "out")
    for before in sheets_of(folder, read_facts(folder)):
        assert before.path.read_bytes() == sheets[before.name].path.read_bytes()


def test_the_same_folder_and_order_give_the_same_bytes(folder, tmp_path):
    order = {"cohort": {"SEX": {"in": ["MALE"]}}, "coarsening": ("AGE_65", "NO_COUNTRY")}
    one, _ = left(folder, tmp_path / "one", **order)
    two, _ = left(folder, tmp_path / "two", **order)
    assert one == two
    names = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert names
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_cohort_takes_its_people_out_of_every_sheet_and_counts_the_others(folder, tmp_path):
    facts, sheets = left(folder, tmp_path / "out", cohort={"PROD": {"in": ["AXI"]}, "FUPDAYS": {"min": 28}})
    source = {sheet.name: sheet.frame() for sheet in sheets_of(folder, read_facts(folder))}
    wanted = source["adsl"].filter((pl.col("PROD") == "AXI") & (pl.col("FUPDAYS") >= 28))
    keys = set(wanted["USUBJID"])
    assert 0 < len(keys) < 40
    for name, sheet in sheets.items():
        subject = SUBJECT_OF[sheet.kind]
        expected = source[name].filter(pl.col(subject).is_in(list(keys)))
        untouched = [column for column in expected.columns if column not in {"race", "country", "RACE", "COUNTRY"}]
        assert sheet.frame().select(untouched).equals(expected.select(untouched))
        assert (sheet.rows, sheet.patients) == (expected.height, expected[subject].n_unique())
        assert sheet.sites == wanted["SITEPSEUD"].n_unique()
    assert {entry["reason"]: entry["patients"] for entry in facts["excluded"]}["COHORT"] == 40 - len(keys)
    assert sum(site["patients"] for site in facts["sites"]) == len(keys)


def test_blocks_stay_blocks_so_that_memory_stays_flat(folder, tmp_path):
    _facts, sheets = left(folder, tmp_path / "out", cohort={"SEX": {"in": ["MALE"]}})
    lengths = {name: len(list(sheet.pieces())) for name, sheet in sheets.items()}
    assert set(lengths.values()) == {6}


@pytest.mark.parametrize(
    ("cohort", "keys"),
    [
        ({"AGE": {"min": 50}}, {"K00001", "K00002"}),
        ({"AGE": {"min": 50, "max": 50}}, {"K00001"}),
        ({"AGE": {"max": 49}}, {"K00000"}),
        ({"AGE": {"max": 120}}, {"K00000", "K00001", "K00002"}),
        ({"SEX": {"in": ["MALE", "FEMALE"]}}, {"K00000", "K00001", "K00002"}),
        ({"SEX": {"in": ["FEMALE"]}, "AGE": {"min": 50}}, {"K00002"}),
        ({"MGKGD": {"min": 0}}, {"K00000", "K00001"}),
    ],
)
def test_bounds_are_included_and_a_missing_value_meets_no_criterion(tmp_path, cohort, keys):
    people = [
        person(0, AGE=49),
        person(1, AGE=50),
        person(2, AGE=51, SEX="FEMALE", MGKGD=float("nan")),
        person(3, AGE=None, SEX=None, MGKGD=None),
    ]
    write_release(tmp_path / "release", people)
    _facts, sheets = left(tmp_path / "release", tmp_path / "out", cohort=cohort)
    assert set(sheets["adtte"].frame()["USUBJID"]) == keys


@pytest.mark.parametrize(
    "order",
    [
        {"level": "PUBLIC"},
        {"level": "SHAREABLE", "key": b"short"},
        {"k_min": 1},
        {"coarsening": ("NO_AGE", "NO_AGE")},
        {"coarsening": ("NO_SUCH",)},
        {"cohort": {"NO_SUCH": {"min": 1}}},
        {"cohort": {"AGE": {"over": 1}}},
        {"cohort": {"AGE": {}}},
        {"cohort": {"AGE": {"min": "old"}}},
        {"cohort": {"AGE": {"min": 1000}}},
        {"selection": {"tables": {"no_such": "*"}}},
        {"selection": {"papers": {"patient": "*"}}},
        {"selection": {"tables": {"patient": ["no_such"]}}},
        {"selection": {"tables": {"patient": ["age_at_infusion__mr"]}}},
        {"selection": {"tables": {"patient": []}}},
    ],
)
def test_an_order_that_makes_no_sense_is_refused_and_leaves_nothing_behind(folder, tmp_path, order):
    with pytest.raises(FreezeError):
        left(folder, tmp_path / "out", **order)
    assert [path.name for path in tmp_path.iterdir()] == ["release"]


def test_a_selection_keeps_keys_and_the_companions_of_what_was_chosen(folder, tmp_path):
    selection = {
        "tables": {"infusion_course": ["kps", "kps_day"], "patient": ["sex"], "lab": []},
        "datasets": {"adsl": "*"},
    }
    facts, sheets = left(folder, tmp_path / "out", selection=selection)
    assert set(sheets) == {"patient", "infusion_course", "adsl"}
    assert sheets["patient"].frame().columns == ["subject_key", "sex"]
    wanted = ["subject_key", "course_no", "kps", "kps__mr", "kps_day", "kps_day_precision"]
    assert sheets["infusion_course"].frame().columns == sheets["infusion_course"].names == wanted
    assert sheets["adsl"].names == [entry.column for entry in ADSL]
    withheld = {(entry["table"], entry["column"]): entry["why"] for entry in facts["withheld"]}
    assert withheld["patient", "id"] == "internal key of the registry"
    assert withheld["patient", "age_at_infusion__mr"] == "not among the variables asked for"
    assert withheld["lab", "subject_key"] == "not among the variables asked for"
    assert ("patient", "subject_key") not in withheld
    assert ("adsl", "AGE") not in withheld


def test_every_column_leaves_or_is_said_to_be_withheld(folder, tmp_path):
    selection = {"tables": {"patient": ["sex", "age_at_infusion"]}, "datasets": {"adsl": "*"}}
    for level in ({}, {"level": "SHAREABLE", "key": b"k" * 32}):
        facts, sheets = left(folder, tmp_path / "out", selection=selection, coarsening=("NO_AGE",), **level)
        told = {(entry["table"], entry["column"]) for entry in facts["withheld"]}
        for sheet in sheets_of(folder, read_facts(folder)):
            leaving = sheets[sheet.name].names if sheet.name in sheets else []
            assert set(leaving) == {name for name in sheet.names if (sheet.name, name) not in told}


def test_fewer_people_make_levels_rare_again(tmp_path):
    people = [person(n, COUNTRY="ES" if n % 5 == 0 else "US", SEX="MALE" if n < 20 else "FEMALE") for n in range(40)]
    write_release(tmp_path / "release", people)
    _facts, sheets = left(tmp_path / "release", tmp_path / "out", cohort={"SEX": {"in": ["MALE"]}})
    for name, country in (("patient", "country"), ("adsl", "COUNTRY")):
        found = sheets[name].frame()[country].value_counts().sort("count").rows()
        assert found == [("MERGED", 4), ("US", 16)]
    people += [person(40, COUNTRY="ES", SEX="MALE")]
    write_release(tmp_path / "more", people)
    _facts, sheets = left(tmp_path / "more", tmp_path / "out", cohort={"SEX": {"in": ["MALE"]}})
    assert set(sheets["patient"].frame()["country"]) == {"ES", "US"}


def test_a_column_derived_from_a_quasi_identifier_must_be_declared(tmp_path, monkeypatch):
    folder = tmp_path / "release"
    facts = write_release(folder, crowd(5))
    facts["datasets"][0]["columns"][-1]["sources"] = ["patient.age_at_infusion"]
    (folder / "freeze.json").write_text(json.dumps(facts))
    with pytest.raises(PrivacyError, match=r"adsl\.ANAIND"):
        left(folder, tmp_path / "out")


def test_what_was_there_before_is_replaced_and_a_failure_leaves_it(folder, tmp_path):
    out = tmp_path / "out"
    left(folder, out)
    left(folder, out, selection={"datasets": {"adsl": "*"}})
    assert not (out / "frozen").exists()
    before = read_facts(out)
    with pytest.raises(FreezeError):
        left(folder, out, cohort={"AGE": {"min": 1000}})
    assert read_facts(out) == before


def test_a_lost_row_fails_the_whole(folder, tmp_path, monkeypatch):
    whole = write._changed
    monkeypatch.setattr(write, "_changed", lambda plan, rows: whole(plan, rows)[: rows.height - 1])
    with pytest.raises(FreezeError, match="the written sheet has"):
        left(folder, tmp_path / "out", coarsening=("NO_SEX",))
    assert not (tmp_path / "out").exists()


def test_a_row_of_somebody_else_fails_the_whole(folder, tmp_path, monkeypatch):
    everybody = {}
    whole = write._write

    def with_everybody(plan, people, path):
        everybody.setdefault("frame", people.frame)
        stranger = pl.concat([people.frame[1:], pl.DataFrame({"subject_key": ["K00000"], "site": ["S01"]})])
        whole(plan, replace(people, frame=stranger), path)

    monkeypatch.setattr(write, "_write", with_everybody)
    cohort = {"FUPDAYS": {"min": 1}, "SEX": {"in": ["MALE" if crowd(40)[0]["SEX"] == "FEMALE" else "FEMALE"]}}
    with pytest.raises(FreezeError, match="belongs to nobody"):
        left(folder, tmp_path / "out", cohort=cohort)


def test_other_columns_than_planned_fail_the_whole(folder, tmp_path, monkeypatch):
    real = verify.pl.read_parquet_schema
    monkeypatch.setattr(verify.pl, "read_parquet_schema", lambda path: {**real(path), "more": pl.String()})
    with pytest.raises(FreezeError, match="other columns"):
        left(folder, tmp_path / "out")


def test_a_release_without_subject_level_rows_leaves_whole_or_not_at_all(folder, tmp_path):
    facts = read_facts(folder)
    (folder / "freeze.json").write_text(json.dumps({**facts, "datasets": []}))
    after, sheets = left(folder, tmp_path / "out")
    assert set(sheets) == {"patient", "infusion_course", "lab"}
    assert after["datasets"] == []
    for order in ({"cohort": {"AGE": {"min": 1}}}, {"coarsening": ("LEAVE_OUT_BELOW_K",)}):
        with pytest.raises(FreezeError, match="no subject-level dataset"):
            left(folder, tmp_path / "out", **order)


def test_an_empty_release_leaves_empty(tmp_path):
    write_release(tmp_path / "release", [])
    facts, sheets = left(tmp_path / "release", tmp_path / "out", coarsening=("AGE_65",))
    assert {sheet.rows for sheet in sheets.values()} == {0}
    assert sheet_named(sheets.values(), "adsl").names == [entry.column for entry in ADSL if entry.column != "AGE"]
    assert column("x", "code").column == "x"
    assert facts["level"] == "AGREEMENT"
