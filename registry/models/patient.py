"""The patient: who they are to the study, whether their data may be used, and, apart, who they are at the hospital."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.metadata import (
    CodedVariable,
    DateVariable,
    EncryptedDateVariable,
    EncryptedTextVariable,
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
from registry.models.record_index import RecordIndex, record_index
from registry.rules.patient import ConsentBasis, Country, Ethnicity, Race, Sex
from sites.audit import audited

NAME_FIELDS = ("given_name", "family_name")
NAMES_OFF = _("This site does not record names. Leave this empty, or ask an administrator to switch names on.")
NUMBER_TAKEN = _("This record number is recorded already, for the case %(study_id)s. Open that case instead.")


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
        Variable(
            "Date of consent or waiver", Privacy.DATE, transform=Transform.WITHHOLD, asked_if=("consent_basis", ("*",))
        ),
    )
    objected_on = DateVariable(
        Variable(
            "Date of objection",
            Privacy.DATE,
            transform=Transform.WITHHOLD,
            note="Excludes from later releases",
            optional=True,
        ),
    )
    withdrawn_on = DateVariable(
        Variable(
            "Date of withdrawal",
            Privacy.DATE,
            transform=Transform.WITHHOLD,
            note="Excludes from later releases",
            optional=True,
        ),
    )

    class Meta:
        ordering = ["study_id"]
        indexes = [models.Index(fields=["study_id", "id"], name="patient_in_order")]
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
    """Who the patient is at the hospital, encrypted. Nothing of this table ever leaves; only the own site reads it."""

    patient = ParentKey("registry.Patient", "identities")
    local_record_number = EncryptedTextVariable(Variable("Local record number", Privacy.DIRECT), max_length=40)
    birth_date = EncryptedDateVariable(Variable("Date of birth", Privacy.DIRECT))
    given_name = EncryptedTextVariable(
        Variable("Given name", Privacy.DIRECT, note="Only where the site has switched names on"), max_length=100
    )
    family_name = EncryptedTextVariable(
        Variable("Family name", Privacy.DIRECT, note="Only where the site has switched names on"), max_length=100
    )
    record_index = RecordIndex()

    class Meta:
        verbose_name_plural = "patient identities"
        constraints = [
            models.UniqueConstraint(fields=["site", "record_index"], name="identity_once_in_a_site"),
        ]

    def clean(self) -> None:
        """Refuse names where the site has not switched them on, and a hospital number that another case has."""
        if not self.site.names_enabled:
            held = [name for name in NAME_FIELDS if getattr(self, name)]
            if held:
                raise ValidationError(dict.fromkeys(held, NAMES_OFF))
        self.record_index = record_index(self.site_id, self.local_record_number)
        if self.record_index and (other := self._same_number()):
            words = NUMBER_TAKEN % {"study_id": other.patient.study_id}
            raise ValidationError({"local_record_number": ValidationError(words, code="record_number_taken")})

    def _same_number(self) -> PatientIdentity | None:
        same = PatientIdentity.objects.filter(site_id=self.site_id, record_index=self.record_index)
        return same.exclude(pk=self.pk).select_related("patient").first()
