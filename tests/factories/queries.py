"""Data queries for tests of lists and pages: cases with a CRS episode each, and questions about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from registry.models import CrsEpisode, DataQuery, InfusionCourse, Patient, Product, Rank
from sites.context import acting_as_system
from sites.models import Site
from tests.factories.files import create_products

INFUSED = dt.date(2021, 6, 10)
LATE = "DT12_CRS_LATE"


def late_episode(site: Site, study_id: str, *, day: int = 30) -> CrsEpisode:
    """Make a case whose CRS begins a month after the infusion; no check has run over it."""
    if not Product.objects.exists():
        create_products()
    with acting_as_system("tests", reason="a case"):
        patient = Patient.objects.create(site=site, study_id=study_id, sex="FEMALE")
        course = InfusionCourse.objects.create(
            site=site, patient=patient, course_no=1, infused_on=INFUSED, product_id="AXI"
        )
        return CrsEpisode.objects.create(site=site, course=course, crs_no=1, onset_on=INFUSED + dt.timedelta(days=day))


def query_about(episode: CrsEpisode, *, days: int = 12, **values: Any) -> DataQuery:
    """Make a query about the onset of an episode, asked so many days ago."""
    asked = values.pop("asked_at", timezone.now() - dt.timedelta(days=days, minutes=1))
    given = {
        "check_code": LATE, "topic": "crs_episode", "row_id": episode.pk, "field": "onset_on", "rank": Rank.MODEL,
        "opened_at": asked, "asked_at": asked, "patient": episode.course.patient, "site": episode.site, **values,
    }  # fmt: skip
    if given.get("state") == "CLOSED":
        given = {"resolution": "SETTLED", "closed_at": timezone.now(), **given}
    with acting_as_system("tests", reason="a query"):
        return DataQuery.objects.create(**given)


def asked_by_hand(episode: CrsEpisode, text: str, **values: Any) -> DataQuery:
    """Make a question of a person about the onset of an episode."""
    return query_about(episode, check_code="", text=text, **values)
