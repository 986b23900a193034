"""Laboratory values come in many units and spellings and leave in one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from registry.rules.lab_units import LabUnit, read_unit
from registry.rules.labs import (
    ANALYTES,
    LOWEST_IS_WORST,
    Analyte,
    Timepoint,
    UnitNotAllowed,
    absolute_count,
    allowed_units,
    to_canonical,
)
from registry.rules.limits import Breach
from registry.rules.timepoints import WINDOWS, pick_sample

CONVERSIONS = [
    (Analyte.FERRITIN, "2018", "ug/L", "2018"),
    (Analyte.FERRITIN, "100", "pmol/L", "44.5"),
    (Analyte.CRP, "12", "mg/dL", "120"),
    (Analyte.CRP, "12", "mg/L", "12"),
    (Analyte.CRP, "12", "µg/mL", "12"),
    (Analyte.CRP, "1000", "nmol/L", "105"),
    (Analyte.LDH, "5", "ukat/L", "300"),
    (Analyte.PLT, "45000", "/uL", "45"),
    (Analyte.PLT, "45", "10*3/uL", "45"),
    (Analyte.ANC, "500", "cells/uL", "0.5"),
    (Analyte.ALC, "0.3", "10*9/L", "0.3"),
    (Analyte.WBC, "4.1", "10*9/L", "4.1"),
    (Analyte.HB, "95", "g/L", "9.5"),
    (Analyte.HB, "5", "mmol/L", "8.055"),
    (Analyte.CREATININE, "100", "umol/L", "1.131"),
    (Analyte.AST, "1", "ukat/L", "60"),
    (Analyte.ALT, "33", "U/L", "33"),
    (Analyte.BILIRUBIN, "100", "umol/L", "5.847"),
    (Analyte.FIBRINOGEN, "1.5", "g/L", "150"),
    (Analyte.FIBRINOGEN, "10", "umol/L", "340"),
    (Analyte.DDIMER, "1.5", "mg/L{FEU}", "1500"),
    (Analyte.DDIMER, "750", "ng/mL{DDU}", "1500"),
    (Analyte.TRIGLYCERIDES, "3", "mmol/L", "265.71"),
    (Analyte.IL6, "80", "ng/L", "80"),
    (Analyte.ALBUMIN, "35", "g/L", "3.5"),
    (Analyte.ALBUMIN, "500", "umol/L", "3.325"),
]


@pytest.mark.parametrize(("analyte", "value", "unit", "canonical"), CONVERSIONS)
def test_a_value_is_brought_to_the_canonical_unit(analyte: Analyte, value: str, unit: str, canonical: str) -> None:
    assert to_canonical(analyte, Decimal(value), unit) == Decimal(canonical)


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [
        ("U/L", LabUnit.U_L),
        ("IU/l", LabUnit.U_L),
        ("UI/L", LabUnit.U_L),
        ("mcg/L", LabUnit.UG_L),
        ("µg/l", LabUnit.UG_L),
        ("μg/L", LabUnit.UG_L),
        ("MG/DL", LabUnit.MG_DL),
        (" mg / dl ", LabUnit.MG_DL),
        ("x10^9/L", LabUnit.E9_L),
        ("×10⁹/L", LabUnit.E9_L),
        ("10E9/L", LabUnit.E9_L),
        ("K/uL", LabUnit.E3_UL),
        ("10³/µL", LabUnit.E3_UL),
        ("/mm3", LabUnit.PER_UL),
        ("mg/L FEU", LabUnit.MG_L_FEU),
        ("ug/mL FEU", LabUnit.MG_L_FEU),
        ("ng/mL {DDU}", LabUnit.NG_ML_DDU),
        ("furlong", None),
        ("", None),
    ],
)
def test_a_unit_is_known_by_its_common_spellings(spelling: str, unit: LabUnit | None) -> None:
    assert read_unit(spelling) == unit


@pytest.mark.parametrize("unit", LabUnit)
def test_every_unit_is_read_by_its_own_code_and_label(unit: LabUnit) -> None:
    assert read_unit(unit.value) == unit
    assert read_unit(unit.label) == unit


def test_giga_per_litre_is_a_cell_count() -> None:
    assert to_canonical(Analyte.PLT, Decimal(45), "G/L") == 45
    assert to_canonical(Analyte.HB, Decimal(95), "g/L") == Decimal("9.5")


@pytest.mark.parametrize(
    ("analyte", "unit"),
    [
        (Analyte.FERRITIN, "mg/dL"),
        (Analyte.DDIMER, "ng/mL"),
        (Analyte.CRP, "U/L"),
        (Analyte.PLT, ""),
        (Analyte.HB, "%"),
    ],
)
def test_a_unit_that_cannot_be_converted_is_refused_by_name(analyte: Analyte, unit: str) -> None:
    with pytest.raises(UnitNotAllowed) as refused:
        to_canonical(analyte, Decimal(1), unit)
    assert refused.value.allowed == allowed_units(analyte)
    assert all(allowed in str(refused.value) for allowed in allowed_units(analyte))


@pytest.mark.parametrize("analyte", Analyte)
def test_every_analyte_has_a_rule_that_holds_together(analyte: Analyte) -> None:
    rule = ANALYTES[analyte]
    assert rule.factors[rule.unit] == 1
    assert allowed_units(analyte)[0] == rule.unit
    assert all(factor > 0 for factor in rule.factors.values())
    limits = rule.limits
    assert limits.hard_low <= limits.soft_low < limits.soft_high <= limits.hard_high


def test_every_unit_belongs_to_an_analyte() -> None:
    assert {unit for rule in ANALYTES.values() for unit in rule.factors} == set(LabUnit)


@pytest.mark.parametrize(
    ("analyte", "value", "breach"),
    [
        (Analyte.FERRITIN, "1000000", Breach.SOFT),
        (Analyte.FERRITIN, "1000000.1", Breach.HARD),
        (Analyte.FERRITIN, "100000", None),
        (Analyte.FERRITIN, "100000.1", Breach.SOFT),
        (Analyte.FERRITIN, "-1", Breach.HARD),
        (Analyte.CREATININE, "0.05", Breach.SOFT),
        (Analyte.CREATININE, "0.04", Breach.HARD),
        (Analyte.HB, "5", None),
        (Analyte.HB, "4.9", Breach.SOFT),
    ],
)
def test_limits_include_their_ends(analyte: Analyte, value: str, breach: Breach | None) -> None:
    assert ANALYTES[analyte].limits.breach(Decimal(value)) == breach


def test_a_share_of_leukocytes_is_a_count() -> None:
    assert absolute_count(Decimal("2.5"), Decimal(40)) == 1


def test_of_counts_haemoglobin_fibrinogen_and_albumin_the_lowest_is_the_worst() -> None:
    assert {"PLT", "ANC", "HB", "FIBRINOGEN", "ALBUMIN"} == LOWEST_IS_WORST


@pytest.mark.parametrize(
    ("timepoint", "samples", "picked"),
    [
        (Timepoint.PRE_LD, [(-15, "too early"), (-14, "a"), (-2, "b"), (1, "too late")], "b"),
        (Timepoint.PRE_LD, [(0, "same day"), (-1, "before")], "same day"),
        (Timepoint.INFUSION, [(-2, "no")], None),
        (Timepoint.ANAKINRA_START, [(-1, "a"), (0, "b")], "b"),
        (Timepoint.A7, [(5, "a"), (8, "b"), (9, "c")], "b"),
        (Timepoint.A7, [(6, "earlier"), (8, "later")], "earlier"),
        (Timepoint.A3, [(5, "no"), (1, "no")], None),
        (Timepoint.A28, [], None),
    ],
)
def test_the_sample_of_a_time_point_is_the_latest_or_nearest_in_its_window(
    timepoint: Timepoint, samples: list[tuple[int, str]], picked: str | None
) -> None:
    assert pick_sample(timepoint, samples) == picked


def test_every_time_point_but_peak_and_other_has_a_window() -> None:
    assert set(Timepoint) - set(WINDOWS) == {Timepoint.PEAK, Timepoint.OTHER}
