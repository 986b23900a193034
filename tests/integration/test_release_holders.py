"""A release for those who may take it: its terms, its levels, the ledger, and its withdrawal."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from exports import services
from exports.freeze.folder import write_facts
from exports.models import Download, Release, ReleasePackage, ReleaseState, TermsAcceptance
from exports.selectors import holders_of
from exports.terms import TERMS, terms_sha256
from sites.context import acting_as, acting_as_system
from sites.models import AccessLog, User
from tests.cast import Cast
from tests.factories.releases import MANIFEST, asked_for, client_of, content_of, give, publish

pytestmark = pytest.mark.django_db
TOO_SMALL = "The smallest group has 2 people, fewer than 11."


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> Path:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def release(cast: Cast) -> Release:
    return publish(asked_for(cast.dana), cast.dana)


@pytest.fixture
def given(release: Release, cast: Cast) -> Release:
    give(release, cast.ivan, cast.dana)
    return release


def page(release: Release, user: User, **asked: str) -> str:
    return client_of(user).get(reverse("release", args=[release.pk]), asked).content.decode()


def accept(release: Release, user: User) -> None:
    with acting_as(user):
        services.terms_accept(release=release, by=user)


def package(release: Release, level: str = "AGREEMENT", code: str = "CSV") -> ReleasePackage:
    return release.packages.get(level=level, format=code)


def take(one: ReleasePackage, user: User, *, seconds_ago: int = 0, follow: bool = False) -> Any:
    address = reverse("package_download", args=[one.release_id, one.pk])
    answer = client_of(user, seconds_ago=seconds_ago).post(address, follow=follow)
    answer.taken = answer.getvalue()
    if file := getattr(answer, "file_to_stream", None):
        file.close()
    return answer


def test_before_the_terms_are_accepted_all_of_them_are_shown_and_nothing_can_be_taken(given: Release, cast: Cast):
    shown = page(given, cast.ivan)
    assert all(sentence in shown for sentence in TERMS)
    assert "/packages/" not in shown
    refused = take(package(given), cast.ivan, follow=True)
    assert "Accept the terms first" in refused.content.decode()
    assert not Download.objects.exists()


def test_the_terms_are_accepted_with_a_tick_and_kept_word_for_word(given: Release, cast: Cast):
    address, client = reverse("terms_accept", args=[given.pk]), client_of(cast.ivan)
    unticked = client.post(address, {})
    assert unticked.status_code == 422
    assert "Tick the box" in unticked.content.decode()
    assert client.post(address, {"accepted": "on"}).status_code == 302
    [accepted] = TermsAcceptance.objects.all()
    assert (accepted.accepted_by, accepted.release, accepted.sha256) == (cast.ivan, given, terms_sha256())
    assert reverse("package_download", args=[given.pk, package(given).pk]) in page(given, cast.ivan)


def test_a_download_is_the_very_package_and_is_entered_in_the_ledger(given: Release, cast: Cast):
    accept(given, cast.ivan)
    one = package(given, code="SPSS")
    answer = take(one, cast.ivan)
    content = answer.taken
    assert content == content_of("AGREEMENT", "SPSS")
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["X-Checksum-SHA256"] == hashlib.sha256(content).hexdigest() == one.sha256
    assert answer.headers["Repr-Digest"].startswith("sha-256=:")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="QUELL-2026.1-spss.zip"'
    [entry] = Download.objects.all()
    assert (entry.downloaded_by, entry.package, entry.package_sha256) == (cast.ivan, one, one.sha256)
    assert entry.grant == given.grants.get()
    assert AccessLog.objects.filter(kind="DOWNLOAD", object_id=str(given.pk)).count() == 1


def test_a_download_needs_a_click_not_a_link_and_a_sign_in_that_is_fresh(given: Release, cast: Cast):
    accept(given, cast.ivan)
    address = reverse("package_download", args=[given.pk, package(given).pk])
    assert client_of(cast.ivan).get(address).status_code == 405
    late = take(package(given), cast.ivan, seconds_ago=301)
    assert late.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert not Download.objects.exists()


@pytest.mark.parametrize("damage", ["shortened", "gone"])
def test_a_missing_or_shortened_file_is_not_handed_out_and_the_page_says_so(
    given: Release, cast: Cast, release_folder: Path, damage: str
):
    accept(given, cast.ivan)
    path = release_folder / package(given).path
    path.unlink() if damage == "gone" else path.write_bytes(b"half")
    assert "missing or damaged" in take(package(given), cast.ivan, follow=True).content.decode()
    assert "The file is missing on the server." in page(given, cast.ivan)
    assert not Download.objects.exists()


def test_whoever_may_have_a_level_may_take_less_and_read_what_it_holds(
    given: Release, cast: Cast, release_folder: Path
):
    lower = {**MANIFEST, "project": "p", "sites": [], "excluded": [{"reason": "RISK", "words": "x", "patients": None}]}
    write_facts(release_folder / str(given.pk) / "leaving" / "SHAREABLE", lower)
    accept(given, cast.ivan)
    shown = page(given, cast.ivan)
    for level in ("AGREEMENT", "SHAREABLE", "TWIN"):
        assert reverse("package_download", args=[given.pk, package(given, level).pk]) in shown
    assert "S01" in shown
    assert "S01" not in page(given, cast.ivan, level="SHAREABLE")
    assert take(package(given, "TWIN"), cast.ivan).taken == content_of("TWIN", "CSV")


def test_a_lower_level_shows_and_gives_nothing_of_a_higher_one(release: Release, cast: Cast):
    give(release, cast.ivan, cast.dana, level="SHAREABLE")
    accept(release, cast.ivan)
    for shown in (page(release, cast.ivan), page(release, cast.ivan, level="AGREEMENT")):
        assert package(release).sha256 not in shown
        assert package(release, "SHAREABLE").sha256[:12] in shown
        assert "S01" not in shown
    assert take(package(release), cast.ivan).status_code == 404
    assert take(package(release, "SHAREABLE"), cast.ivan).status_code == 200


def test_a_level_that_was_refused_says_why_and_has_no_button(cast: Cast):
    release = publish(asked_for(cast.dana), cast.dana, refused=TOO_SMALL)
    accept(release, cast.dana)
    assert TOO_SMALL in page(release, cast.dana)
    refused = package(release, "SHAREABLE")
    assert reverse("package_download", args=[release.pk, refused.pk]) not in page(release, cast.dana)
    assert "missing or damaged" in take(refused, cast.dana, follow=True).content.decode()


def test_what_a_format_cannot_say_is_told_beside_it(given: Release, cast: Cast):
    assert "no value label" in page(given, cast.ivan)


@pytest.mark.parametrize("name", ["alice", "judy", "adam", "eve"])
def test_a_role_without_the_right_has_no_control_and_a_post_without_it_is_refused(
    release: Release, cast: Cast, name: str
):
    client = client_of(cast[name])
    home = client.get(reverse("home")).content.decode()
    assert reverse("releases") not in home
    assert client.get(reverse("release", args=[release.pk])).status_code == 403
    assert take(package(release), cast[name]).status_code == 403
    assert client.post(reverse("terms_accept", args=[release.pk]), {"accepted": "on"}).status_code == 403


def test_a_grant_that_ended_or_was_taken_back_gives_nothing_whoever_made_the_file(given: Release, cast: Cast):
    accept(given, cast.ivan)
    assert take(package(given), cast.ivan).status_code == 200
    grant = given.grants.get()
    with acting_as(cast.dana):
        given.grants.update(valid_until=timezone.localdate() - dt.timedelta(days=1))
    assert take(package(given), cast.ivan).status_code == 404
    assert client_of(cast.ivan).get(reverse("release", args=[given.pk])).status_code == 404
    with acting_as(cast.dana):
        given.grants.update(valid_until=timezone.localdate())
        services.release_revoke(grant=grant, by=cast.dana)
    assert take(package(given), cast.ivan).status_code == 404
    assert Download.objects.count() == 1


def test_a_release_is_given_at_a_lower_level_and_taken_back(release: Release, cast: Cast):
    until = (timezone.localdate() + dt.timedelta(days=9)).isoformat()
    sent = {"investigator": cast.ivan.pk, "valid_until": until, "level": "SHAREABLE"}
    client = client_of(cast.dana)
    assert client.post(reverse("release_grant", args=[release.pk]), sent).status_code == 302
    grant = release.grants.get()
    assert (grant.investigator, grant.granted_by, grant.level) == (cast.ivan, cast.dana, "SHAREABLE")
    client.post(reverse("grant_revoke", args=[release.pk, grant.pk]))
    assert client_of(cast.ivan).get(reverse("release", args=[release.pk])).status_code == 404


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"valid_until": "2020-01-01"}, "This day is over already."),
        ({"level": "EVERYTHING"}, "Select a valid choice"),
        ({"investigator": ""}, "This field is required"),
    ],
)
def test_a_grant_that_cannot_be_is_refused_in_words(release: Release, cast: Cast, changed: dict[str, str], words: str):
    sent = {"investigator": cast.ivan.pk, "valid_until": "2099-01-01", "level": "AGREEMENT", **changed}
    answer = client_of(cast.dana).post(reverse("release_grant", args=[release.pk]), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not release.grants.exists()


def test_one_query_tells_who_holds_a_release(given: Release, cast: Cast):
    for person in (cast.ivan, cast.dana):
        accept(given, person)
        take(package(given), person)
    take(package(given, "TWIN"), cast.ivan)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = {holder.person.email: holder for holder in holders_of(given)}
    assert len(queries) == 1
    assert found.keys() == {"ivan@example.org", "dana@example.org"}
    ivan, dana = found["ivan@example.org"], found["dana@example.org"]
    assert (ivan.downloads, ivan.level, ivan.last_sha256) == (2, "AGREEMENT", package(given, "TWIN").sha256)
    assert (dana.downloads, dana.level, dana.valid_until) == (1, "", None)


def test_the_ledger_is_a_file_for_data_managers_safe_in_a_spreadsheet(given: Release, cast: Cast):
    with acting_as_system("tests", reason="a name like a formula"):
        User.objects.filter(pk=cast.ivan.pk).update(full_name="=1+1")
    address = reverse("holders_csv", args=[given.pk])
    answer = client_of(cast.dana).get(address)
    [row] = csv.DictReader(io.StringIO(answer.content.decode()))
    assert (row["person"], row["email"], row["level"], row["downloads"]) == (
        "'=1+1", "ivan@example.org", "AGREEMENT", "0",
    )  # fmt: skip
    assert AccessLog.objects.filter(detail="QUELL-2026.1 holders").count() == 1
    assert client_of(cast.ivan).get(address).status_code == 403


Commits = Callable[..., Any]


def withdraw(release: Release, cast: Cast, reason: str = "Two cases were entered twice") -> Any:
    return client_of(cast.dana).post(reverse("release_withdraw", args=[release.pk]), {"reason": reason})


def test_a_withdrawal_needs_a_reason(given: Release, cast: Cast):
    answer = withdraw(given, cast, "")
    assert answer.status_code == 422
    given.refresh_from_db()
    assert given.state == ReleaseState.PUBLISHED


def test_a_withdrawn_release_is_gone_and_everybody_who_holds_it_is_told_in_their_language(
    given: Release, cast: Cast, release_folder: Path, django_capture_on_commit_callbacks: Commits
):
    with acting_as_system("tests", reason="a language"):
        User.objects.filter(pk=cast.ivan.pk).update(language="es")
    accept(given, cast.ivan)
    take(package(given), cast.ivan)
    with django_capture_on_commit_callbacks(execute=True):
        assert withdraw(given, cast).status_code == 302
    [letter] = mail.outbox
    assert letter.to == ["ivan@example.org"]
    assert "QUELL-2026.1" in letter.subject
    assert "retirada" in letter.subject
    assert "Two cases were entered twice" in letter.body
    assert not (release_folder / str(given.pk)).exists()
    assert [holder.person for holder in holders_of(given)] == [cast.ivan]
    shown = client_of(cast.ivan).get(reverse("release", args=[given.pk]))
    assert shown.status_code == 200
    for words in ("Two cases were entered twice", "Retirada"):
        assert words in shown.content.decode()
    assert take(package(given), cast.ivan).status_code == 404


def test_whoever_holds_a_withdrawn_release_reads_what_to_do_and_others_get_404(given: Release, cast: Cast):
    withdraw(given, cast)
    shown = page(given, cast.ivan)
    for words in ("This release is withdrawn", "delete every copy", "Two cases were entered twice"):
        assert words in shown
    assert "one row per patient" not in shown
    listed = client_of(cast.ivan).get(reverse("releases")).content.decode()
    assert "These releases must not be used any more" in listed
    assert reverse("release", args=[given.pk]) in listed
    other = publish(asked_for(cast.dana, "QUELL-2026.2", given.project), cast.dana)
    withdraw(other, cast)
    assert client_of(cast.ivan).get(reverse("release", args=[other.pk])).status_code == 404
    assert "Who holds it" in page(given, cast.dana)


def test_a_letter_that_cannot_be_sent_keeps_no_other_back(
    given: Release,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Commits,
    caplog: Any,
):
    accept(given, cast.dana)
    take(package(given), cast.dana)
    sent: list[str] = []

    def send(letter: Any) -> None:
        if letter.to == ["dana@example.org"]:
            raise OSError("dana@example.org does not exist")
        sent.extend(letter.to)

    monkeypatch.setattr("exports.services.withdrawal_letters.EmailMessage.send", send)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(given, cast)
    assert sent == ["ivan@example.org"]
    assert "could not be sent" in caplog.text
    assert "dana@example.org" not in caplog.text


def test_an_investigator_may_not_withdraw_and_a_release_is_withdrawn_once(given: Release, cast: Cast):
    assert client_of(cast.ivan).get(reverse("release_withdraw", args=[given.pk])).status_code == 403
    withdraw(given, cast)
    again = client_of(cast.dana).post(reverse("release_withdraw", args=[given.pk]), {"reason": "again"}, follow=True)
    assert "this page shows how it stands now" in again.content.decode()
    given.refresh_from_db()
    assert given.withdrawal_reason == "Two cases were entered twice"
