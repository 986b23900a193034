"""Scores: their formulas, their limits, and no score without every input."""

from __future__ import annotations

from decimal import Decimal

import pytest

from registry.rules.hctci import INDEX_MAX, POINTS, HctCiGroup, hct_ci, hct_ci_group
from registry.rules.infusion import Comorbidity
from registry.rules.scores import (
    HematotoxGroup,
    car_hematotox,
    car_hematotox_group,
    easix,
    kps_ecog_agree,
    m_easix,
    s_easix,
)

NORMAL = {"platelets_10e9_l": "200", "anc_10e9_l": "3", "hb_g_dl": "12", "crp_mg_dl": "1", "ferritin_ng_ml": "300"}


def test_easix_multiplies_ldh_and_creatinine_and_divides_by_platelets() -> None:
    assert easix(Decimal(300), Decimal("1.2"), Decimal(60)) == 6
    assert s_easix(Decimal(300), Decimal(60)) == 5
    assert m_easix(Decimal(300), Decimal(12), Decimal(60)) == 60


@pytest.mark.parametrize("inputs", [(None, 1, 60), (300, None, 60), (300, 1, None), (300, 1, 0)])
def test_no_easix_without_every_input_or_with_platelets_of_0(inputs: tuple[int | None, ...]) -> None:
    ldh, second, platelets = (None if value is None else Decimal(value) for value in inputs)
    assert easix(ldh, second, platelets) is None
    assert m_easix(ldh, second, platelets) is None
    if second is not None:
        assert s_easix(ldh, platelets) is None


def test_no_modified_easix_with_a_crp_of_0() -> None:
    assert m_easix(Decimal(300), Decimal(0), Decimal(60)) is None


@pytest.mark.parametrize(
    ("name", "value", "points"),
    [
        ("platelets_10e9_l", "175.1", 0),
        ("platelets_10e9_l", "175", 1),
        ("platelets_10e9_l", "75", 1),
        ("platelets_10e9_l", "74.9", 2),
        ("anc_10e9_l", "1.2", 0),
        ("anc_10e9_l", "1.19", 1),
        ("hb_g_dl", "9", 0),
        ("hb_g_dl", "8.9", 1),
        ("crp_mg_dl", "2.9", 0),
        ("crp_mg_dl", "3", 1),
        ("ferritin_ng_ml", "649", 0),
        ("ferritin_ng_ml", "650", 1),
        ("ferritin_ng_ml", "2000", 1),
        ("ferritin_ng_ml", "2000.1", 2),
    ],
)
def test_each_value_of_car_hematotox_has_its_points(name: str, value: str, points: int) -> None:
    assert car_hematotox(**{key: Decimal(text) for key, text in {**NORMAL, name: value}.items()}) == points


@pytest.mark.parametrize("name", sorted(NORMAL))
def test_no_car_hematotox_without_every_input(name: str) -> None:
    inputs: dict[str, Decimal | None] = {key: Decimal(text) for key, text in NORMAL.items()}
    assert car_hematotox(**{**inputs, name: None}) is None


def test_car_hematotox_reaches_7_and_is_high_from_2() -> None:
    worst = ("10", "0.1", "7", "20", "9000")
    assert car_hematotox(**dict(zip(NORMAL, map(Decimal, worst), strict=True))) == 7
    groups = [car_hematotox_group(points) for points in (0, 1, 2, 7)]
    assert groups == [HematotoxGroup.LOW, HematotoxGroup.LOW, HematotoxGroup.HIGH, HematotoxGroup.HIGH]
    assert car_hematotox_group(None) is None


@pytest.mark.parametrize(
    ("kps", "ecog", "agree"),
    [
        (100, 0, True),
        (90, 1, True),
        (70, 2, True),
        (80, 0, False),
        (60, 1, False),
        (40, 3, True),
        (20, 4, True),
        (30, 4, False),
        (10, 5, False),
        (0, 5, True),
        (None, 1, None),
        (80, None, None),
    ],
)
def test_karnofsky_and_ecog_agree_by_either_mapping(kps: int | None, ecog: int | None, agree: bool | None) -> None:
    assert kps_ecog_agree(kps, ecog) is agree


@pytest.mark.parametrize(
    ("conditions", "points", "group"),
    [
        ([], 0, HctCiGroup.LOW),
        ([Comorbidity.DIABETES], 1, HctCiGroup.INTERMEDIATE),
        ([Comorbidity.DIABETES, Comorbidity.DIABETES], 1, HctCiGroup.INTERMEDIATE),
        ([Comorbidity.RENAL], 2, HctCiGroup.INTERMEDIATE),
        ([Comorbidity.SOLID_TUMOUR], 3, HctCiGroup.HIGH),
        ([Comorbidity.HEPATIC_MILD, Comorbidity.HEPATIC_SEVERE], 3, HctCiGroup.HIGH),
        ([Comorbidity.PULMONARY_MODERATE, Comorbidity.PULMONARY_SEVERE], 3, HctCiGroup.HIGH),
        (list(Comorbidity), INDEX_MAX, HctCiGroup.HIGH),
    ],
)
def test_the_comorbidity_index_adds_its_conditions(
    conditions: list[Comorbidity], points: int, group: HctCiGroup
) -> None:
    assert hct_ci(conditions) == points
    assert hct_ci_group(points) == group


def test_every_comorbidity_has_points() -> None:
    assert set(POINTS) == set(Comorbidity)
