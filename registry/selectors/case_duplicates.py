"""Cases that a new one may be entered for the second time: of the same number, or infused alike on the same day."""

from __future__ import annotations

from datetime import date
from typing import Any

from registry.models import Patient, PatientIdentity, Product, SiteLock
from registry.models.record_index import record_index
from sites.models import Site

SHOWN_AT_MOST = 10


def case_of_study_id(user: Any, site: Site, study_id: str) -> Patient | None:
    """Return the case of the site with this study id, in capitals or not: two that differ in them get mixed up."""
    return Patient.objects.visible_to(user).filter(site=site, study_id__iexact=study_id).first()


def case_of_record_number(user: Any, site: Site, number: str) -> Patient | None:
    """Return the case of the site with this number of the hospital, found by its digest."""
    index = record_index(site.pk, number)
    same = PatientIdentity.objects.visible_to(user).filter(site=site, record_index=index).select_related("patient")
    found = same.first() if index else None
    return found.patient if found else None


def cases_infused_alike(user: Any, site: Site, infused_on: date, product: Product) -> list[Patient]:
    """Return the cases of the site with the same product on the same day: other patients, or this one already."""
    alike = {"infusion_courses__course_no": 1, "infusion_courses__infused_on": infused_on}
    cases = Patient.objects.visible_to(user).filter(site=site, infusion_courses__product=product, **alike)
    return list(cases.order_by("study_id")[:SHOWN_AT_MOST])


def locked_until(site: Site) -> date | None:
    """Return the day up to which infusions of the site are locked."""
    return SiteLock.objects.filter(site=site).values_list("until_on", flat=True).first()
