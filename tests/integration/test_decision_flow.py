"""From a request to a release that its author holds, with the real job: nothing of the report is made up here."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exports.models import ExportJob, Release, ReleaseState, RequestState
from exports.services import job_run
from tests.cast import PASSWORD, Cast
from tests.factories.risk import asked, risk
from tests.factories.whole_case import whole_case

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "export"]),
    pytest.mark.usefixtures("nothing_blocks"),
]


@pytest.fixture
def dana(cast: Cast, settings: Any, tmp_path: Path, signed_in: Any) -> Client:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    for number in range(3):
        whole_case(cast.sev, f"SEV-{number}", judge=cast.judy, sex="FEMALE" if number else "MALE")
    return signed_in(cast.dana)


def ran(release: Release) -> Release:
    job_run(ExportJob.objects.get(release=release).pk)
    return Release.objects.select_related("job", "request").get(pk=release.pk)


def test_a_request_is_assessed_coarsened_signed_approved_and_given(cast: Cast, dana: Client):
    request = asked(cast, cohort={}, selection={}, formats=["CSV"])
    decide = reverse("request_decide", args=[request.pk])
    dana.post(reverse("request_assess", args=[request.pk]), {"title": "Dose and survival"})
    release = ran(request.releases.get())
    assert (release.state, release.job.error_words) == (ReleaseState.HELD, "")
    assert _shape(risk()) <= _shape(release.risk)
    page = dana.get(decide).content.decode()
    assert "The smallest group of cases that look alike has 1 case." in page
    assert "adsl.AGEGR" in page
    dana.post(reverse("release_coarsen", args=[release.pk]), {"steps": ["NO_AGE"]})
    page = dana.get(decide).content.decode()
    assert "adsl.AGEGR" not in page
    dana.post(reverse("release_sign", args=[release.pk]), {"reason": "Invented cases.", "password": PASSWORD})
    until = (timezone.localdate() + dt.timedelta(days=9)).isoformat()
    dana.post(decide, {"decision": "approve", "valid_until": until, "reason": "A sound aim."})
    release = ran(release)
    assert (release.state, release.request.state, release.job.error_words) == (
        ReleaseState.PUBLISHED,
        RequestState.APPROVED,
        "",
    )
    assert [(grant.investigator, grant.valid_until.isoformat()) for grant in release.grants.all()] == [
        (cast.ivan, until)
    ]
    assert b"signed on" in dana.get(decide).content


def test_a_small_group_can_be_left_out_step_by_step(cast: Cast, dana: Client):
    request = asked(cast, cohort={}, selection={})
    dana.post(reverse("request_assess", args=[request.pk]), {"title": "Dose and survival"})
    release = ran(request.releases.get())
    answer = dana.post(
        reverse("release_coarsen", args=[release.pk]), {"steps": ["LEAVE_OUT_BELOW_K"]}, follow=True
    ).content.decode()
    assert "Nobody is left" in answer
    release.refresh_from_db()
    assert release.coarsening == []


def _shape(found: Any, place: str = "") -> set[str]:
    """Return the keys of a report, and those inside its lists by their first entry."""
    if isinstance(found, dict) and place != "/quasi_identifiers":
        return {f"{place}/{key}" for key in found}.union(
            *(_shape(value, f"{place}/{key}") for key, value in found.items() if value and "change" not in key)
        )
    return _shape(found[0], f"{place}[]") if isinstance(found, list) and found and "sequence" not in place else set()
