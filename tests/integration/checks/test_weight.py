"""Weights that changed too much or do not fit the height are asked about."""

from __future__ import annotations

from decimal import Decimal

import pytest

from registry.checks import weight  # noqa: F401
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("sentence", "at_lymphodepletion", "at_anakinra", "found"),
    [
        ("a sixth more", "70.0", "81.7", True),
        ("a sixth less", "70.0", "58.3", True),
        ("15 % more exactly", "70.0", "80.5", False),
        ("just above 15 %", "70.0", "80.6", True),
        ("15 % less exactly", "70.0", "59.5", False),
        ("no weight at anakinra", "70.0", None, False),
        ("no weight at lymphodepletion", None, "81.7", False),
    ],
)
def test_a_weight_changes_by_15_percent_at_most(sev, sentence, at_lymphodepletion, at_anakinra, found):
    rows = ("infusion_course", {"weight_kg": at_lymphodepletion}), ("anakinra_course", {"weight_kg": at_anakinra})
    assert is_found(sev, "WT02", *rows) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "weight_kg", "height_cm", "found"),
    [
        ("a usual body", "70.0", "170.0", False),
        ("pounds typed as kilograms", "200.0", "170.0", True),
        ("60 exactly", "240.0", "200.0", False),
        ("just above 60", "240.1", "200.0", True),
        ("12 exactly", "48.0", "200.0", False),
        ("just below 12", "47.9", "200.0", True),
        ("no height", "200.0", None, False),
        ("no weight", None, "170.0", False),
    ],
)
def test_weight_and_height_make_a_body_mass_index_from_12_to_60(sev, sentence, weight_kg, height_cm, found):
    values = {"weight_kg": weight_kg and Decimal(weight_kg), "height_cm": height_cm and Decimal(height_cm)}
    assert is_found(sev, "WT03_BMI", ("infusion_course", values)) == found, sentence
