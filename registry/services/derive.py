"""Computed values follow the record: after every write they are computed anew for the cases that it touched.

Set-based: a topic's rows of up to a thousand cases are read at once, the rules applied, and changed rows written.
The same code serves one saved form and a file of a hundred thousand rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from uuid import UUID

from registry.services.derive_anakinra import derive_anakinra
from registry.services.derive_crs import derive_crs
from registry.services.derive_death import derive_death
from registry.services.derive_icans import derive_icans
from registry.services.derive_iechs import derive_iechs
from registry.services.derive_therapy import derive_therapy
from registry.services.linkage import wake
from registry.services.none_withdrawn import withdraw_where_rows_are

CASES_AT_ONCE = 1000

# Which topics a computed value rests on, so that a write to any other needs no new computation, and where it stands.
DERIVATIONS = (
    (
        derive_anakinra,
        {"infusion_course", "anakinra_course", "anakinra_segment"},
        {"anakinra_course", "anakinra_segment"},
    ),
    (derive_therapy, {"infusion_course", "toxicity_therapy"}, {"toxicity_therapy"}),
    (
        derive_crs,
        {"infusion_course", "crs_episode", "crs_assessment", "toxicity_therapy", "anakinra_course", "anakinra_segment"},
        {"crs_episode", "crs_assessment"},
    ),
    (
        derive_icans,
        {"patient", "infusion_course", "icans_episode", "icans_assessment"},
        {"icans_episode", "icans_assessment"},
    ),
    (derive_iechs, {"iechs_episode"}, {"iechs_episode"}),
    (derive_death, {"infusion_course", "relapse", "response", "death"}, {"death"}),
)


def derive_patients(patient_ids: Iterable[UUID], topics: Collection[str] | None = None) -> int:
    """Compute the derived values of these cases anew and return how many rows changed.

    `topics` are the codes of what was written; without them everything is computed. Laboratory results and ICE
    scores rest on their own row alone and are computed as it is written.
    """
    patient_ids = list(patient_ids)
    wake(patient_ids, topics)
    wanted = [derive for derive, sources, _targets in DERIVATIONS if topics is None or sources & set(topics)]
    changed = 0
    for chunk in _chunks(patient_ids):
        withdraw_where_rows_are(chunk, topics)
        changed += sum(derive(chunk) for derive in wanted)
    return changed


def touched_by(topics: Collection[str]) -> set[str]:
    """Return the topics whose rows may have changed after a write to some, computed values included."""
    touched = set(topics)
    for _derive, sources, targets in DERIVATIONS:
        if sources & touched:
            touched |= targets
    return touched


def _chunks(patient_ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    ordered = iter(sorted(set(patient_ids)))
    while chunk := list(islice(ordered, CASES_AT_ONCE)):
        yield chunk
