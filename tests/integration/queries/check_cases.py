"""What tests of the pages of checks share: late cases, runs done at once, and the words of a page."""

from __future__ import annotations

import re

from django.utils import timezone

from registry.models import CheckRun, Patient, RunCause
from registry.services.check_runs import run_claimed
from tests.integration.checks.case_of import Case, day
from tests.walls import nobody_acting


def text_of(response) -> str:
    """The words of a page, without tags and with one space between words."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain)


def late_case(site, onset=30):
    """A case with a CRS that begins so many days after the infusion; the next one may have the name that it takes."""
    made = Case(site)
    Patient.objects.filter(pk=made.patient.pk).update(study_id=f"{site.code}-{onset}")
    made.patient.refresh_from_db()
    made.add("crs_episode", onset_on=day(onset))
    return made


def ran(*, site=None):
    run = CheckRun.objects.create(cause=RunCause.NIGHTLY, about_site=site, created_at=timezone.now())
    with nobody_acting():
        run_claimed(run.pk)
    run.refresh_from_db()
    return run
