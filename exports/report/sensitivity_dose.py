"""Other definitions of the dose, and models of the dose with one confounder at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext_noop

from exports.report.covariates import CONFOUNDERS, DOSED
from exports.report.not_estimable import not_released, told
from exports.report.plan import DOSE_COLUMNS, DOSE_RULE_WORDS, DoseRule
from exports.report.sensitivity_rows import RESOLUTION_GROUP, TRM_DOSE, Found, Quantity, ratio, row
from exports.report.study import DOSE, Study, regrouped

# These doses depend on how long the patient lived.
_OF_THE_COURSE: Final[Mapping[DoseRule, str]] = {
    DoseRule.AVERAGE_72H: gettext_noop("Doses of the first 3 days are known of those who lived that long."),
    DoseRule.HIGHEST: gettext_noop("Who lives longer can reach a higher dose: immortal-time bias in favour of it."),
    DoseRule.MEAN: gettext_noop(
        "Immortal-time bias: the mean is known only at the end of treatment and depends on how long the patient lived."
    ),
}
_WITH: Final[Mapping[str, str]] = {
    "age": gettext_noop("Dose and age"),
    "costim": gettext_noop("Dose and costimulatory domain"),
    "ferritin": gettext_noop("Dose and ferritin"),
    "kps": gettext_noop("Dose and Karnofsky status"),
}
_REDUCED: Final = gettext_noop("Hazard ratio of treatment-related death per 1 mg/kg/day, one confounder")


def dose_rules(study: Study) -> Iterator[dict[str, Any]]:
    """Yield the hazard ratios of dose and dose group under every other rule."""
    for rule in DoseRule:
        if rule != study.plan.dose_rule:
            yield from _under(study, rule)


def _under(study: Study, rule: DoseRule) -> Iterator[dict[str, Any]]:
    other = regrouped(study, rule)
    for quantity in (TRM_DOSE, RESOLUTION_GROUP):
        name = f"{rule.value.lower()}_{quantity.id}"
        found = _found(other, rule, quantity)
        note = _OF_THE_COURSE.get(rule)
        yield row("dose_rule", name, DOSE_RULE_WORDS[rule], quantity.words, ratio(study, quantity), found, note)


def _found(other: Study, rule: DoseRule, quantity: Quantity) -> Found:
    if other.people.height and other.people[DOSE].null_count() == other.people.height:
        return Found(error=told(not_released(DOSE_COLUMNS[rule])))
    return ratio(other, quantity)


def reduced(study: Study) -> Iterator[dict[str, Any]]:
    """Yield the hazard ratio of the dose with one confounder each, where the full model has too many parameters."""
    primary = ratio(study, TRM_DOSE)
    for confounder in CONFOUNDERS:
        quantity = replace(TRM_DOSE, covariates=(DOSED, confounder))
        yield row("reduced", confounder.id, _WITH[confounder.id], _REDUCED, primary, ratio(study, quantity))
