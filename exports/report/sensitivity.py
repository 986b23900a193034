"""Every sensitivity analysis of the report, in the order in which it is shown."""

from __future__ import annotations

from typing import Any, Final

from exports.report.sensitivity_deaths import class_unknown, variant_b
from exports.report.sensitivity_dose import dose_rules, reduced
from exports.report.sensitivity_entry import delayed_entry
from exports.report.sensitivity_imputation import imputation
from exports.report.sensitivity_sites import leave_one_out, stratified
from exports.report.study import Study

ANALYSES: Final = (
    delayed_entry,
    variant_b,
    class_unknown,
    dose_rules,
    reduced,
    stratified,
    imputation,
    leave_one_out,
)


def sensitivity(study: Study) -> list[dict[str, Any]]:
    """Return the rows of all analyses: a quantity of the report, its primary figure, and the one found instead."""
    return [row for analysis in ANALYSES for row in analysis(study)]
