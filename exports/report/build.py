"""The study report: one plain document that page, PDF, figures and the comparison of the scripts read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from exports.report.absent import absent
from exports.report.abstract import abstract
from exports.report.cases import cases
from exports.report.dose import dose
from exports.report.flow import flow
from exports.report.groups import groups
from exports.report.incidence import incidence
from exports.report.models import models
from exports.report.notes import notes
from exports.report.plan import Plan
from exports.report.response import response
from exports.report.safety import safety
from exports.report.sensitivity import sensitivity
from exports.report.software import software
from exports.report.study import Study, read_study
from exports.report.survival_times import survival_times
from exports.report.table_one import table_one

SCHEMA: Final = 1
# The steps that `tick` is told, as `exports.services.reports` numbers them.
ESTIMATING, MODELS, SENSITIVITY = 2, 3, 4
_RELEASED: Final = ("level", "profile", "project", "code_revision", "codebook_version", "policy_version")


def study_report(
    folder: Path,
    plan: Plan,
    *,
    tick: Callable[[int], None] = lambda _step: None,
    simulated: bool | None = None,
    content_hash: str | None = None,
) -> dict[str, Any]:
    """Return the report of what leaves of a release (`folder`) under a plan, as values that JSON can hold.

    Fractions are 0 to 1, times whole days, None is not estimable or not in the release; `absent` says which section is
    not there and why. Text is English, known to gettext; one with values is {"words", "values"}. `simulated` and
    `content_hash` (of the package) are what the caller knows and the folder may not say. `tick` hears each step begin.
    Raises NoReportError where the release has no subject level, or not what decides on who is analysed.
    """
    study = read_study(folder, plan)
    tick(ESTIMATING)
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "release": _release(study.facts, simulated, content_hash),
        "plan": plan.told(),
        "software": software(),
        "groups": groups(study),
        **_described(study),
    }
    has_anybody = study.people.height > 0
    tick(MODELS)
    report["models"] = models(study) if has_anybody else []
    tick(SENSITIVITY)
    report["sensitivity"] = sensitivity(study) if has_anybody else []
    report["abstract"] = abstract(report)
    report["notes"] = notes(study, report)
    return {**report, "absent": absent(study), "suppressed": None}


def _described(study: Study) -> dict[str, Any]:
    return {
        "flow": flow(study),
        "table_one": table_one(study),
        "safety": safety(study),
        "response": response(study),
        "incidence": incidence(study),
        "survival": survival_times(study),
        "cases": cases(study),
        "dose": dose(study),
    }


def _release(facts: Mapping[str, Any], simulated: bool | None, content_hash: str | None) -> dict[str, Any]:
    """Return what the report says of the release. Rows of no patient, as those of a twin, are simulated too."""
    said = bool(facts.get("is_simulated") or facts.get("is_synthetic"))
    return {
        "name": facts["release"],
        "content_hash": content_hash,
        "data_cut": facts.get("data_cut_at"),
        "simulated": said if simulated is None else simulated or bool(facts.get("is_synthetic")),
        **{name: facts.get(name) for name in _RELEASED},
    }
