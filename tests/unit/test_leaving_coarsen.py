"""Each coarsening step acts on every column that tells its quasi-identifier, and the codebook follows."""

from __future__ import annotations

import polars as pl
import pytest

from exports.freeze.errors import FreezeError
from exports.leaving.carriers import QUASI, SUBJECTS, carriers, quasi_of
from exports.leaving.coarsen import LEAVE_OUT, STEPS, steps_of
from exports.leaving.leave import leave
from exports.leaving.order import LeavingOrder
from exports.sheets import sheets_of
from tests.unit.leaving_release import GROUPS, crowd, person, write_release


def left(tmp_path, people, *steps, **order):
    write_release(tmp_path / "release", people)
    facts = leave(tmp_path / "release", tmp_path / "out", LeavingOrder("AGREEMENT", coarsening=steps, **order))
    return facts, {sheet.name: sheet for sheet in sheets_of(tmp_path / "out", facts)}


GONE = {
    "NO_AGE": {("patient", "age_at_infusion"), ("patient", "age_at_infusion__mr"), ("adsl", "AGE"), ("adsl", "AGEGR")},
    "AGE_65": {("patient", "age_at_infusion"), ("patient", "age_at_infusion__mr"), ("adsl", "AGE")},
    "NO_SEX": {("patient", "sex"), ("adsl", "SEX")},
    "NO_COUNTRY": {("patient", "country"), ("adsl", "COUNTRY")},
    "NO_YEAR": {("infusion_course", "infusion_year"), ("adsl", "INFYR")},
    "YEAR_PAIRS": set(),
    "PRODUCT_DOMAIN": {
        ("infusion_course", "product"), ("infusion_course", "target"), ("adsl", "PROD"), ("adsl", "TARGET"),
        ("adsl", "PRODGR"),
    },
    "NO_PRODUCT": {
        ("infusion_course", "product"), ("infusion_course", "target"), ("infusion_course", "costimulatory_domain"),
        ("adsl", "PROD"), ("adsl", "TARGET"), ("adsl", "PRODGR"), ("adsl", "COSTIM"),
    },
    "DISEASE_LINEAGE": {("adsl", "DIS")},
    "NO_DISEASE": {("adsl", "DIS"), ("adsl", "DISGR")},
}  # fmt: skip


@pytest.mark.parametrize("code", [code for code in STEPS if code != LEAVE_OUT])
def test_a_step_drops_every_column_that_would_tell_more_and_no_other(tmp_path, code):
    before = {(name, column) for name, sheet in left(tmp_path, crowd(12))[1].items() for column in sheet.names}
    facts, sheets = left(tmp_path, crowd(12), code)
    gone = before - {(name, column) for name, sheet in sheets.items() for column in sheet.frame().columns}
    assert gone == GONE[code]
    (told,) = facts["coarsening"]
    assert told["code"] == code
    assert set(told["dropped"]) == {f"{sheet}.{column}" for sheet, column in gone if not column.endswith("__mr")}
    whys = {(entry["table"], entry["column"]): entry["why"] for entry in facts["withheld"]}
    assert all(whys[place] == STEPS[code].words for place in gone)


def values(sheets, name, column):
    return sheets[name].frame()[column].to_list()


def codes(sheets, name, column):
    return [code for entry in sheets[name].columns if entry.column == column for code, _label in entry.choices]


def test_ages_become_two_groups_and_a_missing_age_stays_missing(tmp_path):
    facts, sheets = left(tmp_path, [person(n, AGE=age) for n, age in enumerate((39, 40, 64, 65, 75, None))], "AGE_65")
    assert values(sheets, "adsl", "AGEGR") == ["LT65", "LT65", "LT65", "GE65", "GE65", None]
    assert codes(sheets, "adsl", "AGEGR") == ["LT65", "GE65"]
    assert facts["coarsening"][0]["recoded"] == ["adsl.AGEGR"]


def test_years_become_the_even_one_of_a_pair_in_table_and_dataset_alike(tmp_path):
    people = [person(n, INFYR=year) for n, year in enumerate((2018, 2019, 2020, 2021, None))]
    _facts, sheets = left(tmp_path, people, "YEAR_PAIRS")
    for name, column in (("adsl", "INFYR"), ("infusion_course", "infusion_year")):
        assert values(sheets, name, column) == [2018, 2018, 2020, 2020, None]
        assert "even one" in next(entry.leaves_as for entry in sheets[name].columns if entry.column == column)


