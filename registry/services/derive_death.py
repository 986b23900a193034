"""Death: its class by the algorithm, and whether people must judge it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from registry.models import Death, InfusionCourse, Relapse, ResponseAssessment
from registry.rules.dates import PartialDate, Precision
from registry.rules.outcome import DeathCause, trm_class
from registry.rules.response import Response
from registry.services.changed import update_changed

PROGRESSIVE = (Response.PD, Response.PMD, Response.RELAPSE)


def derive_death(patient_ids: Sequence[UUID]) -> int:
    """Compute the class of every death of these cases."""
    rows = list(
        Death.objects.filter(patient__in=patient_ids).values(
            "id",
            "patient_id",
            "died_on",
            "died_on_precision",
            "cause",
            "is_anakinra_related",
            "trm_class_algorithm",
            "has_class_conflict",
        )
    )
    if not rows:
        return 0
    progressions, infusions = _progressions(patient_ids), _index_infusions(patient_ids)
    return update_changed(Death, [(row, _class(row, progressions, infusions)) for row in rows])


def _class(
    row: dict[str, Any], progressions: dict[UUID, list[PartialDate | None]], infusions: dict[UUID, date]
) -> dict[str, Any]:
    day_zero = infusions.get(row["patient_id"])
    is_exact = row["died_on"] is not None and row["died_on_precision"] == Precision.DAY
    verdict = trm_class(
        DeathCause(row["cause"]) if row["cause"] else None,
        progressed_before=_progressed(progressions.get(row["patient_id"], []), row),
        day_from_infusion=(row["died_on"] - day_zero).days if is_exact and day_zero else None,
        is_anakinra_related=row["is_anakinra_related"],
    )
    return {"trm_class_algorithm": verdict.trm_class.value, "has_class_conflict": verdict.has_conflict}


def _progressed(events: Sequence[PartialDate | None], row: dict[str, Any]) -> bool:
    """Tell whether a relapse or progression came before the death; nobody progresses after it, whatever the dates."""
    if row["died_on"] is None:
        return bool(events)
    died = PartialDate.of(row["died_on"], Precision(row["died_on_precision"]))
    return any(event is None or not event.surely_after(died) for event in events)


def _progressions(patient_ids: Sequence[UUID]) -> dict[UUID, list[PartialDate | None]]:
    relapses = Relapse.objects.filter(course__patient__in=patient_ids)
    responses = ResponseAssessment.objects.filter(course__patient__in=patient_ids, response__in=PROGRESSIVE)
    found: defaultdict[UUID, list[PartialDate | None]] = defaultdict(list)
    for patient_id, day, precision in (
        *relapses.values_list("course__patient_id", "relapsed_on", "relapsed_on_precision"),
        *responses.values_list("course__patient_id", "assessed_on", "assessed_on_precision"),
    ):
        found[patient_id].append(PartialDate.of(day, Precision(precision)) if day else None)
    return found


def _index_infusions(patient_ids: Sequence[UUID]) -> dict[UUID, date]:
    rows = InfusionCourse.objects.filter(patient__in=patient_ids).order_by("-course_no")
    return dict(rows.values_list("patient_id", "infused_on"))
