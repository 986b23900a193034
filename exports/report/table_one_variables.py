"""The variables of Table 1: columns of ADSL with their words and units. What a release lacks has no row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_noop

from exports.report.plan import DOSE_COLUMNS, DOSE_RULE_WORDS, DoseRule
from exports.report.study import DOSE, Study

MG_DAY: Final = gettext_noop("mg/day")
MG_KG_DAY: Final = gettext_noop("mg/kg/day")


@dataclass(frozen=True)
class Characteristic:
    """One variable; a grade is a number that is shown as categories. `instead_of` is a finer column that goes first."""

    column: str
    label: str
    unit: str = ""
    is_grade: bool = False
    instead_of: str = ""


VARIABLES: Final[tuple[Characteristic, ...]] = (
    Characteristic("AGE", gettext_noop("Age at infusion"), gettext_noop("years")),
    Characteristic("AGEGR", gettext_noop("Age at infusion"), gettext_noop("years"), instead_of="AGE"),
    Characteristic("SEX", gettext_noop("Sex")),
    Characteristic("DISGR", gettext_noop("Disease group")),
    Characteristic("NLINES", gettext_noop("Lines of therapy before the CAR-T cells")),
    Characteristic("PRIORHCT", gettext_noop("Stem cell transplant before")),
    Characteristic("PROD", gettext_noop("Product")),
    Characteristic("PRODGR", gettext_noop("Product group"), instead_of="PROD"),
    Characteristic("COSTIM", gettext_noop("Costimulatory domain of the product")),
    Characteristic("KPS", gettext_noop("Karnofsky performance status"), "%"),
    Characteristic("FERR_PRELD", gettext_noop("Ferritin before lymphodepletion"), "ng/mL"),
    Characteristic("CRP_PRELD", gettext_noop("C-reactive protein before lymphodepletion"), "mg/L"),
    Characteristic("LDH_PRELD", gettext_noop("Lactate dehydrogenase before lymphodepletion"), "U/L"),
    Characteristic("EASIX_PRELD", gettext_noop("EASIX before lymphodepletion")),
    Characteristic("CRSMAX", gettext_noop("Highest CRS grade"), is_grade=True),
    Characteristic("ICANSMAX", gettext_noop("Highest ICANS grade"), is_grade=True),
    Characteristic("GRATSTRT", gettext_noop("Higher grade of CRS and ICANS at the start of anakinra"), is_grade=True),
    Characteristic("ANAIND", gettext_noop("Indication of anakinra")),
    Characteristic("DAYS2ANA", gettext_noop("Time from infusion to anakinra"), gettext_noop("days")),
    Characteristic("HDSTER", gettext_noop("High-dose corticosteroids before anakinra")),
    Characteristic("TOCIN_PRE", gettext_noop("Doses of tocilizumab before anakinra")),
    Characteristic("WEIGHT", gettext_noop("Body weight"), "kg"),
    Characteristic("DOSE24", DOSE_RULE_WORDS[DoseRule.FIRST], MG_DAY),
    Characteristic("MGKGD", DOSE_RULE_WORDS[DoseRule.FIRST], MG_KG_DAY),
    Characteristic("ROUTE1", gettext_noop("Route of the first dose")),
)


def variables(study: Study) -> Iterator[Characteristic]:
    """Yield the variables of a release, and the dose under the rule of the plan where that is another one."""
    for variable in VARIABLES:
        if study.has(variable.column) and not (variable.instead_of and study.has(variable.instead_of)):
            yield variable
    rule = DoseRule(study.plan.dose_rule)
    if rule != DoseRule.FIRST:
        other = ((DOSE_COLUMNS[rule], MG_DAY), (DOSE, MG_KG_DAY))
        yield from (Characteristic(column, DOSE_RULE_WORDS[rule], unit) for column, unit in other if study.has(column))