def test_every_disease_group_has_its_lineage(tmp_path):
    _facts, sheets = left(tmp_path, [person(n, DISGR=group) for n, group in enumerate(GROUPS)], "DISEASE_LINEAGE")
    assert values(sheets, "adsl", "DISGR") == ["MATURE_B"] * 5 + ["PRECURSOR_B", "PLASMA_CELL", "OTHER"]
    assert codes(sheets, "adsl", "DISGR") == ["MATURE_B", "PRECURSOR_B", "PLASMA_CELL", "OTHER"]


def test_a_level_that_a_step_does_not_know_stops_the_release(tmp_path):
    with pytest.raises(FreezeError, match="does not know"):
        left(tmp_path, [person(0, DISGR="NEW_GROUP")], "DISEASE_LINEAGE")
    selection = {"datasets": {"adsl": ["AGEGR"]}}
    with pytest.raises(FreezeError, match="does not know"):
        left(tmp_path, [person(0, AGEGR="CHILD")], "AGE_65", selection=selection)


def test_people_in_groups_below_the_limit_are_left_out_and_counted(tmp_path):
    people = [person(n, SEX="FEMALE" if n < 3 else "MALE") for n in range(8)]
    for k_min, kept, out in ((3, 8, 0), (4, 5, 3), (5, 5, 3)):
        facts, sheets = left(tmp_path, people, LEAVE_OUT, k_min=k_min)
        assert sheets["patient"].rows == sheets["adsl"].rows == kept
        assert facts["excluded"][-1]["reason"] == "RISK"
        assert facts["excluded"][-1]["patients"] == facts["coarsening"][0]["patients_left_out"] == out
    with pytest.raises(FreezeError, match="Nobody is left"):
        left(tmp_path, people, LEAVE_OUT, k_min=6)


def test_without_a_number_the_limit_is_that_of_the_policy_at_the_freeze(tmp_path):
    people = [person(n, SEX="FEMALE" if n < 4 else "MALE") for n in range(9)]
    _facts, sheets = left(tmp_path, people, LEAVE_OUT)
    assert sheets["adsl"].rows == 5
    write_release(tmp_path / "release", people, policy={"k_agreement": 4})
    facts = leave(tmp_path / "release", tmp_path / "out", LeavingOrder("AGREEMENT", coarsening=(LEAVE_OUT,)))
    assert facts["datasets"][0]["rows"] == 9


def test_groups_are_counted_by_what_leaves_not_by_what_there_is(tmp_path):
    people = [person(n, SEX="FEMALE" if n < 3 else "MALE") for n in range(8)]
    _facts, sheets = left(tmp_path, people, LEAVE_OUT, "NO_SEX", k_min=8)
    assert sheets["adsl"].rows == 8
    _facts, sheets = left(tmp_path, people, LEAVE_OUT, k_min=8, selection={"datasets": {"adsl": ["DTHFL"]}})
    assert sheets["adsl"].rows == 8
    _facts, sheets = left(tmp_path, people, LEAVE_OUT, k_min=4, selection={"tables": {"patient": ["sex"]}})
    assert sheets["patient"].rows == 5


def test_an_unknown_step_is_refused():
    assert [step.code for step in steps_of(["NO_AGE", "NO_SEX"])] == ["NO_AGE", "NO_SEX"]
    with pytest.raises(FreezeError, match="NO_SUCH"):
        steps_of(["NO_AGE", "NO_SUCH"])


def test_every_quasi_identifier_that_counts_can_be_left_out_whole():
    for quasi in QUASI:
        if quasi.counted:
            dropping = [step for step in STEPS.values() if step.quasi is quasi and not step.keeps and not step.recodes]
            assert [step.code for step in dropping] == [f"NO_{quasi.code}"]
            assert dropping[0].drops == {carrier.place for carrier in quasi.carriers}


def test_a_carrier_stands_once_and_shows_what_its_quasi_identifier_counts():
    places = [carrier.place for _quasi, carrier in carriers()]
    assert len(set(places)) == len(places)
    for quasi, carrier in carriers():
        assert carrier.shows in quasi.counted or (not quasi.counted and carrier.is_finer)
        assert quasi_of(carrier.place) is quasi
    assert all((SUBJECTS, name) in places for quasi in QUASI for name in quasi.counted)
    assert quasi_of(("adsl", "DTHFL")) is None


def test_the_order_of_steps_does_not_matter(tmp_path):
    one, _ = left(tmp_path, crowd(30), "AGE_65", "NO_COUNTRY", LEAVE_OUT, k_min=2)
    frame = pl.read_parquet(tmp_path / "out" / "datasets" / "adsl.parquet")
    two, _ = left(tmp_path, crowd(30), LEAVE_OUT, "NO_COUNTRY", "AGE_65", k_min=2)
    assert frame.equals(pl.read_parquet(tmp_path / "out" / "datasets" / "adsl.parquet"))
    assert one["datasets"] == two["datasets"]
