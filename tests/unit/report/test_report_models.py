"""The models of the report against R and against the publication, on the simulated cohort of the reference vectors."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from exports.report.covariates import AGED, DOSED, FERRITIN, GROUPED, KARNOFSKY, MULTIVARIABLE, ModelCovariate
from exports.report.model_rows import RESOLUTION, SURVIVAL, TRM, Endpoint
from exports.report.models import epv_warning, model
from exports.report.study import Study
from exports.report.wording import plain
from tests.unit.report.vector_study import S04, S05, found_by_r, vector_study, with_people, with_times
from tests.unit.report.vector_study import vector_models as of

# Id of the model -> analysis of the vectors, coefficient there, coefficient here, multiple of the unit there.
SAME = {
    "resolution_group": ("cox_res_group", "group=high", "GROUP=HIGH"),
    "resolution_dose": ("cox_res_dose", "dose_mgkgd", "DOSE_MGKG"),
    "trm_dose": ("cox_trm_dose", "dose_mgkgd", "DOSE_MGKG"),
    "trm_age": ("cox_trm_age", "age", "AGE"),
    "trm_ferritin": ("cox_trm_ferritin", "ferritin", "LFERR"),
}
NAMES = {
    "dose_mgkgd": "DOSE_MGKG",
    "age": "AGE",
    "costim=CD28": "COSTIM=CD28",
    "ferritin": "LFERR",
    "kps": "KPS",
}


def by_name(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {term["name"]: term for term in told["terms"]}


def errors(study: Study, *pairs: tuple[Endpoint, tuple[ModelCovariate, ...]]) -> list[str | None]:
    found = [model(study, endpoint, "model", covariates)["error"] for endpoint, covariates in pairs]
    return [error and error["code"] for error in found]


@pytest.mark.parametrize("name", [S04, S05])
@pytest.mark.parametrize("same", SAME)
def test_a_univariable_model_is_that_of_r(name: str, same: str) -> None:
    analysis, there, here = SAME[same]
    found, expected = of(name)[same], found_by_r(name, analysis)
    if expected["monotone_likelihood"]:
        assert found["error"]["code"] == "MONOTONE"
        return
    assert (found["n"], found["n_events"]) == (expected["n"], expected["n_events"])
    assert found["excluded_missing"] == expected["n_excluded_missing"]
    term = by_name(found)[here]
    r = expected["coefficients"][there]
    assert [term[key] for key in ("coef", "se", "hr", "lower", "upper", "p")] == pytest.approx(
        [r[key] for key in ("coef", "se", "hr", "hr_lower", "hr_upper", "p")], rel=1e-6
    )


@pytest.mark.parametrize("endpoint", ["trm", "resolution"])
def test_the_multivariable_models_are_those_of_r(endpoint: str) -> None:
    found, expected = of(S04)[f"{endpoint}_multivariable"], found_by_r(S04, f"abstract_{endpoint}_multivariable")
    for there, here in NAMES.items():
        assert by_name(found)[here]["coef"] == pytest.approx(expected["coefficients"][there]["coef"], rel=1e-6)
        assert by_name(found)[here]["p"] == pytest.approx(expected["coefficients"][there]["p"], rel=1e-6)
        term = there.partition("=")[0]
        assert by_name(found)[here]["ph_p"] == pytest.approx(expected["ph_test"]["km"][term]["p"], rel=1e-6)
    assert found["epv"] == expected["events_per_parameter"]
    assert found["tests"]["lr"]["p"] == pytest.approx(expected["lr_test"]["p"], rel=1e-6)
    assert found["ph_global"]["p"] == pytest.approx(expected["ph_test"]["km"]["GLOBAL"]["p"], rel=1e-6)
    assert found["concordance"] == pytest.approx(expected["concordance"]["c"], rel=1e-6)
    assert found["reference"] == {"COSTIM": "4-1BB"}


def test_the_published_hazard_ratios_are_found() -> None:
    group = by_name(of(S04)["resolution_group"])["GROUP=HIGH"]
    assert [round(group[key], 3) for key in ("hr", "lower", "upper", "p")] == [2.194, 0.94, 5.122, 0.069]
    dose = by_name(of(S04)["trm_multivariable"])["DOSE_MGKG"]
    assert [round(dose[key], 3) for key in ("hr", "lower", "upper", "p")] == [0.407, 0.173, 0.956, 0.039]


def test_the_karnofsky_ratio_stands_per_point_with_that_per_ten_points_beside_it() -> None:
    term = by_name(of(S04)["trm_kps"])["KPS"]
    (ten,) = term["per"]
    r = found_by_r(S04, "cox_trm_kps")["coefficients"]["kps"]
    assert (term["unit"], ten["label"]) == ("per 1 point", "per 10 points")
    assert [ten["hr"], ten["lower"], ten["upper"]] == pytest.approx([r["hr"], r["hr_lower"], r["hr_upper"]], rel=1e-6)
    assert term["hr"] ** 10 == pytest.approx(ten["hr"])


def test_a_group_without_an_event_has_the_penalised_ratio_in_the_place_of_a_ratio_without_limit() -> None:
    for name in (S04, S05):
        found, expected = of(name)["trm_group"], found_by_r(name, "cox_trm_group")
        if expected["monotone_likelihood"]:
            assert (found["error"]["code"], found["terms"]) == ("MONOTONE", [])
        r = expected.get("firth")
        if r:
            (row,) = found["firth"]
            here = [row[key] for key in ("hr", "lower", "upper", "p")]
            there = r["efron"]["coefficients"]["group=high"]
            assert here == pytest.approx(
                [there[key] for key in ("hr", "hr_lower_profile", "hr_upper_profile", "p_plr")], rel=1e-4
            )


def test_survival_is_at_risk_from_the_start_of_anakinra() -> None:
    found = of(S04)["os_age"]
    assert found["entry"] is True
    assert found["n"] + found["excluded_entry"] == 43
    assert of(S04)["trm_age"]["entry"] is False


def test_the_reference_of_the_product_is_the_most_frequent_one() -> None:
    found = of(S04)["trm_product"]
    assert found["reference"] == {"PROD": "axi-cel"}
    assert [plain(term["label"]) for term in found["terms"]] == [
        f"{level} vs axi-cel" for level in ("brexu-cel", "ide-cel", "tisa-cel")
    ]
    assert len({term["lr_p"] for term in found["terms"]}) == 1


def test_few_events_per_parameter_are_warned_of_in_two_degrees() -> None:
    assert epv_warning(10) is None
    assert "below 10" in plain(epv_warning(9.9) or "")
    assert "below 5" in plain(epv_warning(4.9) or "")
    assert "1.8 events per parameter" in plain(of(S04)["trm_multivariable"]["epv_warning"])


def test_no_model_speaks_of_independence() -> None:
    assert "independent" not in json.dumps(list(of(S04).values())).lower()


def test_models_with_few_events_per_parameter_also_have_penalised_estimates() -> None:
    for told in of(S04).values():
        assert (told["firth"] is not None) == (told["epv"] < 10), told["id"]


def test_missing_covariates_are_counted_by_covariate() -> None:
    study, found = vector_study(S05), of(S05)["resolution_multivariable"]
    complete = study.people.drop_nulls(["AGE", "COSTIM", "LFERR", "KPS", "DOSE_MGKG"])
    assert found["n"] == complete.height < 43
    assert found["excluded_missing"] == 43 - complete.height
    assert found["missing_by_covariate"]["LFERR"] == study.people["LFERR"].null_count() > 0


def test_deaths_that_compete_are_modelled_by_dose_where_there_are_enough() -> None:
    assert of(S04)["resolution_competing_dose"]["cause"] == 2
    assert of(S04)["trm_competing_group"]["n_events"] >= 5


def test_every_model_is_plain_json_without_nan() -> None:
    json.dumps([*of(S04).values(), *of(S05).values()], allow_nan=False)


def test_without_an_event_a_model_says_so() -> None:
    times = vector_study(S04).times.with_columns(pl.lit(0, pl.Int64).alias("EVSTAT"))
    study = with_times(vector_study(S04), times)
    assert errors(study, (RESOLUTION, (GROUPED,)), (TRM, MULTIVARIABLE), (SURVIVAL, (AGED,))) == ["NO_EVENT"] * 3


def test_with_one_dose_group_the_comparison_of_groups_is_refused() -> None:
    study = with_people(vector_study(S04), pl.lit("HIGH").alias("GROUP"))
    assert errors(study, (RESOLUTION, (GROUPED,)), (RESOLUTION, (DOSED,))) == ["ONE_GROUP", None]


def test_a_covariate_that_nobody_has_leaves_too_few_for_a_model() -> None:
    study = with_people(vector_study(S04), pl.lit(None, pl.Float64).alias("LFERR"))
    pairs = (TRM, (FERRITIN,)), (TRM, MULTIVARIABLE), (RESOLUTION, (AGED,))
    assert errors(study, *pairs) == ["TOO_FEW", "TOO_FEW", None]


def test_a_release_without_a_covariate_or_without_times_says_so() -> None:
    study = vector_study(S04)
    bare = Study({}, study.plan, {}, 43, (), study.people.drop("KPS"), study.times)
    assert errors(bare, (TRM, (KARNOFSKY,)), (TRM, MULTIVARIABLE), (RESOLUTION, (AGED,))) == [
        *["NOT_RELEASED"] * 2,
        None,
    ]
    assert errors(with_times(study, None), (TRM, (AGED,)), (SURVIVAL, (GROUPED,))) == ["NOT_RELEASED"] * 2
