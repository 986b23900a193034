"""What is kept of releases: on the disk, in secrets, in what is told, and in a database that refuses the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from exports import services
from exports.freeze.errors import FreezeError
from exports.freeze.folder import write_facts
from exports.freeze.pseudonyms import project_key
from exports.leaving.facts import without_small_counts
from exports.models import (
    Project,
    Release,
)
from exports.services import packing, places
from sites.context import acting_as
from tests.cast import Cast
from tests.factories.releases import asked_for, client_of, publish
from tests.factories.risk import asked, assessed, put

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_blocks")]


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> Path:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def published(cast: Cast) -> Release:
    return publish(asked_for(cast.dana), cast.dana)


@pytest.fixture
def waiting(cast: Cast) -> Release:
    return assessed(asked(cast), cast)


def text(response: Any) -> str:
    return response.content.decode()


def test_a_project_whose_salt_was_deleted_gives_no_keys_at_all():
    kek = "k" * 32
    assert project_key(kek, b"one") != project_key(kek, b"two")
    for secret, salt in (("", b"one"), (kek, b"")):
        with pytest.raises(FreezeError):
            project_key(secret, salt)


@pytest.mark.parametrize("missing", ["kek", "salt"])
def test_pages_say_what_is_missing_instead_of_failing(
    published: Release, waiting: Release, cast: Cast, settings: Any, missing: str
):
    if missing == "kek":
        settings.QUELL_PROJECT_KEK = ""
    else:
        with acting_as(cast.dana):
            Project.objects.update(salt=b"")
    dana = client_of(cast.dana)
    assert dana.get(reverse("release", args=[published.pk])).status_code == 200
    answer = text(dana.post(reverse("release_coarsen", args=[waiting.pk]), {"steps": ["NO_AGE"]}, follow=True))
    assert ("QUELL_PROJECT_KEK" if missing == "kek" else "salt") in answer


def test_a_folder_takes_its_place_without_a_moment_in_which_neither_is_there(
    release_folder: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    release = asked_for(cast.dana)
    placed = frozen(release_folder / str(release.pk), "old")
    work = frozen(release_folder / "work", "new")
    plain = places.os.replace

    def killed(source: Path, target: Path) -> None:
        if Path(source) == work:
            raise KeyboardInterrupt
        plain(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(places.os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            places.place_release(work, release.pk)
    places.remove_abandoned(release.pk)
    again = release_folder / "again"
    again.mkdir()
    places.link_frozen(release.pk, again)
    assert (again / "freeze.json").read_text() == "old"
    places.place_release(work, release.pk)
    assert (placed / "freeze.json").read_text() == "new"
    assert sorted(path.name for path in release_folder.iterdir()) == sorted([str(release.pk), "again"])


def test_frozen_files_that_are_gone_are_told_in_words(release_folder: Path, cast: Cast):
    work = release_folder / "work"
    work.mkdir()
    with pytest.raises(FreezeError, match="not on the disk any more"):
        places.link_frozen(asked_for(cast.dana).pk, work)


def frozen(folder: Path, words: str) -> Path:
    (folder / "frozen").mkdir(parents=True)
    (folder / "datasets").mkdir()
    (folder / "freeze.json").write_text(words)
    (folder / "frozen" / "patient.parquet").write_text(words)
    return folder


def test_of_a_withdrawn_release_no_comparison_stays(
    published: Release, cast: Cast, release_folder: Path, django_capture_on_commit_callbacks: Any
):
    second = publish(asked_for(cast.dana, "QUELL-2026.2", published.project), cast.dana)
    kept = release_folder / str(second.pk) / "diffs" / f"{published.pk}-AGREEMENT"
    kept.mkdir(parents=True)
    with acting_as(cast.dana), django_capture_on_commit_callbacks(execute=True):
        services.release_withdraw(release=published, reason="An error.", by=cast.dana)
    assert not kept.exists()
    assert kept.parents[1].is_dir()


def test_counts_of_a_shared_package_follow_the_numbers_of_the_policy():
    facts = {
        "policy": {"small_below": 20, "round_to": 10},
        "excluded": [{"reason": "A", "patients": 15}, {"reason": "B", "patients": 26}],
        "coarsening": [{"code": "X", "patients_left_out": 19}],
    }
    told = without_small_counts(facts)
    assert [entry["patients"] for entry in told["excluded"]] == [None, 30]
    assert told["coarsening"][0]["patients_left_out"] is None


def test_whoever_was_left_out_when_the_risk_was_assessed_stays_out_under_a_lower_limit(
    waiting: Release, cast: Cast, release_folder: Path
):
    shareable = put(waiting, cast, profile="SHAREABLE")
    write_facts(release_folder, {"policy": {"k_shareable": 11}})
    for limit, wanted in ((5, 11), (20, 20)):
        with acting_as(cast.dana):
            services.policy_set(name="k_shareable", value=limit, reason="Advice.", by=cast.dana)
        assert packing._k_min(shareable, release_folder) == wanted


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE exports_download SET package_sha256 = ''",
        "DELETE FROM exports_download",
        "UPDATE exports_termsacceptance SET version = '0'",
        "DELETE FROM exports_termsacceptance",
        "UPDATE exports_requestmessage SET text = ''",
        "DELETE FROM exports_requestmessage",
        "UPDATE exports_policysetting SET value = 2",
        "DELETE FROM exports_policysetting",
        "DELETE FROM exports_releaseevent",
        "UPDATE exports_downloadevent SET package_sha256 = ''",
        "TRUNCATE exports_release CASCADE",
    ],
)
def test_the_roles_of_the_application_cannot_change_what_was_once_entered(cast: Cast, statement: str):
    with acting_as(cast.dana), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE exports_datarequest SET decided_by_id = requested_by_id", "data_request_decided_by_another"),
        ("UPDATE exports_datarequest SET state = 'APPROVED'", "data_request_decision_has_reason"),
        ("UPDATE exports_datarequest SET state = 'OPEN'", "data_request_state_known"),
        ("UPDATE exports_datarequest SET submitted_at = NULL", "data_request_submitted_when_not_draft"),
        ("UPDATE exports_release SET risk_accepted_at = now()", "release_risk_signed_whole"),
        ("UPDATE exports_release SET state = 'PUBLISHED'", "release_published_whole"),
        ("UPDATE exports_release SET state = 'WITHDRAWN'", "release_published_whole|release_withdrawal_has_reason"),
        ("UPDATE exports_release SET profile = 'TWIN'", "release_profile_known"),
        ("UPDATE exports_exportjob SET state = 'RUNNING', claim = NULL", "export_job_running_is_claimed"),
    ],
)
def test_the_database_itself_refuses_a_state_that_cannot_be(
    waiting: Release, cast: Cast, statement: str, constraint: str
):
    with acting_as(cast.dana), pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        connection.cursor().execute(statement)
