"""The methods of a report in sentences: each only where it applies, provisional where its rule is not settled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exports.report.notes_definitions import definitions
from exports.report.notes_methods import methods
from exports.report.study import Study
from registry.rules.provenance import is_provisional

Report = Mapping[str, Any]


def notes(study: Study, report: Report) -> list[dict[str, Any]]:
    """Return the notes of a report: id, heading, text, and whether the definition is provisional."""
    return [
        {
            "id": note.id,
            "heading": note.heading,
            "text": note.text,
            "provisional": any(is_provisional(rule) for rule in note.rules),
        }
        for note in (*definitions(study, report), *methods(study, report))
    ]
