"""Laboratory results: each check with a hit, a miss, and a value that is missing."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.checks import labs  # noqa: F401
from registry.rules.labs import Analyte
from tests.integration.checks.case_of import day
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db
LD = day(-5)
BELOW, ABOVE = {"comparator": "<"}, {"comparator": ">"}


def lab(analyte, value, on=0, **values):
    """A result in the canonical unit."""
    return ("lab", {"analyte": analyte, "canonical_value": value, "value": value, "sampled_on": day(on), **values})


def course(**values):
    return ("infusion_course", values)


@pytest.mark.parametrize(
    ("code", "sentence", "analyte", "value", "found"),
    [
        ("LB01_RANGE_S", "at the soft limit", "FERRITIN", 100_000, False),
        ("LB01_RANGE_S", "above the soft limit", "FERRITIN", 100_001, True),
        ("LB01_RANGE_S", "below the soft limit", "HB", "4.9", True),
        ("LB01_RANGE_S", "expected of another analyte", "CRP", 3, False),
        ("LB01_RANGE_S", "beyond the hard limit", "FERRITIN", 1_000_001, False),
        ("LB01_RANGE_S", "no result", "FERRITIN", None, False),
        ("LB01_RANGE_H", "at the hard limit", "FERRITIN", 1_000_000, False),
        ("LB01_RANGE_H", "above the hard limit", "FERRITIN", 1_000_001, True),
        ("LB01_RANGE_H", "below the hard limit", "ALBUMIN", "0.4", True),
        ("LB01_RANGE_H", "no result", "ALBUMIN", None, False),
    ],
)
def test_a_result_has_hard_and_soft_limits(sev, code, sentence, analyte, value, found):
    assert is_found(sev, code, lab(analyte, value)) == found, sentence


@pytest.mark.parametrize(
    ("analyte", "unit", "found"),
    [
        ("CRP", "mg/dL", False),
        ("CRP", "U/L", True),
        ("PLT", "g/L", False),
        ("HB", "10*9/L", True),
        ("CRP", None, False),
    ],
)
def test_an_analyte_has_its_units(sev, analyte, unit, found):
    assert is_found(sev, "LB02_UNIT", ("lab", {"analyte": analyte, "value": 5, "unit": unit})) == found


@pytest.mark.parametrize(
    ("sentence", "earlier", "later", "found"),
    [
        ("10 times", 2, 20, True),
        ("a tenth", 20, 2, True),
        ("10 times less a tenth", 10, 90, True),
        ("somewhat less", 10, "89.9", False),
        ("10 times and a tenth", 10, 110, True),
        ("somewhat more", 10, "110.1", False),
        ("88.4 times", 1, "88.4", True),
        ("1000 times", "0.3", 300, True),
        ("100 times", 1, 100, False),
        ("up from 0", 0, 10, False),
        ("down to 0", 10, 0, False),
        ("no earlier result", None, 20, False),
        ("no result", 2, None, False),
    ],
)
def test_a_result_as_many_times_the_last_one_as_between_units_is_asked_about(sev, sentence, earlier, later, found):
    assert is_found(sev, "LB03_FACTOR", lab("CRP", earlier), lab("CRP", later, 1)) == found, sentence


def test_only_neighbouring_results_of_one_analyte_are_compared(sev):
    assert not is_found(sev, "LB03_FACTOR", lab("CRP", 2), lab("LDH", 20, 1), lab("CRP", 8, 2), lab("CRP", 20, 3))


def test_results_of_one_day_are_compared_in_the_order_of_their_times(sev):
    night = lab("CRP", 2, 1, sampled_at=dt.time(3, 0))
    assert is_found(sev, "LB03_FACTOR", lab("CRP", 8), night, lab("CRP", 20, 1, sampled_at=dt.time(9, 0)))


@pytest.mark.parametrize(
    ("code", "sentence", "values", "on", "timepoint", "found"),
    [
        ("LB04_PRELD", "on the first day", {"ld_started_on": LD}, -5, "PRE_LD", False),
        ("LB04_PRELD", "a day later", {"ld_started_on": LD}, -4, "PRE_LD", True),
        ("LB04_PRELD", "a day later, for another time", {"ld_started_on": LD}, -4, "INFUSION", False),
        ("LB04_PRELD", "no time point", {"ld_started_on": LD}, -4, None, False),
        ("LB04_PRELD", "first day not known, before infusion", {}, -1, "PRE_LD", False),
        ("LB04_PRELD", "first day not known, after infusion", {}, 1, "PRE_LD", True),
        ("LB04_PRELD_14", "14 days before", {"ld_started_on": LD}, -19, "PRE_LD", False),
        ("LB04_PRELD_14", "15 days before", {"ld_started_on": LD}, -20, "PRE_LD", True),
        ("LB04_PRELD_14", "15 days before, no time point", {"ld_started_on": LD}, -20, None, False),
        ("LB04_PRELD_14", "first day not known", {}, -20, "PRE_LD", False),
        ("LB04_PRELD_14", "no lymphodepletion, 15 days before infusion", {"ld_regimen": "NONE"}, -15, "PRE_LD", True),
        ("LB04_PRELD_14", "no lymphodepletion, 14 days before infusion", {"ld_regimen": "NONE"}, -14, "PRE_LD", False),
    ],
)
def test_a_sample_before_lymphodepletion_is_of_the_days_before(sev, code, sentence, values, on, timepoint, found):
    assert is_found(sev, code, course(**values), lab("FERRITIN", 500, on, timepoint=timepoint)) == found, sentence


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "found"),
    [
        ("CRP", 51, "mg/dL", True),
        ("CRP", 50, "mg/dL", False),
        ("CRP", 51, "mg/L", False),
        ("BILIRUBIN", 51, "mg/dL", False),
        ("CRP", None, "mg/dL", False),
        ("CRP", 51, None, False),
    ],
)
def test_much_crp_in_mg_per_dl_is_asked_about(sev, analyte, value, unit, found):
    assert is_found(sev, "LB05_CRP_UNIT", ("lab", {"analyte": analyte, "value": value, "unit": unit})) == found


@pytest.mark.parametrize(
    ("sentence", "neutrophils", "lymphocytes", "leukocytes", "found"),
    [
        ("no more than rounding", {"value": 6}, {"value": "4.5"}, {"value": 10}, False),
        ("more than that", {"value": 6}, {"value": "4.6"}, {"value": 10}, True),
        ("neutrophils alone", {"value": 11}, {"value": None}, {"value": 10}, True),
        ("parts below the limit of the assay", {"value": 1, **BELOW}, {"value": 1, **BELOW}, {"value": 1}, False),
        ("leukocytes above the limit of the assay", {"value": 60}, {"value": 60}, {"value": 100, **ABOVE}, False),
        ("parts not known", {"value": None}, {"value": None}, {"value": 10}, False),
        ("leukocytes not known", {"value": 6}, {"value": 6}, {"value": None}, False),
        ("of another day", {"value": 6, "on": 1}, {"value": 6}, {"value": 10}, False),
        ("of another time of the day", {"value": 6, "sampled_at": dt.time(8, 0)}, {"value": 6}, {"value": 10}, False),
    ],
)
def test_neutrophils_and_lymphocytes_are_leukocytes(sev, sentence, neutrophils, lymphocytes, leukocytes, found):
    rows = [lab("ANC", **neutrophils), lab("ALC", **lymphocytes), lab("WBC", **leukocytes)]
    assert is_found(sev, "LB06_ANC_WBC", *rows) == found, sentence


def peak(value, on=5, **values):
    return lab("FERRITIN", value, on, timepoint="PEAK", **values)


@pytest.mark.parametrize(
    ("sentence", "rows", "found"),
    [
        ("the baseline is higher", [lab("FERRITIN", 900, -7, timepoint="PRE_LD"), peak(800)], True),
        ("another value is higher", [lab("FERRITIN", 900, 6), peak(800)], True),
        ("another value is as high", [lab("FERRITIN", 800, 6), peak(800)], False),
        ("a higher peak of another episode", [peak(900, 20), peak(800)], False),
        ("a value between two peaks", [peak(700, 20), lab("FERRITIN", 750, 19), peak(800)], False),
        ("another analyte is higher", [lab("LDH", 900, 6), peak(800)], False),
        ("beyond the assay", [lab("FERRITIN", 900, 6), peak(800, comparator=">")], False),
        ("the other is below a limit", [lab("FERRITIN", 900, 6, comparator="<"), peak(800)], False),
        ("no result", [lab("FERRITIN", 900, 6), peak(None)], False),
    ],
)
def test_no_ferritin_is_higher_than_the_peak(sev, sentence, rows, found):
    assert is_found(sev, "LB07_FERR_PEAK", *rows) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "values", "analyte", "value", "on", "found"),
    [
        ("counted, not answered", {}, "PLT", 80, -7, True),
        ("counted, not transfused", {"had_platelets_7d": False}, "PLT", 80, -7, False),
        ("counted, not known for a reason", {"missing": {"had_platelets_7d": "UNK"}}, "PLT", 80, -7, False),
        ("counted after lymphodepletion", {}, "PLT", 80, -4, False),
        ("counted long before", {}, "PLT", 80, -20, False),
        ("no result", {}, "PLT", None, -7, False),
        ("another analyte", {}, "HB", 9, -7, False),
    ],
)
def test_a_platelet_count_asks_for_transfusions(sev, sentence, values, analyte, value, on, found):
    assert is_found(sev, "LB08_PLT_TX", course(ld_started_on=LD, **values), lab(analyte, value, on)) == found, sentence


def test_every_analyte_has_limits_to_check():
    assert {analyte.value for analyte in Analyte} == {str(analyte) for analyte in labs.ANALYTES}
