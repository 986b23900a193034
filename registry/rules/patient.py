"""Who the patient is: coded answers, age at infusion and age groups."""

from __future__ import annotations

from registry.rules.coding import Coded, gettext_noop
from registry.rules.countries import Country

__all__ = ["ConsentBasis", "Country", "Ethnicity", "Race", "Sex"]


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
