"""Uploads by programs: handed in as a form, watched, read, decided on; nobody else's uploads exist for anybody."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from registry import intake
from registry.intake import unpacking
from registry.models import Patient, Upload, UploadFinding
from registry.models.uploads import UploadState
from sites.context import acting_as
from sites.models import AccessKind, AccessLog, User
from tests.cast import Cast
from tests.factories.files import create_products, csv_file, one_case
from tests.factories.releases import client_of
from tests.integration.api.asking import Program, problem
from tests.integration.api.test_api_requests import fits
from tests.walls import nobody_acting

pytestmark = pytest.mark.usefixtures("looking_on")
LIST = "/api/uploads/"
NOBODY_TO_UPLOAD = ("ivan", "dana", "judy", "adam", "eve")


@pytest.fixture(autouse=True)
def products(db: None) -> None:
    create_products()


@pytest.fixture(autouse=True)
def messages(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Collect what would wake a worker."""
    sent: list[tuple[str, Any]] = []
    monkeypatch.setattr(
        "registry.intake.submitting.current_app.send_task", lambda name, args, **_: sent.append((name, args))
    )
    return sent


@pytest.fixture
def program(cast: Cast) -> Program:
    return Program(cast.alice)


def with_problems() -> dict[str, bytes]:
    rows = csv_file("patient", {"study_id": "A-1", "sex": "MALE"}, {"study_id": "A-2", "sex": "=HYPERLINK(1)"})
    return {"patient.csv": rows}


def sent(program: Program, files: dict[str, bytes] | None = None, **given: Any) -> Any:
    """Hand in files as a form, and return the answer."""
    headers = {**program.headers, **given.pop("headers", {})}
    held = [SimpleUploadedFile(name, content) for name, content in (files or one_case()).items()]
    with nobody_acting():
        return program.client.post(LIST, {"site": "SEV", "files": held, **given}, headers=headers)


def at(told: dict[str, Any], *act: str) -> str:
    return LIST + "".join(f"{part}/" for part in (told["id"], *act))


def checked(program: Program, files: dict[str, bytes] | None = None, **given: Any) -> dict[str, Any]:
    """Hand in files, let a worker check them, and return how the upload stands."""
    response = sent(program, files, **given)
    assert response.status_code == 202, response.content
    work(response.json())
    return program.read(at(response.json()))


def work(told: dict[str, Any]) -> None:
    with nobody_acting():
        intake.run(told["id"])


def test_files_are_handed_in_and_a_worker_is_woken_with_an_id_alone(
    program: Program, messages: list[Any], cast: Cast, django_capture_on_commit_callbacks: Any
):
    with django_capture_on_commit_callbacks(execute=True):
        response = sent(program, reason="from the hospital system")
    told = response.json()
    assert (response.status_code, response.headers["Location"]) == (202, told["url"])
    assert messages == [("registry.upload_run", [told["id"]])]
    assert (told["state"], told["site"], told["commit"], told["reason"]) == (
        "QUEUED", "SEV", False, "from the hospital system",
    )  # fmt: skip
    assert Upload.objects.get().uploaded_by == cast.alice
    assert Patient.objects.count() == 0
    fits("UploadWholeOut", told)


def test_a_checked_upload_tells_its_counts_and_what_may_be_done(program: Program):
    told = checked(program)
    counts = {file["topic"]: (file["rows"], file["new"], file["rejected"], file["problems"]) for file in told["files"]}
    assert counts == {"patient": (1, 1, 0, 0), "infusion_course": (1, 1, 0, 0)}
    assert (told["state"], told["step"], told["rows"], told["problems"]) == ("CHECKED", told["steps"], 2, 0)
    assert (told["may_commit"], told["may_discard"]) == (["all_or_none", "good_rows_only"], True)
    fits("UploadWholeOut", told)


def test_a_checked_upload_is_saved_once_and_the_second_time_is_told_so(program: Program):
    told = checked(program)
    response = program.send(at(told, "commit"), {"mode": "all_or_none"})
    assert (response.status_code, response.json()["state"]) == (202, "QUEUED")
    assert response.headers["Location"] == told["url"]
    problem(program.send(at(told, "commit"), {}), 409, "moved-on")
    work(told)
    assert program.read(at(told))["state"] == "DONE"
    assert Patient.objects.get().study_id == "A-1"
    for act in ("commit", "discard"):
        problem(program.send(at(told, act), {}), 409, "moved-on")


