"""The rail of a case: its forms in order, each with where it stands, and which page comes next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from registry.metadata.forms import CaseForm, Shape
from registry.models import Patient
from registry.selectors.cases import case_rows
from registry.selectors.progress import FormProgress, forms_progress
from registry.services.rows import auto_key

NEW = "new"


@dataclass(frozen=True)
class Stop:
    """One page of a case: its form, its head row, what it is called, and where the form stands; what is said of
    the form as a whole is said at its first page."""

    form: CaseForm
    row: str
    title: str
    url: str
    progress: FormProgress
    is_first: bool = True

    def is_at(self, form: str, row: str) -> bool:
        """Tell whether this is the page of a form and a head row."""
        return (self.form.code, self.row) == (form, row)


def rail_of(user: Any, patient: Patient, new: str = "") -> list[Stop]:
    """Return the pages of a case in their order; a form that has none yet leads to a new page.

    `new` is the form of which a further page is being entered.
    """
    progress = forms_progress(user, [patient])[patient.pk]
    return [stop for known in progress for stop in _stops(user, patient, known, new)]


def _stops(user: Any, patient: Patient, known: FormProgress, new: str) -> Iterator[Stop]:
    form, label = known.form, _(known.form.label)
    if form.shape is not Shape.REPEATED:
        yield Stop(form, "", label, reverse("case_form", args=[patient.pk, form.code]), known)
        return
    rows = case_rows(user, form.first, patient) if known.rows else []
    for number, row in enumerate(rows):
        url = reverse("case_form_row", args=[patient.pk, form.code, row.pk])
        yield Stop(form, str(row.pk), row_title(form, row), url, known, is_first=number == 0)
    if not rows or form.code == new:
        yield Stop(form, NEW, label, reverse("case_form_new", args=[patient.pk, form.code]), known, not rows)


def row_title(form: CaseForm, row: Any) -> str:
    """Return what the page of a head row is called: "CRS episode 1"."""
    return f"{_(form.label)} {getattr(row, auto_key(form.first))}"


def following(stops: Sequence[Stop], form: str, row: str) -> Stop | None:
    """Return the page after this one; after the last there is none."""
    codes = [stop.form.code for stop in stops]
    here = next((number for number, stop in enumerate(stops) if stop.is_at(form, row)), None)
    if here is None:  # a further row of a form that has others: it comes after them
        here = max((number for number, code in enumerate(codes) if code == form), default=len(stops))
    return stops[here + 1] if here + 1 < len(stops) else None
