"""The endpoints of the report: which parameter of ADTTE, on which clock, read at which days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_noop

INFUSION: Final = "infusion"
ANAKINRA: Final = "anakinra"
_DEATH: Final = gettext_noop("Death before it")
_OTHER_DEATH: Final = gettext_noop("Death of another class")
_TWO_MONTHS: Final = (0, 14, 28, 42, 60)
_ONE_MONTH: Final = (0, 7, 14, 21, 28)
_ONE_YEAR: Final = (0, 90, 180, 270, 365)


@dataclass(frozen=True)
class TimedEndpoint:
    """One endpoint: `days` at which the estimate is read, `ticks` under which the numbers at risk stand."""

    id: str
    parameter: str
    title: str
    origin: str
    days: tuple[int, ...]
    ticks: tuple[int, ...]
    event: str = ""
    competing: str = ""


_TRM: Final = gettext_noop("Treatment-related death")
_NRM: Final = gettext_noop("Non-relapse death")
_RELAPSED: Final = gettext_noop("Relapse or progression")
_RESOLVED: Final = gettext_noop("Resolution")
INCIDENCES: Final[tuple[TimedEndpoint, ...]] = (
    TimedEndpoint(
        "trm_infusion", "TRM60", gettext_noop("Treatment-related death from infusion"), INFUSION, (28, 60), _TWO_MONTHS,
        _TRM, _OTHER_DEATH,
    ),
    TimedEndpoint(
        "trm_start", "TRMA", gettext_noop("Treatment-related death from the start of anakinra"), ANAKINRA, (28,),
        _TWO_MONTHS, _TRM, _OTHER_DEATH,
    ),
    TimedEndpoint(
        "resolution", "RES", gettext_noop("Resolution of CRS and ICANS"), ANAKINRA, (7, 14, 28), _ONE_MONTH, _RESOLVED,
        _DEATH,
    ),
    TimedEndpoint(
        "resolution_crs", "RES_CRS", gettext_noop("Resolution of CRS"), ANAKINRA, (7, 14, 28), _ONE_MONTH, _RESOLVED,
        _DEATH,
    ),
    TimedEndpoint(
        "resolution_icans", "RES_ICANS", gettext_noop("Resolution of ICANS"), ANAKINRA, (7, 14, 28), _ONE_MONTH,
        _RESOLVED, _DEATH,
    ),
    TimedEndpoint(
        "resolution_g1", "RES_G1", gettext_noop("CRS and ICANS of grade 1 or less"), ANAKINRA, (7, 14, 28), _ONE_MONTH,
        gettext_noop("Grade 1 or less"), _DEATH,
    ),
    TimedEndpoint(
        "relapse", "REL", gettext_noop("Relapse or progression of the disease"), INFUSION, (90, 180, 365), _ONE_YEAR,
        _RELAPSED, gettext_noop("Death without relapse or progression"),
    ),
    TimedEndpoint(
        "nrm_infusion", "NRM", gettext_noop("Non-relapse death from infusion"), INFUSION, (28, 60), _TWO_MONTHS, _NRM,
        _RELAPSED,
    ),
    TimedEndpoint(
        "nrm_start", "NRMA", gettext_noop("Non-relapse death from the start of anakinra"), ANAKINRA, (28,),
        _TWO_MONTHS, _NRM, _RELAPSED,
    ),
    TimedEndpoint(
        "infection", "INFX", gettext_noop("Severe infection from the start of anakinra"), ANAKINRA, (28, 60),
        _TWO_MONTHS, gettext_noop("Severe infection"), _DEATH,
    ),
    TimedEndpoint(
        "steroid_off", "STEROFF", gettext_noop("End of corticosteroids"), ANAKINRA, (7, 14, 28), _ONE_MONTH,
        gettext_noop("End of corticosteroids"), _DEATH,
    ),
)  # fmt: skip
SURVIVALS: Final[tuple[TimedEndpoint, ...]] = (
    TimedEndpoint("os", "OS", gettext_noop("Overall survival"), INFUSION, (30, 90, 180, 365), _ONE_YEAR),
    TimedEndpoint("pfs", "PFS", gettext_noop("Progression-free survival"), INFUSION, (30, 90, 180, 365), _ONE_YEAR),
)
TITLES: Final[Mapping[str, str]] = {found.parameter: found.title for found in (*INCIDENCES, *SURVIVALS)}
