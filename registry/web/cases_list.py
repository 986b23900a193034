"""What the list of cases shows, as plain values: a line a case, a cell a form, the filters and the orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registry.metadata.forms import FORMS
from registry.models import InfusionCourse, Patient, Product
from registry.selectors.case_filters import CaseFilter, CaseOrder, CasesWanted
from registry.selectors.case_pages import CasesPage
from registry.selectors.progress import FormProgress, Standing, forms_progress
from registry.web.case_links import form_addresses
from sites.access import can
from sites.models import Site
from sites.roles import Permission

FILTERS: Mapping[CaseFilter, Promise | str] = {
    CaseFilter.OPEN: gettext_lazy("open: neither signed nor locked"),
    CaseFilter.QUERIES: gettext_lazy("query open"),
    CaseFilter.SIGNED: gettext_lazy("signed"),
    CaseFilter.LOCKED: gettext_lazy("locked"),
    CaseFilter.DRAFTS: gettext_lazy("with my drafts"),
}
# Where a count stands beside the shape; a signed or locked form is not waiting for anything.
COUNTED = frozenset({Standing.IN_PROGRESS, Standing.COMPLETE})
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Cell:
    """One form of one case: where it leads, its shape, colour and words, and what is missing."""

    url: str
    tone: str
    shape: str
    words: str
    title: str
    count: int
    has_draft: bool


@dataclass(frozen=True)
class Line:
    """One case of the list."""

    patient: Patient
    course: InfusionCourse | None
    cells: list[Cell]


@dataclass(frozen=True)
class Heading:
    """A column by which the list can be sorted: its order, the order its link leads to, and both in words."""

    title: str
    direction: str
    leads_to: str


def wanted_of(asked: QueryDict, sites: list[Site], products: list[Product]) -> CasesWanted:
    """Read the filters of an address; what it does not know it leaves out."""
    site = next((site for site in sites if site.code == asked.get("site")), None)
    product = next((product.code for product in products if product.code == asked.get("product")), "")
    before = asked.get("before")
    return CasesWanted(
        prefix=asked.get("q", "").strip()[:20],
        site_id=site and site.pk,
        product=product,
        standing=_known(CaseFilter, asked.get("standing")),
        order=_known(CaseOrder, asked.get("sort")) or CaseOrder.STUDY_ID,
        after=_uuid(asked.get("after")),
        before=_uuid(before),
        is_last=before == "end",
    )


def list_page(user: Any, wanted: CasesWanted, page: CasesPage) -> dict[str, Any]:
    """Return the values of the list."""
    return {
        "lines": lines_of(user, page.patients),
        "headings": [_heading(wanted, order) for order in (CaseOrder.STUDY_ID, CaseOrder.INFUSED_ON)],
        "forms": [_(form.label) for form in FORMS],
        "standings": list(Standing),
        "filters": [(entry.value, words) for entry, words in FILTERS.items() if _has_filter(user, entry)],
        "is_filtered": bool(wanted.prefix or wanted.site_id or wanted.product or wanted.standing),
    }


def lines_of(user: Any, patients: list[Patient]) -> list[Line]:
    """Return the lines of these cases, which have their `index_courses`."""
    found, addresses = forms_progress(user, patients), form_addresses()
    return [
        Line(
            patient,
            next(iter(patient.index_courses), None),
            [_cell(form, url) for form, url in zip(found[patient.pk], addresses(patient.pk), strict=True)],
        )
        for patient in patients
    ]


def _cell(form: FormProgress, url: str) -> Cell:
    words, count = _standing_words(form), form.missing_count
    title = f"{_(form.form.label)}: {words}."
    if form.missing:
        title += " " + _("Missing: %(fields)s.") % {"fields": form.missing_words}
    if count and form.standing in COUNTED:
        words += ngettext(", %(count)s missing", ", %(count)s missing", count) % {"count": count}
    if form.has_draft:
        words += _(", with your draft")
        title += " " + _("Your draft waits.")
    return Cell(url, form.standing.tone, form.standing.shape, words, title, _shown_count(form), form.has_draft)


def _standing_words(form: FormProgress) -> str:
    if form.standing is not Standing.QUERY_OPEN:
        return str(form.standing.words)
    return ngettext("%(count)s query open", "%(count)s queries open", form.queries) % {"count": form.queries}


def _shown_count(form: FormProgress) -> int:
    """Return the number beside the shape: open queries, or values that are missing."""
    if form.standing is Standing.QUERY_OPEN:
        return form.queries
    return form.missing_count if form.standing in COUNTED else 0


def _heading(wanted: CasesWanted, up: CaseOrder) -> Heading:
    """Return the heading of a column; its link turns the order round where the list is sorted by it already."""
    down = CaseOrder(f"-{up}")
    title = _("Study id") if up is CaseOrder.STUDY_ID else _("Infusion")
    if wanted.order == up:
        return Heading(title, "ascending", down.value)
    return Heading(title, "descending" if wanted.order == down else "", up.value)


def _has_filter(user: Any, entry: CaseFilter) -> bool:
    return entry is not CaseFilter.DRAFTS or can(user, Permission.CASE_EDIT)


def _known(kind: type[E], text: str | None) -> E | None:
    return kind(text) if text in set(kind) else None


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
