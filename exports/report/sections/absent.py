"""What the release does not carry, told in the section where a reader looks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from exports.report.sections.parts import Section, words
from exports.report.told import Report, told

# Keys of `absent` in the report -> section of the body; a key that is not here is a section itself.
PLACES: Final[Mapping[str, str]] = {
    "abstract": "published",
    "flow.sites": "flow",
    "groups": "flow",
    "table_one": "baseline",
    "side_effects": "safety",
    "stopped_for_side_effect": "safety",
    "stop_reasons": "safety",
    "infections": "safety",
}
EVERYWHERE: Final = "all"


def with_absent(report: Report, section: Section) -> Section:
    """Return a section that says what of it is missing: at its end, or in its place where nothing is left of it."""
    listed = report.get("absent") or ()
    found = [one for one in listed if PLACES.get(one["section"], one["section"]) == section.id]
    if section.is_absent:
        whole = [one for one in found if one["section"] == section.id] or found
        return replace(section, absent=" ".join(told(one["text"]) for one in whole) or section.absent)
    return replace(section, parts=(*section.parts, *words(*(told(one["text"]) for one in found))))


def absent_everywhere(report: Report) -> str:
    """Return what is missing of the report as a whole, empty where nothing is."""
    return " ".join(told(one["text"]) for one in report.get("absent") or () if one["section"] == EVERYWHERE)
