"""What was asked, in words: why, which cases, which variables; and what the person who asked holds already."""

from __future__ import annotations

from typing import Any

from exports.cohorts.words import cohort_words
from exports.models import DataRequest, Format, Profile, ReleaseGrant
from exports.web.requests.variables import selection_words
from sites.access import grants_of


def asked_facts(asked: DataRequest) -> dict[str, Any]:
    """Return what the left side of the page of a decision shows."""
    return {
        "asked": asked,
        "profile": Profile(asked.profile).label,
        "formats": [Format(code).label for code in asked.formats],
        "cohort": cohort_words(asked.cohort),
        "selection": list(selection_words(asked.selection)) if asked.selection else [],
        "roles": sorted(str(role.label) for role in grants_of(asked.requested_by).roles()),
        "talk": asked.messages.select_related("written_by"),
        "holdings": _holdings(asked),
    }


def _holdings(asked: DataRequest) -> Any:
    """Return the releases that the person may have already: two of one project are joined by their keys."""
    grants = ReleaseGrant.objects.filter(investigator_id=asked.requested_by_id, revoked_at=None)
    return grants.select_related("release", "release__project").order_by("-granted_at")
