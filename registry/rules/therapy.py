"""Treatment of the toxicities other than anakinra: drugs, doses, corticosteroid equivalents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from registry.rules.coding import Coded, gettext_noop
from registry.rules.dosing import daily_mg, mg_per_kg_day


class TherapyDrug(Coded):
    """Drug or procedure against toxicity; anakinra is absent because it has courses of its own."""

    TOCILIZUMAB = "TOCILIZUMAB", gettext_noop("tocilizumab")
    SILTUXIMAB = "SILTUXIMAB", gettext_noop("siltuximab")
    DEXAMETHASONE = "DEXAMETHASONE", gettext_noop("dexamethasone")
    METHYLPREDNISOLONE = "METHYLPREDNISOLONE", gettext_noop("methylprednisolone")
    PREDNISONE = "PREDNISONE", gettext_noop("prednisone or prednisolone")
    HYDROCORTISONE = "HYDROCORTISONE", gettext_noop("hydrocortisone")
    BETAMETHASONE = "BETAMETHASONE", gettext_noop("betamethasone")
    LEVETIRACETAM = "LEVETIRACETAM", gettext_noop("levetiracetam")
    OTHER_ANTISEIZURE = "OTHER_ANTISEIZURE", gettext_noop("other antiseizure drug")
    RUXOLITINIB = "RUXOLITINIB", gettext_noop("ruxolitinib")
    EMAPALUMAB = "EMAPALUMAB", gettext_noop("emapalumab")
    ETOPOSIDE = "ETOPOSIDE", gettext_noop("etoposide")
    CYCLOPHOSPHAMIDE = "CYCLOPHOSPHAMIDE", gettext_noop("cyclophosphamide")
    DASATINIB = "DASATINIB", gettext_noop("dasatinib")
    ATG = "ATG", gettext_noop("antithymocyte globulin")
    IVIG = "IVIG", gettext_noop("intravenous immunoglobulin")
    BELIMUMAB = "BELIMUMAB", gettext_noop("belimumab")
    LENALIDOMIDE = "LENALIDOMIDE", gettext_noop("lenalidomide")
    INTRATHECAL_STEROID = "INTRATHECAL_STEROID", gettext_noop("intrathecal corticosteroid")
    INTRATHECAL_CHEMO = "INTRATHECAL_CHEMO", gettext_noop("intrathecal chemotherapy")
    PLASMA_EXCHANGE = "PLASMA_EXCHANGE", gettext_noop("plasma exchange")
    CYTOKINE_ADSORPTION = "CYTOKINE_ADSORPTION", gettext_noop("cytokine adsorption")
    OTHER = "OTHER", gettext_noop("other")


class TherapyReason(Coded):
    """What the treatment was given for."""

    CRS = "CRS", gettext_noop("CRS")
    ICANS = "ICANS", gettext_noop("ICANS")
    BOTH = "BOTH", gettext_noop("CRS and ICANS")
    IEC_HS = "IEC_HS", gettext_noop("IEC-HS")
    PROPHYLAXIS = "PROPHYLAXIS", gettext_noop("prophylaxis")
    OTHER = "OTHER", gettext_noop("other")


class Route(Coded):
    """Route of administration."""

    IV = "IV", gettext_noop("intravenous")
    SC = "SC", gettext_noop("subcutaneous")
    PO = "PO", gettext_noop("by mouth")
    IT = "IT", gettext_noop("intrathecal")
    OTHER = "OTHER", gettext_noop("other")


class DoseUnit(Coded):
    """Unit in which a dose was written."""

    MG = "MG", gettext_noop("mg")
    G = "G", gettext_noop("g")
    MG_PER_KG = "MG_PER_KG", gettext_noop("mg/kg")
    G_PER_KG = "G_PER_KG", gettext_noop("g/kg")
    MG_PER_M2 = "MG_PER_M2", gettext_noop("mg/m²")
    SESSION = "SESSION", gettext_noop("session")


# Multiply mg of a drug by its factor to get mg of dexamethasone of the same anti-inflammatory strength (provisional).
DEXAMETHASONE_FACTORS: Mapping[TherapyDrug, Decimal] = {
    TherapyDrug.DEXAMETHASONE: Decimal(1),
    TherapyDrug.METHYLPREDNISOLONE: Decimal("0.1875"),
    TherapyDrug.PREDNISONE: Decimal("0.15"),
    TherapyDrug.HYDROCORTISONE: Decimal("0.0375"),
    TherapyDrug.BETAMETHASONE: Decimal("1.25"),
}
STEROIDS = frozenset(DEXAMETHASONE_FACTORS)
HIGH_DOSE_DEXEQ_MG_PER_DAY = Decimal(20)
DEXEQ_MG_PER_DAY_SOFT_MAX = Decimal(400)

# Treatments after which fever may be hidden, so that CRS can be graded without it.
MASKING_DRUGS = STEROIDS | {
    TherapyDrug.TOCILIZUMAB,
    TherapyDrug.SILTUXIMAB,
    TherapyDrug.RUXOLITINIB,
    TherapyDrug.EMAPALUMAB,
}

TOCILIZUMAB_MG_PER_KG = Decimal(8)
TOCILIZUMAB_MG_MAX = Decimal(800)
TOCILIZUMAB_MG_PER_KG_QUERY = Decimal("8.5")
TOCILIZUMAB_HOURS_APART_MIN = 8
TOCILIZUMAB_DOSES_PER_DAY_MAX = 3
TOCILIZUMAB_DOSES_MAX = 4


class TocilizumabFault(Coded):
    """How doses of tocilizumab depart from the label."""

    DOSE = "DOSE", gettext_noop("more than 8 mg/kg or 800 mg in one dose")
    COUNT = "COUNT", gettext_noop("more than 4 doses")
    INTERVAL = "INTERVAL", gettext_noop("less than 8 hours between doses")
    DAY = "DAY", gettext_noop("more than 3 doses in 24 hours")


def dose_in_mg(dose: Decimal | None, unit: DoseUnit | None, weight_kg: Decimal | None) -> Decimal | None:
    """Return one dose in mg; nothing when a part is missing or the unit (mg/m², session) has no amount in mg."""
    if dose is None or unit is None:
        return None
    per_unit = {DoseUnit.MG: Decimal(1), DoseUnit.G: Decimal(1000)}
    if weight_kg is not None:
        per_unit |= {DoseUnit.MG_PER_KG: weight_kg, DoseUnit.G_PER_KG: weight_kg * 1000}
    return dose * per_unit[unit] if unit in per_unit else None


def dexeq_mg(drug: TherapyDrug, mg: Decimal | None) -> Decimal | None:
    """Return mg of dexamethasone equal to mg of a corticosteroid (provisional).

    Nothing when the dose is missing; ValueError for a drug that is no systemic corticosteroid.
    """
    if drug not in DEXAMETHASONE_FACTORS:
        raise ValueError(f"{drug.label} is not a systemic corticosteroid")
    return None if mg is None else mg * DEXAMETHASONE_FACTORS[drug]


def dexeq_mg_per_day(drug: TherapyDrug, dose_mg: Decimal | None, interval_h: Decimal | int | None) -> Decimal | None:
    """Return mg of dexamethasone equivalent per day from one dose in mg and the hours between doses (provisional)."""
    return dexeq_mg(drug, daily_mg(dose_mg, interval_h))


def is_high_dose(
    dexeq_mg_per_day: Decimal | None, threshold_mg_per_day: Decimal = HIGH_DOSE_DEXEQ_MG_PER_DAY
) -> bool | None:
    """Tell whether a day of corticosteroids counts as high dose: at or above the threshold, 20 mg/day by default.

    The published cohort gives no threshold; ours is a convention (provisional).
    """
    return None if dexeq_mg_per_day is None else dexeq_mg_per_day >= threshold_mg_per_day


def is_tocilizumab_dose_high(mg: Decimal, weight_kg: Decimal | None) -> bool:
    """Tell whether one dose lies above 800 mg, or above 8 mg/kg by more than rounding (8.5 mg/kg)."""
    per_kg = mg_per_kg_day(mg, weight_kg)
    return mg > TOCILIZUMAB_MG_MAX or (per_kg is not None and per_kg > TOCILIZUMAB_MG_PER_KG_QUERY)


def tocilizumab_faults(given_at: Iterable[datetime]) -> set[TocilizumabFault]:
    """Return how the times of the doses of one course depart from the label: at most 4, 8 h apart, 3 in 24 h."""
    times = sorted(given_at)
    apart, day = timedelta(hours=TOCILIZUMAB_HOURS_APART_MIN), timedelta(hours=24)
    found = {
        TocilizumabFault.COUNT: len(times) > TOCILIZUMAB_DOSES_MAX,
        TocilizumabFault.INTERVAL: any(later - earlier < apart for earlier, later in pairwise(times)),
        TocilizumabFault.DAY: any(
            later - earlier < day for earlier, later in zip(times, times[TOCILIZUMAB_DOSES_PER_DAY_MAX:], strict=False)
        ),
    }
    return {fault for fault, is_found in found.items() if is_found}
