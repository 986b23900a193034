"""Units that a laboratory result may be typed in, as UCUM codes."""

from __future__ import annotations

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
