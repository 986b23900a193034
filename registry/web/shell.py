"""What the frame of every page shows: the top bar's items, the person's sites, the banner of the demonstration."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from sites.access import can, grants_of
from sites.home import links_for
from sites.models import Site
from sites.roles import Permission
from sites.sign_in_age import seconds_left


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the base template its frame. Reads nothing until a template asks, so error pages need no database."""
    return {
        "product": settings.QUELL_NAME,
        "is_demo": settings.QUELL_DEMO,
        "languages": settings.LANGUAGES,
        "sign_in_seconds": lambda: seconds_left(request),
        "sign_in_warning_seconds": settings.QUELL_SIGN_IN_WARNING_SECONDS,
        "bar_links": lambda: _links(request),
        "bar_sites": lambda: _sites(request),
        "may_view_cases": lambda: can(request.user, Permission.CASE_VIEW),
        "bar_choice": cache(lambda: _choice(request)),
    }


def _links(request: HttpRequest) -> list[dict[str, Any]]:
    links = [
        {"title": link.title, "url": link.url, "count": link.counter(request.user) if link.counter else ""}
        for link in links_for(request.user)
    ]
    here = [link for link in links if request.path.startswith(link["url"])]
    nearest = max(here, key=lambda link: len(link["url"]), default=None)
    return [{**link, "is_here": link is nearest and (link["url"] != "/" or request.path == "/")} for link in links]


def _sites(request: HttpRequest) -> list[str]:
    """Return the codes of the sites at which the person holds a role; whoever may switch sees them in the switcher."""
    held = {site_id for site_id, _ in grants_of(request.user).local}
    return [] if _to_choose(request) or not held else [site.code for site in _in_order(held)]


def _choice(request: HttpRequest) -> dict[str, Any]:
    """Return the sites between which the person may switch, and the one chosen (None: all); empty for the others."""
    sites = _in_order(_to_choose(request)) if _to_choose(request) else []
    here = {site_id for site_id, _ in grants_of(request.user).local}
    chosen = next((site for site in sites if here == {site.pk}), None)
    return {"sites": sites, "chosen": chosen} if sites else {}


def _to_choose(request: HttpRequest) -> Collection[UUID]:
    return getattr(request.user, "sites_to_choose", ())


def _in_order(ids: Collection[UUID]) -> list[Site]:
    return list(Site.objects.filter(pk__in=sorted(ids)).order_by("code"))
