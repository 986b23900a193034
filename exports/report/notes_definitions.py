"""Who is analysed, what the dose is, and what each endpoint means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext_noop

from exports.report.note import Note, Report, has_incidence
from exports.report.plan import DOSE_RULE_WORDS, DoseRule
from exports.report.study import Study
from exports.report.wording import text
from registry.rules.endpoints import BEST_RESPONSE_DAYS, ENTRY_GRADE, INFECTION_DAYS, RESOLUTION_HOLD_DAYS

_PATIENTS: Final = gettext_noop(
    "Analysed are patients with CRS or ICANS of grade %(grade)s or more at the start of anakinra for refractory CRS or "
    "ICANS after the first CAR-T infusion, one course per patient."
)
_DOSE: Final = gettext_noop(
    "Dose: %(rule)s. High is more than 200 mg a day intravenously, low is 100 to 200 mg a day by any route; other "
    "doses are listed and in no group. Models take mg per kg and day."
)
_DOSE_BIAS: Final = gettext_noop(
    "The dose of this report depends on how long the patient lived and was treated: its comparisons carry "
    "immortal-time bias in favour of the higher dose and must not be read as effects."
)
_DAYS: Final = gettext_noop(
    "Times are whole days from infusion or from the start of anakinra, as each figure says. Events go before "
    "censorings of the same day, and day 28 includes day 28."
)
_RESOLUTION: Final = gettext_noop(
    "Resolution is the first day after the start of anakinra on which every toxicity that was active then has grade 0, "
    "with no higher grade in the %(days)s days after it. Death before resolution competes."
)
_TRM: Final = gettext_noop(
    "A death is treatment-related by its class: that of two adjudicators who agree, else the site's, else the "
    "algorithm's. Deaths of another class compete; deaths of unknown class are left out (%(unknown)s here) and counted "
    "both ways in the sensitivity analyses."
)
_NRM: Final = gettext_noop(
    "Non-relapse death (variant B) is death without relapse or progression up to its day, which compete."
)
_RESPONSE: Final = gettext_noop(
    "Response is the best one from day 0 to day %(days)s before progression or new treatment. Progression or death by "
    "then without an assessment is no response; everybody else without one is left out and counted."
)
_INFECTION: Final = gettext_noop(
    "A severe infection has CTCAE grade 3 or more or intravenous treatment, to day %(days)s from the start of "
    "anakinra; death competes."
)


def definitions(study: Study, report: Report) -> Iterator[Note]:
    """Yield the definitions that the report uses."""
    yield Note(
        "patients", gettext_noop("Patients"), text(_PATIENTS, grade=ENTRY_GRADE), rules=("endpoints.ENTRY_GRADE",)
    )
    rule = DoseRule(study.plan.dose_rule)
    rules = ("anakinra.DOSE_CLASSES", "anakinra.choose_weight")
    yield Note("dose", gettext_noop("Dose"), text(_DOSE, rule=DOSE_RULE_WORDS[rule]), rules)
    if rule in {DoseRule.MEAN, DoseRule.HIGHEST}:
        yield Note("dose_bias", gettext_noop("Dose of the whole course"), _DOSE_BIAS)
    if has_incidence(report) or report.get("survival"):
        yield Note("days", gettext_noop("Days"), _DAYS)
    yield from _endpoints(study, report)


def _endpoints(study: Study, report: Report) -> Iterator[Note]:
    if has_incidence(report, "resolution"):
        held = text(_RESOLUTION, days=RESOLUTION_HOLD_DAYS)
        yield _defined("resolution", gettext_noop("Resolution"), held, "endpoints.RESOLUTION_HOLD_DAYS")
    if has_incidence(report, "trm_infusion", "trm_start"):
        told = text(_TRM, unknown=study.without_time("TRM60").get("CLASS_UNKNOWN", 0))
        heading = gettext_noop("Treatment-related death")
        yield _defined("trm", heading, told, "outcome.CAUSE_CLASSES", "outcome.trm_class")
    if has_incidence(report, "nrm_infusion", "nrm_start"):
        yield _defined("nrm", gettext_noop("Non-relapse death"), _NRM, "outcome.is_nonrelapse_death")
    if report.get("response"):
        best = text(_RESPONSE, days=BEST_RESPONSE_DAYS)
        yield _defined(
            "response", gettext_noop("Response"), best, "endpoints.BEST_RESPONSE_DAYS", "response.RESPONDERS"
        )
    if has_incidence(report, "infection"):
        severe = text(_INFECTION, days=INFECTION_DAYS)
        yield _defined("infection", gettext_noop("Severe infection"), severe, "endpoints.SEVERE_INFECTION_GRADE")


def _defined(name: str, heading: str, told: Any, *rules: str) -> Note:
    return Note(name, heading, told, rules)
