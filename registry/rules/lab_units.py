"""Units that a laboratory result may be typed in, as UCUM codes."""

from __future__ import annotations

from collections.abc import Mapping

from registry.rules.coding import Coded


class LabUnit(Coded):
    """Accepted units; which analyte takes which, with its factor, is in `rules.labs`."""

    NG_ML = "ng/mL", "ng/mL"
    UG_L = "ug/L", "µg/L"
    PMOL_L = "pmol/L", "pmol/L"
    MG_L = "mg/L", "mg/L"
    MG_DL = "mg/dL", "mg/dL"
    NMOL_L = "nmol/L", "nmol/L"
    UMOL_L = "umol/L", "µmol/L"
    MMOL_L = "mmol/L", "mmol/L"
    U_L = "U/L", "U/L"
    UKAT_L = "ukat/L", "µkat/L"
    E9_L = "10*9/L", "10⁹/L"
    E3_UL = "10*3/uL", "10³/µL"
    PER_UL = "/uL", "/µL"
    G_DL = "g/dL", "g/dL"
    G_L = "g/L", "g/L"
    PG_ML = "pg/mL", "pg/mL"
    NG_L = "ng/L", "ng/L"
    NG_ML_FEU = "ng/mL{FEU}", "ng/mL FEU"
    MG_L_FEU = "mg/L{FEU}", "mg/L FEU"
    NG_ML_DDU = "ng/mL{DDU}", "ng/mL DDU"


# Ways in which laboratories write these units, after spaces, braces and case are gone.
_SPELLINGS: Mapping[str, LabUnit] = {
    "iu/l": LabUnit.U_L,
    "ui/l": LabUnit.U_L,
    "ug/ml": LabUnit.MG_L,
    "10^9/l": LabUnit.E9_L,
    "10e9/l": LabUnit.E9_L,
    "109/l": LabUnit.E9_L,
    "giga/l": LabUnit.E9_L,
    "gpt/l": LabUnit.E9_L,
    "10^3/ul": LabUnit.E3_UL,
    "10e3/ul": LabUnit.E3_UL,
    "103/ul": LabUnit.E3_UL,
    "k/ul": LabUnit.E3_UL,
    "10*3/mm3": LabUnit.E3_UL,
    "10^3/mm3": LabUnit.E3_UL,
    "cells/ul": LabUnit.PER_UL,
    "cell/ul": LabUnit.PER_UL,
    "1/ul": LabUnit.PER_UL,
    "/mm3": LabUnit.PER_UL,
    "cells/mm3": LabUnit.PER_UL,
    "10*6/l": LabUnit.PER_UL,
    "10^6/l": LabUnit.PER_UL,
    "10e6/l": LabUnit.PER_UL,
    "ug/lfeu": LabUnit.NG_ML_FEU,
    "ug/mlfeu": LabUnit.MG_L_FEU,
    "ug/lddu": LabUnit.NG_ML_DDU,
}


def read_unit(text: str) -> LabUnit | None:
    """Return the unit meant by a laboratory's spelling of it, or nothing when it is none of the list.

    Only spellings of equal size are merged, so that a number never changes here; "G/L" (giga per litre) cannot be
    told from g/L and is read as g/L.
    """
    plain = _plain(text)
    return _SPELLINGS.get(plain) or _CODES.get(plain)


def _plain(unit: str) -> str:
    """Bring a unit to one spelling: case, spaces, braces, the micro sign and a leading multiplication sign."""
    text = unit.replace("µ", "u").replace("μ", "u").replace("×", "x").replace("⁹", "9").replace("³", "3").casefold()
    text = "".join(text.split()).replace("{", "").replace("}", "").replace("mcg", "ug")
    return text.removeprefix("x")


_CODES: Mapping[str, LabUnit] = {_plain(unit): unit for unit in LabUnit}
