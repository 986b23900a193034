"""Laboratory analytes: codes, units and limits, and conversion to the canonical unit.

Units are UCUM. Limits are our own convention, in the canonical unit: outside the hard limits a value is refused,
outside the soft limits it is queried. Codes are LOINC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from registry.rules.coding import Coded, gettext_noop
from registry.rules.lab_units import LabUnit, read_unit
from registry.rules.limits import Limits


class Analyte(Coded):
    """Laboratory analyte."""

    FERRITIN = "FERRITIN", gettext_noop("ferritin")
    CRP = "CRP", gettext_noop("C-reactive protein")
    LDH = "LDH", gettext_noop("lactate dehydrogenase")
    PLT = "PLT", gettext_noop("platelets")
    ANC = "ANC", gettext_noop("neutrophils")
    ALC = "ALC", gettext_noop("lymphocytes")
    WBC = "WBC", gettext_noop("leukocytes")
    HB = "HB", gettext_noop("haemoglobin")
    CREATININE = "CREATININE", gettext_noop("creatinine")
    AST = "AST", gettext_noop("aspartate aminotransferase")
    ALT = "ALT", gettext_noop("alanine aminotransferase")
    BILIRUBIN = "BILIRUBIN", gettext_noop("total bilirubin")
    FIBRINOGEN = "FIBRINOGEN", gettext_noop("fibrinogen")
    DDIMER = "DDIMER", gettext_noop("D-dimer")
    TRIGLYCERIDES = "TRIGLYCERIDES", gettext_noop("triglycerides")
    IL6 = "IL6", gettext_noop("interleukin 6")
    ALBUMIN = "ALBUMIN", gettext_noop("albumin")


class Comparator(Coded):
    """The result lies beyond the limit of the assay."""

    LT = "<", gettext_noop("below the limit")
    GT = ">", gettext_noop("above the limit")


class Timepoint(Coded):
    """What a sample was taken for, counted from lymphodepletion, infusion or the first dose of anakinra."""

    PRE_LD = "PRE_LD", gettext_noop("before lymphodepletion")
    INFUSION = "INFUSION", gettext_noop("before the infusion")
    PEAK = "PEAK", gettext_noop("peak of the episode")
    ANAKINRA_START = "ANAKINRA_START", gettext_noop("before the first dose of anakinra")
    A1 = "A1", gettext_noop("1 day after anakinra start")
    A2 = "A2", gettext_noop("2 days after anakinra start")
    A3 = "A3", gettext_noop("3 days after anakinra start")
    A5 = "A5", gettext_noop("5 days after anakinra start")
    A7 = "A7", gettext_noop("7 days after anakinra start")
    A14 = "A14", gettext_noop("14 days after anakinra start")
    A28 = "A28", gettext_noop("28 days after anakinra start")
    OTHER = "OTHER", gettext_noop("other")


@dataclass(frozen=True, slots=True)
class AnalyteRule:
    """What is fixed for an analyte: code, canonical unit, factors from accepted units, limits in canonical units."""

    loinc: str
    unit: LabUnit
    factors: Mapping[LabUnit, Decimal]
    limits: Limits
    is_loinc_verified: bool = True


class UnitNotAllowed(ValueError):  # noqa: N818 -- the name says what happened
    """A unit that the registry cannot convert for this analyte; carries the units that it can."""

    def __init__(self, analyte: Analyte, unit: str) -> None:
        self.analyte, self.unit, self.allowed = analyte, unit, allowed_units(analyte)
        super().__init__(f"{analyte.label} cannot be in {unit!r}; use one of: {', '.join(self.allowed)}")


def _units(*factors: tuple[LabUnit, str]) -> dict[LabUnit, Decimal]:
    return {unit: Decimal(factor) for unit, factor in factors}


_CELLS = _units((LabUnit.E9_L, "1"), (LabUnit.E3_UL, "1"), (LabUnit.PER_UL, "0.001"))
_ENZYME = _units((LabUnit.U_L, "1"), (LabUnit.UKAT_L, "60"))

ANALYTES: Mapping[Analyte, AnalyteRule] = {
    Analyte.FERRITIN: AnalyteRule(
        "2276-4",
        LabUnit.NG_ML,
        _units((LabUnit.NG_ML, "1"), (LabUnit.UG_L, "1"), (LabUnit.PMOL_L, "0.445")),
        Limits.of(("0", "1000000"), ("5", "100000")),
    ),
    Analyte.CRP: AnalyteRule(
        "1988-5",
        LabUnit.MG_L,
        _units((LabUnit.MG_L, "1"), (LabUnit.MG_DL, "10"), (LabUnit.NMOL_L, "0.105")),
        Limits.of(("0", "1000"), ("0", "500")),
    ),
    Analyte.LDH: AnalyteRule("2532-0", LabUnit.U_L, _ENZYME, Limits.of(("10", "50000"), ("80", "5000"))),
    Analyte.PLT: AnalyteRule("777-3", LabUnit.E9_L, _CELLS, Limits.of(("0", "3000"), ("1", "800")), False),
    Analyte.ANC: AnalyteRule("751-8", LabUnit.E9_L, _CELLS, Limits.of(("0", "200"), ("0", "50"))),
    Analyte.ALC: AnalyteRule("731-0", LabUnit.E9_L, _CELLS, Limits.of(("0", "500"), ("0", "20"))),
    Analyte.WBC: AnalyteRule("6690-2", LabUnit.E9_L, _CELLS, Limits.of(("0", "1000"), ("0", "100"))),
    Analyte.HB: AnalyteRule(
        "718-7",
        LabUnit.G_DL,
        _units((LabUnit.G_DL, "1"), (LabUnit.G_L, "0.1"), (LabUnit.MMOL_L, "1.611")),
        Limits.of(("2", "25"), ("5", "18")),
        False,
    ),
    Analyte.CREATININE: AnalyteRule(
        "2160-0",
        LabUnit.MG_DL,
        _units((LabUnit.MG_DL, "1"), (LabUnit.MG_L, "0.1"), (LabUnit.UMOL_L, "0.01131")),
        Limits.of(("0.05", "30"), ("0.2", "8")),
    ),
    Analyte.AST: AnalyteRule("1920-8", LabUnit.U_L, _ENZYME, Limits.of(("1", "50000"), ("5", "2000"))),
    Analyte.ALT: AnalyteRule("1742-6", LabUnit.U_L, _ENZYME, Limits.of(("1", "50000"), ("3", "2000"))),
    Analyte.BILIRUBIN: AnalyteRule(
        "1975-2",
        LabUnit.MG_DL,
        _units((LabUnit.MG_DL, "1"), (LabUnit.MG_L, "0.1"), (LabUnit.UMOL_L, "0.05847")),
        Limits.of(("0", "80"), ("0.1", "15")),
    ),
    Analyte.FIBRINOGEN: AnalyteRule(
        "3255-7",
        LabUnit.MG_DL,
        _units((LabUnit.MG_DL, "1"), (LabUnit.G_L, "100"), (LabUnit.UMOL_L, "34.0")),
        Limits.of(("0", "2000"), ("50", "1000")),
    ),
    Analyte.DDIMER: AnalyteRule(
        "48065-7",
        LabUnit.NG_ML_FEU,
        _units(
            (LabUnit.NG_ML_FEU, "1"),
            (LabUnit.MG_L_FEU, "1000"),
            (LabUnit.NG_ML_DDU, "2"),
        ),
        Limits.of(("0", "500000"), ("0", "35000")),
    ),
    Analyte.TRIGLYCERIDES: AnalyteRule(
        "2571-8",
        LabUnit.MG_DL,
        _units((LabUnit.MG_DL, "1"), (LabUnit.MMOL_L, "88.57")),
        Limits.of(("5", "10000"), ("20", "1500")),
        False,
    ),
    Analyte.IL6: AnalyteRule(
        "26881-3",
        LabUnit.PG_ML,
        _units((LabUnit.PG_ML, "1"), (LabUnit.NG_L, "1")),
        Limits.of(("0", "5000000"), ("0", "50000")),
    ),
    Analyte.ALBUMIN: AnalyteRule(
        "1751-7",
        LabUnit.G_DL,
        _units((LabUnit.G_DL, "1"), (LabUnit.G_L, "0.1"), (LabUnit.UMOL_L, "0.00665")),
        Limits.of(("0.5", "7"), ("1.2", "5.5")),
    ),
}

# Analytes whose worst value is the lowest one; of all others it is the highest.
LOWEST_IS_WORST = frozenset({Analyte.PLT, Analyte.ANC, Analyte.HB, Analyte.FIBRINOGEN, Analyte.ALBUMIN})


def allowed_units(analyte: Analyte) -> list[LabUnit]:
    """Return the units that can be converted for an analyte, the canonical one first."""
    return list(ANALYTES[analyte].factors)


def unit_factor(analyte: Analyte, unit: str) -> Decimal:
    """Return the factor from a unit, as laboratories write it, to the canonical unit; else UnitNotAllowed."""
    factors = ANALYTES[analyte].factors
    read = read_unit(unit)
    # Cell counts are often written in G/L, giga per litre, which looks like grams per litre.
    if read == LabUnit.G_L and LabUnit.E9_L in factors:
        read = LabUnit.E9_L
    if read is None or read not in factors:
        raise UnitNotAllowed(analyte, unit)
    return factors[read]


def to_canonical(analyte: Analyte, value: Decimal, unit: str) -> Decimal:
    """Return a result in the canonical unit of its analyte, unrounded; UnitNotAllowed for any other unit."""
    return value * unit_factor(analyte, unit)


def absolute_count(leukocytes_10e9_l: Decimal, percent: Decimal) -> Decimal:
    """Return a cell count in 10*9/L from the leukocyte count and its share in percent."""
    return leukocytes_10e9_l * percent / 100
