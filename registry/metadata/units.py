"""How a unit is shown to people: UCUM is for files and machines."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop

from registry.rules.lab_units import LabUnit

WORDS: Mapping[str, str] = {"a": gettext_noop("years"), "h": gettext_noop("hours")}
SIGNS: Mapping[str, str] = {
    "1": "",
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
    if ucum in LabUnit.codes():
        return LabUnit(ucum).label
    words = WORDS.get(ucum) or SIGNS.get(ucum, ucum)
    return gettext(words) if words else ""
