"""A release without a request that waits: coarsened, signed, let go on or ended; and how one is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exports import services
from exports.models import ExportJob, Format, JobPhase, JobState, Project, Release, ReleaseState
from exports.services import held
from exports.web.decisions.held import held_facts
from sites.context import acting_as
from tests.cast import PASSWORD, Cast
from tests.factories.risk import hold, put, risk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_blocks")]
SignIn = Callable[[str], Client]
ASKED = {
    "title": "Anakinra",
    "name": "QUELL-2026.1",
    "has_read": "on",
    "profile": "SHAREABLE",
    "formats": ["CSV", "SAS"],
}


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> Path:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def as_(cast: Cast) -> SignIn:
    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(cast[name])
        return client

    return sign_in


@pytest.fixture
def project(cast: Cast) -> Project:
    with acting_as(cast.dana):
        return services.project_create(title="Registry report", by=cast.dana)


@pytest.fixture
def waiting(cast: Cast, project: Project) -> Release:
    with acting_as(cast.dana):
        release = services.release_request(project=project, name="QUELL-2026.1", by=cast.dana)
    return hold(release, cast)


def text(response: Any) -> str:
    return response.content.decode()


def act(client: Client, name: str, release: Release, **sent: Any) -> str:
    return text(client.post(reverse(name, args=[release.pk]), sent, follow=True))


def anew(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def test_the_page_shows_the_report_and_what_can_be_done(waiting: Release, as_: SignIn):
    page = text(as_("dana").get(reverse("release", args=[waiting.pk])))
    for words in (
        "The smallest group of cases that look alike has 1 case",
        "fewer than 5. Coarsen it, or sign",
        "Apply the suggested steps",
        "Or sign the risk",
        "Do not release the data",
    ):
        assert words in page
    assert "Make the packages" not in page


def test_a_group_that_is_too_small_does_not_go_on(waiting: Release, as_: SignIn):
    assert "Coarsen it, or sign that it may leave." in act(as_("dana"), "release_continue", waiting)
    assert anew(waiting).state == ReleaseState.HELD


def test_a_coarser_release_goes_on_to_its_packages(
    waiting: Release, cast: Cast, as_: SignIn, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(held, "_assessed_anew", lambda _release: risk(k=7))
    assert "Make the packages" in act(as_("dana"), "release_coarsen", waiting, steps=["NO_YEAR"])
    assert "The packages are being made." in act(as_("dana"), "release_continue", waiting)
    job = ExportJob.objects.get()
    assert (anew(waiting).state, job.phase, job.state) == (ReleaseState.PENDING, JobPhase.PACK, JobState.QUEUED)


def test_a_signed_release_goes_on_and_a_later_step_takes_the_signature_back(
    waiting: Release, as_: SignIn, monkeypatch: pytest.MonkeyPatch
):
    dana = as_("dana")
    page = act(dana, "release_sign", waiting, reason="One holder.", password=PASSWORD)
    assert "Dana signed on" in page
    assert "Make the packages" in page
    monkeypatch.setattr(held, "_assessed_anew", lambda _release: risk(k=2))
    assert "Make the packages" not in act(dana, "release_coarsen", waiting, steps=["AGE_65"])
    assert anew(waiting).risk_accepted_by is None


def test_a_release_that_is_not_released_loses_what_was_frozen_and_keeps_its_report(
    waiting: Release, as_: SignIn, release_folder: Path, django_capture_on_commit_callbacks: Any
):
    folder = release_folder / str(waiting.pk)
    folder.mkdir()
    with django_capture_on_commit_callbacks(execute=True):
        assert "is not released" in act(as_("dana"), "release_refuse", waiting)
    assert not folder.exists()
    assert "has 1 case." in text(as_("dana").get(reverse("release_risk", args=[waiting.pk])))


def test_whoever_comes_second_sees_how_it_stands(waiting: Release, cast: Cast, as_: SignIn):
    put(waiting, cast, state=ReleaseState.REFUSED)
    for name in ("release_coarsen", "release_continue", "release_refuse"):
        assert "Somebody else has acted meanwhile" in act(as_("dana"), name, waiting)


def test_a_shareable_release_is_never_signed_for(waiting: Release, cast: Cast, as_: SignIn):
    put(waiting, cast, profile="SHAREABLE")
    page = text(as_("dana").get(reverse("release", args=[waiting.pk])))
    assert "A shareable release needs 11. Coarsen it further." in page
    assert "Or sign the risk" not in page
    act(as_("dana"), "release_sign", waiting, reason="x", password=PASSWORD)
    assert anew(waiting).risk_accepted_by is None


def test_the_suggestion_adds_to_the_steps_that_are_applied(waiting: Release, cast: Cast):
    release = put(waiting, cast, coarsening=["AGE_65"])
    assert held_facts(release, cast.dana)["held"]["suggestion"].codes == ["AGE_65", "NO_YEAR"]
    assert held_facts(put(waiting, cast, risk=risk(k=5)), cast.dana)["held"]["suggestion"] is None


def test_nobody_but_a_data_manager_acts(waiting: Release, as_: SignIn):
    for name in ("release_coarsen", "release_continue", "release_refuse", "release_sign"):
        assert as_("ivan").post(reverse(name, args=[waiting.pk])).status_code == 403
    assert anew(waiting).state == ReleaseState.HELD


def test_a_release_has_no_report_before_it_was_assessed(waiting: Release, cast: Cast, as_: SignIn):
    put(waiting, cast, state=ReleaseState.PENDING, risk={})
    for name in ("release_risk", "release_risk_csv"):
        assert as_("dana").get(reverse(name, args=[waiting.pk])).status_code == 404


def test_the_home_page_and_the_list_lead_to_what_waits(waiting: Release, as_: SignIn):
    address = reverse("release", args=[waiting.pk])
    home, releases = (text(as_("dana").get(reverse(name))) for name in ("home", "releases"))
    assert "waits for a decision on its risk." in home
    assert address in home
    assert "Waiting for a decision on its risk" in releases


def test_a_release_is_asked_for_with_its_terms_formats_and_steps(cast: Cast, as_: SignIn):
    page = text(as_("dana").get(reverse("release_new")))
    assert "the release waits: under an agreement for a signature or for coarsening" in page
    as_("dana").post(reverse("release_new"), {**ASKED, "coarsening": ["NO_AGE", "YEAR_PAIRS"]})
    release = Release.objects.get()
    assert (release.profile, release.formats, release.coarsening) == (
        "SHAREABLE",
        ["CSV", "SAS"],
        ["NO_AGE", "YEAR_PAIRS"],
    )


def test_all_formats_and_an_agreement_are_proposed(cast: Cast, as_: SignIn):
    form = as_("dana").get(reverse("release_new")).context["form"]
    assert (form["profile"].value(), form["formats"].value()) == ("AGREEMENT", list(Format.values))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"profile": ""}, "This field is required"),
        ({"profile": "TWIN"}, "Select a valid choice"),
        ({"formats": []}, "Choose at least one format."),
        ({"coarsening": ["MAKE_IT_UP"]}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_made_is_not_asked_for(cast: Cast, as_: SignIn, changed: dict[str, Any], words: str):
    assert words in text(as_("dana").post(reverse("release_new"), {**ASKED, **changed}))
    assert not Release.objects.exists()
