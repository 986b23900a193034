"""Anakinra: intent, route, daily dose, dose per weight and dose class.

Source of the dose groups: Gazeau et al., Transplant Cell Ther 2023, DOI 10.1016/j.jtct.2023.04.001.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from registry.rules.bands import Band, lookup
from registry.rules.coding import Coded, gettext_noop
from registry.rules.dosing import daily_mg, mg_per_kg_day

__all__ = [
    "COHORT_INTENTS",
    "DAILY_MG_HARD_MAX",
    "DOSE_CLASSES",
    "MG_PER_KG_DAY_HARD_MAX",
    "MG_PER_KG_DAY_PUBLISHED_MAX",
    "WEIGHT_WINDOW_DAYS",
    "AnakinraRoute",
    "DoseClass",
    "Indication",
    "Intent",
    "StopReason",
    "WeighedOn",
    "WeightChoice",
    "WeightSource",
    "choose_weight",
    "daily_mg",
    "dose_class",
    "mg_per_kg_day",
    "syringes",
]

RULE_VERSION = "GAZEAU-2023/1"


class Intent(Coded):
    """Why the course was given; the first three make the study cohort."""

    REFRACTORY_CRS = "REFRACTORY_CRS", gettext_noop("refractory CRS")
    REFRACTORY_ICANS = "REFRACTORY_ICANS", gettext_noop("refractory ICANS")
    BOTH = "BOTH", gettext_noop("refractory CRS and ICANS")
    IEC_HS = "IEC_HS", gettext_noop("IEC-HS")
    PROPHYLAXIS = "PROPHYLAXIS", gettext_noop("prophylaxis")
    OTHER = "OTHER", gettext_noop("other")


class Indication(Coded):
    """The toxicity that was active when anakinra started."""

    CRS = "CRS", gettext_noop("CRS")
    ICANS = "ICANS", gettext_noop("ICANS")
    BOTH = "BOTH", gettext_noop("CRS and ICANS")
    OTHER = "OTHER", gettext_noop("other")


class AnakinraRoute(Coded):
    """Route of a dose of anakinra."""

    IV = "IV", gettext_noop("intravenous")
    SC = "SC", gettext_noop("subcutaneous")


class StopReason(Coded):
    """Why a course of anakinra ended."""

    RESOLVED = "RESOLVED", gettext_noop("toxicity resolved")
    COMPLETED = "COMPLETED", gettext_noop("planned course completed")
    NO_RESPONSE = "NO_RESPONSE", gettext_noop("no response")
    ADVERSE_EVENT = "ADVERSE_EVENT", gettext_noop("side effect of anakinra")
    DEATH = "DEATH", gettext_noop("death")
    SUPPLY = "SUPPLY", gettext_noop("supply")
    PREFERENCE = "PREFERENCE", gettext_noop("wish of the patient or family")
    ONGOING = "ONGOING", gettext_noop("not stopped at last contact")
    OTHER = "OTHER", gettext_noop("other")


class DoseClass(Coded):
    """Dose group of the study and the two groups that it leaves out."""

    HIGH = "HIGH", gettext_noop("above 200 mg/day intravenously")
    LOW = "LOW", gettext_noop("100 to 200 mg/day")
    OTHER_SC_HIGH = "OTHER_SC_HIGH", gettext_noop("above 200 mg/day subcutaneously")
    SUBTHRESHOLD = "SUBTHRESHOLD", gettext_noop("below 100 mg/day")


class WeightSource(Coded):
    """Which weight a dose per kilogram was computed with."""

    ANAKINRA_START = "ANAKINRA_START", gettext_noop("closest in the 30 days before anakinra")
    LYMPHODEPLETION = "LYMPHODEPLETION", gettext_noop("at lymphodepletion")


COHORT_INTENTS = frozenset({Intent.REFRACTORY_CRS, Intent.REFRACTORY_ICANS, Intent.BOTH})

# The highest dose of the published cohort, and ceilings above the highest doses reported for any disease.
MG_PER_KG_DAY_PUBLISHED_MAX = Decimal(12)
MG_PER_KG_DAY_HARD_MAX = Decimal(48)
DAILY_MG_HARD_MAX = Decimal(3000)
WEIGHT_WINDOW_DAYS = 30
MG_PER_SYRINGE = Decimal(100)


def _classes(above_200: DoseClass) -> tuple[Band[DoseClass], ...]:
    return (
        Band(DoseClass.SUBTHRESHOLD, None, Decimal(100)),
        Band(DoseClass.LOW, Decimal(100), Decimal(200), high_closed=True),
        Band(above_200, Decimal(200), None, low_closed=False),
    )


DOSE_CLASSES: Mapping[AnakinraRoute, tuple[Band[DoseClass], ...]] = {
    AnakinraRoute.IV: _classes(DoseClass.HIGH),
    AnakinraRoute.SC: _classes(DoseClass.OTHER_SC_HIGH),
}


@dataclass(frozen=True, slots=True)
class WeighedOn:
    """A body weight and the day of weighing."""

    on: date
    kg: Decimal


@dataclass(frozen=True, slots=True)
class WeightChoice:
    """The weight that a dose per kg rests on, where it comes from and, where known, its day."""

    kg: Decimal
    source: WeightSource
    on: date | None = None


def dose_class(mg_per_day: Decimal | None, route: AnakinraRoute | None) -> DoseClass | None:
    """Return the dose group of a daily dose in mg: above 200 mg IV is HIGH, 100 to 200 mg by any route is LOW.

    Nothing when the dose is missing, or the route where it decides. Above 200 mg SC and below 100 mg fall in no group
    of the study and have classes of their own. Source: DOI 10.1016/j.jtct.2023.04.001.
    """
    if mg_per_day is None:
        return None
    classes = {lookup(DOSE_CLASSES[r], mg_per_day) for r in (AnakinraRoute if route is None else (route,))}
    return classes.pop() if len(classes) == 1 else None


def choose_weight(
    weighings: Iterable[WeighedOn], start_on: date, lymphodepletion_kg: Decimal | None
) -> WeightChoice | None:
    """Return the weight closest to the start of anakinra among those of the 30 days up to it, else the one at
    lymphodepletion, else nothing."""
    recent = [w for w in weighings if 0 <= (start_on - w.on).days <= WEIGHT_WINDOW_DAYS]
    if recent:
        latest = max(recent, key=lambda w: w.on)
        return WeightChoice(latest.kg, WeightSource.ANAKINRA_START, latest.on)
    if lymphodepletion_kg is None:
        return None
    return WeightChoice(lymphodepletion_kg, WeightSource.LYMPHODEPLETION)


def syringes(mg: Decimal) -> int:
    """Return how many syringes of 100 mg a dose in mg takes."""
    return int((mg / MG_PER_SYRINGE).to_integral_value(ROUND_CEILING))
