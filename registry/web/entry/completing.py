"""Saying on an entry page that its form is complete, and what stops it: each violation in words, with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from registry.checks.engine import Finding
from registry.checks.settings import CheckSettings, settings_now
from registry.services.blockers import blockers_asked
from registry.services.refusals import WriteRefused
from registry.services.status import form_reopen, forms_complete
from registry.web.entry.control import Box
from registry.web.entry.page import Place
from registry.web.entry.queries import Spot, marked_of, spots_of
from registry.web.entry.sheet import Sheet
from registry.web.query_links import Row, finding_places


@dataclass(frozen=True)
class Refusal:
    """Why a form is not complete, or not open again, as it was wanted; violations are shown one by one."""

    words: str = ""
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Violation:
    """One violation in words, and the address of the value: on this page, or on another one of the case."""

    words: str
    url: str


def complete_as_said(place: Place, *, wanted: bool, by: Any, reason: str) -> Refusal:
    """Complete the form of a page, or open it again; return why not, empty where it is done."""
    patient, codes = place.case.patient, [topic.code for topic in place.form.topics]
    try:
        with transaction.atomic():
            if wanted:
                forms_complete(patient=patient, topics=codes, by=by)
            else:
                for code in codes:
                    form_reopen(patient=patient, topic=code, by=by, reason=reason)
    except WriteRefused as refused:
        # Checks are looked at before anything else: where there are violations, it is they that refused.
        return Refusal(
            " ".join(refused.messages), blockers_asked(patient=patient, topics=codes, by=by) if wanted else []
        )
    return Refusal()


def violations_of(user: Any, sheet: Sheet, findings: Sequence[Finding]) -> list[Violation]:
    """Return violations in words: of rows on the page with their cells, of others with the page on which they stand."""
    spots, settings = spots_of(sheet), settings_now()
    elsewhere = [finding for finding in findings if finding.row_id not in spots]
    places = finding_places(user, elsewhere)
    here = [_here(spots[finding.row_id], finding, settings) for finding in findings if finding.row_id in spots]
    return here + [_there(places, finding, settings) for finding in elsewhere]


def _here(spot: Spot, finding: Finding, settings: CheckSettings) -> Violation:
    check = finding.check
    marked = marked_of(spot, check.code, check.fields[0])
    boxes = [held for held in (*marked, *map(spot.held, check.fields)) if isinstance(held, Box)]
    anchor = boxes[0].id if boxes else f"row-{finding.row_id}"
    place = spot.place(boxes[0] if boxes else None)
    return Violation(": ".join(filter(None, [place, settings.words(check)])), f"#{anchor}")


def _there(places: dict[Row, Any], finding: Finding, settings: CheckSettings) -> Violation:
    place = places[finding.check.topic.code, finding.row_id]
    return Violation(f"{place.words}: {settings.words(finding.check)}", place.url)
