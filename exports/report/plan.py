"""What somebody asks of a report: whom to analyse, and by which dose rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_noop

from registry.rules.anakinra import Indication
from registry.rules.products import PRODUCTS

# Nobody is followed for longer; a larger number is a slip of the hand.
LONGEST_FOLLOW_UP_DAYS = 36500
FIRST_YEAR, LAST_YEAR = 2010, 2100


class DoseRule(StrEnum):
    """Which daily dose decides on the dose group and enters the models."""

    FIRST = "FIRST"
    AVERAGE_72H = "AVERAGE_72H"
    HIGHEST = "HIGHEST"
    MEAN = "MEAN"


# The column of ADSL with mg per day; None where the group and the dose per kg are columns of their own.
DOSE_COLUMNS: Mapping[DoseRule, str] = {
    DoseRule.FIRST: "DOSE24",
    DoseRule.AVERAGE_72H: "DOSE72AVG",
    DoseRule.HIGHEST: "DOSEMAX",
    DoseRule.MEAN: "DOSEMEAN",
}
DOSE_RULE_WORDS: Mapping[DoseRule, str] = {
    DoseRule.FIRST: gettext_noop("Prescribed daily dose of the first dose segment"),
    DoseRule.AVERAGE_72H: gettext_noop("Mean daily dose of the first 3 days"),
    DoseRule.HIGHEST: gettext_noop("Highest daily dose of the course"),
    DoseRule.MEAN: gettext_noop("Mean daily dose over the days given"),
}


class PlanError(ValueError):
    """A plan that cannot be carried out; the words are for the person who made it."""


@dataclass(frozen=True)
class Plan:
    """The cohort and the dose rule of one report. Nothing chosen means no limit.

    `indications` are codes of ADSL.ANAIND, `products` of ADSL.PROD, years those of the infusion (both included),
    `min_follow_up_days` counts from the infusion and is fulfilled by whoever died.
    """

    dose_rule: str = DoseRule.FIRST.value
    indications: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    min_follow_up_days: int = 0

    def __post_init__(self) -> None:
        _known("dose rule", [self.dose_rule], DoseRule)
        _known("indication", self.indications, [code.value for code in Indication])
        _known("product", self.products, [product.code for product in PRODUCTS])
        if not 0 <= self.min_follow_up_days <= LONGEST_FOLLOW_UP_DAYS:
            raise PlanError(f"The follow-up has 0 to {LONGEST_FOLLOW_UP_DAYS} days.")
        for year in (self.year_from, self.year_to):
            if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
                raise PlanError(f"A year lies between {FIRST_YEAR} and {LAST_YEAR}.")
        if self.year_from is not None and self.year_to is not None and self.year_from > self.year_to:
            raise PlanError("The first year comes after the last.")

    @property
    def is_whole(self) -> bool:
        """Say whether the plan leaves nobody of the study cohort out."""
        return self == Plan(dose_rule=self.dose_rule)

    def told(self) -> dict[str, Any]:
        """Return the plan as plain values, the same for the same plan."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Plan:
        """Return the plan that plain values tell; PlanError where they tell none."""
        names = {field.name for field in fields(cls)}
        if unknown := sorted(set(told) - names):
            raise PlanError(f"A plan has no {', '.join(unknown)}.")
        return cls(**{name: _value(name, value) for name, value in told.items()})


def _value(name: str, value: Any) -> Any:
    """Return a value of a plan, lists in one order; PlanError for one of another kind than its name wants."""
    if name in {"indications", "products"}:
        if not isinstance(value, list | tuple) or not all(isinstance(code, str) for code in value):
            raise PlanError(f"Write {name} as a list of codes.")
        return tuple(sorted(set(value)))
    if name == "dose_rule":
        if not isinstance(value, str):
            raise PlanError("Write dose_rule as a code.")
        return value
    may_be_empty = name in {"year_from", "year_to"} and value is None
    if not may_be_empty and (isinstance(value, bool) or not isinstance(value, int)):
        raise PlanError(f"Write {name} as a whole number.")
    return value


def _known(what: str, codes: Iterable[str], known: Iterable[str]) -> None:
    for code in codes:
        if code not in set(known):
            raise PlanError(f"There is no {what} {code}.")
