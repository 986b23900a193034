"""The criteria of a cohort, each declared once: its column of the subject-level dataset, its words, its levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from exports.datasets.adsl_people import AGE_CODES
from exports.datasets.dose_groups import GROUP_CODES
from registry.rules.anakinra import DoseClass, Indication
from registry.rules.coding import gettext_noop
from registry.rules.countries import Country
from registry.rules.disease import DiseaseGroup
from registry.rules.patient import AgeGroup, Sex
from registry.rules.products import PRODUCTS, CostimulatoryDomain

Kind = Literal["levels", "minimum"]
Levels = tuple[tuple[str, str], ...]
# The first CAR-T product was approved in 2017; trials came before. Far enough ahead that nobody has to think of it.
YEARS: Final = range(2012, 2061)
FOLLOW_UP_STEPS: Final = (0, 28, 60, 90, 180, 365)
GRADES: Final = range(6)


@dataclass(frozen=True)
class Criterion:
    """One thing that cases may be chosen by. `levels` are (code, English words) in their order.

    Of kind "levels" a cohort names those that it wants; of kind "minimum" it names the least, one of the steps.
    `is_number` says that the column holds whole numbers.
    """

    column: str
    label: str
    levels: Levels
    kind: Kind = "levels"
    is_number: bool = False
    unit: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of the levels in their order."""
        return tuple(code for code, _words in self.levels)


def _numbers(values: range | tuple[int, ...]) -> Levels:
    return tuple((str(value), str(value)) for value in values)


_DECLARED: Final = (
    Criterion("ANAIND", gettext_noop("Toxicity treated with anakinra"), tuple(Indication.choices())),
    Criterion(
        "DOSEGRP",
        gettext_noop("Dose of anakinra"),
        tuple((GROUP_CODES[group], group.label) for group in DoseClass),
    ),
    Criterion("CRSMAX", gettext_noop("Highest CRS grade (ASTCT)"), _numbers(GRADES), is_number=True),
    Criterion("ICANSMAX", gettext_noop("Highest ICANS grade (ASTCT)"), _numbers(GRADES), is_number=True),
    Criterion(
        "FUPDAYS",
        gettext_noop("Follow-up of at least"),
        _numbers(FOLLOW_UP_STEPS),
        kind="minimum",
        is_number=True,
        unit=gettext_noop("days"),
    ),
    Criterion("DISGR", gettext_noop("Disease"), tuple(DiseaseGroup.choices())),
    Criterion("PROD", gettext_noop("CAR-T product"), tuple((one.code, one.generic_name) for one in PRODUCTS)),
    Criterion("COSTIM", gettext_noop("Costimulatory domain"), tuple(CostimulatoryDomain.choices())),
    Criterion("INFYR", gettext_noop("Year of infusion"), _numbers(YEARS), is_number=True),
    Criterion("AGEGR", gettext_noop("Age at infusion"), tuple((AGE_CODES[one], one.label) for one in AgeGroup)),
    Criterion("SEX", gettext_noop("Sex"), tuple(Sex.choices())),
    Criterion("COUNTRY", gettext_noop("Country of residence"), tuple(Country.choices())),
)
CRITERIA: Final[Mapping[str, Criterion]] = MappingProxyType({one.column: one for one in _DECLARED})
