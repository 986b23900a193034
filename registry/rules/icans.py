"""Immune effector cell-associated neurotoxicity: components of a day and the ASTCT consensus grade.

Source: Lee et al., Biol Blood Marrow Transplant 2019;25:625, DOI 10.1016/j.bbmt.2018.12.758.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from registry.rules.bands import Band, lookup
from registry.rules.coding import Coded, gettext_noop
from registry.rules.grading import RowGrade, known, settled, unknown, worst
from registry.rules.patient import CAPD_BELOW_YEARS

RULE_VERSION = "ASTCT-2019/1"


class IceAssessable(Coded):
    """Whether the patient could be examined with the ICE or CAPD questions."""

    YES = "YES", gettext_noop("yes")
    UNAROUSABLE = "UNAROUSABLE", gettext_noop("no, unarousable")
    OTHER = "OTHER", gettext_noop("no, other reason (sedated, language, not done)")


class Consciousness(Coded):
    """Depressed level of consciousness; the stimulus that wakes the patient."""

    ALERT = "ALERT", gettext_noop("alert")
    SPONTANEOUS = "SPONTANEOUS", gettext_noop("drowsy, awakens spontaneously")
    VOICE = "VOICE", gettext_noop("awakens to voice")
    TACTILE = "TACTILE", gettext_noop("awakens only to touch")
    UNAROUSABLE = "UNAROUSABLE", gettext_noop("unarousable, or only to vigorous or repeated touch")


class Seizure(Coded):
    """The worst seizure of the day."""

    NONE = "NONE", gettext_noop("none")
    CLINICAL_RESOLVING = "CLINICAL_RESOLVING", gettext_noop("clinical, resolving rapidly")
    NONCONVULSIVE_RESOLVING = "NONCONVULSIVE_RESOLVING", gettext_noop("non-convulsive on EEG, resolving with treatment")
    PROLONGED = "PROLONGED", gettext_noop("longer than 5 minutes, life-threatening")
    REPETITIVE = "REPETITIVE", gettext_noop("repeated without return to baseline")


class Motor(Coded):
    """Deep focal motor weakness."""

    NONE = "NONE", gettext_noop("none")
    FOCAL_WEAKNESS = "FOCAL_WEAKNESS", gettext_noop("hemiparesis or paraparesis")


class Oedema(Coded):
    """Cerebral oedema on imaging."""

    NONE = "NONE", gettext_noop("none")
    FOCAL = "FOCAL", gettext_noop("focal")
    DIFFUSE = "DIFFUSE", gettext_noop("diffuse")


class IcpSign(Coded):
    """Clinical sign of raised intracranial pressure."""

    NONE = "NONE", gettext_noop("none")
    POSTURING = "POSTURING", gettext_noop("decerebrate or decorticate posturing")
    CN6_PALSY = "CN6_PALSY", gettext_noop("sixth cranial nerve palsy")
    PAPILLOEDEMA = "PAPILLOEDEMA", gettext_noop("papilloedema")
    CUSHING = "CUSHING", gettext_noop("Cushing triad")


class IcansRow(Coded):
    """The rows of the grading table."""

    COGNITION = "COGNITION", gettext_noop("ICE or CAPD score")
    CONSCIOUSNESS = "CONSCIOUSNESS", gettext_noop("consciousness")
    SEIZURE = "SEIZURE", gettext_noop("seizure")
    MOTOR = "MOTOR", gettext_noop("motor weakness")
    OEDEMA = "OEDEMA", gettext_noop("cerebral oedema")
    ICP = "ICP", gettext_noop("raised intracranial pressure")


@dataclass(frozen=True, slots=True)
class IcansDay:
    """What was recorded of one day; None is unknown.

    `by_capd` chooses the CAPD score (0 to 32) over the ICE score (0 to 10). `other_cause` means that the findings
    recorded are wholly due to another cause such as sedation. Intracranial haemorrhage and its oedema are no
    component: they are adverse events.
    """

    ice_assessable: IceAssessable | None
    consciousness: Consciousness | None
    seizure: Seizure | None
    motor: Motor | None
    oedema: Oedema | None
    icp_sign: IcpSign | None
    ice_total: int | None = None
    capd_total: int | None = None
    by_capd: bool = False
    other_cause: bool | None = False


ICE_POINTS: Mapping[str, int] = {"orientation": 4, "naming": 3, "command": 1, "writing": 1, "attention": 1}
ICE_MAX = sum(ICE_POINTS.values())
CAPD_MAX = 32
ICE_GRADES: tuple[Band[int], ...] = (
    Band(3, Decimal(0), Decimal(2), high_closed=True),
    Band(2, Decimal(2), Decimal(6), low_closed=False, high_closed=True),
    Band(1, Decimal(6), Decimal(9), low_closed=False, high_closed=True),
    Band(0, Decimal(9), Decimal(ICE_MAX), low_closed=False, high_closed=True),
)
CAPD_GRADES: tuple[Band[int], ...] = (
    Band(0, Decimal(0), Decimal(1)),
    Band(1, Decimal(1), Decimal(9)),
    Band(3, Decimal(9), Decimal(CAPD_MAX), high_closed=True),
)
UNAROUSABLE_GRADE = 4
CONSCIOUSNESS_GRADES: Mapping[Consciousness, int] = {
    Consciousness.ALERT: 0,
    Consciousness.SPONTANEOUS: 1,
    Consciousness.VOICE: 2,
    Consciousness.TACTILE: 3,
    Consciousness.UNAROUSABLE: 4,
}
SEIZURE_GRADES: Mapping[Seizure, int] = {
    Seizure.NONE: 0,
    Seizure.CLINICAL_RESOLVING: 3,
    Seizure.NONCONVULSIVE_RESOLVING: 3,
    Seizure.PROLONGED: 4,
    Seizure.REPETITIVE: 4,
}
MOTOR_GRADES: Mapping[Motor, int] = {Motor.NONE: 0, Motor.FOCAL_WEAKNESS: 4}
OEDEMA_GRADES: Mapping[Oedema, int] = {Oedema.NONE: 0, Oedema.FOCAL: 3, Oedema.DIFFUSE: 4}
ICP_GRADES: Mapping[IcpSign, int] = {
    IcpSign.NONE: 0,
    IcpSign.POSTURING: 4,
    IcpSign.CN6_PALSY: 4,
    IcpSign.PAPILLOEDEMA: 4,
    IcpSign.CUSHING: 4,
}

C = TypeVar("C", bound=Coded)


def uses_capd(age_years: int, developmental_delay: bool) -> bool:
    """Tell whether CAPD replaces ICE: under 12 years of age, or with developmental delay."""
    return age_years < CAPD_BELOW_YEARS or developmental_delay


def ice_total(
    orientation: int | None, naming: int | None, command: int | None, writing: int | None, attention: int | None
) -> int | None:
    """Return the ICE score (0 to 10 points), or nothing when a domain is missing.

    ValueError when a domain has more points than it can give. Source: DOI 10.1016/j.bbmt.2018.12.758.
    """
    points = (orientation, naming, command, writing, attention)
    for (domain, most), given in zip(ICE_POINTS.items(), points, strict=True):
        if given is not None and not 0 <= given <= most:
            raise ValueError(f"{domain} has 0 to {most} points, not {given}")
    given_points = [given for given in points if given is not None]
    return sum(given_points) if len(given_points) == len(points) else None


def icans_rows(day: IcansDay) -> dict[IcansRow, RowGrade]:
    """Return what each row of the table gives for the day, findings of another cause left out."""
    rows = {
        IcansRow.COGNITION: _cognition(day),
        IcansRow.CONSCIOUSNESS: _coded(CONSCIOUSNESS_GRADES, day.consciousness),
        IcansRow.SEIZURE: _coded(SEIZURE_GRADES, day.seizure),
        IcansRow.MOTOR: _coded(MOTOR_GRADES, day.motor),
        IcansRow.OEDEMA: _coded(OEDEMA_GRADES, day.oedema),
        IcansRow.ICP: _coded(ICP_GRADES, day.icp_sign),
    }
    return {row: _attributed(grade, day.other_cause) for row, grade in rows.items()}


def icans_grade(day: IcansDay) -> int | None:
    """Return the ASTCT grade 0 to 4 (unit: grade), or nothing when a missing row could change it.

    Grade 5 is a matter of the cause of death, not of the day. Source: DOI 10.1016/j.bbmt.2018.12.758.
    """
    return settled(worst(icans_rows(day).values()))


def explain(day: IcansDay) -> str:
    """Return the grade and what each row gave, in words."""
    rows = ", ".join(f"{row.label} {grade}" for row, grade in icans_rows(day).items())
    grade = icans_grade(day)
    return f"ICANS grade {'unknown' if grade is None else grade} (ASTCT): {rows}"


def _cognition(day: IcansDay) -> RowGrade:
    if day.ice_assessable == IceAssessable.UNAROUSABLE:
        return known(UNAROUSABLE_GRADE)
    score, table = (day.capd_total, CAPD_GRADES) if day.by_capd else (day.ice_total, ICE_GRADES)
    if day.ice_assessable == IceAssessable.OTHER or score is None:
        return RowGrade(0, UNAROUSABLE_GRADE)
    return known(lookup(table, score))


def _coded(grades: Mapping[C, int], answer: C | None) -> RowGrade:
    return unknown(grades.values()) if answer is None else known(grades[answer])


def _attributed(row: RowGrade, other_cause: bool | None) -> RowGrade:
    """A finding of another cause gives no grade; what nobody could examine stays unknown all the same."""
    if other_cause is None:
        return RowGrade(0, row.high)
    return known(0) if other_cause and row.low > 0 else row
