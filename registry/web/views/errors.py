"""Pages for what went wrong: in words that say what happened and what to do next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def no_right(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403: signed in, but without the right to this page."""
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404: no such page, or one of another site; the two look the same."""
    return render(request, "errors/404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500 without asking the database for anything, and give the number to report."""
    return render(request, "errors/500.html", {"number": getattr(request, "number", "")}, status=500)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 for a form whose security token is missing or old."""
    return render(request, "errors/form_expired.html", status=403)
