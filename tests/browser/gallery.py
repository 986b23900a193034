"""A page with every component, for the eye and for axe. It exists in the tests only."""

from __future__ import annotations

from pathlib import Path

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from config.urls import handler403, handler404, handler500
from config.urls import urlpatterns as real_urls

__all__ = ["handler403", "handler404", "handler500"]

PAGE = Path(__file__).with_suffix(".html")


class EntryForm(forms.Form):
    """One field of each kind."""

    onset = forms.DateField(label="Onset date", help_text="dd/mm/yyyy, or +1 for a day number", required=False)
    temperature = forms.CharField(label="Highest temperature", widget=forms.TextInput({"inputmode": "decimal"}))
    oxygen = forms.ChoiceField(label="Oxygen", choices=[("0", "0 room air"), ("1", "1 low flow")])
    serious = forms.BooleanField(label="Serious", required=False)
    route = forms.ChoiceField(label="Route", choices=[("IV", "IV"), ("SC", "SC")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", widget=forms.Textarea({"rows": 2}), required=False)
    paper = forms.FileField(label="File", required=False)


def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component, with a form that was not saved."""
    form = EntryForm({"onset": "32/1/2025", "temperature": ""})
    form.fields["temperature"].unit = "°C"
    context = {
        "form": form,
        "tones": ["good", "busy", "wait", "bad", "plain", "success", "warning", "error", "info"],
        "trail": [("Cases", "/")],
        "page": Paginator(range(100), 25).page(2),
    }
    return HttpResponse(engines["django"].from_string(PAGE.read_text(encoding="utf-8")).render(context, request))


urlpatterns = [*real_urls, path("gallery/", gallery)]