def test_what_is_good_is_saved_at_once_where_that_was_asked_for(program: Program):
    told = checked(program, commit="true")
    assert (told["state"], told["may_commit"], told["may_discard"]) == ("DONE", [], False)
    assert Patient.objects.count() == 1


def test_all_or_nothing_is_nothing_where_a_row_has_a_problem(program: Program):
    told = checked(program, with_problems(), commit="true")
    assert (told["state"], told["problems"]) == ("REFUSED", 1)
    assert Patient.objects.count() == 0
    half = checked(program, with_problems(), commit="true", mode="good_rows_only")
    assert half["state"] == "DONE"
    assert Patient.objects.get().study_id == "A-1"


def test_an_upload_with_problems_is_not_saved_whole(program: Program):
    told = checked(program, with_problems())
    assert told["may_commit"] == ["good_rows_only"]
    for body in ({}, {"mode": "all_or_none"}):
        response = program.send(at(told, "commit"), body)
        problem(response, 409, "moved-on")
        assert "good_rows_only" in response.json()["detail"]
    assert program.send(at(told, "commit"), {"mode": "good_rows_only"}).status_code == 202
    work(told)
    assert Patient.objects.get().study_id == "A-1"


def test_what_the_registry_holds_already_is_nothing_to_save(program: Program):
    checked(program, commit="true")
    told = checked(program)
    assert (told["state"], told["may_commit"]) == ("CHECKED", [])
    problem(program.send(at(told, "commit"), {}), 409, "moved-on")


def test_a_discarded_upload_saves_nothing_and_keeps_no_cell(program: Program):
    told = checked(program, with_problems())
    response = program.send(at(told, "discard"), {})
    assert (response.status_code, response.json()["state"]) == (200, "CANCELLED")
    work(told)
    assert Patient.objects.count() == 0
    assert not UploadFinding.objects.exists()
    assert program.read(at(told, "findings"))["results"] == []
    problem(program.send(at(told, "discard"), {}), 409, "moved-on")


def test_an_upload_that_waits_for_a_worker_can_be_discarded_and_not_saved(program: Program):
    told = sent(program).json()
    assert told["may_commit"] == []
    problem(program.send(at(told, "commit"), {}), 409, "moved-on")
    assert program.send(at(told, "discard"), {}).json()["state"] == "CANCELLED"


def test_findings_are_read_to_the_end_in_words_and_each_reading_is_logged(program: Program, cast: Cast):
    rows = [{"study_id": f"A-{number}", "sex": "NEITHER"} for number in range(5)]
    told = checked(program, {"patient.csv": csv_file("patient", *rows)})
    page, found = program.read(at(told, "findings"), limit=2), []
    while True:
        fits("FindingPage", page)
        found += page["results"]
        if page["next"] is None:
            break
        page = program.read(page["next"])
    assert [(one["file"], one["row"], one["column"], one["value"]) for one in found] == [
        ("patient.csv", number, "sex", "NEITHER") for number in range(2, 7)
    ]
    assert all("FEMALE" in one["words"] and one["code"].startswith("not_listed") for one in found)
    logged = AccessLog.objects.filter(kind=AccessKind.DOWNLOAD, object_type="upload", object_id=told["id"])
    assert [(one.user_id, one.about_site_id, one.source) for one in logged] == [(cast.alice.pk, cast.sev.pk, "api")] * 3


def test_a_failure_is_told_in_words_with_its_reference(program: Program):
    told = sent(program).json()
    Upload.objects.update(
        state=UploadState.FAILED, error_code="crashed", error_reference="ab12", finished_at=timezone.now()
    )
    failed = program.read(at(told))
    assert (failed["error_code"], failed["error_reference"]) == ("crashed", "ab12")
    assert "on our side" in failed["error"]
    fits("UploadWholeOut", failed)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"patient.xlsx": b"PK\x03\x04"}, "CSV UTF-8"),
        ({"letters.csv": b"a,b"}, "must be one of"),
        ({"HOU_patient.csv": b"a,b"}, "is named for the site HOU"),
        ({"patient.csv": b""}, "is empty"),
        ({"patient.zip": b"PK\x03\x04 no archive"}, "cannot be opened"),
        ({"patient.csv": b"a", "SEV_patient.csv": b"b"}, "two files for patient"),
    ],
)
def test_what_cannot_be_an_upload_is_refused_in_the_words_of_the_page(program: Program, files: Any, words: str):
    assert words in problem(sent(program, files), 422, "wrong-fields")["files"]
    assert Upload.objects.count() == 0


