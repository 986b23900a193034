"""The CAR-T product: each check with a hit, a miss, and a value that is missing."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.checks import products  # noqa: F401
from registry.models import Product, ProductApproval
from sites.context import acting_as_system
from tests.integration.checks.case_of import INFUSED
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved(sev):
    """Products with their targets; AXI approved for large cell lymphoma from the day of infusion on, IDE undated."""
    with acting_as_system("tests", reason="products"):
        for code, target in {"AXI": "CD19", "TISA": "CD19", "BREXU": "CD19", "IDE": "BCMA", "CESNI": "BCMA"}.items():
            Product.objects.get_or_create(code=code, defaults={"generic_name": code, "target": target})
        Product.objects.get_or_create(code="OBE", defaults={"generic_name": "obe", "is_split_dose": True})
        ProductApproval.objects.all().delete()
        ProductApproval.objects.create(product_id="AXI", disease_group="LBCL", jurisdiction="US", approved_on=INFUSED)
        ProductApproval.objects.create(product_id="CESNI", disease_group="MM_PCL", jurisdiction="ES")


def infused(product="AXI", setting="COMMERCIAL", **values):
    return ("infusion_course", {"product_id": product, "setting": setting, **values})


def disease(diagnosis):
    return ("disease", {"diagnosis": diagnosis})


def aged(age):
    return ("patient", {"age_at_infusion": age})


@pytest.mark.parametrize(
    ("sentence", "product", "diagnosis", "values", "found"),
    [
        ("approved on the day", "AXI", "DLBCL", {}, False),
        ("approved the day after", "AXI", "DLBCL", {"infused_on": INFUSED - dt.timedelta(days=1)}, True),
        ("approved for another disease", "AXI", "MCL", {}, True),
        ("approved on a day that is not known", "CESNI", "MM", {}, False),
        ("never approved", "IDE", "MM", {}, True),
        ("off label, in a trial", "IDE", "MM", {"setting": "TRIAL"}, False),
        ("off label, by exemption", "IDE", "MM", {"setting": "HOSPITAL_EXEMPTION"}, False),
        ("off label, setting not known", "IDE", "MM", {"setting": None}, True),
        ("diagnosis not known", "IDE", None, {}, False),
    ],
)
def test_a_product_is_approved_for_the_disease(sev, approved, sentence, product, diagnosis, values, found):
    assert is_found(sev, "PR01_PROD_DIS", disease(diagnosis), infused(product, **values)) == found, sentence


def test_without_the_form_of_the_disease_no_approval_is_missed(sev, approved):
    assert not is_found(sev, "PR01_PROD_DIS", infused("IDE"))


@pytest.mark.parametrize(
    ("sentence", "product", "diagnosis", "setting", "found"),
    [
        ("BCMA in lymphoma", "IDE", "DLBCL", "COMMERCIAL", True),
        ("BCMA in lymphoma, in a trial", "IDE", "DLBCL", "TRIAL", False),
        ("BCMA in lymphoma, by exemption", "IDE", "DLBCL", "HOSPITAL_EXEMPTION", True),
        ("BCMA in myeloma", "IDE", "MM", "COMMERCIAL", False),
        ("BCMA in amyloidosis", "IDE", "AL", "COMMERCIAL", False),
        ("CD19 in myeloma", "AXI", "MM", "COMMERCIAL", True),
        ("CD19 in lymphoma", "AXI", "DLBCL", "COMMERCIAL", False),
        ("diagnosis not known", "IDE", None, "COMMERCIAL", False),
        ("setting not known", "IDE", "DLBCL", None, False),
    ],
)
def test_the_disease_carries_the_target(sev, approved, sentence, product, diagnosis, setting, found):
    assert is_found(sev, "PR02_TARGET", disease(diagnosis), infused(product, setting)) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "patient", "product", "diagnosis", "setting", "found"),
    [
        ("leukaemia at 25", {"age_at_infusion": 25}, "TISA", "B_ALL", "COMMERCIAL", False),
        ("leukaemia at 26", {"age_at_infusion": 26}, "TISA", "B_ALL", "COMMERCIAL", True),
        ("leukaemia at 26, in a trial", {"age_at_infusion": 26}, "TISA", "B_ALL", "TRIAL", False),
        ("leukaemia at 9", {"age_at_infusion": 9}, "TISA", "B_ALL", "COMMERCIAL", False),
        ("lymphoma at 17, by tisagenlecleucel", {"age_at_infusion": 17}, "TISA", "DLBCL", "COMMERCIAL", True),
        ("lymphoma at 30, by tisagenlecleucel", {"age_at_infusion": 30}, "TISA", "DLBCL", "COMMERCIAL", False),
        ("a product for adults at 17", {"age_at_infusion": 17}, "AXI", None, "COMMERCIAL", True),
        ("a product for adults at 18", {"age_at_infusion": 18}, "AXI", "DLBCL", "COMMERCIAL", False),
        ("surely under age by year of birth", {"birth_year": 2004}, "AXI", "DLBCL", None, True),
        ("18 in the year of infusion", {"birth_year": 2003}, "AXI", "DLBCL", None, False),
        ("age not known", {}, "AXI", "DLBCL", "COMMERCIAL", False),
    ],
)
def test_the_age_is_within_the_label(sev, approved, sentence, patient, product, diagnosis, setting, found):
    rows = [("patient", patient), disease(diagnosis), infused(product, setting)]
    assert is_found(sev, "PR03_AGE", *rows) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "product", "values", "found"),
    [
        ("half of the least", "IDE", {"cell_dose_10e6": 150}, False),
        ("less than half", "IDE", {"cell_dose_10e6": 149}, True),
        ("twice the most", "IDE", {"cell_dose_10e6": 1020}, False),
        ("more than twice", "IDE", {"cell_dose_10e6": 1021}, True),
        ("per kg as given", "AXI", {"cell_dose_10e6": 160, "cell_dose_10e6_per_kg": 5}, True),
        ("per kg by the weight", "AXI", {"cell_dose_10e6": 160, "weight_kg": 80}, False),
        ("far too few per kg by the weight", "AXI", {"cell_dose_10e6": 60, "weight_kg": 80}, True),
        ("weight not known", "AXI", {"cell_dose_10e6": 60}, False),
        ("cells not known", "IDE", {}, False),
        ("a product without a range", "CESNI", {"cell_dose_10e6": 5000}, False),
    ],
)
def test_the_cells_are_near_what_the_label_gives(sev, approved, sentence, product, values, found):
    assert is_found(sev, "PR05_DOSE", infused(product, **values)) == found, sentence


@pytest.mark.parametrize(("product", "found"), [("AXI", True), ("OBE", False)])
def test_only_a_split_dose_has_further_infusions(sev, approved, product, found):
    assert is_found(sev, "PR06_INFN", infused(product), ("further_infusion", {})) == found
