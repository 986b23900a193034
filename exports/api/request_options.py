"""What a request may ask for: criteria of a cohort with their levels, tables and datasets with their columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from exports.cohorts.checking import RULE_OF
from exports.cohorts.criteria import CRITERIA, Criterion
from exports.models import Format, Profile
from exports.web.requests.variables import KINDS, Sheet, sheets


def levels_offered(criterion: Criterion) -> dict[str, str]:
    """Return code -> words of the levels that may be asked for today: no year to come, and no minimum of nothing."""
    year = timezone.localdate().year
    return {
        code: _(words)
        for code, words in criterion.levels
        if not (criterion.column == "INFYR" and int(code) > year) and not (criterion.kind == "minimum" and code == "0")
    }


def options() -> dict[str, Any]:
    """Return everything that a request may ask for, in words of the language of the moment."""
    return {
        "criteria": [_criterion(criterion) for criterion in CRITERIA.values()],
        **{kind: [_sheet(sheet) for sheet in sheets() if sheet.kind == kind] for kind in KINDS},
        "profiles": list(_codes(Profile.choices)),
        "formats": list(_codes(Format.choices)),
    }


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "column": criterion.column,
        "label": _(criterion.label),
        "unit": _(criterion.unit) if criterion.unit else "",
        "rule": RULE_OF[criterion.kind],
        "levels": list(_codes(levels_offered(criterion).items())),
    }


def _sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "label": sheet.words,
        "grain": _(sheet.grain),
        "keys": list(sheet.keys),
        "variables": [
            {"name": one.name, "label": _(one.label) if one.label else "", "unit": one.unit} for one in sheet.variables
        ],
    }


def _codes(pairs: Any) -> Iterator[dict[str, str]]:
    return ({"code": str(code), "label": str(label)} for code, label in pairs)
