"""Episodes whose days have the grades that a test asks for, made up; grades are stored as they are given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from registry.models import (
    CrsAssessment,
    CrsEpisode,
    IcansAssessment,
    IcansEpisode,
    InfusionCourse,
    Patient,
    Product,
)
from sites.context import acting_as_system
from sites.models import Site

DAY_0 = dt.date(2025, 3, 11)
Pair = tuple[int | None, int | None]


def graded_case(site: Site, study_id: str, *, crs: Sequence[Pair] = (), icans: Sequence[Pair] = (), **more: Any) -> Any:
    """Write a case with an episode of each toxicity that has pairs of (computed, reported) grades, from day +1 on.

    `crs_highest` and `icans_highest` are the clinician's grades of the episodes. Returns the patient.
    """
    with acting_as_system("tests", reason="graded days"):
        product, _made = Product.objects.get_or_create(code="AXI", defaults={"generic_name": "axicabtagene ciloleucel"})
        patient = Patient.objects.create(site=site, study_id=study_id, age_at_infusion=61)
        course = InfusionCourse.objects.create(
            site=site, patient=patient, course_no=1, product=product, infused_on=DAY_0
        )
        if crs:
            head = CrsEpisode.objects.create(site=site, course=course, crs_no=1, max_grade=more.get("crs_highest"))
            _days(CrsAssessment, head, crs)
        if icans:
            highest = more.get("icans_highest")
            head = IcansEpisode.objects.create(site=site, course=course, icans_no=1, max_grade=highest)
            _days(IcansAssessment, head, icans)
    return patient


def _days(model: type[Any], episode: Any, pairs: Sequence[Pair]) -> None:
    for number, (computed, reported) in enumerate(pairs, 1):
        model.objects.create(
            site=episode.site,
            episode=episode,
            assessed_on=DAY_0 + dt.timedelta(days=number),
            grade_computed=computed,
            grade_reported=reported,
            grade_rule="ASTCT-2019/1",
        )
