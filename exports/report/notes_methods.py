"""How the figures are estimated, what limits them, and which data and programs they come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_noop

from exports.report.model_fit import FEW_PER_PARAMETER
from exports.report.note import Note, Report, has_estimates, has_incidence
from exports.report.sensitivity_imputation import IMPUTATIONS, SEED
from exports.report.study import GROUP, Study
from exports.report.wording import text

# Below this many cases one of them moves a percentage by two points or more.
SMALL_COHORT: Final = 50
_SIMULATED: Final = gettext_noop("The patients of this report are simulated. Its figures say nothing about treatment.")
_INCIDENCE: Final = gettext_noop(
    "Cumulative incidence with competing events by Aalen and Johansen, variance as in cmprsk (Aalen's, corrected for "
    "ties; Greenwood's with delayed entry), intervals (95 %) on the scale of log(-log F), groups compared by Gray's "
    "test. Nothing is carried on after the last follow-up of a group."
)
_SURVIVAL: Final = gettext_noop(
    "Survival by Kaplan and Meier, intervals (95 %) on the scale of log(-log S), groups compared by the log-rank test; "
    "median follow-up by reverse Kaplan-Meier."
)
_PROPORTIONS: Final = gettext_noop(
    "Proportions have exact intervals (Clopper-Pearson, 95 %), compared by Fisher's test."
)
_MODELS: Final = gettext_noop(
    "Cause-specific Cox models with Efron's handling of ties, of patients with every covariate of the model. Wald "
    "intervals, with the likelihood-ratio p beside the Wald p; proportional hazards by a score test with the "
    "Kaplan-Meier transform, which shows no more than the absence of evidence against it. Resolution and "
    "treatment-related death count from the start of anakinra; death of any cause from infusion, with everybody at "
    "risk from the start of anakinra."
)
_FIRTH: Final = gettext_noop(
    "Models with fewer than %(limit)s events per parameter, or without a finite estimate, also have Firth's penalised "
    "estimates with profile intervals. Such models are exploratory; several covariates at once do not show which of "
    "them acts by itself."
)
_MISSING: Final = gettext_noop(
    "Up to %(most)s patients are left out of a model because a covariate is missing. As a sensitivity analysis they "
    "are imputed %(m)s times (seed %(seed)s) and pooled by Rubin's rules."
)
_IMMORTAL: Final = gettext_noop(
    "Everybody in this cohort lived until anakinra was started. Incidences that count all from infusion are therefore "
    "naive: they hold for those who lived to receive anakinra, and are too low for patients at the time of infusion. "
    "Delayed entry (at risk from the start of anakinra) and the clock from anakinra take account of it."
)
_SMALL: Final = gettext_noop(
    "With %(n)s patients one case moves a percentage by %(points)s points; read the intervals, and the numbers at risk."
)
_MULTIPLE: Final = gettext_noop(
    "Every p value beyond the primary objectives is exploratory; none is corrected for the number of tests."
)
_SOFTWARE: Final = gettext_noop(
    "Release %(release)s, content SHA-256 %(content_hash)s. Quell %(quell)s, Python %(python)s, numpy %(numpy)s, scipy "
    "%(scipy)s. The estimators are checked against R (survival, cmprsk)."
)


def methods(study: Study, report: Report) -> Iterator[Note]:
    """Yield the methods and limits that the report needs."""
    if (report.get("release") or {}).get("simulated"):
        yield Note("simulated", gettext_noop("Simulated data"), _SIMULATED)
    if has_incidence(report):
        yield Note("incidence", gettext_noop("Cumulative incidence"), _INCIDENCE)
    if report.get("survival"):
        yield Note("survival", gettext_noop("Survival"), _SURVIVAL)
    if report.get("response") or report.get("safety"):
        yield Note("proportions", gettext_noop("Proportions"), _PROPORTIONS)
    if has_estimates(report):
        yield from _models(report)
    if has_incidence(report, "trm_infusion", "nrm_infusion"):
        yield Note("immortal_time", gettext_noop("Immortal time"), _IMMORTAL)
    yield from _limits(study)
    yield from _software(report)


def _models(report: Report) -> Iterator[Note]:
    yield Note("models", gettext_noop("Models"), _MODELS)
    models = report["models"]
    if any(model.get("epv_warning") or model.get("firth") for model in models):
        yield Note("few_events", gettext_noop("Few events"), text(_FIRTH, limit=FEW_PER_PARAMETER))
    # A dose in no group of the study is no missing covariate, and is never imputed.
    by_covariates = [model for model in models if not model.get("missing_by_covariate", {}).get(GROUP)]
    if most := max((model.get("excluded_missing") or 0 for model in by_covariates), default=0):
        told = text(_MISSING, most=most, m=IMPUTATIONS, seed=SEED)
        yield Note("missing", gettext_noop("Missing covariates"), told)


def _limits(study: Study) -> Iterator[Note]:
    n = study.people.height
    if 0 < n < SMALL_COHORT:
        yield Note("small", gettext_noop("Small numbers"), text(_SMALL, n=n, points=round(100 / n, 1)))
    yield Note("multiplicity", gettext_noop("Several tests"), _MULTIPLE)


def _software(report: Report) -> Iterator[Note]:
    release, software = report.get("release") or {}, report.get("software")
    if software and release.get("content_hash"):
        told = text(_SOFTWARE, release=release.get("name"), content_hash=release["content_hash"], **software)
        yield Note("software", gettext_noop("Data and software"), told)
