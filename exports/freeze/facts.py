"""The facts of a freeze: whatever is said later of a release is one of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from exports.freeze.eligibility import Exclusion
from exports.freeze.order import FreezeOrder
from exports.freeze.policy import POLICY_VERSION
from exports.freeze.tables import ReleasedTable
from exports.freeze.withheld import withheld_columns
from registry.metadata.codebook import codebook_version


@dataclass(frozen=True)
class Counts:
    """How many rows, patients and sites a table has."""

    rows: int
    patients: int
    sites: int


def facts_of(
    order: FreezeOrder, counts: Sequence[tuple[ReleasedTable, Counts]], excluded: Mapping[Exclusion, int]
) -> dict[str, Any]:
    """Return what the manifest and the codebook of the release will say, in plain values."""
    return {
        "release": order.release,
        "project": order.project,
        "profile": order.profile,
        "policy_version": POLICY_VERSION,
        "data_cut_at": written_instant(order.data_cut_at),
        "is_simulated": order.is_simulated,
        "code_revision": order.code_revision,
        "codebook_version": codebook_version(),
        "excluded": [
            {"reason": reason.value, "words": _english(reason), "patients": n} for reason, n in excluded.items()
        ],
        "withheld": [asdict(column) for column in withheld_columns()],
        "tables": [_table(table, found) for table, found in counts],
    }


def _english(reason: Exclusion) -> str:
    """Return the words of a reason in the language of the package, whatever that of the worker is."""
    from django.utils import translation

    with translation.override("en"):
        return str(reason.label)


def _table(table: ReleasedTable, counts: Counts) -> dict[str, Any]:
    columns = [
        {
            "column": column.name,
            "label": column.label,
            "type": column.type,
            "unit": column.unit,
            "choices": " | ".join(f"{code}, {label}" for code, label in column.choices),
            "leaves_as": column.leaves_as,
            "missing_reasons": column.missing_reasons,
            "note": column.note,
        }
        for column in table.columns
    ]
    names = {"name": table.name, "label": table.topic.label, "grain": table.topic.grain, "key": table.key}
    return {**names, **asdict(counts), "columns": columns}


def written_instant(at: dt.datetime) -> str:
    """Return an instant in UTC to the second."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
