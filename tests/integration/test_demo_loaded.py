"""The demonstration has come through the real upload and stands in the record with the study's figures."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from exports.selectors.feasibility import feasibility_count
from exports.services.feasibility import feasibility_refresh
from registry.metadata import topics
from registry.models import (
    AnakinraCourse,
    CrsAssessment,
    Death,
    IcansAssessment,
    InfusionCourse,
    LabResult,
    Patient,
)
from registry.models.uploads import Upload, UploadFinding, UploadState
from sites.audit import event_model_of
from sites.context import acting_as_system
from sites.models import Membership, Site, User
from tests.unit import demo_files as raw

pytestmark = pytest.mark.usefixtures("demo_registry")


@acting_as_system("tests", reason="looking on")
def counts() -> dict[str, tuple[int, int]]:
    """Rows and audit events of each topic."""
    return {
        entry.code: (entry.model.objects.count(), event_model_of(entry.model).objects.count()) for entry in topics()
    }


@pytest.mark.django_db
def test_every_row_of_every_file_is_saved_without_a_single_problem_and_again_changes_nothing():
    saved = counts()
    assert {code: rows for code, (rows, _events) in saved.items() if rows} == {
        topic: len(raw.rows(topic)) for topic in saved if raw.rows(topic)
    }
    before = (counts(), Site.objects.count(), User.objects.count(), Membership.objects.count())
    call_command("demo_load", "--force")
    assert (counts(), Site.objects.count(), User.objects.count(), Membership.objects.count()) == before
    with acting_as_system("tests", reason="looking on"):
        assert not UploadFinding.objects.exists()
        assert set(Upload.objects.values_list("state", flat=True)) == {UploadState.DONE}
        _the_record_gives_the_figures_of_the_study()
        _history_names_the_coordinator()


def _the_record_gives_the_figures_of_the_study() -> None:
    courses = {course.course.patient.study_id: course for course in AnakinraCourse.objects.select_related()}
    for want in raw.vector():
        course = courses[want["id"]]
        assert course.dose_class == want["group"].upper()
        assert course.first_mg_per_kg_day == Decimal(want["dose_mgkgd"])
    classes = Counter(Death.objects.values_list("trm_class_algorithm", "trm_class_site", "has_class_conflict"))
    assert classes == {("TRM", "TRM", False): 9, ("MALIGNANCY", "MALIGNANCY", False): 7}
    for topic, model in (("crs", CrsAssessment), ("icans", IcansAssessment)):
        grades = raw.crs_grades if topic == "crs" else raw.icans_grades
        computed = model.objects.values_list("episode__course__patient__study_id", "assessed_on", "grade_computed")
        wanted = {study_id: grades(study_id) for study_id in courses}
        assert all(wanted[study_id][on] == grade for study_id, on, grade in computed)
    _check_ferritin()


def _check_ferritin() -> None:
    for course in InfusionCourse.objects.select_related("patient"):
        before = LabResult.objects.filter(course=course, analyte="FERRITIN", sampled_on__lte=course.ld_started_on)
        (want,) = (row for row in raw.vector() if row["id"] == course.patient.study_id)
        assert before.latest("sampled_on").canonical_value == Decimal(want["ferritin"])


def _history_names_the_coordinator() -> None:
    site = Site.objects.get(code="SEV")
    contexts = event_model_of(Patient).objects.filter(site=site).values_list("pgh_context", flat=True)
    told = {(context["user_label"], context["source"], context["reason"]) for context in contexts}
    assert told == {("alice@quell.example", "upload", "simulated case files")}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "export"])
def test_the_demonstration_has_rough_figures_of_43_cases(settings: Any, tmp_path: Path):
    settings.QUELL_RELEASE_DIR = str(tmp_path / "releases")
    made = feasibility_refresh()
    assert made is not None
    sizes = [group["size"] for group in made.groups]
    assert sum(sizes) == 43
    assert min(sizes) >= 11
    assert feasibility_count({}).text == "About 45 cases"
