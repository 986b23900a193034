"""Cytokine release syndrome: the components of a day and the ASTCT consensus grade.

Source: Lee et al., Biol Blood Marrow Transplant 2019;25:625, DOI 10.1016/j.bbmt.2018.12.758.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from registry.rules.bands import Band, ladder, lookup
from registry.rules.coding import Coded, gettext_noop
from registry.rules.grading import RowGrade, both, either, known, settled, unknown, worst

RULE_VERSION = "ASTCT-2019/1"


class Oxygen(Coded):
    """The most intensive oxygen support of the day."""

    ROOM_AIR = "ROOM_AIR", gettext_noop("room air")
    LOW_FLOW = "LOW_FLOW", gettext_noop("nasal cannula up to 6 L/min")
    BLOW_BY = "BLOW_BY", gettext_noop("blow-by")
    HIGH_FLOW = "HIGH_FLOW", gettext_noop("nasal cannula above 6 L/min")
    FACE_MASK = "FACE_MASK", gettext_noop("face mask")
    NON_REBREATHER = "NON_REBREATHER", gettext_noop("non-rebreather mask")
    VENTURI = "VENTURI", gettext_noop("venturi mask")
    CPAP = "CPAP", gettext_noop("CPAP")
    BIPAP = "BIPAP", gettext_noop("BiPAP")
    VENTILATION = "VENTILATION", gettext_noop("intubation and mechanical ventilation")


class CrsRow(Coded):
    """The rows of the grading table."""

    FEVER = "FEVER", gettext_noop("fever")
    HYPOTENSION = "HYPOTENSION", gettext_noop("hypotension")
    HYPOXIA = "HYPOXIA", gettext_noop("hypoxia")


@dataclass(frozen=True, slots=True)
class CrsDay:
    """What was recorded of one day; None is unknown. Vasopressors are counted without vasopressin.

    `is_established` means that CRS with fever was present before this day, `is_masked` that an antipyretic,
    a corticosteroid or anticytokine treatment had been given. `oxygen_other_reason` marks support that is not for
    hypoxia of CRS (airway protection, CPAP at home); it then gives no grade (provisional).
    """

    temperature_max_c: Decimal | None
    hypotension: bool | None
    vasopressors: int | None
    vasopressin: bool | None
    oxygen: Oxygen | None
    oxygen_l_min: Decimal | None = None
    fever_other_cause: bool | None = False
    is_established: bool | None = False
    is_masked: bool | None = False
    oxygen_other_reason: bool | None = False


TEMPERATURE_GRADES: tuple[Band[int], ...] = ladder(0, ("38.0", 1))
HYPOTENSION_GRADES: Mapping[bool, int] = {False: 0, True: 2}
VASOPRESSOR_GRADES: tuple[Band[int], ...] = ladder(0, ("1", 3), ("2", 4))
# Vasopressin never adds to the count; given alone it is read as one vasopressor (our convention).
VASOPRESSIN_GRADES: Mapping[bool, int] = {False: 0, True: 3}
CANNULA_GRADES: tuple[Band[int], ...] = (
    Band(2, None, Decimal(6), high_closed=True),
    Band(3, Decimal(6), None, low_closed=False),
)
OXYGEN_GRADES: Mapping[Oxygen, int] = {
    Oxygen.ROOM_AIR: 0,
    Oxygen.LOW_FLOW: 2,
    Oxygen.BLOW_BY: 2,
    Oxygen.HIGH_FLOW: 3,
    Oxygen.FACE_MASK: 3,
    Oxygen.NON_REBREATHER: 3,
    Oxygen.VENTURI: 3,
    Oxygen.CPAP: 4,
    Oxygen.BIPAP: 4,
    Oxygen.VENTILATION: 4,
}


def crs_rows(day: CrsDay) -> dict[CrsRow, RowGrade]:
    """Return what each row of the table gives for the day, before the condition of fever is applied."""
    pressure = (
        _answer(HYPOTENSION_GRADES, day.hypotension),
        _vasopressors(day.vasopressors),
        _answer(VASOPRESSIN_GRADES, day.vasopressin),
    )
    return {CrsRow.FEVER: _fever(day), CrsRow.HYPOTENSION: worst(pressure), CrsRow.HYPOXIA: _hypoxia(day)}


def has_crs(day: CrsDay) -> bool | None:
    """Tell whether the day counts as CRS: fever without other cause, or CRS established earlier and now masked."""
    row = _fever(day)
    fever = row.high > 0 if row.is_known else None
    return either(fever, both(day.is_established, day.is_masked))


def crs_grade(day: CrsDay) -> int | None:
    """Return the ASTCT grade 0 to 4 (unit: grade), or nothing when a missing component could change it.

    Grade 5 is a matter of the cause of death, not of the day. Source: DOI 10.1016/j.bbmt.2018.12.758.
    """
    return settled(_gated(day))


def crs_signs_gone(day: CrsDay) -> bool | None:
    """Tell whether fever, the need for oxygen and the need for vasopressors are all gone (provisional).

    This is the state of one day; whether it holds for 48 hours is for the reader of the series.
    """
    row = worst(crs_rows(day).values())
    return False if row.low > 0 else (True if row.high == 0 else None)


def explain(day: CrsDay) -> str:
    """Return the grade and what each row gave, in words."""
    rows = ", ".join(f"{row.label} {grade}" for row, grade in crs_rows(day).items())
    grade = crs_grade(day)
    if has_crs(day) is False:
        return f"CRS grade 0 (ASTCT): no fever and no earlier CRS under treatment that hides fever ({rows})"
    return f"CRS grade {'unknown' if grade is None else grade} (ASTCT): {rows}"


def _gated(day: CrsDay) -> RowGrade:
    gate = has_crs(day)
    if gate is False:
        return known(0)
    row = worst(crs_rows(day).values())
    return row if gate else RowGrade(0, row.high)


def _fever(day: CrsDay) -> RowGrade:
    if day.temperature_max_c is None:
        return known(0) if day.fever_other_cause else RowGrade(0, 1)
    grade = lookup(TEMPERATURE_GRADES, day.temperature_max_c)
    if grade == 0 or day.fever_other_cause:
        return known(0)
    return RowGrade(0, grade) if day.fever_other_cause is None else known(grade)


def _answer(grades: Mapping[bool, int], answer: bool | None) -> RowGrade:
    return unknown(grades.values()) if answer is None else known(grades[answer])


def _vasopressors(count: int | None) -> RowGrade:
    if count is None:
        return unknown(band.result for band in VASOPRESSOR_GRADES)
    if count < 0:
        raise ValueError("the number of vasopressors cannot be negative")
    return known(lookup(VASOPRESSOR_GRADES, count))


def _hypoxia(day: CrsDay) -> RowGrade:
    if day.oxygen_other_reason:
        return known(0)
    if day.oxygen is None:
        return unknown(OXYGEN_GRADES.values())
    grade = OXYGEN_GRADES[day.oxygen]
    # The flow decides over the name of the device: a cannula at 7 L/min is high flow whatever was ticked.
    if day.oxygen == Oxygen.LOW_FLOW and day.oxygen_l_min is not None:
        grade = lookup(CANNULA_GRADES, day.oxygen_l_min)
    return RowGrade(0, grade) if day.oxygen_other_reason is None else known(grade)
