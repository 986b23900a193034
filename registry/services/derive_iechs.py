"""IEC-HS: the grade of an episode from its worst manifestation (provisional)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from registry.models import IecHsEpisode
from registry.rules.iechs import RULE_VERSION, IecHsGradeReason, iechs_grade
from registry.services.changed import update_changed


def derive_iechs(patient_ids: Sequence[UUID]) -> int:
    """Compute the grade of every IEC-HS episode of these cases."""
    rows = IecHsEpisode.objects.filter(course__patient__in=patient_ids).values(
        "id", "worst_manifestation", "grade_computed", "grade_rule"
    )
    return update_changed(IecHsEpisode, [(row, _grade(row["worst_manifestation"])) for row in rows])


def _grade(worst: str | None) -> dict[str, int | str | None]:
    manifestations = [IecHsGradeReason(worst)] if worst else []
    return {"grade_computed": iechs_grade(manifestations), "grade_rule": RULE_VERSION}
