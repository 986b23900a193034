"""The pages of requests: written, counted, submitted, talked about, taken back; each only by whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exports import services
from exports.models import (
    DataRequest,
    ExportJob,
    FeasibilityBasis,
    Format,
    JobState,
    Level,
    Project,
    Release,
    ReleasePackage,
    ReleaseState,
    RequestState,
)
from exports.selectors import requests_visible
from sites.context import acting_as, acting_as_system
from sites.models import Membership, User
from sites.roles import Role
from tests.cast import Cast, long_ago

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
ASKED = {
    "title": "Dose and resolution",
    "aim": "Whether a higher dose shortens ICANS.",
    "profile": "AGREEMENT",
    "PROD": ["AXI", "LISO"],
    "FUPDAYS": "28",
    "whole": ["datasets.adtte"],
    "variables": ["datasets.adsl.AGE", "tables.lab.value", "tables.lab.unit"],
    "formats": ["CSV", "STATA"],
    "approval_reference": "CEI 2026/17",
    "agreement_reference": "DUA-7",
}
REASON = "The aim is sound."


@pytest.fixture
def as_(cast: Cast) -> SignIn:
    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(email=f"{name}@example.org"))
        return client

    return sign_in


@pytest.fixture
def iris(cast: Cast) -> User:
    """Another investigator, at Houston."""
    with acting_as_system("tests", reason="one more investigator"):
        person = User.objects.create(email="iris@example.org", full_name="Iris")
        Membership.objects.create(user=person, site=cast.hou, role=Role.INVESTIGATOR, starts_on=long_ago())
    return person


def text(response: Any) -> str:
    return response.content.decode()


def draft_of(person: User, title: str = "Dose and resolution") -> DataRequest:
    kept = {"aim": "Why", "approval_reference": "CEI 1", "agreement_reference": "DUA 1"}
    with acting_as(person):
        return services.request_save(by=person, title=title, selection={"datasets": {"adsl": "*"}}, **kept)


def submitted_by(person: User, title: str = "Dose and resolution") -> DataRequest:
    draft = draft_of(person, title)
    with acting_as(person):
        return services.request_submit(request=draft, by=person)


def post(client: Client, address: str, act: str, **changed: Any) -> Any:
    return client.post(address, {**ASKED, "act": act, **changed})


def test_a_draft_keeps_everything_that_was_chosen_and_shows_it_again(cast: Cast, as_: SignIn):
    answer = post(as_("ivan"), reverse("request_new"), "save")
    draft = DataRequest.objects.get()
    assert answer.headers["Location"] == reverse("request_edit", args=[draft.pk])
    assert (draft.state, draft.requested_by) == (RequestState.DRAFT, cast.ivan)
    assert draft.cohort == {"FUPDAYS": {"min": 28}, "PROD": {"in": ["AXI", "LISO"]}}
    assert draft.selection == {
        "tables": {"lab": ["value", "unit"]},
        "datasets": {"adsl": ["AGE"], "adtte": "*"},
    }
    page = as_("ivan").get(reverse("request_edit", args=[draft.pk]))
    ticked = {entry["sheet"].id: (entry["is_whole"], sorted(entry["ticked"])) for entry in page.context["form"].sheets}
    assert ticked["datasets.adtte"] == (True, [])
    assert ticked["datasets.adsl"] == (False, ["datasets.adsl.AGE"])
    assert page.context["form"]["PROD"].value() == ["AXI", "LISO"]
    assert page.context["form"]["FUPDAYS"].value() == "28"
    assert 'value="CEI 2026/17"' in text(page)


def test_nothing_ticked_is_not_everything(cast: Cast, as_: SignIn):
    post(as_("ivan"), reverse("request_new"), "save", whole=[], variables=[])
    assert DataRequest.objects.get().selection == {"tables": {}, "datasets": {}}


def test_an_earlier_request_for_everything_opens_with_every_group_ticked(cast: Cast, as_: SignIn):
    with acting_as(cast.ivan):
        draft = services.request_save(by=cast.ivan, title="All of it")
    page = as_("ivan").get(reverse("request_edit", args=[draft.pk]))
    assert all(entry["is_whole"] for entry in page.context["form"].sheets)


def test_what_belongs_to_another_column_is_not_asked_for_by_itself(cast: Cast, as_: SignIn):
    page = text(as_("ivan").get(reverse("request_new")))
    assert 'value="datasets.adsl.KPS"' in page
    assert "KPS__mr" not in page
    assert 'value="datasets.adsl.USUBJID"' not in page


def test_a_request_is_submitted_and_the_data_managers_are_told(
    cast: Cast, as_: SignIn, django_capture_on_commit_callbacks: Any
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = post(as_("ivan"), reverse("request_new"), "submit")
    asked = DataRequest.objects.get()
    assert answer.headers["Location"] == reverse("request", args=[asked.pk])
    assert (asked.state, asked.formats) == (RequestState.SUBMITTED, ["CSV", "STATA"])
    (letter,) = mail.outbox
    assert letter.to == ["dana@example.org"]
    assert letter.subject == f"[Quell] Data request {asked.number}"
    assert reverse("request", args=[asked.pk]) in letter.body
    assert asked.title not in letter.body


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"aim": " "}, "Aim: This is needed before"),
        ({"approval_reference": ""}, "Ethics approval: This is needed before"),
        ({"agreement_reference": ""}, "Data use agreement: This is needed before"),
        ({"whole": [], "variables": []}, "Variables: Choose at least one variable."),
        ({"title": ""}, "Title: This field is required."),
        ({"PROD": ["NONE"]}, "NONE is not one of the available choices"),
        ({"profile": "EVERYTHING"}, "EVERYTHING is not one of the available choices"),
        ({"variables": ["tables.patient.study_id"]}, "tables.patient.study_id is not one of the available choices"),
    ],
)
def test_what_is_missing_or_unknown_is_said_and_nothing_that_was_typed_is_lost(
    cast: Cast, as_: SignIn, changed: dict[str, Any], words: str
):
    answer = post(as_("ivan"), reverse("request_new"), "submit", **changed)
    assert words in text(answer)
    assert not DataRequest.objects.exists()
    form = answer.context["form"]
    for name, typed in {**ASKED, **changed}.items():
        assert form[name].value() == typed


def test_what_a_form_is_not_asked_to_submit_may_be_incomplete(cast: Cast, as_: SignIn):
    post(as_("ivan"), reverse("request_new"), "save", aim="", approval_reference="", whole=[], variables=[])
    draft = DataRequest.objects.get()
    post(as_("ivan"), reverse("request_edit", args=[draft.pk]), "submit", aim="")
    draft.refresh_from_db()
    assert draft.state == RequestState.DRAFT
    post(as_("ivan"), reverse("request_edit", args=[draft.pk]), "submit")
    draft.refresh_from_db()
    assert (draft.state, DataRequest.objects.count()) == (RequestState.SUBMITTED, 1)


def test_an_empty_selection_is_not_submitted_by_any_way(cast: Cast):
    with acting_as(cast.ivan):
        kept = {"aim": "Why", "approval_reference": "CEI 1", "agreement_reference": "DUA 1"}
        draft = services.request_save(by=cast.ivan, title="Nothing", selection={"tables": {}, "datasets": {}}, **kept)
        with pytest.raises(Exception, match="Choose at least one variable"):
            services.request_submit(request=draft, by=cast.ivan)


def test_a_submitted_request_is_not_edited(cast: Cast, as_: SignIn):
    asked = submitted_by(cast.ivan)
    answer = post(as_("ivan"), reverse("request_edit", args=[asked.pk]), "save", title="Another")
    assert answer.headers["Location"] == reverse("request", args=[asked.pk])
    asked.refresh_from_db()
    assert asked.title == "Dose and resolution"


def test_a_new_request_begins_as_a_copy_of_ones_own_and_of_nobody_elses(cast: Cast, iris: User, as_: SignIn):
    own, other = submitted_by(cast.ivan, "Mine"), submitted_by(iris, "Hers")
    page = as_("ivan").get(reverse("request_new"), {"like": own.pk})
    assert page.context["form"]["title"].value() == "Mine"
    page = as_("ivan").get(reverse("request_new"), {"like": other.pk})
    assert page.context["form"]["title"].value() is None
    assert as_("ivan").get(reverse("request_new"), {"like": "x"}).status_code == 200


def groups() -> None:
    stored = [{"size": 14, "levels": {"PROD": "AXI"}}, {"size": 18, "levels": {"PROD": "LISO"}}]
    FeasibilityBasis.objects.create(made_at=timezone.now(), group_size=11, groups=stored)


def test_the_count_follows_the_choice_and_says_what_it_is_worth(cast: Cast, as_: SignIn):
    groups()
    client = as_("ivan")
    page = text(client.get(reverse("request_new")))
    for words in ("About 30 cases", "groups of 11 or more similar cases", "rounded to 5", "Nothing finer is told"):
        assert words in page
    part = text(client.post(reverse("request_count"), {"PROD": ["AXI"]}))
    assert "About 15 cases" in part
    assert f"Figures of {timezone.now():%Y-%m-%d}" in part
    assert "Fewer than 11 cases" in text(client.post(reverse("request_count"), {"PROD": ["TISA"]}))
    assert "nothing is counted" in text(client.post(reverse("request_count"), {"PROD": ["NONE"]}))


def test_the_count_works_without_a_script_and_keeps_what_was_typed(cast: Cast, as_: SignIn):
    groups()
    answer = post(as_("ivan"), reverse("request_new"), "count", PROD=["AXI"], FUPDAYS="", aim="")
    assert "About 15 cases" in text(answer)
    assert answer.context["form"]["title"].value() == ASKED["title"]
    assert not DataRequest.objects.exists()


def test_the_saved_cohort_is_counted_when_the_draft_is_opened(cast: Cast, as_: SignIn):
    groups()
    with acting_as(cast.ivan):
        draft = services.request_save(by=cast.ivan, title="Axi", cohort={"PROD": {"in": ["AXI"]}})
    assert "About 15 cases" in text(as_("ivan").get(reverse("request_edit", args=[draft.pk])))


def test_without_figures_the_page_says_so(cast: Cast, as_: SignIn):
    assert "No figures yet" in text(as_("ivan").get(reverse("request_new")))


def test_each_sees_their_own_list_and_data_managers_those_that_were_submitted(cast: Cast, iris: User, as_: SignIn):
    submitted_by(cast.ivan, "Waiting of ivan")
    draft_of(cast.ivan, "Draft of ivan")
    submitted_by(iris, "Waiting of iris")
    own, managed = text(as_("ivan").get(reverse("requests"))), text(as_("dana").get(reverse("requests")))
    assert ("Waiting of ivan" in own, "Draft of ivan" in own, "Waiting of iris" in own) == (True, True, False)
    assert ("Draft of ivan" in managed, "Write a request" in managed) == (False, False)
    assert managed.index("Waiting of ivan") < managed.index("Waiting of iris")


def test_a_draft_that_is_taken_back_is_nobody_elses_business(cast: Cast, as_: SignIn):
    draft, asked = draft_of(cast.ivan), submitted_by(cast.ivan)
    for one in (draft, asked):
        as_("ivan").post(reverse("request_recall", args=[one.pk]))
    assert set(requests_visible(cast.dana)) == {DataRequest.objects.get(pk=asked.pk)}
    assert as_("dana").get(reverse("request", args=[draft.pk])).status_code == 404


def test_empty_lists_say_what_comes_next(cast: Cast, as_: SignIn):
    assert "You have not asked for data yet" in text(as_("ivan").get(reverse("requests")))
    assert "No request waits for a decision of yours" in text(as_("dana").get(reverse("requests")))


def test_the_page_of_a_request_tells_everything_that_was_asked_and_how_it_stands(cast: Cast, as_: SignIn):
    post(as_("ivan"), reverse("request_new"), "submit")
    asked = DataRequest.objects.get()
    shown = ["Whether a higher dose", "axicabtagene ciloleucel, lisocabtagene maraleucel", "28 days", "CEI 2026/17"]
    shown += ["DUA-7", "Stata", "all variables", "value, unit", "Submitted", "Waiting for a decision"]
    for name in ("ivan", "dana"):
        page = text(as_(name).get(reverse("request", args=[asked.pk])))
        for words in shown:
            assert words in page
    assert reverse("request_decide", args=[asked.pk]) in page
    assert reverse("request_recall", args=[asked.pk]) not in page


def test_messages_go_both_ways_and_each_side_is_told(cast: Cast, as_: SignIn, django_capture_on_commit_callbacks: Any):
    asked = submitted_by(cast.ivan)
    for name, words in (("dana", "Which doses?"), ("ivan", "Those of the first day.")):
        with django_capture_on_commit_callbacks(execute=True):
            as_(name).post(reverse("request_message", args=[asked.pk]), {"text": words})
    page = text(as_("ivan").get(reverse("request", args=[asked.pk])))
    assert page.index("Which doses?") < page.index("Those of the first day.")
    assert [letter.to for letter in mail.outbox] == [["ivan@example.org"], ["dana@example.org"]]
    assert all("doses" not in letter.body and "new message" in letter.body for letter in mail.outbox)


def test_an_empty_message_is_refused_in_words(cast: Cast, as_: SignIn):
    asked = submitted_by(cast.ivan)
    answer = as_("ivan").post(reverse("request_message", args=[asked.pk]), {"text": " "})
    assert "Write the message first." in text(answer)
    assert not asked.messages.exists()


def test_a_letter_that_cannot_be_sent_breaks_nothing(
    cast: Cast, as_: SignIn, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):  # fmt: skip
    def refused(_self: Any) -> None:
        raise OSError("dana@example.org refused")

    monkeypatch.setattr("exports.services.letters.EmailMessage.send", refused)
    with django_capture_on_commit_callbacks(execute=True):
        assert post(as_("ivan"), reverse("request_new"), "submit").status_code == 302
    assert DataRequest.objects.get().state == RequestState.SUBMITTED
    assert "could not be sent (OSError)" in caplog.text
    assert "dana@example.org" not in caplog.text


def test_a_letter_speaks_the_language_of_the_person(cast: Cast, as_: SignIn, django_capture_on_commit_callbacks: Any):
    with acting_as_system("tests", reason="a language"):
        User.objects.filter(pk=cast.dana.pk).update(language="es")
    with django_capture_on_commit_callbacks(execute=True):
        post(as_("ivan"), reverse("request_new"), "submit")
    assert "Este correo no contiene datos" in mail.outbox[0].body


def test_a_request_is_taken_back_until_it_is_decided_on(cast: Cast, as_: SignIn):
    asked = submitted_by(cast.ivan)
    as_("ivan").post(reverse("request_recall", args=[asked.pk]))
    asked.refresh_from_db()
    assert asked.state == RequestState.RECALLED
    page = text(as_("ivan").get(reverse("request", args=[asked.pk])))
    assert "Write a new request like this one" in page
    assert "Taken back" in page
    assert as_("ivan").post(reverse("request_recall", args=[asked.pk]), follow=True).status_code == 200


def released(asked: DataRequest, dana: User, state: str = ReleaseState.PUBLISHED) -> Release:
    """A release for a request as the job leaves it, without its files."""
    with acting_as(dana):
        project = Project.objects.first() or services.project_create(title="Anakinra", by=dana)
        release = services.request_assess(request=asked, by=dana, project=project)
        if state == ReleaseState.PENDING:
            return release
        now = timezone.now()
        facts = {"data_cut_at": now, "published_at": now, "content_hash": "c", "package_bytes": 1}
        Release.objects.filter(pk=release.pk).update(state=state, package_sha256="0" * 64, **facts)
        ExportJob.objects.filter(release=release).update(state=JobState.SUCCEEDED)
        decided = {"state": RequestState.APPROVED, "decided_by": dana, "decided_at": now, "decision_reason": REASON}
        DataRequest.objects.filter(pk=asked.pk).update(valid_until=timezone.localdate(), **decided)
        services.release_grant(
            release=Release.objects.get(pk=release.pk),
            investigator=asked.requested_by,
            valid_until=timezone.localdate(),
            by=dana,
        )
        ReleasePackage.objects.create(
            release=release, level=Level.AGREEMENT, format=Format.CSV, path="x.zip", sha256="0" * 64, size=2048,
            patients=43,
        )  # fmt: skip
    return Release.objects.get(pk=release.pk)


def test_an_approved_request_leads_to_its_release_its_packages_and_its_decision(cast: Cast, as_: SignIn):
    asked = submitted_by(cast.ivan)
    release = released(asked, cast.dana)
    page = text(as_("ivan").get(reverse("request", args=[asked.pk])))
    for words in (reverse("release", args=[release.pk]), "2.0\xa0KB", ">43<", REASON, "Release published", "Approved"):
        assert words in page
    assert release.name in text(as_("ivan").get(reverse("requests")))


def test_earlier_releases_of_the_project_are_listed_where_the_person_may_have_them(cast: Cast, iris: User, as_: SignIn):
    first, second, hers = submitted_by(cast.ivan, "One"), submitted_by(cast.ivan, "Two"), submitted_by(iris, "Three")
    before, _other = released(first, cast.dana), released(hers, cast.dana)
    released(second, cast.dana)
    page = as_("ivan").get(reverse("request", args=[second.pk]))
    assert list(page.context["earlier"]) == [before]


def test_the_progress_of_a_request_is_read_only_and_ends_with_its_job(cast: Cast, as_: SignIn):
    asked = submitted_by(cast.ivan)
    release = released(asked, cast.dana, ReleaseState.PENDING)
    now = timezone.now()
    ExportJob.objects.update(state=JobState.RUNNING, claim=release.pk, lease_until=now, started_at=now)
    ExportJob.objects.update(step=2, steps=6, step_words="replacing dates with day numbers")
    page = text(as_("ivan").get(reverse("request", args=[asked.pk])))
    assert "Step 2 of 6: replacing dates with day numbers" in page
    assert 'hx-trigger="every 3s"' in page
    assert reverse("release_cancel", args=[release.pk]) not in page
    address = reverse("request_progress", args=[asked.pk])
    assert "HX-Refresh" not in as_("ivan").get(address).headers
    ExportJob.objects.update(state=JobState.CANCELLED)
    assert as_("ivan").get(address).headers["HX-Refresh"] == "true"


def test_refused_requests_give_the_reason(cast: Cast, as_: SignIn, django_capture_on_commit_callbacks: Any):
    asked = submitted_by(cast.ivan)
    with django_capture_on_commit_callbacks(execute=True), acting_as(cast.dana):
        services.request_refuse(request=asked, by=cast.dana, reason="The approval covers another aim.")
    page = text(as_("ivan").get(reverse("request", args=[asked.pk])))
    assert "The approval covers another aim." in page
    assert "is refused" in mail.outbox[-1].body
    assert "another aim" not in mail.outbox[-1].body


@pytest.mark.parametrize("act", ["request", "request_edit", "request_progress", "request_message", "request_recall"])
def test_somebody_elses_request_is_not_there(cast: Cast, iris: User, as_: SignIn, act: str):
    address = reverse(act, args=[submitted_by(cast.ivan).pk])
    client = as_("iris")
    ask = client.post if act in ("request_message", "request_recall") else client.get
    assert ask(address).status_code == 404


@pytest.mark.parametrize("name", ["alice", "judy", "adam", "eve"])
def test_nobody_else_sees_requests(cast: Cast, as_: SignIn, name: str):
    asked = submitted_by(cast.ivan)
    for address in (reverse("requests"), reverse("request_new"), reverse("request", args=[asked.pk])):
        assert as_(name).get(address).status_code == 403


def test_the_home_pages_tell_of_requests(cast: Cast, as_: SignIn):
    submitted_by(cast.ivan)
    assert "request waits for a decision." in text(as_("dana").get(reverse("home")))
    assert "Dose and resolution" in text(as_("ivan").get(reverse("home")))
    assert reverse("requests") not in text(as_("alice").get(reverse("home")))
