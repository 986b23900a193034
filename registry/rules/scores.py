"""Risk scores from laboratory values; units stand in the names. A missing input gives no score, never zero."""

from __future__ import annotations

from decimal import Decimal

from registry.rules.bands import Band, ladder, lookup
from registry.rules.body import bsa_mosteller_m2
from registry.rules.coding import Coded, gettext_noop
from registry.rules.hctci import hct_ci

__all__ = [
    "HEMATOTOX_ANC",
    "HEMATOTOX_CRP",
    "HEMATOTOX_FERRITIN",
    "HEMATOTOX_GROUPS",
    "HEMATOTOX_HB",
    "HEMATOTOX_PLATELETS",
    "HematotoxGroup",
    "bsa_mosteller_m2",
    "car_hematotox",
    "car_hematotox_group",
    "easix",
    "hct_ci",
    "kps_ecog_agree",
    "m_easix",
    "s_easix",
]


class HematotoxGroup(Coded):
    """Risk group of CAR-HEMATOTOX."""

    LOW = "LOW", gettext_noop("low (0 to 1)")
    HIGH = "HIGH", gettext_noop("high (2 or more)")


HEMATOTOX_PLATELETS: tuple[Band[int], ...] = (
    Band(2, None, Decimal(75)),
    Band(1, Decimal(75), Decimal(175), high_closed=True),
    Band(0, Decimal(175), None, low_closed=False),
)
HEMATOTOX_ANC = ladder(1, ("1.2", 0))
HEMATOTOX_HB = ladder(1, ("9", 0))
HEMATOTOX_CRP = ladder(0, ("3", 1))
HEMATOTOX_FERRITIN: tuple[Band[int], ...] = (
    Band(0, None, Decimal(650)),
    Band(1, Decimal(650), Decimal(2000), high_closed=True),
    Band(2, Decimal(2000), None, low_closed=False),
)
HEMATOTOX_GROUPS = ladder(HematotoxGroup.LOW, ("2", HematotoxGroup.HIGH))

# Karnofsky values that each ECOG value can stand for, both mappings in use taken together (provisional).
KPS_OF_ECOG: dict[int, frozenset[int]] = {
    0: frozenset({90, 100}),
    1: frozenset({70, 80, 90}),
    2: frozenset({50, 60, 70}),
    3: frozenset({30, 40}),
    4: frozenset({10, 20}),
    5: frozenset({0}),
}


def easix(
    ldh_u_l: Decimal | None, creatinine_mg_dl: Decimal | None, platelets_10e9_l: Decimal | None
) -> Decimal | None:
    """Return EASIX: LDH x creatinine / platelets; nothing when an input is missing or platelets are 0.

    Source: Pennisi et al., Blood Adv 2021;5:3397, DOI 10.1182/bloodadvances.2020003885.
    """
    if ldh_u_l is None or creatinine_mg_dl is None or not platelets_10e9_l:
        return None
    return ldh_u_l * creatinine_mg_dl / platelets_10e9_l


def s_easix(ldh_u_l: Decimal | None, platelets_10e9_l: Decimal | None) -> Decimal | None:
    """Return simplified EASIX: LDH / platelets; nothing when an input is missing or platelets are 0.

    Source: Pennisi et al., Blood Adv 2021;5:3397, DOI 10.1182/bloodadvances.2020003885.
    """
    if ldh_u_l is None or not platelets_10e9_l:
        return None
    return ldh_u_l / platelets_10e9_l


def m_easix(ldh_u_l: Decimal | None, crp_mg_dl: Decimal | None, platelets_10e9_l: Decimal | None) -> Decimal | None:
    """Return modified EASIX: LDH x CRP / platelets, CRP in mg/dL (not mg/L).

    Nothing when an input is missing or CRP or platelets are 0, which no logarithm could follow.
    Source: Pennisi et al., Blood Adv 2021;5:3397, DOI 10.1182/bloodadvances.2020003885.
    """
    if ldh_u_l is None or not crp_mg_dl or not platelets_10e9_l:
        return None
    return ldh_u_l * crp_mg_dl / platelets_10e9_l


def car_hematotox(
    *,
    platelets_10e9_l: Decimal | None,
    anc_10e9_l: Decimal | None,
    hb_g_dl: Decimal | None,
    crp_mg_dl: Decimal | None,
    ferritin_ng_ml: Decimal | None,
) -> int | None:
    """Return CAR-HEMATOTOX before lymphodepletion, 0 to 7 points; nothing when an input is missing (provisional).

    Not validated for myeloma or chronic lymphocytic leukaemia. Source: Rejeski et al., Blood 2021.
    """
    inputs = (
        (HEMATOTOX_PLATELETS, platelets_10e9_l),
        (HEMATOTOX_ANC, anc_10e9_l),
        (HEMATOTOX_HB, hb_g_dl),
        (HEMATOTOX_CRP, crp_mg_dl),
        (HEMATOTOX_FERRITIN, ferritin_ng_ml),
    )
    points = [lookup(table, value) for table, value in inputs if value is not None]
    return sum(points) if len(points) == len(inputs) else None


def car_hematotox_group(points: int | None) -> HematotoxGroup | None:
    """Return the risk group of CAR-HEMATOTOX: high from 2 points."""
    return None if points is None else lookup(HEMATOTOX_GROUPS, points)


def kps_ecog_agree(kps: int | None, ecog: int | None) -> bool | None:
    """Tell whether Karnofsky and ECOG can describe one patient by either mapping in use (provisional)."""
    if kps is None or ecog is None:
        return None
    return kps in KPS_OF_ECOG[ecog]
