"""Where the lists lead: to a form of a case, or to the case itself as long as forms have no address of their own."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from registry.metadata.forms import FORMS
from registry.models import Draft

NEW = "new"
_ANY = UUID(int=0)


def address(name: str) -> str:
    """Return the address of a page without parameters, empty where there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def form_address(patient_id: UUID, form: str) -> str:
    """Return the address of a form of a case."""
    try:
        return reverse("case_form", args=[patient_id, form])
    except NoReverseMatch:
        return reverse("case", args=[patient_id])


def form_addresses() -> Callable[[UUID], list[str]]:
    """Return what gives the addresses of all forms of a case; a list has hundreds, so each is looked up only once."""
    patterns = [form_address(_ANY, form.code) for form in FORMS]
    return lambda patient_id: [pattern.replace(str(_ANY), str(patient_id)) for pattern in patterns]


def draft_address(draft: Draft) -> str:
    """Return the address of the page on which a draft was typed."""
    case = [draft.patient_id, draft.form]
    try:
        if draft.row == NEW:
            return reverse("case_form_new", args=case)
        return reverse("case_form_row", args=[*case, draft.row]) if draft.row else form_address(*case)
    except NoReverseMatch:
        return form_address(*case)
