"""Who the patient is: coded answers, age at infusion and age groups."""

from __future__ import annotations

from datetime import date

from registry.rules.bands import ladder, lookup
from registry.rules.coding import Coded, gettext_noop
from registry.rules.countries import Country

__all__ = [
    "ADULT_FROM_YEARS",
    "AGE_CAP_YEARS",
    "AGE_GROUPS",
    "AGE_MAX_YEARS",
    "CAPD_BELOW_YEARS",
    "AgeGroup",
    "ConsentBasis",
    "Country",
    "Ethnicity",
    "Race",
    "Sex",
    "age_at",
    "age_group",
    "age_range",
    "capped_age",
]


class Sex(Coded):
    """Sex as recorded by the hospital."""

    FEMALE = "FEMALE", gettext_noop("female")
    MALE = "MALE", gettext_noop("male")
    OTHER = "OTHER", gettext_noop("other")


class Race(Coded):
    """Race in the categories of the United States Office of Management and Budget."""

    AMERICAN_INDIAN = "AMERICAN_INDIAN", gettext_noop("American Indian or Alaska Native")
    ASIAN = "ASIAN", gettext_noop("Asian")
    BLACK = "BLACK", gettext_noop("Black or African American")
    PACIFIC_ISLANDER = "PACIFIC_ISLANDER", gettext_noop("Native Hawaiian or Pacific Islander")
    WHITE = "WHITE", gettext_noop("White")
    MULTIPLE = "MULTIPLE", gettext_noop("more than one")
    OTHER = "OTHER", gettext_noop("other")


class Ethnicity(Coded):
    """Ethnicity in the categories of the United States Office of Management and Budget."""

    HISPANIC = "HISPANIC", gettext_noop("Hispanic or Latino")
    NOT_HISPANIC = "NOT_HISPANIC", gettext_noop("not Hispanic or Latino")


class ConsentBasis(Coded):
    """The ground on which the hospital may share the case."""

    CONSENT = "CONSENT", gettext_noop("written consent of the patient")
    REPRESENTATIVE = "REPRESENTATIVE", gettext_noop("consent of a parent or representative")
    WAIVER = "WAIVER", gettext_noop("waiver by an ethics committee")
    NON_OPPOSITION = "NON_OPPOSITION", gettext_noop("informed, no objection")


class AgeGroup(Coded):
    """Age at infusion in the groups of the analysis."""

    UNDER_40 = "UNDER_40", gettext_noop("under 40")
    FROM_40_TO_64 = "FROM_40_TO_64", gettext_noop("40 to 64")
    FROM_65_TO_74 = "FROM_65_TO_74", gettext_noop("65 to 74")
    FROM_75 = "FROM_75", gettext_noop("75 and over")


AGE_GROUPS = ladder(
    AgeGroup.UNDER_40, ("40", AgeGroup.FROM_40_TO_64), ("65", AgeGroup.FROM_65_TO_74), ("75", AgeGroup.FROM_75)
)
ADULT_FROM_YEARS = 18
CAPD_BELOW_YEARS = 12
AGE_CAP_YEARS = 90
AGE_MAX_YEARS = 110


def age_at(birth_on: date, on: date) -> int:
    """Return completed years of age; ValueError when the day lies before birth."""
    if on < birth_on:
        raise ValueError(f"{on} lies before birth on {birth_on}")
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))


def age_range(birth_year: int, on: date) -> tuple[int, int]:
    """Return the youngest and the oldest that a person of this birth year can be, in completed years."""
    oldest = on.year - birth_year
    if oldest < 0:
        raise ValueError(f"{on} lies before the year of birth {birth_year}")
    return max(oldest - 1, 0), oldest


def age_group(age_years: int) -> AgeGroup:
    """Return the group of the analysis for an age at infusion."""
    return lookup(AGE_GROUPS, age_years)


def capped_age(age_years: int) -> int:
    """Return the age as it may leave the registry: 90 stands for 90 and over."""
    return min(age_years, AGE_CAP_YEARS)
