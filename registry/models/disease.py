"""The malignancy that the CAR-T cells were given for, as it stood before the index infusion."""

from __future__ import annotations

from registry.metadata import (
    CodedVariable,
    DateVariable,
    FlagVariable,
    IntegerVariable,
    Privacy,
    Transform,
    Variable,
    topic,
)
from registry.models.base import ClinicalModel, ParentKey
from registry.rules.disease import CnsInvolvement, Diagnosis, DiseaseStatus, PriorTransplant, Stage
from sites.audit import audited


@audited
@topic("disease", "Disease", grain="one row per patient", key=[], parent="patient")
class Disease(ClinicalModel):
    """Diagnosis, its history and its status before lymphodepletion."""

    patient = ParentKey("registry.Patient", "diseases")
    diagnosis = CodedVariable(Variable("Diagnosis", Privacy.QUASI, transform=Transform.KEEP), Diagnosis)
    diagnosed_on = DateVariable(Variable("Date of diagnosis", Privacy.DATE), partial=True)
    stage = CodedVariable(Variable("Stage at last staging before infusion", Privacy.CLINICAL), Stage)
    prior_lines = IntegerVariable(
        Variable("Lines of therapy before CAR-T", Privacy.CLINICAL, unit="1", limits=(0, 30), plausible=(1, 12)),
    )
    prior_transplant = CodedVariable(Variable("Prior stem cell transplant", Privacy.CLINICAL), PriorTransplant)
    prior_transplant_on = DateVariable(
        Variable(
            "Date of last prior transplant", Privacy.DATE, asked_if=("prior_transplant", ("AUTO", "ALLO", "BOTH"))
        ),
        partial=True,
    )
    cns_involvement = CodedVariable(Variable("CNS involvement before CAR-T", Privacy.CLINICAL), CnsInvolvement)
    is_bulky = FlagVariable(Variable("Bulky disease", Privacy.CLINICAL, note="Largest mass of 7.5 cm or more"))
    has_extramedullary = FlagVariable(Variable("Extramedullary or extranodal disease", Privacy.CLINICAL))
    status_pre_ld = CodedVariable(Variable("Disease status before lymphodepletion", Privacy.CLINICAL), DiseaseStatus)
    status_assessed_on = DateVariable(
        Variable("Date of that assessment", Privacy.DATE, asked_if=("status_pre_ld", ("*",)))
    )
