"""What must not be possible with releases and requests, tried at the pages, at the services and at the interface."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from exports import services
from exports.models import (
    Download,
    JobState,
    Release,
    ReleaseState,
    RequestState,
)
from exports.selectors import requests_visible
from exports.services.downloads import PackageMissingError
from exports.services.jobs import NotAllowedNowError
from sites.context import acting_as, acting_as_system
from sites.models import Membership, User
from sites.roles import Role
from tests.cast import Cast
from tests.factories.releases import asked_for, client_of, give, publish
from tests.factories.risk import asked, being_made, risk
from tests.factories.risk import hold as held_now
from tests.factories.roles import another_manager, with_role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_blocks")]


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> Path:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def published(cast: Cast) -> Release:
    return publish(asked_for(cast.dana), cast.dana)


def anew(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def text(response: Any) -> str:
    return response.content.decode()


def own_release(cast: Cast) -> Release:
    """Return the release for a request of dana's, who also investigates, assessed by the other data manager."""
    with_role(cast.dana, Role.INVESTIGATOR, site=cast.sev)
    other = another_manager(cast)
    wanted = {"aim": "Dose.", "approval_reference": "A", "agreement_reference": "B"}
    with acting_as(cast.dana):
        draft = services.request_save(by=cast.dana, title="Mine", **wanted)
        request = services.request_submit(request=draft, by=cast.dana)
    with acting_as(other):
        project = services.project_create(title="Mine", by=other)
        return services.request_assess(request=request, by=other, project=project)


def test_nobody_tries_or_cancels_the_job_of_their_own_request(cast: Cast):
    release = own_release(cast)
    with acting_as(cast.dana), pytest.raises(PermissionDenied):
        services.job_cancel(job=release.job, by=cast.dana)
    being_made(release, cast, state=JobState.FAILED)
    with acting_as(cast.dana), pytest.raises(PermissionDenied):
        services.job_retry(job=release.job, by=cast.dana)
    for act in ("release_cancel", "release_retry"):
        assert client_of(cast.dana).post(reverse(act, args=[release.pk])).status_code == 403
    with acting_as(cast.eve):
        services.job_retry(job=release.job, by=cast.eve)


def test_nobody_acts_on_the_release_of_their_own_request_by_any_service(cast: Cast):
    release = held_now(own_release(cast), cast, risk(k=9))
    request, dana = release.request, cast.dana
    acts = [
        lambda: services.release_coarsen(release=release, steps=["NO_AGE"], by=dana),
        lambda: services.release_accept_risk(release=release, reason="x", by=dana),
        lambda: services.release_continue(release=release, by=dana),
        lambda: services.release_refuse(release=release, by=dana),
        lambda: services.request_assess(request=request, by=dana, project=release.project),
        lambda: services.request_approve(request=request, by=dana, reason="x"),
        lambda: services.request_refuse(request=request, by=dana, reason="x"),
    ]
    for act in acts:
        with acting_as(dana), pytest.raises((PermissionDenied, NotAllowedNowError)):
            act()
    assert (anew(request).state, anew(release).state) == (RequestState.SUBMITTED, ReleaseState.HELD)


def test_a_draft_is_seen_and_talked_about_by_nobody_else(cast: Cast):
    with acting_as(cast.ivan):
        draft = services.request_save(by=cast.ivan, title="Not yet")
    dana = client_of(cast.dana)
    assert not requests_visible(cast.dana).exists()
    for name in ("request", "request_decide", "request_edit", "request_progress"):
        assert dana.get(reverse(name, args=[draft.pk])).status_code in (403, 404)
    assert dana.get(f"/api/requests/{draft.pk}/").status_code == 404
    for person in (cast.dana, cast.ivan):
        with acting_as(person), pytest.raises((PermissionDenied, NotAllowedNowError)):
            services.request_message(request=draft, text="Hello", by=person)


def test_whoever_may_ask_no_more_writes_no_more_messages(cast: Cast):
    request = asked(cast)
    with acting_as_system("tests", reason="ivan leaves"):
        Membership.objects.filter(user=cast.ivan).update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    with acting_as(cast.ivan), pytest.raises(PermissionDenied):
        services.request_message(request=request, text="One more thing", by=cast.ivan)
    assert client_of(cast.ivan).get(reverse("request", args=[request.pk])).status_code == 403


@pytest.mark.parametrize("ended", ["revoked", "expired", "role", "account", "withdrawn"])
def test_a_right_that_has_ended_gives_nothing_at_the_pages_the_interface_and_the_service(
    published: Release, cast: Cast, ended: str
):
    grant = give(published, cast.ivan, cast.dana)
    package = published.packages.get(level="AGREEMENT", format="CSV")
    with acting_as(cast.ivan):
        services.terms_accept(release=published, by=cast.ivan)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    with acting_as(cast.dana):
        if ended == "revoked":
            services.release_revoke(grant=grant, by=cast.dana)
        elif ended == "expired":
            type(grant).objects.filter(pk=grant.pk).update(valid_until=yesterday)
        elif ended == "role":
            Membership.objects.filter(user=cast.ivan).update(ends_on=yesterday)
        elif ended == "account":
            User.objects.filter(pk=cast.ivan.pk).update(is_active=False)
        else:
            services.release_withdraw(release=published, reason="An error.", by=cast.dana)
    ivan, client = anew(cast.ivan), client_of(cast.ivan)
    pages = [reverse("package_download", args=[published.pk, package.pk]), reverse("terms_accept", args=[published.pk])]
    for address in pages:
        assert client.post(address, {"accepted": "on"}).status_code in (302, 403, 404)
    assert client.get(f"/api/releases/{published.pk}/packages/{package.pk}/file/").status_code in (401, 403, 404)
    with acting_as(ivan), pytest.raises((PermissionDenied, PackageMissingError)):
        services.package_download(package=package, by=ivan)
    assert not Download.objects.exists()


def test_a_grant_at_a_lower_level_reaches_nothing_above_it(published: Release, cast: Cast):
    give(published, cast.ivan, cast.dana, level="TWIN")
    client = client_of(cast.ivan)
    for package in published.packages.exclude(level="TWIN"):
        assert client.post(reverse("package_download", args=[published.pk, package.pk])).status_code == 404
        with acting_as(cast.ivan), pytest.raises(PermissionDenied):
            services.package_download(package=package, by=cast.ivan)
    page = text(client.get(reverse("release", args=[published.pk]), {"level": "AGREEMENT"}))
    assert "Patient withdrew" not in page
    assert "excluded" not in client.get(f"/api/releases/{published.pk}/").json()


def test_the_name_of_a_release_that_was_not_given_is_not_told(published: Release, cast: Cast):
    second = publish(asked_for(cast.dana, "QUELL-2026.2", published.project), cast.dana, supersedes=published)
    give(second, cast.ivan, cast.dana)
    client = client_of(cast.ivan)
    told = client.get(f"/api/releases/{second.pk}/").json()
    assert told["supersedes"] is None
    assert published.name not in text(client.get(reverse("release", args=[second.pk])))
    give(published, cast.ivan, cast.dana)
    assert client.get(f"/api/releases/{second.pk}/").json()["supersedes"] == published.name
