"""Corticosteroids: the dexamethasone equivalent of a day (provisional factors)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from registry.models import ToxicityTherapy
from registry.rules.dosing import HOURS_PER_DAY
from registry.rules.therapy import STEROIDS, DoseUnit, TherapyDrug, dexeq_mg_per_day, dose_in_mg
from registry.services.changed import rounded, update_changed


def derive_therapy(patient_ids: Sequence[UUID]) -> int:
    """Compute the dexamethasone equivalent of every therapy of these cases; other drugs have none."""
    rows = ToxicityTherapy.objects.filter(course__patient__in=patient_ids).values(
        "id", "drug", "dose", "dose_unit", "interval_h", "missing", "course__weight_kg", "dexeq_mg_per_day"
    )
    return update_changed(ToxicityTherapy, [(row, {"dexeq_mg_per_day": _equivalent(row)}) for row in rows])


def _equivalent(row: dict[str, Any]) -> Decimal | None:
    drug = TherapyDrug(row["drug"])
    if drug not in STEROIDS:
        return None
    unit = DoseUnit(row["dose_unit"]) if row["dose_unit"] else None
    mg = dose_in_mg(row["dose"], unit, row["course__weight_kg"])
    return rounded(dexeq_mg_per_day(drug, mg, _hours(row)), 3)


def _hours(row: dict[str, Any]) -> Decimal | int | None:
    """Return the hours between doses; an interval left empty without a reason is a single dose, so one a day."""
    if row["interval_h"] is None and "interval_h" not in row["missing"]:
        return HOURS_PER_DAY
    return row["interval_h"]
