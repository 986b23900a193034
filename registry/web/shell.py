"""What the frame of every page shows: the top bar's items, the person's sites, the banner of the demonstration."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from sites.access import grants_of
from sites.home import links_for
from sites.models import Site


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the base template its frame. Reads nothing until a template asks, so error pages need no database."""
    return {
        "product": settings.QUELL_NAME,
        "is_demo": settings.QUELL_DEMO,
        "languages": settings.LANGUAGES,
        "bar_links": lambda: _links(request),
        "bar_sites": lambda: _sites(request),
    }


def _links(request: HttpRequest) -> list[dict[str, Any]]:
    links = [{"title": link.title, "url": link.url} for link in links_for(request.user)]
    here = [link for link in links if request.path.startswith(link["url"])]
    nearest = max(here, key=lambda link: len(link["url"]), default=None)
    return [{**link, "is_here": link is nearest and (link["url"] != "/" or request.path == "/")} for link in links]


def _sites(request: HttpRequest) -> list[str]:
    """Return the codes of the sites at which the person holds a role."""
    held = {site_id for site_id, _ in grants_of(request.user).local}
    return list(Site.objects.filter(pk__in=sorted(held)).values_list("code", flat=True)) if held else []
