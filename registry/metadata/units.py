"""How a unit is shown to people: UCUM is for files and machines."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop

from registry.rules.lab_units import LabUnit

SHOWN: Mapping[str, str] = {
    **{unit.value: unit.label for unit in LabUnit},
    "1": "",
    "a": gettext_noop("years"),
    "d": gettext_noop("days"),
    "h": gettext_noop("hours"),
    "Cel": "°C",
    "mm[Hg]": "mmHg",
    "10*6": "× 10⁶",
    "10*6/kg": "× 10⁶/kg",
    "mg/m2": "mg/m²",
    "mg/d": gettext_noop("mg/day"),
    "mg/kg/d": gettext_noop("mg/kg/day"),
}


def shown_unit(ucum: str) -> str:
    """Return a UCUM unit as people write it, in their language; one that needs no change comes back as it is."""
    words = SHOWN.get(ucum, ucum)
    return gettext(words) if words else ""
