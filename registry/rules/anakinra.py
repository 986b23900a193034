"""Anakinra: intent, route, daily dose, dose per weight and dose class."""

from __future__ import annotations

from registry.rules.coding import Coded, gettext_noop


class Intent(Coded):
    """Why the course was given; the first three make the study cohort."""

    REFRACTORY_CRS = "REFRACTORY_CRS", gettext_noop("refractory CRS")
    REFRACTORY_ICANS = "REFRACTORY_ICANS", gettext_noop("refractory ICANS")
    BOTH = "BOTH", gettext_noop("refractory CRS and ICANS")
    IEC_HS = "IEC_HS", gettext_noop("IEC-HS")
    PROPHYLAXIS = "PROPHYLAXIS", gettext_noop("prophylaxis")
    OTHER = "OTHER", gettext_noop("other")


class Indication(Coded):
    """The toxicity that was active when anakinra started."""

    CRS = "CRS", gettext_noop("CRS")
    ICANS = "ICANS", gettext_noop("ICANS")
    BOTH = "BOTH", gettext_noop("CRS and ICANS")
    OTHER = "OTHER", gettext_noop("other")


class AnakinraRoute(Coded):
    """Route of a dose of anakinra."""

    IV = "IV", gettext_noop("intravenous")
    SC = "SC", gettext_noop("subcutaneous")


class StopReason(Coded):
    """Why a course of anakinra ended."""

    RESOLVED = "RESOLVED", gettext_noop("toxicity resolved")
    COMPLETED = "COMPLETED", gettext_noop("planned course completed")
    NO_RESPONSE = "NO_RESPONSE", gettext_noop("no response")
    ADVERSE_EVENT = "ADVERSE_EVENT", gettext_noop("side effect of anakinra")
    DEATH = "DEATH", gettext_noop("death")
    SUPPLY = "SUPPLY", gettext_noop("supply")
    PREFERENCE = "PREFERENCE", gettext_noop("wish of the patient or family")
    ONGOING = "ONGOING", gettext_noop("not stopped at last contact")
    OTHER = "OTHER", gettext_noop("other")


class DoseClass(Coded):
    """Dose group of the study and the two groups that it leaves out."""

    HIGH = "HIGH", gettext_noop("above 200 mg/day intravenously")
    LOW = "LOW", gettext_noop("100 to 200 mg/day")
    OTHER_SC_HIGH = "OTHER_SC_HIGH", gettext_noop("above 200 mg/day subcutaneously")
    SUBTHRESHOLD = "SUBTHRESHOLD", gettext_noop("below 100 mg/day")


class WeightSource(Coded):
    """Which weight a dose per kilogram was computed with."""

    ANAKINRA_START = "ANAKINRA_START", gettext_noop("closest in the 30 days before anakinra")
    LYMPHODEPLETION = "LYMPHODEPLETION", gettext_noop("at lymphodepletion")
