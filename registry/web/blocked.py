"""What stops a case from being completed or locked, told above a page: each violation with the way to its row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from registry.checks.engine import Finding
from registry.checks.settings import settings_now
from registry.models import Patient
from registry.services.blockers import blockers_asked
from registry.web.query_links import finding_places

NAMED_AT_MOST = 10


def blocked_words(user: Any, patient: Patient, topics: Collection[str], *, at_lock: bool) -> SafeString:
    """Return the violations that stop a case, or some of its topics, each linked to its row and asked; "" for none."""
    return listed(user, blockers_asked(patient=patient, topics=topics, at_lock=at_lock, by=user))


def listed(user: Any, findings: Sequence[Finding]) -> SafeString:
    """Return violations as a list of links; of many the first, and how many there are besides."""
    if not findings:
        return SafeString("")
    shown, settings = findings[:NAMED_AT_MOST], settings_now()
    places = finding_places(user, shown)
    lines = [
        (place.url, place.words, settings.words(finding.check))
        for finding in shown
        if (place := places[finding.check.topic.code, finding.row_id])
    ]
    items = format_html_join("", '<li><a href="{}">{}</a>: {}</li>', lines)
    further = len(findings) - len(shown)
    words = ngettext("%(count)s more.", "%(count)s more.", further) % {"count": further} if further > 0 else ""
    return format_html("<ul>{}{}</ul>", items, format_html("<li>{}</li>", words) if words else "")
