"""Sensitivity analyses on the simulated cohorts: against R where R has the figure, else against a changed cohort."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import polars as pl
import pytest

from exports.report.plan import DoseRule
from exports.report.sensitivity import sensitivity
from exports.report.sensitivity_deaths import class_unknown, variant_b, with_unknown
from exports.report.sensitivity_dose import dose_rules
from exports.report.sensitivity_entry import delayed_entry
from exports.report.sensitivity_imputation import IMPUTATIONS, imputation
from exports.report.sensitivity_sites import leave_one_out, stratified
from exports.report.study import Study, regrouped, without
from exports.report.wording import plain
from tests.unit.report.vector_study import S04, S05, found_by_r, vector_study, with_people, with_times


@cache
def of(name: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in sensitivity(vector_study(name))}


def codes(rows: Any) -> set[str | None]:
    return {row["error"] and row["error"]["code"] for row in rows}


def with_unknown_deaths(*subjects: str) -> Study:
    """Return the cohort with these subjects' class of death unknown."""
    is_unknown = pl.col("USUBJID").is_in(subjects) & pl.col("PARAMCD").is_in(["TRM28", "TRM60", "TRMA"])
    empty = pl.when(~is_unknown)
    times = vector_study(S04).times.with_columns(
        *(empty.then(name).alias(name) for name in ("AVAL", "EVSTAT", "ENTRYDY")),
        pl.when(is_unknown).then(pl.lit("CLASS_UNKNOWN")).alias("EXCLRSN"),
    )
    return with_times(vector_study(S04), times)


def dead(status: int, count: int) -> list[str]:
    times = vector_study(S04).times.filter((pl.col("PARAMCD") == "TRM60") & (pl.col("EVSTAT") == status))
    return times["USUBJID"].sort().to_list()[:count]


@pytest.mark.parametrize("name", [S04, S05])
@pytest.mark.parametrize("day", [28, 60])
def test_delayed_entry_gives_the_incidence_of_r_beside_the_naive_one(day: int, name: str) -> None:
    row = of(name)[f"delayed_entry_trm_{day}"]
    place = [28, 60].index(day)
    late, naive = found_by_r(name, "trm_left_truncated"), found_by_r(name, "trm_infusion_all")["all"]["causes"]["1"]
    assert row["primary"]["est"] == pytest.approx(naive["est"][place])
    assert row["found"]["est"] == pytest.approx(late["causes"]["1"]["est"][place])
    assert row["found"]["upper"] == pytest.approx(late["causes"]["1"]["ci_upper"][place])
    assert row["found"]["est"] >= row["primary"]["est"] - 1e-12
    assert "at risk at a death" in plain(row["note"])


def test_delayed_entry_keeps_the_hazard_ratio_near_that_from_the_start() -> None:
    row = of(S04)["delayed_entry_trm_dose"]
    assert row["primary"]["est"] == pytest.approx(0.4067, abs=1e-4)
    assert row["found"]["upper"] < 1


def test_variant_b_is_the_same_where_no_relapse_comes_before_death() -> None:
    for row in variant_b(vector_study(S04)):
        assert row["primary"] == row["found"], row["id"]


def test_where_every_death_has_a_class_one_row_says_so() -> None:
    (row,) = class_unknown(vector_study(S04))
    assert (row["found"], row["error"], row["note"]) == (None, None, "Every death has a class: nothing changes.")


def test_deaths_of_unknown_class_count_as_treatment_related_or_as_competing() -> None:
    study = with_unknown_deaths(*dead(1, 1), *dead(2, 1))
    rows = {row["id"]: row for row in class_unknown(study)}
    assert len(rows) == 6
    as_trm, as_other = rows["class_unknown_trm_60"], rows["class_unknown_competing_60"]
    assert as_trm["n"] == as_other["n"] == 43
    assert as_trm["events"] == as_other["events"] + len(dead(1, 1))
    assert as_other["found"]["est"] < as_trm["found"]["est"]
    assert "2 deaths of unknown class" in plain(as_trm["note"])


def test_a_death_of_unknown_class_is_put_back_at_its_own_time() -> None:
    study = with_unknown_deaths(*dead(1, 2))
    for parameter in ("TRM60", "TRMA"):
        columns = ["USUBJID", "AVAL", "EVSTAT"]
        assert (
            with_unknown(study, parameter, 1)
            .select(columns)
            .equals(vector_study(S04).endpoint(parameter).select(columns))
        )


