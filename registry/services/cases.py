"""A new case: the patient, the index infusion, and the hospital's number where it is given, all or none."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from registry.metadata import topic_named
from registry.models import Patient, Product
from registry.selectors.case_duplicates import locked_until
from registry.services.records import record_create
from sites.access import require
from sites.context import acting_as
from sites.models import Site
from sites.roles import Permission

# Somebody else entered the same in the moment between the check and the write.
TAKEN = {"patient_key": "study_id", "identity_once_in_a_site": "local_record_number"}


def case_create(
    *, site: Site, study_id: str, infused_on: date, product: Product, local_record_number: str = "", by: Any
) -> Patient:
    """Create a case of a site and return its patient.

    PermissionDenied without the right to edit there; ValidationError, by field, for what cannot be stored.
    """
    require(by, Permission.CASE_EDIT, site)
    with acting_as(by):
        _refuse_locked(site, infused_on)
        try:
            with transaction.atomic():
                return _create(site, study_id, infused_on, product, local_record_number, by)
        except IntegrityError as error:
            raise _taken(error) from error


def _create(site: Site, study_id: str, infused_on: date, product: Product, number: str, by: Any) -> Patient:
    patient = record_create(topic=topic_named("patient"), parent=site, values={"study_id": study_id}, by=by)
    first = {"course_no": 1, "infused_on": infused_on, "product": product}
    record_create(topic=topic_named("infusion_course"), parent=patient, values=first, by=by)
    if number:
        record_create(topic=topic_named("identity"), parent=patient, values={"local_record_number": number}, by=by)
    return patient


def _refuse_locked(site: Site, infused_on: date) -> None:
    until = locked_until(site)
    if until is not None and infused_on <= until:
        words = _("Cases of this site infused up to %(day)s are locked. Ask a data manager to unlock the site.")
        raise ValidationError({"infused_on": words % {"day": until.isoformat()}})


def _taken(error: IntegrityError) -> Exception:
    """Return the refusal by field, or the error itself where it is about something else."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    field = TAKEN.get(name)
    return ValidationError({field: _("Another case has this already.")}) if field else error
