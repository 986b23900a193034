"""Where a page of findings of an upload begins: behind the last one of the page before it."""

from __future__ import annotations

from django.db.models import QuerySet

from registry.models import UploadFinding
from sites.api.addresses import no_place

LARGEST_KEY = 2**63 - 1


def findings_after(findings: QuerySet[UploadFinding], text: str) -> QuerySet[UploadFinding]:
    """Return the findings behind a place, in the order in which they were found; Refused for what is no place."""
    if text:
        findings = findings.filter(pk__gt=_number(text))
    return findings.order_by("pk")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(LARGEST_KEY)) or int(text) > LARGEST_KEY:
        raise no_place()
    return int(text)
