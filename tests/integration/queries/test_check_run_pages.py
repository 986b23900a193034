"""The pages of runs, and what the page of an upload and the work list say of them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from registry import intake
from registry.checks.declared import edit_checks
from registry.models import CheckRun, RunCause, RunState, Upload
from registry.models.uploads import UploadState
from registry.services.check_runs import run_claimed
from registry.services.check_settings import check_set
from tests.factories.files import create_products, one_case
from tests.integration.queries.check_cases import late_case, ran, text_of
from tests.walls import nobody_acting

pytestmark = pytest.mark.usefixtures("looking_on")
LATE = "DT12_CRS_LATE"


@pytest.fixture
def dana_at(dana, signed_in):
    return signed_in(dana)


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr("registry.services.check_runs.current_app.send_task", lambda *_args, **_options: None)


def test_a_run_of_one_hospital_is_asked_for_and_shown(dana_at, dana, cast):
    done = dana_at.post(reverse("check_runs"), {"site": "SEV"})
    run = CheckRun.objects.get()
    assert done.url == reverse("check_run", args=[run.pk])
    assert (run.about_site, run.cause, run.asked_by) == (cast.sev, RunCause.ASKED, dana)
    page = dana_at.get(done.url).content.decode()
    assert "All checks, SEV" in page
    assert "Waiting for a free worker." in page
    dana_at.post(reverse("check_runs"), {"site": ""})
    assert CheckRun.objects.filter(about_site=None).count() == 1


def test_a_hospital_that_is_none_is_refused_in_words(dana_at):
    page = dana_at.post(reverse("check_runs"), {"site": "NOWHERE"})
    assert page.status_code == 422
    assert "Choose a hospital of the list." in page.content.decode()
    assert not CheckRun.objects.exists()


def test_the_page_of_a_run_asks_again_while_it_goes_on_and_stops_when_it_ends(dana_at, cast):
    late_case(cast.sev)
    run = CheckRun.objects.create(
        cause=RunCause.ASKED, state=RunState.RUNNING, done=3, total=9, created_at=timezone.now()
    )
    address = reverse("check_run", args=[run.pk])
    page = dana_at.get(address).content.decode()
    assert 'hx-trigger="every 3s"' in page
    assert "<noscript>" in page
    assert "3 of 9 checks" in page
    assert '<progress max="9" value="3"' in page
    page = dana_at.get(reverse("check_run", args=[ran().pk])).content.decode()
    assert "hx-trigger" not in page
    assert re.search(r"(\d+) of \1 checks in ", page)


def test_a_failed_run_gives_its_reference_and_can_be_asked_for_again(dana_at, cast):
    run = CheckRun.objects.create(
        cause=RunCause.UPLOAD, about_site=cast.sev, codes=[LATE], state=RunState.FAILED, error_reference="c0ffee",
        created_at=timezone.now(),
    )  # fmt: skip
    assert "A run of the checks failed" in text_of(dana_at.get(reverse("home")))
    page = dana_at.get(reverse("check_run", args=[run.pk])).content.decode()
    assert "c0ffee" in page
    done = dana_at.post(reverse("check_run", args=[run.pk]))
    again = CheckRun.objects.exclude(pk=run.pk).get()
    assert done.url == reverse("check_run", args=[again.pk])
    assert (again.about_site, again.codes) == (cast.sev, [LATE])
    dana_at.post(done.url)
    assert CheckRun.objects.count() == 2, "a run that waits is not asked for again"


def test_runs_are_listed_the_newest_first_with_their_cause(dana_at, dana, cast):
    assert "The checks have not run yet." in text_of(dana_at.get(reverse("check_runs")))
    ran(site=cast.sev)
    CheckRun.objects.create(cause=RunCause.ASKED, asked_by=dana, created_at=timezone.now() + dt.timedelta(hours=1))
    text = text_of(dana_at.get(reverse("check_runs")))
    assert text.index("Asked for by a data manager Dana") < text.index("Every night")


def test_home_leads_to_the_checks(dana_at, dana):
    page = dana_at.get(reverse("home")).content.decode()
    assert f"{len(edit_checks())} of {len(edit_checks())} checks are on." in page
    assert f'href="{reverse("checks")}"' in page
    assert "A run of the checks failed" not in page
    check_set(code=LATE, is_on=False, thresholds={}, reason="agreed", by=dana)
    assert f"{len(edit_checks()) - 1} of {len(edit_checks())} checks" in dana_at.get(reverse("home")).content.decode()


# After an upload


@pytest.fixture
def saved(alice, sev):
    create_products()
    upload = intake.submit(site=sev, by=alice, files=one_case(), commit=True)
    with nobody_acting():
        intake.run(upload.pk)
    upload.refresh_from_db()
    assert upload.state == UploadState.DONE
    return upload


def upload_page(client, upload: Upload) -> str:
    return client.get(reverse("upload", args=[upload.pk])).content.decode()


def test_the_page_of_an_upload_says_when_the_checks_have_run_on_it(saved, alice, sev, signed_in):
    client = signed_in(alice)
    page = upload_page(client, saved)
    assert "are being run on what was saved" in page
    assert 'hx-trigger="every 3s"' in page
    run = CheckRun.objects.get(cause=RunCause.UPLOAD)
    with nobody_acting():
        run_claimed(run.pk)
    CheckRun.objects.filter(pk=run.pk).update(opened=3, reopened=1)
    page = upload_page(client, saved)
    assert "Checks ran after this upload: 4 queries opened." in page
    assert escape(f"{reverse('queries')}?state=open&site=SEV") in page
    assert "hx-trigger" not in page


def test_runs_of_other_hospitals_and_of_before_are_not_those_of_an_upload(saved, alice, cast, signed_in):
    client = signed_in(alice)
    CheckRun.objects.all().delete()
    long_ago = saved.finished_at - dt.timedelta(minutes=5)
    done = {"state": RunState.DONE, "cause": RunCause.ASKED, "opened": 7}
    CheckRun.objects.create(about_site=cast.sev, created_at=long_ago, started_at=long_ago, **done)
    CheckRun.objects.create(about_site=cast.hou, created_at=timezone.now(), started_at=timezone.now(), **done)
    assert "Checks ran" not in upload_page(client, saved)
    CheckRun.objects.create(about_site=cast.sev, created_at=long_ago, started_at=timezone.now(), **done)
    assert "7 queries opened" in upload_page(client, saved)


def test_checks_that_could_not_run_after_an_upload_are_told(saved, alice, signed_in):
    CheckRun.objects.update(state=RunState.FAILED, started_at=timezone.now())
    assert "What was saved stays saved" in upload_page(signed_in(alice), saved)
