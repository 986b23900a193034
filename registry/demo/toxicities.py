"""Rows of the toxicities of a simulated case: episodes and their daily assessments, IEC-HS."""

from __future__ import annotations

from random import Random

from registry.demo.case import Case
from registry.demo.cells import ND, Row, Rows, course_key
from registry.demo.courses import Grades
from registry.demo.crs_days import crs_components
from registry.demo.icans_days import icans_components

# The clinician graded one step away from the components on one day of these episodes.
GRADED_OTHERWISE = frozenset({"P0003", "P0009", "P0014", "P0017", "P0029", "P0036"})
# On one early day of these episodes a component was not recorded, so that the grade of that day cannot be computed.
INCOMPLETE = frozenset({"P0006", "P0023", "P0034", "P0043"})
IEC_HS_PATIENTS = frozenset({"P0011", "P0040"})
NOTES = {
    "US": ("Sleepy after a sedative in the evening.", "Family says speech is slower than usual."),
    "ES": ("Somnolencia tras sedante por la tarde.", "La familia refiere habla más lenta."),
}


def toxicity_rows(case: Case) -> Rows:
    """Yield episodes and daily assessments of a case, and its IEC-HS."""
    if case.crs:
        yield "crs_episode", {**course_key(case), "crs_no": 1, **_episode(case, case.crs)}
        yield from _crs_days(case)
    if case.icans:
        had_haemorrhage = case.target.id == "P0012"
        yield (
            "icans_episode",
            {**course_key(case), "icans_no": 1, **_episode(case, case.icans), "had_haemorrhage": had_haemorrhage},
        )
        yield from _icans_days(case)
    if case.target.id in IEC_HS_PATIENTS:
        yield "iechs_episode", _iechs(case)


def resolution_of(case: Case, grades: Grades) -> int | None:
    """Return the first day of grade 0 that lasts, nothing while signs remain."""
    worse = max(day for day, grade in grades.items() if grade > 0)
    return next((day for day in grades if day > worse), None)


def _episode(case: Case, grades: Grades) -> Row:
    worst = max(grades.values())
    resolved = resolution_of(case, grades)
    return {
        "onset_on": case.on(min(grades)),
        "is_resolved": resolved is not None,
        "resolved_on": None if resolved is None else case.on(resolved),
        "max_grade": worst,
        "max_grade_on": case.on(next(day for day, grade in grades.items() if grade == worst)),
    }


def _crs_days(case: Case) -> Rows:
    rng = case.rng("days of CRS")
    first = min(case.crs)
    for day, grade in case.crs.items():
        components = crs_components(grade, rng, may_be_masked=day > first)
        key = {**course_key(case), "crs_no": 1, "assessed_on": case.on(day)}
        yield "crs_assessment", {**key, **components, "grade_reported": grade}


def _icans_days(case: Case) -> Rows:
    rng = case.rng("days of ICANS")
    otherwise = _day_graded_otherwise(case)
    for day, grade in case.icans.items():
        reported = grade - 1 if day == otherwise else grade
        key = {**course_key(case), "icans_no": 1, "assessed_on": case.on(day)}
        row = {**key, **icans_components(grade, rng), "grade_reported": reported, "note": _note(case, rng)}
        yield "icans_assessment", row | _left_out(case, day)


def _day_graded_otherwise(case: Case) -> int | None:
    """Return a day after start that is not the first of its highest grade and stays above 0 when graded one lower."""
    if case.target.id not in GRADED_OTHERWISE:
        return None
    return next((day for day, grade in case.icans.items() if day > case.target.entry and grade >= 2), None)


def _left_out(case: Case, day: int) -> Row:
    """Leave out a component on the first day of ill-recorded episodes, at least two days before anakinra."""
    is_early = day == min(case.icans) and day <= case.target.entry - 2
    if case.target.id in INCOMPLETE and is_early:
        return {"ice_attention": ND, "ice_total": ND}
    return {}


def _note(case: Case, rng: Random) -> str | None:
    return rng.choice(NOTES[case.hospital.country]) if rng.random() < 0.03 else None


def _iechs(case: Case) -> Row:
    onset = case.target.entry + 4
    return {
        **course_key(case),
        "iechs_no": 1,
        "onset_on": case.on(onset),
        "is_resolved": False,
        "has_raised_ferritin": True,
        "has_raised_transaminases": True,
        "has_low_fibrinogen": True,
        "has_new_cytopenia": True,
        "has_other_explanation": False,
        "has_tissue_haemophagocytosis": ND,
        "worst_manifestation": "INTUBATION",
        "max_grade": 4,
    }
