"""Releases and requests for programs: the same rights and the same bytes as the pages and the job."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exports import services
from exports.models import DataRequest, Download, Release, ReleasePackage, TermsAcceptance
from exports.terms import TERMS
from sites.context import acting_as
from tests.cast import Cast
from tests.factories.releases import asked_for, client_of, give, publish

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"
LIST, REQUESTS = "/api/releases/", "/api/requests/"


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
    with acting_as(cast.ivan):
        services.terms_accept(release=release, by=cast.ivan)
    return release


def at(release: Release, *parts: Any) -> str:
    return LIST + "".join(f"{part}/" for part in (release.pk, *parts))


def file_of(package: ReleasePackage) -> str:
    return at(package.release, "packages", package.pk, "file")


def csv_package(release: Release) -> ReleasePackage:
    return release.packages.get(level="AGREEMENT", format="CSV")


def taken(response: Any) -> bytes:
    content = response.getvalue()
    if file := getattr(response, "file_to_stream", None):
        file.close()
    return content


def problem(response: Any, status: int, kind: str) -> None:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == PROBLEM
    told = response.json()
    assert (told["type"], told["status"]) == (f"urn:quell:problem:{kind}", status)
    assert told["title"]
    assert told["detail"]


def test_a_person_reads_the_releases_that_were_given_and_no_other(given: Release, cast: Cast):
    other = publish(asked_for(cast.dana, "QUELL-2026.2", given.project), cast.dana)
    [told] = client_of(cast.ivan).get(LIST).json()["results"]
    assert (told["id"], told["name"], told["state"]) == (str(given.pk), "QUELL-2026.1", "PUBLISHED")
    assert told["url"].endswith(at(given))
    problem(client_of(cast.ivan).get(at(other)), 404, "not-found")
    problem(client_of(cast.ivan).get(LIST + f"{uuid.uuid4()}/"), 404, "not-found")
    assert {entry["name"] for entry in client_of(cast.dana).get(LIST).json()["results"]} == {given.name, other.name}


@pytest.mark.parametrize("name", ["alice", "judy", "adam", "eve"])
def test_a_role_without_the_right_is_told_so_in_a_problem(given: Release, cast: Cast, name: str):
    client = client_of(cast[name])
    for address in (LIST, at(given), at(given, "packages"), file_of(csv_package(given))):
        problem(client.get(address), 403, "no-right")
    problem(client.post(at(given, "terms")), 403, "no-right")
    assert not Download.objects.exists()


def test_strangers_are_asked_to_sign_in(given: Release):
    for address in (LIST, at(given), at(given, "packages"), file_of(csv_package(given)), REQUESTS):
        problem(Client().get(address), 401, "signed-out")


def test_a_release_names_the_columns_that_are_withheld_and_the_cases_left_out(given: Release, cast: Cast):
    told = client_of(cast.ivan).get(at(given)).json()
    assert told["withheld"] == [{"table": "patient", "column": "study_id", "why": "direct identifier"}]
    assert told["excluded"][0]["patients"] == 3
    assert (told["level"], told["levels"]) == ("AGREEMENT", ["AGREEMENT", "SHAREABLE", "TWIN"])
    assert told["valid_until"] == given.grants.get().valid_until.isoformat()


def test_a_lower_level_can_be_asked_for_and_a_higher_one_cannot(release: Release, cast: Cast):
    give(release, cast.ivan, cast.dana, level="SHAREABLE")
    client = client_of(cast.ivan)
    assert client.get(at(release)).json()["levels"] == ["SHAREABLE", "TWIN"]
    assert "sites" not in client.get(at(release)).json()
    for address in (at(release), at(release, "packages")):
        assert client.get(address, {"level": "TWIN"}).status_code == 200
        problem(client.get(address, {"level": "AGREEMENT"}), 400, "wrong-parameters")
        problem(client.get(address, {"limit": "1"}), 400, "wrong-parameters")
    levels = {entry["level"] for entry in client.get(at(release, "packages")).json()["results"]}
    assert levels == {"SHAREABLE", "TWIN"}
    problem(client.get(file_of(csv_package(release))), 404, "not-found")


def test_a_package_tells_its_checksum_its_size_and_what_its_format_cannot_say(given: Release, cast: Cast):
    found = client_of(cast.ivan).get(at(given, "packages")).json()["results"]
    told = {(entry["level"], entry["format"]): entry for entry in found}
    spss, package = told["AGREEMENT", "SPSS"], given.packages.get(level="AGREEMENT", format="SPSS")
    assert (spss["sha256"], spss["bytes"], spss["patients"]) == (package.sha256, package.size, 7)
    assert spss["losses"] == [{"file": "patient", "column": "sex", "what": "no value label"}]
    assert told["TWIN", "CSV"]["patients"] is None


def test_a_level_that_was_refused_says_why_and_has_no_file(cast: Cast):
    release = publish(asked_for(cast.dana), cast.dana, refused="The smallest group has 2 people.")
    found = client_of(cast.dana).get(at(release, "packages"), {"level": "SHAREABLE"}).json()["results"]
    assert [(entry["refusal"], entry["file"]) for entry in found] == [("The smallest group has 2 people.", None)]


def test_the_terms_come_first_and_are_accepted_once(release: Release, cast: Cast):
    give(release, cast.ivan, cast.dana)
    client, address = client_of(cast.ivan), file_of(csv_package(release))
    problem(client.get(address), 409, "terms-not-accepted")
    terms = client.get(at(release)).json()["terms"]
    assert (terms["sentences"], terms["accepted_at"]) == (list(TERMS), None)
    answers = [client.post(at(release, "terms")) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["sha256"] == terms["sha256"]
    assert TermsAcceptance.objects.count() == 1
    assert taken(client.get(address))


def test_page_interface_and_disk_give_the_same_bytes_each_with_a_line_in_the_ledger(
    given: Release, cast: Cast, release_folder: Path
):
    package, client = csv_package(given), client_of(cast.ivan)
    by_page = client.post(reverse("package_download", args=[given.pk, package.pk]))
    by_interface = client.get(file_of(package))
    told = (by_page.headers["X-Checksum-SHA256"], by_interface.headers["X-Checksum-SHA256"], package.sha256)
    contents = [taken(by_page), taken(by_interface), (release_folder / package.path).read_bytes()]
    assert {*told, *(hashlib.sha256(content).hexdigest() for content in contents)} == {package.sha256}
    assert [entry.downloaded_by for entry in Download.objects.all()] == [cast.ivan, cast.ivan]


def test_a_program_that_has_it_already_is_told_so_and_no_line_is_written(given: Release, cast: Cast):
    client, package = client_of(cast.ivan), csv_package(given)
    for address in (LIST, at(given), at(given, "packages")):
        tag = client.get(address).headers["ETag"]
        again = client.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    again = client.get(file_of(package), headers={"If-None-Match": f'"{package.sha256}"'})
    assert again.status_code == 304
    assert not Download.objects.exists()


def test_an_old_sign_in_is_told_to_prove_who_it_is(given: Release, cast: Cast):
    problem(client_of(cast.ivan, seconds_ago=301).get(file_of(csv_package(given))), 403, "sign-in-old")
    assert client_of(cast.ivan, seconds_ago=301).get(at(given)).status_code == 200
    assert not Download.objects.exists()


@pytest.mark.parametrize("how", ["expired", "revoked"])
def test_a_grant_that_ended_gives_nothing(given: Release, cast: Cast, how: str):
    past, now = timezone.localdate() - dt.timedelta(days=1), timezone.now()
    with acting_as(cast.dana):
        given.grants.update(**({"valid_until": past} if how == "expired" else {"revoked_at": now}))
    client = client_of(cast.ivan)
    assert client.get(LIST).json() == {"next": None, "results": []}
    for address in (at(given), at(given, "packages"), file_of(csv_package(given))):
        problem(client.get(address), 404, "not-found")
    problem(client.post(at(given, "terms")), 404, "not-found")


def test_of_a_withdrawn_release_its_holders_read_that_and_why_and_take_nothing(given: Release, cast: Cast):
    package = csv_package(given)
    with acting_as(cast.dana):
        services.release_withdraw(release=given, reason="Entered twice", by=cast.dana)
    client = client_of(cast.ivan)
    told = client.get(at(given)).json()
    assert (told["state"], told["withdrawal_reason"]) == ("WITHDRAWN", "Entered twice")
    assert "tables" not in told
    assert [entry["state"] for entry in client.get(LIST).json()["results"]] == ["WITHDRAWN"]
    problem(client.get(file_of(package)), 404, "not-found")
    assert [entry["name"] for entry in client_of(cast.dana).get(LIST).json()["results"]] == [given.name]


def test_a_file_that_is_gone_is_told_as_that(given: Release, cast: Cast, release_folder: Path):
    (release_folder / csv_package(given).path).unlink()
    problem(client_of(cast.ivan).get(file_of(csv_package(given))), 410, "file-missing")
    assert not Download.objects.exists()


def test_a_release_that_waits_shows_investigators_nothing_and_data_managers_its_state(cast: Cast):
    release = asked_for(cast.dana)
    assert client_of(cast.dana).get(at(release)).json()["state"] == "PENDING"
    problem(client_of(cast.ivan).get(at(release)), 404, "not-found")


@pytest.fixture
def asked(cast: Cast) -> DataRequest:
    with acting_as(cast.ivan):
        return services.request_save(by=cast.ivan, title="Dose and resolution", aim="To know.")


def test_a_person_reads_their_own_requests_and_a_data_manager_those_that_were_submitted(asked: DataRequest, cast: Cast):
    one = f"{REQUESTS}{asked.pk}/"
    told = client_of(cast.ivan).get(one).json()
    assert (told["title"], told["aim"], told["state"], told["releases"]) == (
        "Dose and resolution",
        "To know.",
        "DRAFT",
        [],
    )
    assert [entry["id"] for entry in client_of(cast.ivan).get(REQUESTS).json()["results"]] == [str(asked.pk)]
    problem(client_of(cast.dana).get(one), 404, "not-found")
    assert client_of(cast.dana).get(REQUESTS).json() == {"next": None, "results": []}
    problem(client_of(cast.alice).get(REQUESTS), 403, "no-right")


def test_nothing_is_changed_by_other_methods(given: Release, cast: Cast):
    client = client_of(cast.dana)
    problem(client.post(at(given), json.dumps({}), content_type="application/json"), 405, "method")
    problem(client.get(at(given, "terms")), 405, "method")