def test_too_much_at_once_is_refused_before_it_is_read(program: Program, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("registry.api.uploads_sent.SENT_BYTES_MAX", 10)
    monkeypatch.setattr(unpacking, "unpack", None)
    assert "Split it" in problem(sent(program), 422, "wrong-fields")["files"]


def test_two_files_of_one_name_are_refused_and_none_is_lost_silently(program: Program):
    held = [SimpleUploadedFile("patient.csv", content) for content in (b"a", b"b")]
    response = program.client.post(LIST, {"site": "SEV", "files": held}, headers=program.headers)
    assert "patient.csv" in problem(response, 422, "wrong-fields")["files"]


@pytest.mark.parametrize(
    ("given", "field", "remedy"),
    [
        ({"site": "HOU"}, "site", "SEV"),
        ({"site": "nowhere"}, "site", "SEV"),
        ({"site": ""}, "site", "code of a hospital"),
        ({"site": ["SEV", "SEV"]}, "site", "once"),
        ({"mode": "some"}, "mode", "all_or_none, good_rows_only"),
        ({"blank_cells": "guess"}, "blank_cells", "keep, overwrite"),
        ({"number_style": "guess"}, "number_style", "point, comma"),
        ({"commit": "maybe"}, "commit", "true"),
        ({"reason": "x" * 201}, "reason", "history"),
        ({"delete": "yes"}, "delete", "number_style"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named_with_what_can(program: Program, given: Any, field: str, remedy: str):
    found = problem(sent(program, **given), 422, "wrong-fields")
    assert set(found) == {field}
    assert remedy in found[field]
    assert "HOU" not in found[field]
    assert Upload.objects.count() == 0


def test_a_form_without_files_says_what_to_send(program: Program):
    response = program.client.post(LIST, {"site": "SEV"}, headers=program.headers)
    assert "zip" in problem(response, 422, "wrong-fields")["files"]
    response = program.client.post(LIST, {"site": "SEV", "files": "patient.csv"}, headers=program.headers)
    assert "no file" in problem(response, 422, "wrong-fields")["files.0"]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "kind"),
    [
        (b'{"site": "SEV"}', "application/json", 415, "media-type"),
        (b"no parts", "multipart/form-data; boundary=x", 422, "wrong-fields"),
        (b"no parts", "multipart/form-data", 400, "not-form"),
        (b"", "multipart/form-data; boundary=x", 422, "wrong-fields"),
    ],
)
def test_what_is_no_form_is_told_so(program: Program, body: bytes, content_type: str, status: int, kind: str):
    with nobody_acting():
        response = program.client.post(LIST, body, content_type=content_type, headers=program.headers)
    problem(response, status, kind)


def test_the_same_key_is_one_upload_and_other_files_are_another_request(program: Program):
    key = {"idempotency-key": str(uuid.uuid4())}
    first, second = (sent(program, headers=key) for _time in range(2))
    assert (first.status_code, second.status_code, first.json()) == (202, 202, second.json())
    other = {**one_case(), "patient.csv": csv_file("patient", {"study_id": "A-2"})}
    # The last file is the same; the first is not.
    assert list(other)[-1] == list(one_case())[-1]
    problem(sent(program, other, headers=key), 422, "key-used")
    assert Upload.objects.count() == 1


def test_the_list_is_read_to_its_end_while_uploads_are_added(program: Program):
    keys = [sent(program).json()["id"] for _number in range(5)]
    page, found = program.read(LIST, limit=2), []
    while True:
        fits("UploadPage", page)
        found += [one["id"] for one in page["results"]]
        sent(program)
        if page["next"] is None:
            break
        page = program.read(page["next"])
    assert found == keys[::-1]


def test_the_list_is_narrowed_by_site_and_state(cast: Cast):
    program = Program(cast.carol)
    done, waiting = checked(program, commit="true"), sent(program).json()
    there = sent(program, site="HOU").json()
    assert [one["id"] for one in program.all_of(LIST, site="HOU")] == [there["id"]]
    assert [one["id"] for one in program.all_of(LIST, state="DONE")] == [done["id"]]
    assert [one["id"] for one in program.all_of(LIST, state="QUEUED", site="SEV")] == [waiting["id"]]


@pytest.mark.parametrize(
    "asked", [{"site": "HOU"}, {"state": "LOST"}, {"limit": "201"}, {"after": "x"}, {"after": "1.x"}, {"topic": "lab"}]
)
def test_an_address_that_says_what_there_is_not_is_refused(program: Program, asked: dict[str, str]):
    found = problem(program.get(LIST, **asked), 400, "wrong-parameters")
    assert set(found) == set(asked)
    assert "HOU" not in "".join(found.values())


@pytest.mark.parametrize("asked", [{"after": "-1"}, {"after": "9" * 30}, {"row": "2"}])
def test_findings_have_no_other_places_and_parameters(program: Program, asked: dict[str, str]):
    told = checked(program, with_problems())
    assert set(problem(program.get(at(told, "findings"), **asked), 400, "wrong-parameters")) == set(asked)


def test_nobody_finds_an_upload_of_another_site(program: Program, cast: Cast):
    told, foreign = checked(program, with_problems()), Program(cast.bob)
    assert foreign.read(LIST)["results"] == []
    for path in (at(told), at(told, "findings")):
        problem(foreign.get(path), 404, "not-found")
    for act in ("commit", "discard"):
        problem(foreign.send(at(told, act), {}), 404, "not-found")
    assert Upload.objects.get().state == UploadState.CHECKED


@pytest.mark.parametrize("wall", ["without_scoping", "without_policies"])
def test_either_wall_alone_keeps_uploads_of_another_site(
    program: Program, cast: Cast, wall: str, request: pytest.FixtureRequest
):
    told, foreign = checked(program, with_problems()), Program(cast.bob)
    request.getfixturevalue(wall)
    assert foreign.read(LIST)["results"] == []
    problem(foreign.get(at(told, "findings")), 404, "not-found")


def test_a_token_of_one_site_reaches_uploads_of_that_site_alone(cast: Cast):
    there = sent(Program(cast.carol), site="HOU").json()
    program = Program(cast.carol, sites=[cast.sev.pk])
    problem(program.get(at(there)), 404, "not-found")
    assert "SEV" in problem(sent(program, site="HOU"), 422, "wrong-fields")["site"]
    assert sent(program).status_code == 202


def test_a_token_that_reads_hands_in_and_decides_nothing(program: Program, cast: Cast):
    told, reader, exporter = checked(program), Program(cast.alice, ("read",)), Program(cast.alice, ("export",))
    assert reader.get(at(told)).status_code == 200
    problem(exporter.get(at(told)), 403, "scope")
    for other in (reader, exporter):
        problem(sent(other), 403, "scope")
        for act in ("commit", "discard"):
            problem(other.send(at(told, act), {}), 403, "scope")
    assert Upload.objects.get().state == UploadState.CHECKED


@pytest.mark.parametrize("name", NOBODY_TO_UPLOAD)
def test_who_may_not_upload_reaches_nothing(cast: Cast, name: str):
    told, program = checked(Program(cast.alice)), Program(cast[name])
    for path in (LIST, at(told), at(told, "findings"), f"{LIST}templates/lab/"):
        problem(program.get(path), 403, "no-right")
    problem(sent(program), 403, "no-right")
    for act in ("commit", "discard"):
        problem(program.send(at(told, act), {}), 403, "no-right")


def test_strangers_are_asked_to_sign_in():
    for path in (LIST, f"{LIST}{uuid.uuid4()}/", f"{LIST}templates/lab/"):
        problem(Client().get(path), 401, "signed-out")
    problem(Client().post(LIST, {"site": "SEV"}), 401, "signed-out")


def test_who_is_signed_in_on_the_pages_hands_in_files_with_the_security_token(cast: Cast):
    client = Client(enforce_csrf_checks=True)
    client.cookies.update(client_of(cast.alice).cookies)
    file = {"site": "SEV", "files": SimpleUploadedFile("patient.csv", one_case()["patient.csv"])}
    with nobody_acting():
        client.get("/")
        problem(client.post(LIST, file), 403, "security-token")
        file["files"].seek(0)
        response = client.post(LIST, file, headers={"X-CSRFToken": client.cookies["csrftoken"].value})
    assert response.status_code == 202, response.content


def test_a_template_is_the_header_of_its_topic(program: Program):
    response = program.client.get(f"{LIST}templates/lab/", headers={**program.headers, "accept": "text/csv"})
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.startswith(b"\xef\xbb\xbfstudy_id,course_no,analyte")
    problem(program.get(f"{LIST}templates/death_review/"), 404, "not-found")


def test_findings_are_said_in_spanish_to_who_reads_spanish(program: Program, cast: Cast):
    told = checked(program, with_problems())
    with acting_as(cast.alice):
        User.objects.filter(pk=cast.alice.pk).update(language="es")
    assert "Esto no está en la lista" in program.read(at(told, "findings"))["results"][0]["words"]
    assert "Use uno de" in problem(sent(program, mode="x"), 422, "wrong-fields")["mode"]
