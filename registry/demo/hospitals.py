"""The nine invented hospitals: where they are, and the units in which their laboratories report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from registry.rules.labs import ANALYTES, Analyte
from registry.rules.patient import ConsentBasis

_US_UNITS = {Analyte.CRP: "mg/dL", Analyte.PLT: "10*3/uL", Analyte.ANC: "10*3/uL", Analyte.WBC: "10*3/uL"}
_ES_UNITS = {Analyte.FERRITIN: "ug/L"}


@dataclass(frozen=True)
class Hospital:
    """One invented hospital. `units` are the units of its laboratory where they are not the registry's own."""

    vector_code: str
    code: str
    name: str
    country: str
    time_zone: str
    consent: ConsentBasis = ConsentBasis.CONSENT
    units: Mapping[Analyte, str] = field(default_factory=dict)
    writes_times: bool = True

    def unit(self, analyte: Analyte) -> str:
        """Return the unit in which this laboratory reports an analyte."""
        return self.units.get(analyte, ANALYTES[analyte].unit)


HOSPITALS: tuple[Hospital, ...] = (
    Hospital("S1", "HOU", "Demonstration Hospital Houston", "US", "America/Chicago", units=_US_UNITS),
    Hospital("S2", "SEV", "Hospital de Demostración de Sevilla", "ES", "Europe/Madrid", ConsentBasis.WAIVER, _ES_UNITS),
    Hospital("S3", "SEA", "Demonstration Hospital Seattle", "US", "America/Los_Angeles", units=_US_UNITS),
    Hospital(
        "S4",
        "MAD",
        "Hospital de Demostración de Madrid",
        "ES",
        "Europe/Madrid",
        units={**_ES_UNITS, Analyte.CREATININE: "umol/L", Analyte.BILIRUBIN: "umol/L"},
    ),
    Hospital(
        "S5",
        "BOS",
        "Demonstration Hospital Boston",
        "US",
        "America/New_York",
        ConsentBasis.WAIVER,
        {**_US_UNITS, Analyte.ANC: "/uL", Analyte.ALC: "/uL"},
        writes_times=False,
    ),
    Hospital("S6", "DEN", "Demonstration Hospital Denver", "US", "America/Denver", units={Analyte.CRP: "mg/dL"}),
    Hospital(
        "S7",
        "BCN",
        "Hospital de Demostració de Barcelona",
        "ES",
        "Europe/Madrid",
        units={**_ES_UNITS, Analyte.LDH: "ukat/L", Analyte.AST: "ukat/L", Analyte.ALT: "ukat/L"},
    ),
    Hospital("S8", "CHI", "Demonstration Hospital Chicago", "US", "America/Chicago", ConsentBasis.WAIVER, _US_UNITS),
    Hospital(
        "S9",
        "LPA",
        "Hospital de Demostración de Las Palmas",
        "ES",
        "Atlantic/Canary",
        units={Analyte.HB: "g/L", Analyte.ALBUMIN: "g/L", Analyte.FIBRINOGEN: "g/L"},
        writes_times=False,
    ),
)


def hospital_of(vector_code: str) -> Hospital:
    """Return the hospital that stands for a site of the vector file (S1 to S9)."""
    return next(hospital for hospital in HOSPITALS if hospital.vector_code == vector_code)
