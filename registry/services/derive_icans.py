"""ICANS: the grade of each day from its components, by CAPD instead of ICE in young children."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar
from uuid import UUID

from registry.models import IcansAssessment
from registry.rules.coding import Coded
from registry.rules.icans import (
    RULE_VERSION,
    Consciousness,
    IcansDay,
    IceAssessable,
    IcpSign,
    Motor,
    Oedema,
    Seizure,
    icans_grade,
    uses_capd,
)
from registry.rules.patient import age_range
from registry.services.attribution import attributed_elsewhere
from registry.services.changed import update_changed

C = TypeVar("C", bound=Coded)


# What the grade of a day rests on, and what is stored of it.
COLUMNS = (
    "id",
    "ice_assessable",
    "ice_total",
    "capd",
    "consciousness",
    "seizure",
    "motor",
    "oedema",
    "icp_sign",
    "has_other_cause",
    "missing",
    "grade_computed",
    "grade_rule",
    "episode__course__infused_on",
    "episode__course__patient__birth_year",
    "episode__course__patient__age_at_infusion",
    "episode__course__patient__has_developmental_delay",
)


def derive_icans(patient_ids: Sequence[UUID]) -> int:
    """Compute the grade of every day of every ICANS episode of these cases."""
    return update_changed(IcansAssessment, [(row, _grade(day)) for row, day in icans_days(patient_ids)])


def icans_days(patient_ids: Sequence[UUID], *more: str) -> Iterator[tuple[dict[str, Any], IcansDay]]:
    """Yield every day of ICANS of these cases as stored, with `more` columns, and as the rules see it.

    The days of an episode follow each other in their order.
    """
    rows = IcansAssessment.objects.filter(episode__course__patient__in=patient_ids)
    for row in rows.order_by("episode_id", "assessed_on").values(*COLUMNS, *more):
        yield row, assessed_day(row)


def _grade(day: IcansDay) -> dict[str, Any]:
    return {"grade_computed": icans_grade(day), "grade_rule": RULE_VERSION}


def assessed_day(row: dict[str, Any]) -> IcansDay:
    """Return the components of one day; the row holds the fields of an assessment and those of its patient."""
    return IcansDay(
        ice_assessable=_coded(IceAssessable, row["ice_assessable"]),
        consciousness=_coded(Consciousness, row["consciousness"]),
        seizure=_coded(Seizure, row["seizure"]),
        motor=_coded(Motor, row["motor"]),
        oedema=_coded(Oedema, row["oedema"]),
        icp_sign=_coded(IcpSign, row["icp_sign"]),
        ice_total=row["ice_total"],
        capd_total=row["capd"],
        by_capd=_by_capd(row),
        other_cause=attributed_elsewhere(row, "has_other_cause"),
    )


def _by_capd(row: dict[str, Any]) -> bool:
    """Decide by age and developmental delay, by year of birth where it leaves no doubt, else by the score recorded."""
    age, born = row["episode__course__patient__age_at_infusion"], row["episode__course__patient__birth_year"]
    infused_on = row["episode__course__infused_on"]
    ages = {age} if age is not None else set()
    if age is None and born is not None and born <= infused_on.year:
        ages = set(age_range(born, infused_on))
    delay = bool(row["episode__course__patient__has_developmental_delay"])
    answers = {uses_capd(years, delay) for years in ages}
    return answers.pop() if len(answers) == 1 else row["capd"] is not None and row["ice_total"] is None


def _coded(coding: type[C], code: str | None) -> C | None:
    return coding(code) if code else None
