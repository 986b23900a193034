"""The first page after signing in: what there is to do, by role."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from registry.web.work_lists import work_lists
from sites.access import grants_of
from sites.home import cards_for


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show a person's lists and cards; somebody without a role is told whom to ask."""
    if not grants_of(request.user).roles():
        return render(request, "home/no_role.html")
    cards = cards_for(request.user)
    context = {
        "lists": work_lists(request.user),
        "urgent": [card for card in cards if card.is_urgent],
        "other": [card for card in cards if not card.is_urgent],
    }
    return render(request, "home/home.html", context)
