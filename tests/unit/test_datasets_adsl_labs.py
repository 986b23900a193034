"""Laboratory values and scores of ADSL, against the scalar rules of the registry."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.datasets.adsl import ADSL
from registry.rules.labs import Analyte, Timepoint
from registry.rules.scores import car_hematotox, car_hematotox_group, easix, m_easix
from registry.rules.timepoints import pick_sample
from tests.unit.analysis_cases import Row, all_together, course, subject_level

LD = -5


def lab(analyte: str, day: int, value: str | Decimal, number: int = 1, **values: Any) -> Row:
    return course(analyte=analyte, sampled_day=day, row_no=number, canonical_value=Decimal(value), **values)


def ferritin(*labs: Row, **course_values: Any) -> float | None:
    told = {"ld_started_day": LD, **course_values}
    return subject_level(lab=list(labs), infusion_course=[course(**told)])["FERR_PRELD"]


def test_the_latest_sample_of_the_14_days_up_to_lymphodepletion_counts():
    assert ferritin(lab("FERRITIN", -19, "100"), lab("FERRITIN", -6, "200"), lab("FERRITIN", -4, "300")) == 200
    assert ferritin(lab("FERRITIN", -20, "100")) is None
    assert ferritin(lab("FERRITIN", -5, "300"), lab("FERRITIN", -6, "200")) == 300


def test_of_two_samples_on_one_day_the_marked_one_counts():
    first = lab("FERRITIN", -6, "100")
    assert ferritin(first, lab("FERRITIN", -6, "200", 2, timepoint="PRE_LD")) == 200
    assert ferritin(first, lab("FERRITIN", -6, "200", 2)) == 100


def test_without_lymphodepletion_the_infusion_ends_the_window_and_an_unknown_day_gives_no_value():
    sample = lab("FERRITIN", 0, "500")
    assert ferritin(sample, ld_started_day=None, ld_regimen="NONE") == 500
    assert ferritin(sample, ld_started_day=None, ld_regimen="FLU_CY") is None


def test_the_logarithm_is_to_the_base_2_and_empty_for_0():
    def log_of(value: str, **more: Any) -> tuple[float | None, str | None]:
        found = subject_level(lab=[lab("FERRITIN", LD, value, **more)], infusion_course=[course(ld_started_day=LD)])
        return found["LFERR"], found["FERRCMP"]

    assert log_of("1024") == (10, None)
    assert log_of("0") == (None, None)
    assert log_of("40000", comparator=">")[1] == ">"


def test_nothing_divides_by_no_platelets():
    rows = [lab("LDH", LD, "200"), lab("CREATININE", LD, "1"), lab("CRP", LD, "0"), lab("PLT", LD, "0")]
    found = subject_level(lab=rows, infusion_course=[course(ld_started_day=LD)])
    assert (found["EASIX_PRELD"], found["MEASIX_PRELD"], found["PLT_PRELD"]) == (None, None, 0)


values = st.none() | st.sampled_from(["0", "1.2", "3", "9", "30", "75", "175", "650", "2000", "2000.1"]).map(Decimal)
people = st.fixed_dictionaries(dict.fromkeys((*["PLT", "ANC", "HB", "CRP", "FERRITIN", "LDH", "CREATININE"],), values))


@settings(deadline=None, max_examples=15)
@given(st.lists(people, min_size=20, max_size=40))
def test_scores_are_those_of_the_scalar_rules(cohort: list[dict[str, Decimal | None]]):
    tables = [
        {
            "infusion_course": [course(ld_started_day=LD)],
            "lab": [
                lab(analyte, day, value) for analyte, value in person.items() for day in (LD, 0) if value is not None
            ],
        }
        for person in cohort
    ]
    found = ADSL.rows(all_together(tables), {}).rows_by_key("USUBJID", named=True, unique=True)
    for number, person in enumerate(cohort):
        got, crp = found[f"S{number}"], person["CRP"]
        crp_mg_dl = None if crp is None else crp / 10
        points = car_hematotox(
            platelets_10e9_l=person["PLT"],
            anc_10e9_l=person["ANC"],
            hb_g_dl=person["HB"],
            crp_mg_dl=crp_mg_dl,
            ferritin_ng_ml=person["FERRITIN"],
        )
        assert (got["HT"], got["HTGR"]) == (points, car_hematotox_group(points))
        for name, wanted in (
            ("EASIX", easix(person["LDH"], person["CREATININE"], person["PLT"])),
            ("MEASIX", m_easix(person["LDH"], crp_mg_dl, person["PLT"])),
        ):
            for point in ("PRELD", "INF"):
                assert got[f"{name}_{point}"] == (None if wanted is None else pytest.approx(float(wanted)))


@settings(deadline=None, max_examples=15)
@given(st.lists(st.dictionaries(st.integers(-25, 3), st.integers(1, 9999), max_size=8), min_size=10, max_size=20))
def test_the_sample_is_the_one_that_the_scalar_rule_picks(cohort: list[dict[int, int]]):
    tables = [
        {
            "infusion_course": [course(ld_started_day=LD)],
            "lab": [lab(Analyte.FERRITIN, day, Decimal(value)) for day, value in samples.items()],
        }
        for samples in cohort
    ]
    found = ADSL.rows(all_together(tables), {}).rows_by_key("USUBJID", named=True, unique=True)
    for number, samples in enumerate(cohort):
        wanted = pick_sample(Timepoint.PRE_LD, [(day - LD, value) for day, value in samples.items()])
        assert found[f"S{number}"]["FERR_PRELD"] == wanted
        assert found[f"S{number}"]["LFERR"] == (None if wanted is None else pytest.approx(math.log2(wanted)))
