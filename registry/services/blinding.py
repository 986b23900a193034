"""The coded facts of a death that an adjudicator may know. Nothing else of the record passes through here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from registry.models import (
    CareStay,
    CrsEpisode,
    Death,
    IcansEpisode,
    IecHsEpisode,
    Infection,
    InfusionCourse,
    Relapse,
    ResponseAssessment,
)
from registry.rules.dates import Precision
from registry.rules.disease import Diagnosis, group_of
from registry.rules.stays import CareKind

OLDEST = 80
DECADE = 10
ADULT = 18


@dataclass(frozen=True)
class Fact:
    """One event: the day from infusion where it is known, what it was, and its code in words."""

    day: int | None
    what: str
    detail: str


@dataclass(frozen=True)
class Facts:
    """What is known of a death without whose it is."""

    age_band: str
    disease: str
    day_of_death: int | None
    cause: str
    contributing_cause: str
    autopsy: str
    events: list[Fact]


def age_band(age: int | None) -> str:
    """Return the decade of an age; children and people from 80 on are one group each."""
    if age is None:
        return ""
    if age < ADULT:
        return f"0–{ADULT - 1}"
    if age >= OLDEST:
        return f"≥ {OLDEST}"
    low = max(age // DECADE * DECADE, ADULT)
    return f"{low}–{age // DECADE * DECADE + DECADE - 1}"


def blinded_facts(death: Death) -> Facts:
    """Return the coded facts of a death. Call it in a context that may see the death's site."""
    patient = death.patient
    courses = InfusionCourse.objects.filter(patient=patient).order_by("course_no")
    day_zero = courses.values_list("infused_on", flat=True).first()
    disease = patient.diseases.first()
    group = group_of(Diagnosis(disease.diagnosis)) if disease and disease.diagnosis else None
    events = [_fact(event, day_zero) for event in _events(patient)]
    return Facts(
        age_band=age_band(patient.age_at_infusion),
        disease=_(group.label) if group else "",
        day_of_death=_day(death, "died_on", day_zero),
        cause=_shown(death, "cause"),
        contributing_cause=_shown(death, "contributing_cause"),
        autopsy=_shown(death, "autopsy"),
        events=sorted(events, key=lambda fact: (fact.day is None, fact.day or 0, fact.what)),
    )


Event = tuple[Any, str, str, str]  # the row, its date, what it is, its codes in words


def _events(patient: Any) -> Iterator[Event]:
    within = {"course__patient": patient}
    for row in Relapse.objects.filter(**within):
        yield row, "relapsed_on", _("Relapse or progression"), _shown(row, "kind")
    for row in ResponseAssessment.objects.filter(**within):
        yield row, "assessed_on", _("Response"), _shown(row, "response")
    for row in Infection.objects.filter(**within):
        detail = _joined([_shown(row, "infection_class"), _grade(row.grade), _shown(row, "outcome")])
        yield row, "diagnosed_on", _("Infection"), detail
    yield from _toxicities(within)
    for row in CareStay.objects.filter(**within).exclude(kind=CareKind.HOSPITAL):
        yield row, "began_on", _shown(row, "kind"), ""


def _toxicities(within: dict[str, Any]) -> Iterator[Event]:
    for model, name in ((CrsEpisode, "CRS"), (IcansEpisode, "ICANS"), (IecHsEpisode, "IEC-HS")):
        for row in model.objects.filter(**within):
            computed = [day.grade_computed for day in row.assessments.all()] if model is not IecHsEpisode else []
            grades = [grade for grade in (row.max_grade, *computed) if grade is not None]
            yield row, "onset_on", name, _grade(max(grades, default=None))


def _fact(event: Event, day_zero: date | None) -> Fact:
    row, field, what, detail = event
    return Fact(_day(row, field, day_zero), what, detail)


def _day(row: Any, field: str, day_zero: date | None) -> int | None:
    """Return the day from infusion, or None where either date is not known to the day."""
    when, precision = getattr(row, field), getattr(row, f"{field}_precision", Precision.DAY)
    return (when - day_zero).days if when and day_zero and precision == Precision.DAY else None


def _grade(grade: int | None) -> str:
    return "" if grade is None else _("grade %(grade)s") % {"grade": grade}


def _shown(row: Any, field: str) -> str:
    return str(getattr(row, f"get_{field}_display")()) if getattr(row, field) else ""


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(part for part in parts if part)
