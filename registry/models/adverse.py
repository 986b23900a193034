"""Adverse events under anakinra."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from registry.metadata import (
    CodedVariable,
    DateVariable,
    FlagVariable,
    IntegerVariable,
    Privacy,
    TextVariable,
    Variable,
    in_order,
    topic,
)
from registry.models.base import ClinicalModel, ParentKey
from registry.rules.adverse import AeAction, AeOutcome, AeTerm, Relation
from sites.audit import audited


@audited
@topic("adverse_event", "Adverse events", grain="one row per event", key=["ae_no"], parent="anakinra_course")
class AdverseEvent(ClinicalModel):
    """One adverse event during or after one anakinra course, graded by CTCAE version 5."""

    anakinra_course = ParentKey("registry.AnakinraCourse", "adverse_events")
    ae_no = IntegerVariable(Variable("Adverse event number", Privacy.CLINICAL, unit="1", limits=(1, 99)), required=True)
    term = CodedVariable(Variable("Term (CTCAE v5)", Privacy.CLINICAL), AeTerm, required=True)
    term_other = TextVariable(
        Variable("Other term", Privacy.FREE_TEXT, asked_if=("term", ("OTHER", "INFECTION_OTHER", "BLEEDING_OTHER"))),
        max_length=200,
    )
    began_on = DateVariable(Variable("Onset of the event", Privacy.DATE), partial=True)
    ended_on = DateVariable(Variable("End of the event", Privacy.DATE), partial=True)
    grade = IntegerVariable(Variable("Grade (CTCAE v5)", Privacy.CLINICAL, unit="1", limits=(1, 5)))
    relation = CodedVariable(Variable("Relation to anakinra", Privacy.CLINICAL), Relation)
    action = CodedVariable(Variable("Action taken with anakinra", Privacy.CLINICAL), AeAction)
    is_serious = FlagVariable(Variable("Serious", Privacy.CLINICAL))
    outcome = CodedVariable(Variable("Outcome of the event", Privacy.CLINICAL), AeOutcome)

    class Meta:
        ordering = ["anakinra_course", "ae_no"]
        constraints = [in_order("adverse_event_order", "began_on", "ended_on", _("The event ends before its onset."))]
