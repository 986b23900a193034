"""What follows a write to the record: computed values, then the questions that it raises or settles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from registry.metadata import topic_named
from registry.models import NoneOccurred
from registry.services.derive import derive_patients, touched_by
from registry.services.reconcile import reconcile_cases


def record_written(patient_ids: Sequence[UUID], topics: Collection[str] | None = None) -> None:
    """Bring a few cases up to date after a write to some topics, to all of them if none are named.

    A file of thousands of cases computes its values in one go and leaves the checks to a run of their own.
    """
    derive_patients(patient_ids, topics)
    reconcile_cases(patient_ids, None if topics is None else tables_of_topics(touched_by(topics)))


def tables_of_topics(codes: Collection[str]) -> frozenset[str]:
    """Return the tables in which the rows of some topics stand; with rows, "none occurred" is withdrawn too."""
    return frozenset({topic_named(code).model._meta.db_table for code in codes} | {NoneOccurred._meta.db_table})
