"""Components of a day of CRS that come to a wanted ASTCT grade."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from registry.demo.cells import NA, Row
from registry.rules.crs import Oxygen


def crs_components(grade: int, rng: Random, *, may_be_masked: bool) -> Row:
    """Return the recorded components of a day of the grade.

    With `may_be_masked`, fever has been seen and treated before, so the day may be without it.
    """
    is_afebrile = grade == 0 or (grade > 1 and may_be_masked and rng.random() < 0.4)
    return {
        "temp_max_c": _temperature(rng, is_afebrile=is_afebrile),
        "has_other_fever_cause": False,
        "had_antipyretic": grade > 0,
        **_support(grade, rng),
    }


def _temperature(rng: Random, *, is_afebrile: bool) -> Decimal:
    tenths = rng.randint(363, 375) if is_afebrile else rng.randint(380, 401)
    return Decimal(tenths) / 10


def _support(grade: int, rng: Random) -> Row:
    by_pressure = grade >= 2 and rng.random() < 0.6
    by_oxygen = grade >= 2 and (not by_pressure or rng.random() < 0.3)
    return {
        **_pressure(grade if by_pressure else 0, rng),
        **_oxygen(grade if by_oxygen else 0, rng),
        "has_other_oxygen_reason": False,
    }


def _pressure(grade: int, rng: Random) -> Row:
    is_low = grade >= 2
    return {
        "systolic_min_mmhg": rng.randint(72, 89) if is_low else rng.randint(100, 138),
        "has_hypotension": is_low,
        "vasopressors": {3: 1, 4: 2}.get(grade, 0),
        "has_vasopressin": grade >= 3 and rng.random() < 0.3,
    }


def _oxygen(grade: int, rng: Random) -> Row:
    if grade < 2:
        return {"oxygen": Oxygen.ROOM_AIR.value, "oxygen_flow_l_min": NA}
    if grade == 2:
        return {"oxygen": Oxygen.LOW_FLOW.value, "oxygen_flow_l_min": rng.randint(1, 6)}
    if grade == 3:
        device = rng.choice((Oxygen.HIGH_FLOW, Oxygen.FACE_MASK, Oxygen.NON_REBREATHER))
        return {"oxygen": device.value, "oxygen_flow_l_min": rng.randint(8, 15)}
    return {"oxygen": Oxygen.VENTILATION.value, "oxygen_flow_l_min": NA}