def test_other_dose_rules_are_those_of_a_study_under_that_rule() -> None:
    doubled = with_people(vector_study(S04), pl.col("DOSEMAX") * 2)
    rows = {row["id"]: row for row in dose_rules(doubled)}
    assert len(rows) == 6
    highest = rows["dose_rule_highest_trm_dose"]
    assert highest["found"]["est"] == pytest.approx(highest["primary"]["est"] ** 0.5, rel=1e-6)
    assert "mmortal-time bias" in rows["dose_rule_mean_trm_dose"]["note"]


def test_the_rule_of_the_report_is_not_compared_with_itself() -> None:
    rows = list(dose_rules(regrouped(vector_study(S04), DoseRule.HIGHEST)))
    assert {row["id"].rpartition("_trm")[0] for row in rows if row["id"].endswith("trm_dose")} == {
        "dose_rule_first",
        "dose_rule_average_72h",
        "dose_rule_mean",
    }


def test_a_release_without_the_doses_of_a_rule_says_so() -> None:
    study = vector_study(S04)
    bare = Study({}, study.plan, {}, 43, (), study.people.drop("DOSEMEAN", "DOSEMAX", "DOSE72AVG"), study.times)
    assert codes(dose_rules(bare)) == {"NOT_RELEASED"}


def test_each_site_is_left_out_once() -> None:
    rows = [row for row in of(S04).values() if row["group"] == "leave_one_out"]
    study = vector_study(S04)
    sites = sorted(set(study.people["SITEPSEUD"]))
    assert len(rows) == 2 * len(sites) == 18
    row = of(S04)[f"leave_one_out_resolution_group_{sites[0]}"]
    assert row["n"] == 43 - study.people.filter(pl.col("SITEPSEUD") == sites[0]).height
    rest = without(study, study.people.filter(pl.col("SITEPSEUD") == sites[0])["USUBJID"].to_list())
    assert row["found"] == of(S04)[row["id"]]["found"] != row["primary"]
    assert rest.people.height == row["n"]


def test_with_one_site_or_none_no_site_is_left_out() -> None:
    study = vector_study(S04)
    one = with_people(study, pl.lit("S1").alias("SITEPSEUD"))
    assert list(leave_one_out(one)) == []
    assert [row["found"] == row["primary"] for row in stratified(one)] == [True] * 3
    bare = Study({}, study.plan, {}, 43, (), study.people.drop("SITEPSEUD"), study.times)
    assert list(leave_one_out(bare)) == []
    assert codes(stratified(bare)) == {"NOT_RELEASED"}


def test_complete_covariates_need_no_imputation() -> None:
    rows = list(imputation(vector_study(S04)))
    assert [row["found"] for row in rows] == [None, None]
    assert {row["note"] for row in rows} == {"No covariate of this model is missing: there is nothing to impute."}


def test_missing_covariates_are_imputed_the_same_way_each_time() -> None:
    once, twice = (list(imputation(vector_study(S05))) for _ in range(2))
    assert once == twice
    for row in once:
        assert row["n"] == 43
        assert row["found"]["lower"] < row["found"]["est"] < row["found"]["upper"]
        assert f"{IMPUTATIONS} imputations, seed" in plain(row["note"])


def test_a_covariate_that_nobody_has_cannot_be_imputed() -> None:
    study = with_people(vector_study(S05), pl.lit(None, pl.Float64).alias("LFERR"))
    assert codes(imputation(study)) == {"TOO_FEW"}


def test_the_dose_is_shown_with_one_confounder_at_a_time() -> None:
    rows = [row for row in of(S04).values() if row["group"] == "reduced"]
    assert [row["label"] for row in rows] == [
        "Dose and age",
        "Dose and costimulatory domain",
        "Dose and ferritin",
        "Dose and Karnofsky status",
    ]
    assert all(row["found"]["upper"] < 1 for row in rows)


def test_every_row_is_plain_json_with_an_id_of_its_own() -> None:
    for name in (S04, S05):
        rows = sensitivity(vector_study(name))
        assert len({row["id"] for row in rows}) == len(rows)
        json.dumps(rows, allow_nan=False)


def test_without_times_no_analysis_has_a_figure() -> None:
    for row in delayed_entry(with_times(vector_study(S04), None)):
        assert (row["primary"], row["found"], row["error"]["code"]) == (None, None, "NOT_RELEASED")


def test_without_days_of_entry_only_the_naive_figure_stands() -> None:
    times = vector_study(S04).times.with_columns(pl.lit(None, pl.Int64).alias("ENTRYDY"))
    rows = list(delayed_entry(with_times(vector_study(S04), times)))
    assert codes(rows) == {"NOT_RELEASED"}
    assert all(row["primary"] for row in rows)
