"""A new case as a program sends it: looked up among those that are there, then entered by the service of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _

from registry.models import Patient, Product
from registry.selectors.case_duplicates import case_of_record_number, case_of_study_id
from registry.services.cases import case_create
from sites.access import can
from sites.api.problems import FieldError, Problem, Refused, wrong_fields
from sites.models import Site
from sites.roles import Permission


def created(given: Mapping[str, Any], by: Any) -> Patient:
    """Enter a case and return its patient; Refused for a site or product that is none, and for a case that is there."""
    site, product = _site(given["site"], by), _product(given["product"])
    number = given["local_record_number"].strip()
    _refuse(case_of_study_id(by, site, given["study_id"]), "study_id")
    _refuse(case_of_record_number(by, site, number), "local_record_number")
    return case_create(
        site=site,
        study_id=given["study_id"],
        infused_on=given["infused_on"],
        product=product,
        local_record_number=number,
        by=by,
    )


def _site(code: str, by: Any) -> Site:
    sites = {site.code: site for site in Site.objects.visible_to(by).order_by("code")}
    own = {code: site for code, site in sites.items() if can(by, Permission.CASE_EDIT, site)}
    if code not in own:
        raise _unknown("site", own)
    found: Site = own[code]
    return found


def _product(code: str) -> Product:
    found = Product.objects.filter(pk=code).first()
    if found is None:
        raise _unknown("product", list(Product.objects.order_by("code").values_list("code", flat=True)))
    return found


def _unknown(field: str, known: Any) -> Refused:
    remedy = _("Use one of: %(values)s.") % {"values": ", ".join(known)}
    return Refused(wrong_fields([FieldError(field, _("This is none of the values known here."), remedy)]))


def _refuse(existing: Patient | None, field: str) -> None:
    """Refuse what is there already, and say which case it is."""
    if existing is None:
        return
    words = _("The case %(case)s has this already.") % {"case": existing.study_id}
    error = FieldError(field, words, _("Read the case under “existing”, or send another value."))
    told = {"existing": {"id": str(existing.pk), "version": existing.version}}
    raise Refused(Problem("key-taken", HTTPStatus.CONFLICT, _("Key taken"), words, [error], further=told))
