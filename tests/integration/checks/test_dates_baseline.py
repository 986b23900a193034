"""Dates before day 0: what is impossible blocks, what is unusual is asked about, what is not known does neither."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from registry.checks import dates_baseline  # noqa: F401
from registry.models import Product
from sites.context import acting_as_system
from tests.integration.checks.case_of import INFUSED, day
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db
JUNE = {"apheresis_on": dt.date(2021, 6, 1), "apheresis_on_precision": "MONTH"}


def born(year, **patient):
    return ("patient", {"birth_year": year, **patient}), ("infusion_course", {})


@pytest.mark.parametrize(
    ("sentence", "rows", "found"),
    [
        ("born in the year of infusion", born(2021), False),
        ("born in the year after infusion", born(2022), True),
        ("born in a year to come", [("patient", {"birth_year": timezone.localdate().year + 1})], True),
        ("110 or 111 years old", born(1910), False),
        ("111 years old at least", born(1909), True),
        ("year of birth not known", born(None), False),
        ("no infusion yet", [("patient", {"birth_year": 1950})], False),
    ],
)
def test_a_birth_is_before_the_infusion_and_at_most_110_years_before(sev, sentence, rows, found):
    assert is_found(sev, "DT01_DOB_FUT", *rows) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "birth_year", "diagnosed_on", "precision", "found"),
    [
        ("diagnosed in the year before birth", 1960, dt.date(1959, 12, 31), "DAY", True),
        ("diagnosed in the year of birth", 1960, dt.date(1960, 1, 1), "YEAR", False),
        ("only the year of diagnosis known", 1960, dt.date(1959, 1, 1), "YEAR", True),
        ("year of birth not known", None, dt.date(1959, 12, 31), "DAY", False),
        ("diagnosis not dated", 1960, None, "DAY", False),
    ],
)
def test_a_diagnosis_is_not_before_birth(sev, sentence, birth_year, diagnosed_on, precision, found):
    values = {"diagnosed_on": diagnosed_on, "diagnosed_on_precision": precision}
    rows = ("patient", {"birth_year": birth_year}), ("disease", values)
    assert is_found(sev, "DT02_DX_DOB", *rows) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "values", "found"),
    [
        ("13 days", {"apheresis_on": day(-13)}, True),
        ("14 days", {"apheresis_on": day(-14)}, False),
        ("365 days", {"apheresis_on": day(-365)}, False),
        ("366 days", {"apheresis_on": day(-366)}, True),
        ("after the infusion", {"apheresis_on": day(1)}, True),
        ("in the month of infusion, at most 9 days", JUNE, True),
        ("in the month before, perhaps long enough", {**JUNE, "apheresis_on": dt.date(2021, 5, 1)}, False),
        ("in June of the year before, perhaps short enough", {**JUNE, "apheresis_on": dt.date(2020, 6, 1)}, False),
        ("in May of the year before", {**JUNE, "apheresis_on": dt.date(2020, 5, 1)}, True),
        ("only the year known, perhaps long enough",
         {"apheresis_on": dt.date(2021, 1, 1), "apheresis_on_precision": "YEAR"}, False),
        ("apheresis not dated", {"apheresis_on": None}, False),
    ],
)  # fmt: skip
def test_cells_take_two_weeks_to_a_year(sev, sentence, values, found):
    assert is_found(sev, "DT04_APH_GAP", ("infusion_course", values)) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "started_on", "found"),
    [
        ("2 days", day(-2), True),
        ("3 days", day(-3), False),
        ("14 days", day(-14), False),
        ("15 days", day(-15), True),
        ("not dated", None, False),
    ],
)
def test_lymphodepletion_starts_3_to_14_days_before_the_cells(sev, sentence, started_on, found):
    assert is_found(sev, "DT07_LD_GAP", ("infusion_course", {"ld_started_on": started_on})) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "values", "found"),
    [
        ("commercial, the day before", {"setting": "COMMERCIAL", "infused_on": dt.date(2017, 10, 17)}, True),
        ("commercial, on the day", {"setting": "COMMERCIAL", "infused_on": dt.date(2017, 10, 18)}, False),
        ("in a trial", {"setting": "TRIAL", "infused_on": dt.date(2017, 10, 17)}, False),
        ("setting not known", {"setting": None, "infused_on": dt.date(2017, 10, 17)}, False),
    ],
)
def test_a_commercial_product_is_not_infused_before_its_approval(sev, sentence, values, found):
    assert is_found(sev, "DT09_INF_APPR", ("infusion_course", values)) == found, sentence


def test_a_product_without_a_known_approval_is_not_asked_about(sev):
    with acting_as_system("tests", reason="a product"):
        Product.objects.create(code="NEW", generic_name="new")
    values = {"product_id": "NEW", "setting": "COMMERCIAL", "infused_on": dt.date(2017, 10, 17)}
    assert not is_found(sev, "DT09_INF_APPR", ("infusion_course", values))


@pytest.mark.parametrize(
    ("sentence", "infused_on", "found"),
    [
        ("the day before the first approval", dt.date(2017, 8, 29), True),
        ("the day of the first approval", dt.date(2017, 8, 30), False),
        ("years later", INFUSED, False),
    ],
)
def test_the_study_begins_with_the_first_approval(sev, sentence, infused_on, found):
    assert is_found(sev, "DT10_STUDY_WIN", ("infusion_course", {"infused_on": infused_on})) == found, sentence
