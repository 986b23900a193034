"""One note below a report, and what of the report decides whether it applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exports.report.wording import Text

Report = Mapping[str, Any]


@dataclass(frozen=True)
class Note:
    """A heading and a text; `rules` are the keys of `registry.rules.provenance` that the definition rests on."""

    id: str
    heading: str
    text: Text
    rules: tuple[str, ...] = ()


def has_incidence(report: Report, *names: str) -> bool:
    """Say whether the report shows one of these cumulative incidences (any, without names)."""
    shown = {entry["id"] for entry in report.get("incidence") or ()}
    return bool(shown & set(names)) if names else bool(shown)


def has_estimates(report: Report) -> bool:
    """Say whether one model of the report has an estimate."""
    return any(model.get("terms") or model.get("firth") for model in report.get("models") or ())
