"""Infections after the CAR-T infusion."""

from __future__ import annotations

from registry.metadata import (
    CodedVariable,
    DateVariable,
    FlagVariable,
    IntegerVariable,
    Privacy,
    TextVariable,
    Variable,
    topic,
)
from registry.models.base import ClinicalModel, ParentKey
from registry.rules.infections import (
    InfectionClass,
    InfectionOutcome,
    InfectionRelation,
    InfectionSite,
    Organism,
    ViralManifestation,
)
from sites.audit import audited


@audited
@topic("infection", "Infections", grain="one row per infection", key=["infection_no"], parent="course")
class Infection(ClinicalModel):
    """One infection with its organism, site, severity and treatment."""

    course = ParentKey("registry.InfusionCourse", "infections")
    infection_no = IntegerVariable(
        Variable("Infection number", Privacy.CLINICAL, unit="1", limits=(1, 99)), required=True
    )
    diagnosed_on = DateVariable(Variable("Date of diagnosis of the infection", Privacy.DATE), partial=True)
    infection_class = CodedVariable(Variable("Class", Privacy.CLINICAL), InfectionClass)
    organism = CodedVariable(Variable("Organism", Privacy.CLINICAL), Organism)
    organism_other = TextVariable(
        Variable(
            "Other organism",
            Privacy.FREE_TEXT,
            asked_if=(
                "organism",
                ("BACTERIA_OTHER", "YEAST_OTHER", "MOULD_OTHER", "RESPIRATORY_OTHER", "VIRUS_OTHER", "PARASITE_OTHER"),
            ),
        ),
        max_length=100,
    )
    viral_manifestation = CodedVariable(
        Variable("Viral infection or disease", Privacy.CLINICAL, asked_if=("infection_class", ("VIRAL",))),
        ViralManifestation,
    )
    infection_site = CodedVariable(Variable("Main site of infection", Privacy.CLINICAL), InfectionSite)
    second_site = CodedVariable(Variable("Second site of infection", Privacy.CLINICAL, optional=True), InfectionSite)
    is_confirmed = FlagVariable(Variable("Microbiologically confirmed", Privacy.CLINICAL))
    grade = IntegerVariable(Variable("Severity (CTCAE v5)", Privacy.CLINICAL, unit="1", limits=(1, 5)))
    relation = CodedVariable(Variable("Timing to anakinra", Privacy.CLINICAL), InfectionRelation)
    was_treated_iv = FlagVariable(Variable("Treated intravenously", Privacy.CLINICAL))
    needed_icu = FlagVariable(Variable("Intensive care for the infection", Privacy.CLINICAL))
    outcome = CodedVariable(Variable("Outcome of the infection", Privacy.CLINICAL), InfectionOutcome)

    class Meta:
        ordering = ["course", "infection_no"]
