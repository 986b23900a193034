"""Laboratory results: the value and unit as typed, and the value in the unit of the registry."""

from __future__ import annotations

from registry.metadata import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    Privacy,
    TimeVariable,
    Transform,
    Variable,
    topic,
)
from registry.models.base import ClinicalModel, ParentKey
from registry.rules.coding import gettext_noop
from registry.rules.lab_units import LabUnit
from registry.rules.labs import Analyte, Comparator, Timepoint
from sites.audit import audited

TYPED = gettext_noop("in the unit as typed")


@audited
@topic(
    "lab",
    "Laboratory results",
    grain="one row per analyte and sample",
    key=["analyte", "sampled_on", "sampled_at"],
    parent="course",
)
class LabResult(ClinicalModel):
    """One result of one sample. `canonical_value` is in the analyte's UCUM unit of clinical.md section 6."""

    course = ParentKey("registry.InfusionCourse", "labs")
    analyte = CodedVariable(Variable("Analyte", Privacy.CLINICAL), Analyte, required=True)
    sampled_on = DateVariable(Variable("Date of sample", Privacy.DATE), required=True)
    sampled_at = TimeVariable(
        Variable("Time of sample", Privacy.DATE, transform=Transform.WITHHOLD, note="hh:mm at the site", optional=True)
    )
    value = DecimalVariable(Variable("Result", Privacy.CLINICAL, unit="{as typed}", note=TYPED), digits=14, places=4)
    unit = CodedVariable(Variable("Unit as typed", Privacy.CLINICAL, asked_if=("value", ("*",))), LabUnit)
    comparator = CodedVariable(
        Variable(
            "Comparator", Privacy.CLINICAL, note="Where the laboratory reports below or above a limit", optional=True
        ),
        Comparator,
    )
    lower_limit = DecimalVariable(
        Variable("Lower limit of normal", Privacy.CLINICAL, unit="{as typed}", note=TYPED, optional=True),
        digits=14,
        places=4,
    )
    upper_limit = DecimalVariable(
        Variable("Upper limit of normal", Privacy.CLINICAL, unit="{as typed}", note=TYPED, optional=True),
        digits=14,
        places=4,
    )
    timepoint = CodedVariable(Variable("Planned time point", Privacy.CLINICAL, optional=True), Timepoint)
    canonical_value = DecimalVariable(
        Variable("Result in the registry's unit", Privacy.CLINICAL, unit="{canonical of analyte}", derived=True),
        digits=16,
        places=6,
    )

    class Meta:
        ordering = ["course", "analyte", "sampled_on", "sampled_at"]
