"""Deciding on a request: the data are assessed, the risk is read, coarsened or signed, and somebody else decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exports import services
from exports.models import (
    DataRequest,
    ExportJob,
    JobPhase,
    JobState,
    Project,
    Release,
    ReleaseState,
    RequestState,
)
from exports.services import held
from sites.context import acting_as, acting_as_system
from sites.models import Membership
from sites.roles import Role
from tests.cast import PASSWORD, Cast
from tests.factories.risk import asked, assessed, being_made, put, risk
from tests.factories.whole_case import whole_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_blocks")]
TODAY = timezone.localdate()
YES = {"decision": "approve", "valid_until": (TODAY + dt.timedelta(days=30)).isoformat(), "reason": "A sound aim."}
NO = {"decision": "refuse", "reason": "The approval names another study."}
SignIn = Callable[[str], Client]


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
def request_(cast: Cast) -> DataRequest:
    return asked(cast)


@pytest.fixture
def waiting(cast: Cast, request_: DataRequest) -> Release:
    return assessed(request_, cast)


@pytest.fixture
def safe(cast: Cast, request_: DataRequest) -> Release:
    return assessed(request_, cast, risk(k=5))


def text(response: Any) -> str:
    return response.content.decode()


def decide_url(request_: DataRequest) -> str:
    return reverse("request_decide", args=[request_.pk])


def act_url(act: str, release: Release) -> str:
    return reverse(act, args=[release.pk])


def anew(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def test_the_page_tells_everything_that_was_asked(cast: Cast, request_: DataRequest, as_: SignIn):
    with acting_as(cast.ivan):
        services.request_message(request=request_, text="The protocol is attached to the approval.", by=cast.ivan)
    page = text(as_("dana").get(decide_url(request_)))
    for words in (
        "Dose and survival",
        "Ivan (ivan@example.org), Investigator",
        "associated with survival",
        "CEIC-2026-11",
        "DUA-7",
        "Under an agreement",
        "axicabtagene ciloleucel",
        "28 days",
        "PARAMCD, AVAL",
        "Stata (.dta)",
        "The protocol is attached",
    ):
        assert words in page


def test_assessing_freezes_what_was_asked_for_a_new_project_named_after_the_request(
    request_: DataRequest, cast: Cast, as_: SignIn
):
    page = as_("dana").get(decide_url(request_))
    form = page.context["assess"]
    assert (form["project"].value(), form["title"].value()) == (None, "Dose and survival")
    answer = as_("dana").post(reverse("request_assess", args=[request_.pk]), {"title": "Dose and survival"})
    assert answer.headers["Location"] == decide_url(request_)
    release = request_.releases.get()
    assert (release.project.title, release.cohort, release.selection, release.formats, release.profile) == (
        "Dose and survival",
        request_.cohort,
        request_.selection,
        request_.formats,
        "AGREEMENT",
    )
    assert (release.job.phase, release.job.requested_by) == (JobPhase.ASSESS, cast.dana)
    assert "Waiting for a worker" in text(as_("dana").get(decide_url(request_)))


def test_a_project_of_the_same_name_is_proposed_instead_of_a_second_one(cast: Cast, request_: DataRequest, as_: SignIn):
    with acting_as(cast.dana):
        project = services.project_create(title="dose and survival", by=cast.dana)
    assert as_("dana").get(decide_url(request_)).context["assess"]["project"].value() == project.pk
    answer = as_("dana").post(reverse("request_assess", args=[request_.pk]), {"title": "Dose and survival"})
    assert "A project with this title exists" in text(answer)
    assert not Release.objects.exists()


def test_blocked_cases_are_left_out_only_when_somebody_says_so(
    request_: DataRequest, cast: Cast, as_: SignIn, monkeypatch: pytest.MonkeyPatch
):
    patient = whole_case(cast.sev, "SEV-1", judge=cast.judy)
    monkeypatch.setattr("exports.web.decisions.pages.blocked_cases", lambda *_a: frozenset({patient.pk}))
    address, sent = reverse("request_assess", args=[request_.pk]), {"title": "Mine"}
    assert "A blocking check stands against 1 case" in text(as_("dana").post(address, sent))
    assert not Project.objects.exists()
    as_("dana").post(address, {**sent, "leaves_out_blocked": "on"})
    assert request_.releases.get().leaves_out_blocked


def test_while_the_job_runs_the_page_shows_its_step_and_asks_again(
    waiting: Release, request_: DataRequest, cast: Cast, as_: SignIn
):
    now = timezone.now()
    running = {"state": JobState.RUNNING, "claim": waiting.pk, "lease_until": now, "started_at": now}
    being_made(waiting, cast, **running, step=3, steps=9, step_words="replacing dates with day numbers")
    page = text(as_("dana").get(decide_url(request_)))
    assert "Step 3 of 9: replacing dates with day numbers" in page
    assert 'hx-trigger="every 3s"' in page
    assert "Assess the data" not in page


def test_a_failed_assessment_tells_why_and_can_be_done_anew(
    waiting: Release, request_: DataRequest, cast: Cast, as_: SignIn
):
    being_made(waiting, cast, state=JobState.FAILED, error_reference="AB12CD34", error_words="The disk is full.")
    page = text(as_("dana").get(decide_url(request_)))
    for words in ("The disk is full.", "AB12CD34", "Try again", "Or assess with other choices"):
        assert words in page
    as_("dana").post(reverse("request_assess", args=[request_.pk]), {"project": waiting.project_id})
    assert anew(waiting).state == ReleaseState.REFUSED
    assert request_.releases.get(state=ReleaseState.PENDING).job.state == JobState.QUEUED


def test_an_assessment_is_not_asked_for_twice(waiting: Release, request_: DataRequest, as_: SignIn):
    answer = as_("dana").post(reverse("request_assess", args=[request_.pk]), {"title": "Another"}, follow=True)
    assert "Somebody else has acted meanwhile" in text(answer)
    assert Release.objects.count() == 1
    assert not Project.objects.filter(title="Another").exists()


def test_the_report_says_the_verdict_first_and_then_what_it_rests_on(
    waiting: Release, request_: DataRequest, as_: SignIn
):
    page = text(as_("dana").get(decide_url(request_)))
    told = (
        "The smallest group of cases that look alike has 1 case. The policy asks for 5.",
        "Cases that stand alone (%)",
        "11.1",
        "age group",
        "Fewest facts by which a case stands alone",
        "S01",
        "FUPDAYS",
        "Change since QUELL-2025.9",
        "whoever holds both releases can single these cases out",
        "patient.died_day",
        "days from infusion",
    )
    places = [page.find(words) for words in told]
    assert -1 not in places
    assert places[0] == min(places)


def test_a_group_large_enough_is_told_as_such(safe: Release, request_: DataRequest, as_: SignIn):
    page = text(as_("dana").get(decide_url(request_)))
    assert "Every case looks like at least 5 in the release" in page
    assert "Or sign the risk" not in page


def test_the_steps_say_what_each_would_reach_and_the_suggested_row_can_be_applied_at_once(
    waiting: Release, request_: DataRequest, as_: SignIn
):
    page = as_("dana").get(decide_url(request_))
    lines = {line.code: line for line in page.context["held"]["steps"]}
    assert (lines["NO_YEAR"].k, lines["NO_YEAR"].is_enough, lines["AGE_65"].is_enough) == (7, True, False)
    assert page.context["held"]["suggestion"].codes == ["NO_YEAR"]
    assert "Leave out the year of infusion" in text(page)


def test_applying_steps_shows_the_report_of_the_coarser_data(
    waiting: Release, request_: DataRequest, as_: SignIn, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(held, "_assessed_anew", lambda _release: risk(k=7))
    answer = as_("dana").post(act_url("release_coarsen", waiting), {"steps": ["NO_YEAR", "AGE_65"]}, follow=True)
    assert answer.redirect_chain[0][0] == decide_url(request_)
    assert "Smallest group: 7." in text(answer)
    assert anew(waiting).coarsening == ["NO_YEAR", "AGE_65"]


def test_a_step_that_cannot_be_applied_says_why_and_changes_nothing(
    waiting: Release, as_: SignIn, monkeypatch: pytest.MonkeyPatch
):
    def refused(_release: Release) -> None:
        raise held.FreezeError("Nobody is left.")

    monkeypatch.setattr(held, "_assessed_anew", refused)
    assert "Nobody is left." in text(
        as_("dana").post(act_url("release_coarsen", waiting), {"steps": "AGE_65"}, follow=True)
    )
    answer = as_("dana").post(act_url("release_coarsen", waiting), {"steps": "MAKE_IT_UP"}, follow=True)
    assert "MAKE_IT_UP" in text(answer)
    assert anew(waiting).coarsening == []


def test_a_small_group_is_not_approved_before_somebody_signs(waiting: Release, request_: DataRequest, as_: SignIn):
    page = text(as_("dana").get(decide_url(request_)))
    assert "cannot be approved as it stands" in page
    assert 'value="approve"' not in page
    assert "fewer than 5. Coarsen it, or sign" in text(as_("dana").post(decide_url(request_), YES))
    assert anew(request_).state == RequestState.SUBMITTED


def test_signing_takes_a_reason_and_the_password_and_is_kept_with_the_release(
    waiting: Release, request_: DataRequest, cast: Cast, as_: SignIn
):
    address = act_url("release_sign", waiting)
    assert "has 1 case, fewer than 5" in text(as_("dana").get(address))
    assert "Nothing was signed" in text(as_("dana").post(address, {"reason": "Small field.", "password": "wrong"}))
    assert "This field is required" in text(as_("dana").post(address, {"reason": " ", "password": PASSWORD}))
    assert anew(waiting).risk_accepted_by is None
    answer = as_("dana").post(address, {"reason": "Small field.", "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[0][0] == decide_url(request_)
    assert "Dana signed on" in text(answer)
    assert (anew(waiting).risk_accepted_by, anew(waiting).risk_reason) == (cast.dana, "Small field.")
    as_("dana").post(decide_url(request_), YES)
    assert anew(request_).state == RequestState.APPROVED


def test_guessing_the_password_is_stopped(waiting: Release, as_: SignIn, settings: Any):
    settings.ACCOUNT_RATE_LIMITS = {"reauthenticate": "3/m/user"}
    dana, address = as_("dana"), act_url("release_sign", waiting)
    for _attempt in range(3):
        dana.post(address, {"reason": "x", "password": "wrong"})
    assert "Too many attempts" in text(dana.post(address, {"reason": "x", "password": PASSWORD}))
    assert anew(waiting).risk_accepted_by is None


def test_what_need_not_or_cannot_be_signed_is_not(safe: Release, cast: Cast, as_: SignIn):
    address = act_url("release_sign", safe)
    assert as_("dana").get(address).status_code == 302
    put(safe, cast, profile="SHAREABLE")
    as_("dana").post(address, {"reason": "x", "password": PASSWORD})
    assert anew(safe).risk_accepted_by is None


def test_approving_has_the_packages_made_and_says_until_when(
    safe: Release, request_: DataRequest, cast: Cast, as_: SignIn
):
    answer = as_("dana").post(decide_url(request_), YES, follow=True)
    decided = anew(request_)
    assert (decided.state, decided.decided_by, decided.decision_reason, decided.valid_until) == (
        RequestState.APPROVED,
        cast.dana,
        "A sound aim.",
        TODAY + dt.timedelta(days=30),
    )
    job = ExportJob.objects.get(release=safe)
    assert (job.state, job.phase) == (JobState.QUEUED, JobPhase.PACK)
    for words in ("Approved", "A sound aim.", decided.valid_until.isoformat(), "Waiting for a worker"):
        assert words in text(answer)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({**YES, "reason": ""}, "This field is required"),
        ({**YES, "decision": ""}, "This field is required"),
        ({**YES, "valid_until": ""}, "Give the last day."),
        ({**YES, "valid_until": "2020-01-01"}, "This day is over already."),
        ({**YES, "valid_until": "soon"}, "valid date"),
        ({**NO, "reason": "  "}, "This field is required"),
    ],
)
def test_an_incomplete_decision_is_refused_in_words(
    safe: Release, request_: DataRequest, as_: SignIn, sent: dict[str, str], words: str
):
    assert words in text(as_("dana").post(decide_url(request_), sent))
    assert anew(request_).state == RequestState.SUBMITTED
    assert anew(safe).state == ReleaseState.HELD


def test_refusing_needs_no_assessment_and_ends_one_that_was_made(safe: Release, request_: DataRequest, as_: SignIn):
    page = text(as_("dana").post(decide_url(request_), NO, follow=True))
    assert "The approval names another study." in page
    assert (anew(request_).state, anew(safe).state) == (RequestState.REFUSED, ReleaseState.REFUSED)


def test_refusing_stops_an_assessment_that_is_being_made(request_: DataRequest, cast: Cast, as_: SignIn):
    release = assessed(request_, cast)
    being_made(release, cast, state=JobState.QUEUED)
    as_("dana").post(decide_url(request_), NO)
    assert (anew(release).state, anew(release).job.state) == (ReleaseState.REFUSED, JobState.CANCELLED)


def test_an_assessment_can_be_discarded_and_made_anew(waiting: Release, request_: DataRequest, as_: SignIn):
    page = text(as_("dana").post(act_url("release_refuse", waiting), follow=True))
    assert "what was frozen for it is removed" in page
    assert "Assess the data" in page
    assert (anew(request_).state, anew(waiting).state) == (RequestState.SUBMITTED, ReleaseState.REFUSED)


def test_a_release_of_an_undecided_request_does_not_go_on_by_itself(safe: Release, cast: Cast, as_: SignIn):
    assert "Somebody else has acted" in text(as_("dana").post(act_url("release_continue", safe), follow=True))
    assert anew(safe).state == ReleaseState.HELD


def test_nobody_decides_on_their_own_request(waiting: Release, request_: DataRequest, cast: Cast, as_: SignIn):
    with acting_as_system("tests", reason="ivan manages data as well"):
        Membership.objects.create(user=cast.ivan, role=Role.DATA_MANAGER, starts_on=TODAY)
    page = text(as_("ivan").get(decide_url(request_)))
    assert "This is your own request. Somebody else decides on it." in page
    assert '<form method="post" action="/re' not in page
    for address, sent in (
        (decide_url(request_), YES),
        (reverse("request_assess", args=[request_.pk]), {"title": "x"}),
        (act_url("release_coarsen", waiting), {"steps": ["AGE_65"]}),
        (act_url("release_sign", waiting), {"reason": "x", "password": PASSWORD}),
        (act_url("release_continue", waiting), {}),
        (act_url("release_refuse", waiting), {}),
    ):
        assert as_("ivan").post(address, sent).status_code == 403
    assert waiting.name not in text(as_("ivan").get(reverse("home")))
    with acting_as(cast.ivan), pytest.raises(PermissionDenied):
        services.release_coarsen(release=waiting, steps=[], by=cast.ivan)


def test_a_draft_is_not_there_and_a_recalled_request_says_so(request_: DataRequest, cast: Cast, as_: SignIn):
    with acting_as(cast.ivan):
        draft = services.request_save(by=cast.ivan, title="Not yet")
        services.request_recall(request=request_, by=cast.ivan)
    assert as_("dana").get(decide_url(draft)).status_code == 404
    page = text(as_("dana").get(decide_url(request_)))
    assert "has taken this request back" in page
    assert "Decide on the request" not in page
    assert "Somebody else has acted" in text(as_("dana").post(decide_url(request_), NO, follow=True))


def test_an_approval_that_would_give_nothing_is_refused_in_words(
    safe: Release, request_: DataRequest, cast: Cast, as_: SignIn
):
    with acting_as_system("tests", reason="ivan leaves"):
        Membership.objects.filter(user=cast.ivan).update(ends_on=TODAY - dt.timedelta(days=1))
    page = text(as_("dana").get(decide_url(request_)))
    assert "Ivan may not download releases any more" in page
    assert "no role now" in page
    assert "may not download releases any more" in text(as_("dana").post(decide_url(request_), YES))
    with acting_as(cast.dana), pytest.raises(ValidationError, match="may not download releases any more"):
        services.request_approve(request=request_, by=cast.dana, reason="x")
    as_("dana").post(decide_url(request_), NO)
    assert anew(request_).state == RequestState.REFUSED


def test_what_the_person_was_given_already_is_told(safe: Release, request_: DataRequest, cast: Cast, as_: SignIn):
    put(safe, cast, state=ReleaseState.PUBLISHED, content_hash="c", package_bytes=1, package_sha256="0" * 64)
    with acting_as(cast.dana):
        services.release_grant(release=anew(safe), investigator=cast.ivan, valid_until=TODAY, by=cast.dana)
    second = asked(cast, "Another aim")
    assert safe.name in text(as_("dana").get(decide_url(second)))


@pytest.mark.parametrize("name", ["alice", "ivan", "judy", "adam", "eve"])
def test_only_data_managers_decide(waiting: Release, request_: DataRequest, as_: SignIn, name: str):
    assert as_(name).get(decide_url(request_)).status_code == 403
    assert as_(name).post(decide_url(request_), YES).status_code == 403
    for act in ("release_risk", "release_risk_csv", "release_sign"):
        assert as_(name).get(act_url(act, waiting)).status_code == 403


def test_the_report_leaves_as_a_file_with_points_and_without_formulas(waiting: Release, cast: Cast, as_: SignIn):
    report = risk()
    report["rare_levels"].append({"column": "AGEGR", "level": "=1+1", "people": 1, "is_below_5": True})
    put(waiting, cast, risk=report)
    answer = as_("dana").get(act_url("release_risk_csv", waiting))
    lines = answer.content.decode("utf-8-sig").split("\r\n")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{waiting.name}-risk.csv"'
    assert f"Release,{waiting.name}" in lines
    assert "Cases that stand alone (%),11.1" in lines
    assert any("'=1+1" in line for line in lines)
    assert "S01,1,1,1" in lines


def test_the_home_page_leads_to_what_waits(waiting: Release, request_: DataRequest, as_: SignIn):
    page = text(as_("dana").get(reverse("home")))
    assert "waits for a decision on its risk." in page
    assert decide_url(request_) in page
