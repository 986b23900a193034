"""On which days the simulated patients were infused, each after their product had become available."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from random import Random

from registry.demo.hospitals import Hospital, hospital_of
from registry.demo.vector import Target

FIRST_DAY = dt.date(2019, 2, 4)
LAST_DAY = dt.date(2022, 11, 25)
# The day on which the demonstration is frozen: after every last contact.
DATA_CUT = dt.date(2025, 1, 31)

# First day of use per product and country; approvals of the United States and the European Union, in part provisional.
AVAILABLE_FROM: Mapping[tuple[str, str], dt.date] = {
    ("AXI", "US"): FIRST_DAY,
    ("TISA", "US"): FIRST_DAY,
    ("BREXU", "US"): dt.date(2020, 8, 3),
    ("IDE", "US"): dt.date(2021, 4, 12),
    ("AXI", "ES"): dt.date(2019, 7, 1),
    ("TISA", "ES"): dt.date(2019, 4, 1),
    ("BREXU", "ES"): dt.date(2021, 2, 1),
    ("IDE", "ES"): dt.date(2021, 9, 6),
}
# Adults with acute lymphoblastic leukaemia came later to one of the products.
BREXU_LEUKAEMIA_FROM = dt.date(2021, 10, 18)
PRODUCT_CODES = {"axi-cel": "AXI", "brexu-cel": "BREXU", "ide-cel": "IDE", "tisa-cel": "TISA"}
LEUKAEMIA_BELOW_YEARS = 40
TISA_LEUKAEMIA_UP_TO_YEARS = 25


def has_leukaemia(target: Target) -> bool:
    """Tell whether the patient is one of the young whose product was given for acute lymphoblastic leukaemia."""
    if target.product == "tisa-cel":
        return target.age <= TISA_LEUKAEMIA_UP_TO_YEARS
    return target.product == "brexu-cel" and target.age < LEUKAEMIA_BELOW_YEARS


def infusion_days(cases: Sequence[Target]) -> dict[str, dt.date]:
    """Return patient id -> day of infusion; at each hospital the days follow the order of the study ids."""
    days: dict[str, dt.date] = {}
    for hospital in {target.hospital: hospital_of(target.hospital) for target in cases}.values():
        own = [target for target in cases if target.hospital == hospital.vector_code]
        days |= _days_of(hospital, own)
    return days


def _days_of(hospital: Hospital, own: Sequence[Target]) -> dict[str, dt.date]:
    rng = Random(f"infusions of {hospital.code}")
    days: dict[str, dt.date] = {}
    earliest = FIRST_DAY + dt.timedelta(days=rng.randint(0, 90))
    for position, target in enumerate(own):
        earliest = max(earliest, _available(target, hospital) + dt.timedelta(days=rng.randint(5, 60)))
        days[target.id] = earliest
        room = (LAST_DAY - earliest).days // (len(own) - position)
        earliest += dt.timedelta(days=rng.randint(max(room // 3, 1), max(room, 2)))
    return days


def _available(target: Target, hospital: Hospital) -> dt.date:
    if target.product == "brexu-cel" and has_leukaemia(target):
        return BREXU_LEUKAEMIA_FROM
    return AVAILABLE_FROM[PRODUCT_CODES[target.product], hospital.country]
