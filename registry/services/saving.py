"""A save under way: whose cases it is about, and what has come of it so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from registry.models import Patient
from registry.services.rows import Outcome, RowWrite


@dataclass
class Saving:
    """One save under way: its cases, the rows that stood on the page, the outcomes so far, and which topics of which
    cases were written.
    """

    patients: Mapping[UUID, Patient]
    seen: set[UUID]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    written: set[UUID] = field(default_factory=set)

    def case_of(self, write: RowWrite) -> Patient:
        """Return the case that a row belongs to; a page is about one alone."""
        return self.patients[write.patient_id] if write.patient_id else next(iter(self.patients.values()))
