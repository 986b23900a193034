"""Age at infusion where it is given, else what the year of birth leaves no doubt about."""

from __future__ import annotations

from django.db.models import F, Q
from django.db.models.functions import ExtractYear

from registry.rules.patient import ADULT_FROM_YEARS


def surely_adult(course: str = "") -> Q:
    """Say that the patient of an infusion course was of age; `course` is the lookup up to it, ending in "__"."""
    return _by_age(course, "gte") | _by_year(course, "lt")


def surely_minor(course: str = "") -> Q:
    """Say that the patient of an infusion course was not of age."""
    return _by_age(course, "lt") | _by_year(course, "gt")


def _by_age(course: str, comparison: str) -> Q:
    return Q(**{f"{course}patient__age_at_infusion__{comparison}": ADULT_FROM_YEARS})


def _by_year(course: str, comparison: str) -> Q:
    """Compare with the year in which adults turn 18: those who do were of age or not, depending on their birthday."""
    turning = ExtractYear(F(f"{course}infused_on")) - ADULT_FROM_YEARS
    unknown_age = Q(**{f"{course}patient__age_at_infusion": None})
    return unknown_age & Q(**{f"{course}patient__birth_year__{comparison}": turning})
