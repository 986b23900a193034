"""Drafts: what somebody has typed and not saved, kept on the server so that nothing that happens to a page loses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import Draft, Patient
from sites.access import require
from sites.context import acting_as
from sites.roles import Permission

CONTROLS_MOST, TEXT_LONGEST = 10_000, 20_000
# PostgreSQL has no place for it in a text.
NUL = "\x00"


def draft_save(*, patient: Patient, form: str, row: str, typed: Mapping[str, str], by: Any) -> Draft:
    """Keep what a person has typed on one form of a case, in place of what was kept before.

    ValidationError for more than any form of the registry can hold.
    """
    require(by, Permission.CASE_EDIT, patient.site_id)
    if len(typed) > CONTROLS_MOST or any(len(text) > TEXT_LONGEST for text in typed.values()):
        raise ValidationError(_("This is more than a form can hold."))
    texts = {name.replace(NUL, ""): text.replace(NUL, "") for name, text in typed.items()}
    kept = {"site_id": patient.site_id, "typed": texts, "saved_at": timezone.now()}
    with acting_as(by):
        draft, _is_new = Draft.objects.update_or_create(owner=by, patient=patient, form=form, row=row, defaults=kept)
    return draft


def draft_of(*, patient: Patient, form: str, row: str, by: Any) -> Draft | None:
    """Return the draft that a person has on a form."""
    return Draft.objects.filter(owner=by, patient=patient, form=form, row=row).first()


def draft_discard(*, patient: Patient, form: str, row: str, by: Any) -> None:
    """Remove a person's draft of a form."""
    with acting_as(by):
        Draft.objects.filter(owner=by, patient=patient, form=form, row=row).delete()
