"""The demonstration goes through the real upload and comes out of the record with the study's figures."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from registry.demo.load import cases_load, people_load
from registry.demo.only import RealDataHere
from registry.demo.people import DEMO_PEOPLE, demo_password, uploader_of
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
from sites.models import Agreement, Membership, Site, User
from tests.unit import demo_files as raw

pytestmark = pytest.mark.django_db


def load() -> None:
    call_command("demo_load", "--force")


@acting_as_system("tests", reason="looking on")
def counts() -> dict[str, tuple[int, int]]:
    """Rows and audit events of each topic."""
    return {
        entry.code: (entry.model.objects.count(), event_model_of(entry.model).objects.count()) for entry in topics()
    }


def test_every_row_of_every_file_is_saved_without_a_single_problem_and_again_changes_nothing():
    load()
    saved = counts()
    assert {code: rows for code, (rows, _events) in saved.items() if rows} == {
        topic: len(raw.rows(topic)) for topic in saved if raw.rows(topic)
    }
    before = (counts(), Site.objects.count(), User.objects.count(), Membership.objects.count())
    load()
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


def test_people_sign_in_with_one_password_and_hold_the_roles_that_are_listed():
    people_load()
    assert User.objects.count() == len(DEMO_PEOPLE)
    assert all(user.check_password(demo_password()) for user in User.objects.all())
    held = {(str(role.user.email), role.role, role.site and role.site.code) for role in Membership.objects.all()}
    assert held == {
        (person.email, person.role, code) for person in DEMO_PEOPLE if person.role for code in person.sites or (None,)
    }
    assert Agreement.objects.exclude(valid_until=None).count() == 1
    assert people_load() == 0


def test_every_hospital_has_a_coordinator_who_uploads_its_files():
    assert {uploader_of(code).role for code in raw.raw_files()} == {"COORDINATOR"}


def test_without_cases_nothing_clinical_is_loaded(settings):
    settings.QUELL_DEMO = True
    call_command("demo_load", "--without-cases")
    with acting_as_system("tests", reason="looking on"):
        assert (Site.objects.count(), Patient.objects.count()) == (9, 0)


def test_nothing_is_loaded_where_the_demonstration_is_off_or_a_real_site_is_there(settings):
    with pytest.raises(CommandError, match="no demonstration"):
        call_command("demo_load")
    with acting_as_system("test", reason="a real site"):
        Site.objects.create(code="REAL", name="A real hospital", country="US", time_zone="America/Chicago")
    with pytest.raises(CommandError, match="REAL"):
        load()
    with pytest.raises(RealDataHere):
        cases_load()
    settings.SETTINGS_MODULE = "config.settings.prod"
    with pytest.raises(RealDataHere, match="production"):
        people_load()
