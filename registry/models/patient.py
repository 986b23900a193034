"""The patient: who they are to the study, whether their data may be used, and, apart, who they are at the hospital."""

from __future__ import annotations

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.metadata import (
    CodedVariable,
    DateVariable,
    FlagVariable,
    IntegerVariable,
    Privacy,
    TextVariable,
    Transform,
    Variable,
    impossible,
    topic,
)
from registry.models.base import ClinicalModel, ParentKey
from registry.rules.patient import ConsentBasis, Country, Ethnicity, Race, Sex
from sites.audit import audited


@audited
@topic("patient", "Patients", grain="one row per patient", key=["study_id"])
class Patient(ClinicalModel):
    """One patient of one site under the study id that the site gave."""

    study_id = TextVariable(
        Variable("Study id", Privacy.DIRECT, note="The site's own number for the study, never a hospital number"),
        required=True,
        max_length=20,
    )
    birth_year = IntegerVariable(
        Variable(
            "Year of birth",
            Privacy.QUASI,
            unit="a",
            limits=(1900, 2100),
            transform=Transform.WITHHOLD,
            note="Age at infusion leaves instead",
        ),
    )
    age_at_infusion = IntegerVariable(
        Variable(
            "Age at first infusion",
            Privacy.QUASI,
            unit="a",
            limits=(0, 110),
            plausible=(1, 90),
            transform=Transform.AGE_TOP_CODED,
            note="Completed years",
        ),
    )
    sex = CodedVariable(Variable("Sex", Privacy.QUASI, transform=Transform.KEEP), Sex)
    race = CodedVariable(Variable("Race", Privacy.QUASI, transform=Transform.MERGE_RARE), Race)
    ethnicity = CodedVariable(Variable("Ethnicity", Privacy.QUASI, transform=Transform.MERGE_RARE), Ethnicity)
    country = CodedVariable(Variable("Country of residence", Privacy.QUASI, transform=Transform.MERGE_RARE), Country)
    has_developmental_delay = FlagVariable(
        Variable("Developmental delay", Privacy.CLINICAL, note="ICANS is then graded with CAPD instead of ICE")
    )
    consent_basis = CodedVariable(
        Variable("Basis for using the data", Privacy.CLINICAL, transform=Transform.WITHHOLD, note="Consent or waiver"),
        ConsentBasis,
    )
    consented_on = DateVariable(
        Variable("Date of consent or waiver", Privacy.DATE, transform=Transform.WITHHOLD),
    )
    objected_on = DateVariable(
        Variable("Date of objection", Privacy.DATE, transform=Transform.WITHHOLD, note="Excludes from later releases"),
    )
    withdrawn_on = DateVariable(
        Variable(
            "Date of withdrawal",
            Privacy.DATE,
            transform=Transform.WITHHOLD,
            note="Excludes from later releases",
        ),
    )

    class Meta:
        ordering = ["study_id"]
        constraints = [
            impossible(
                "patient_study_id_form",
                unless=Q(study_id__regex=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,19}$"),
                message=_("A study id has up to 20 letters, digits, hyphens or underscores."),
            ),
            impossible(
                "patient_withdrawn_after_consent",
                unless=Q(withdrawn_on__gte=F("consented_on")) | Q(withdrawn_on=None) | Q(consented_on=None),
                message=_("The withdrawal is before the consent."),
            ),
        ]

    def __str__(self) -> str:
        return self.study_id


@audited
@topic("identity", "Identity", grain="one row per patient", key=[], parent="patient")
class PatientIdentity(ClinicalModel):
    """Who the patient is at the hospital. Nothing of this table ever leaves; only the own site may read it."""

    patient = ParentKey("registry.Patient", "identities")
    local_record_number = TextVariable(Variable("Local record number", Privacy.DIRECT), max_length=40)
    birth_date = DateVariable(Variable("Date of birth", Privacy.DIRECT))
    given_name = TextVariable(
        Variable("Given name", Privacy.DIRECT, note="Only where the site has switched names on"), max_length=100
    )
    family_name = TextVariable(
        Variable("Family name", Privacy.DIRECT, note="Only where the site has switched names on"), max_length=100
    )

    class Meta:
        verbose_name_plural = "patient identities"
