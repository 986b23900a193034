"""A blocking check keeps a release back, unless its cases are left out on purpose, or a data manager let it pass."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exports import services
from exports.models import ExportJob, JobState, Release
from exports.services.assessing import BLOCKED
from registry.models import DataQuery, Patient, Resolution
from registry.services.queries import query_close
from registry.services.reconcile import reconcile_sites
from sites.context import acting_as, acting_as_system
from tests.cast import Cast
from tests.integration.checks.case_of import Case, day
from tests.releases import made as finished

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "export"])


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> None:
    settings.QUELL_RELEASE_DIR = str(tmp_path)


@pytest.fixture
def two_cases(cast: Cast) -> None:
    """One case that may leave, and one whose CRS begins before the infusion."""
    case = Case(cast.sev, consent_basis="CONSENT")
    case.add("crs_episode", onset_on=day(-3))
    with acting_as_system("tests", reason="a second case"):
        Patient.objects.filter(pk=case.patient.pk).update(study_id="SEV-0002")
    Case(cast.sev, consent_basis="CONSENT").add("infusion_course")
    with acting_as_system("tests", reason="the checks"):
        reconcile_sites([cast.sev.pk])


def made(cast: Cast, **asked: Any) -> ExportJob:
    with acting_as(cast.dana):
        project = services.project_create(title="Blocked", by=cast.dana)
        release = services.release_request(project=project, name="QUELL-2026.1", by=cast.dana, **asked)
    return finished(release, cast.dana)


def test_the_freeze_is_refused_in_words_while_a_blocking_check_stands(cast: Cast, two_cases: None):
    job = made(cast)
    assert (job.state, job.error_words) == (JobState.FAILED, BLOCKED)


def test_the_cases_are_left_out_where_that_was_asked_for_and_the_manifest_counts_them(cast: Cast, two_cases: None):
    job = made(cast, leaves_out_blocked=True)
    assert job.state == JobState.SUCCEEDED
    manifest = Release.objects.get().manifest
    assert {entry["reason"]: entry["patients"] for entry in manifest["excluded"]}["BLOCKED"] == 1
    patients = next(table for table in manifest["tables"] if table["name"] == "patient")
    assert patients["rows"] == 1


def test_a_violation_that_a_data_manager_let_pass_keeps_nothing_back(cast: Cast, two_cases: None):
    with acting_as(cast.dana):
        query = DataQuery.objects.get(check_code="DT11_CRS_PRE")
    query_close(query=query, resolution=Resolution.EXCLUDED, text="cells given in two parts", by=cast.dana)
    assert made(cast).state == JobState.SUCCEEDED


def test_the_page_asks_to_leave_the_blocked_cases_out_and_says_how_many(cast: Cast, two_cases: None):
    client = Client()
    client.force_login(cast.dana)
    asked = {"title": "Anakinra", "name": "QUELL-2026.1", "has_read": "on", "profile": "AGREEMENT", "formats": ["CSV"]}
    answer = client.post(reverse("release_new"), asked)
    assert "A blocking check stands against 1 case." in answer.content.decode()
    assert not Release.objects.exists()
    client.post(reverse("release_new"), {**asked, "leaves_out_blocked": "on"})
    assert Release.objects.get().leaves_out_blocked


def test_a_registry_without_blocked_cases_is_not_asked(cast: Cast):
    Case(cast.sev, consent_basis="CONSENT", birth_year=1960).add("infusion_course", infused_on=dt.date(2021, 6, 10))
    client = Client()
    client.force_login(cast.dana)
    assert "leaves_out_blocked" not in client.get(reverse("release_new")).content.decode()
