"""The facts of a freeze: whatever is said later of a release is one of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from exports.freeze.eligibility import Exclusion, SiteStanding
from exports.freeze.order import FreezeOrder
from exports.freeze.policy import POLICY_VERSION
from exports.freeze.tables import ReleasedTable
from exports.freeze.withheld import withheld_columns
from exports.sheets import Column
from registry.metadata.codebook import codebook_version


@dataclass(frozen=True)
class Counts:
    """How many rows, patients and sites a table has."""

    rows: int
    patients: int
    sites: int


def facts_of(
    order: FreezeOrder,
    counts: Sequence[tuple[ReleasedTable, Counts]],
    excluded: Mapping[Exclusion, int],
    standings: Mapping[UUID, SiteStanding],
    patients_at: Mapping[str, int],
) -> dict[str, Any]:
    """Return what the manifest and the codebook of the release will say, in plain values."""
    return {
        "release": order.release,
        "project": order.project,
        "profile": order.profile,
        "level": order.profile,
        "policy_version": POLICY_VERSION,
        "data_cut_at": written_instant(order.data_cut_at),
        "is_simulated": order.is_simulated,
        "code_revision": order.code_revision,
        "codebook_version": codebook_version(),
        "excluded": [
            {"reason": reason.value, "words": _english(reason), "patients": n} for reason, n in excluded.items()
        ],
        "sites": _sites(order, standings, patients_at),
        "open_queries": dict(order.open_queries),
        "policy": dict(order.policy),
        "withheld": [asdict(column) for column in withheld_columns()],
        "tables": [_table(table, found) for table, found in counts],
    }


def _sites(
    order: FreezeOrder, standings: Mapping[UUID, SiteStanding], patients_at: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return the ledger of sites under their codes: in, with how many patients, or out, and why."""
    coded = sorted((order.site_codes[site], standing) for site, standing in standings.items())
    return [
        {
            "code": code,
            "included": standing is SiteStanding.INCLUDED,
            "standing": standing.value,
            "words": _english(standing),
            "patients": patients_at.get(code, 0),
        }
        for code, standing in coded
    ]


def _english(reason: Exclusion | SiteStanding) -> str:
    """Return the words of a reason in the language of the package, whatever that of the worker is."""
    from django.utils import translation

    with translation.override("en"):
        return str(reason.label)


def _table(table: ReleasedTable, counts: Counts) -> dict[str, Any]:
    columns = [
        Column(
            column=column.name,
            label=column.label,
            type=column.type,
            unit=column.unit,
            choices=column.choices,
            leaves_as=column.leaves_as,
            missing_reasons=column.missing_reasons,
            note=column.note,
        ).facts()
        for column in table.columns
    ]
    names = {"name": table.name, "label": table.topic.label, "grain": table.topic.grain, "key": table.key}
    return {**names, **asdict(counts), "columns": columns}


def written_instant(at: dt.datetime) -> str:
    """Return an instant in UTC to the second."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
