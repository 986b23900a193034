"""Reads of the figures of quality as they were last computed."""

from __future__ import annotations

from typing import Any

from registry.models import PeerScore, SiteScore
from registry.selectors.peers import Quartiles
from sites.models import Site


def site_scores(user: Any) -> list[SiteScore]:
    """Return the figures of each site that a person may see, in the order of codes."""
    return list(SiteScore.objects.visible_to(user).select_related("site").order_by("site__code"))


def site_score(user: Any, site: Site) -> SiteScore | None:
    """Return the figures of one site; None where nothing has been computed yet."""
    return SiteScore.objects.visible_to(user).filter(site=site).first()


def peers() -> dict[str, Quartiles | int]:
    """Return measure -> the quartiles of all hospitals, or the number below which they are not shown."""
    return {score.measure: _peers(score.figures) for score in PeerScore.objects.all()}


def _peers(figures: dict[str, Any]) -> Quartiles | int:
    return int(figures["fewer_than"]) if "fewer_than" in figures else Quartiles(**figures)
