"""Where the patient was cared for: hospital, intensive care, ventilation, renal replacement."""

from __future__ import annotations

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.metadata import CodedVariable, DateVariable, IntegerVariable, Privacy, Variable, impossible, topic
from registry.models.base import ClinicalModel, ParentKey
from registry.rules.stays import CareKind
from sites.audit import audited


@audited
@topic("stay", "Hospital and intensive care", grain="one row per period of care", key=["stay_no"], parent="course")
class CareStay(ClinicalModel):
    """One period of one kind of care, first and last day included."""

    course = ParentKey("registry.InfusionCourse", "stays")
    stay_no = IntegerVariable(Variable("Stay number", Privacy.CLINICAL, unit="1", limits=(1, 99)), required=True)
    kind = CodedVariable(Variable("Kind of care", Privacy.CLINICAL), CareKind, required=True)
    began_on = DateVariable(Variable("First day of care", Privacy.DATE), required=True)
    ended_on = DateVariable(Variable("Last day of care", Privacy.DATE))

    class Meta:
        ordering = ["course", "began_on", "stay_no"]
        constraints = [
            impossible(
                "stay_order", unless=Q(ended_on__gte=F("began_on")), message=_("The stay ends before it begins.")
            ),
        ]
