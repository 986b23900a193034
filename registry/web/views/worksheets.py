"""Blank forms to print and fill in at the bedside."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from registry.metadata.forms import FORMS
from registry.web.entry.page import form_or_404
from registry.web.worksheets import worksheet_of
from sites.access import guard
from sites.roles import Permission


@guard(Permission.CASE_VIEW)
@require_GET
def worksheets(request: HttpRequest) -> HttpResponse:
    """Show every blank form; printed, each starts on a page of its own."""
    return render(request, "registry/entry/worksheets.html", {"sheets": [worksheet_of(form) for form in FORMS]})


@guard(Permission.CASE_VIEW)
@require_GET
def worksheet(request: HttpRequest, form: str) -> HttpResponse:
    """Show one blank form."""
    return render(request, "registry/entry/worksheets.html", {"sheets": [worksheet_of(form_or_404(form))]})
