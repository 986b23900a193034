"""Response of the malignancy to the CAR-T cells."""

from __future__ import annotations

from registry.metadata import CodedVariable, DateVariable, IntegerVariable, Privacy, Variable, topic
from registry.models.base import ClinicalModel, ParentKey
from registry.rules.response import Criteria, Imaging, MrdMethod, MrdResult, PlannedTimepoint, Response
from sites.audit import audited


@audited
@topic("response", "Response assessments", grain="one row per assessment", key=["response_no"], parent="course")
class ResponseAssessment(ClinicalModel):
    """One response assessment under the criteria of the disease."""

    course = ParentKey("registry.InfusionCourse", "responses")
    response_no = IntegerVariable(
        Variable("Response assessment number", Privacy.CLINICAL, unit="1", limits=(1, 99)), required=True
    )
    assessed_on = DateVariable(Variable("Date of response assessment", Privacy.DATE), partial=True)
    planned_timepoint = CodedVariable(Variable("Planned time point", Privacy.CLINICAL), PlannedTimepoint)
    criteria = CodedVariable(Variable("Criteria", Privacy.CLINICAL), Criteria)
    response = CodedVariable(Variable("Response", Privacy.CLINICAL), Response)
    deauville = IntegerVariable(
        Variable("Deauville score", Privacy.CLINICAL, unit="1", limits=(1, 5), asked_if=("imaging", ("PET_CT",)))
    )
    imaging = CodedVariable(Variable("Imaging", Privacy.CLINICAL), Imaging)
    mrd = CodedVariable(Variable("Minimal residual disease", Privacy.CLINICAL), MrdResult)
    mrd_method = CodedVariable(
        Variable("Method of minimal residual disease", Privacy.CLINICAL, asked_if=("mrd", ("*",))), MrdMethod
    )

    class Meta:
        ordering = ["course", "response_no"]
