"""What became of the patient: relapse or progression, contact, death and the judgement of its cause."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from registry.metadata import (
    CodedVariable,
    DateVariable,
    FlagVariable,
    IntegerVariable,
    Privacy,
    TextVariable,
    Transform,
    Variable,
    topic,
)
from registry.models.base import ClinicalModel, ParentKey
from registry.rules.outcome import Autopsy, DeathCause, RelapseKind, RelapseSite, TrmClass, VitalStatus
from registry.rules.response import AntigenStatus
from sites.audit import audited


@audited
@topic("relapse", "Relapse and progression", grain="one row per event", key=["relapse_no"], parent="course")
class Relapse(ClinicalModel):
    """One relapse or progression after one CAR-T course."""

    course = ParentKey("registry.InfusionCourse", "relapses")
    relapse_no = IntegerVariable(Variable("Event number", Privacy.CLINICAL, unit="1", limits=(1, 99)), required=True)
    kind = CodedVariable(Variable("Relapse or progression", Privacy.CLINICAL), RelapseKind, required=True)
    relapsed_on = DateVariable(Variable("Date of relapse or progression", Privacy.DATE), partial=True)
    relapse_site = CodedVariable(Variable("Site of relapse", Privacy.CLINICAL), RelapseSite)
    antigen_status = CodedVariable(Variable("Target antigen at relapse", Privacy.CLINICAL), AntigenStatus)
    had_new_therapy = FlagVariable(Variable("New therapy of the malignancy since", Privacy.CLINICAL))
    new_therapy_on = DateVariable(
        Variable("Start of new therapy", Privacy.DATE, asked_if=("had_new_therapy", ("yes",))), partial=True
    )

    class Meta:
        ordering = ["course", "relapse_no"]


@audited
@topic("follow_up", "Follow-up", grain="one row per patient: the last contact", key=[], parent="patient")
class FollowUp(ClinicalModel):
    """The last contact with the patient and the status then."""

    patient = ParentKey("registry.Patient", "follow_ups")
    last_contact_on = DateVariable(Variable("Date of last contact", Privacy.DATE), partial=True)
    vital_status = CodedVariable(Variable("Status at last contact", Privacy.CLINICAL), VitalStatus)


@audited
@topic("death", "Death", grain="one row per death", key=[], parent="patient")
class Death(ClinicalModel):
    """Date and causes of a death, with its class by the site and by the algorithm."""

    patient = ParentKey("registry.Patient", "deaths")
    died_on = DateVariable(Variable("Date of death", Privacy.DATE), partial=True)
    cause = CodedVariable(Variable("Primary cause of death", Privacy.CLINICAL), DeathCause)
    cause_other = TextVariable(
        Variable("Cause in words", Privacy.FREE_TEXT, asked_if=("cause", ("OTHER_UNRELATED", "UNKNOWN"))),
        max_length=200,
    )
    contributing_cause = CodedVariable(Variable("Contributing cause", Privacy.CLINICAL, optional=True), DeathCause)
    is_anakinra_related = FlagVariable(Variable("Related to anakinra", Privacy.CLINICAL))
    autopsy = CodedVariable(Variable("Autopsy", Privacy.CLINICAL), Autopsy)
    trm_class_site = CodedVariable(Variable("Class of death by the site", Privacy.CLINICAL), TrmClass)
    trm_class_algorithm = CodedVariable(
        Variable("Class of death by algorithm", Privacy.CLINICAL, derived=True), TrmClass
    )
    has_class_conflict = FlagVariable(
        Variable("Algorithm in conflict, needs adjudication", Privacy.CLINICAL, derived=True)
    )


@audited
@topic(
    "death_review",
    "Adjudication of deaths",
    grain="one row per death and adjudicator",
    key=["review_no"],
    parent="death",
)
class DeathReview(ClinicalModel):
    """One adjudicator's judgement of one death, made from coded facts, blind to site and dose group."""

    death = ParentKey("registry.Death", "reviews")
    review_no = IntegerVariable(
        Variable("Review number", Privacy.CLINICAL, unit="1", limits=(1, 3), derived=True), required=True
    )
    adjudicator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    trm_class = CodedVariable(Variable("Class of death by adjudicator", Privacy.CLINICAL, derived=True), TrmClass)
    # Deaths judged in one meeting share its day, which would tell how far apart their infusions were.
    reviewed_on = DateVariable(
        Variable("Date of the judgement", Privacy.DATE, derived=True, transform=Transform.WITHHOLD)
    )

    class Meta:
        ordering = ["death", "review_no"]
        constraints = [
            models.UniqueConstraint(fields=["death", "adjudicator"], name="death_review_once_per_adjudicator"),
        ]
