"""Doing once what a program asks twice: the same key gets the first answer again, and nobody else's."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.utils import timezone

from registry.models import DataQuery, QueryEntry
from sites.api import once
from sites.context import acting_as_system
from sites.models import ApiReply
from sites.tasks import replies_forget
from tests.cast import create_cast
from tests.integration.checks.case_of import Case, day
from tests.integration.token_programs import program_of
from tests.tokens import without_random

pytestmark = pytest.mark.django_db
LIST, JSON, KEY = "/api/queries/", "application/json", "3f0c7a52-import-1"
CANARY = "kanarienvogel"


@pytest.fixture
def case(cast):
    """A case at Sevilla with an episode of CRS."""
    return case_at(cast.sev)


def case_at(site: Any) -> Case:
    made = Case(site)
    made.add("crs_episode", onset_on=day(30))
    return made


def question(case: Case, **fields: Any) -> dict[str, Any]:
    row = str(case.last["crs_episode"].pk)
    return {"patient": str(case.patient.pk), "topic": "crs_episode", "row": row, "text": "Look.", **fields}


def post(client: Client, path: str, body: Any, key: str = KEY) -> Any:
    return client.post(path, body, content_type=JSON, headers={"idempotency-key": key})


def asked() -> int:
    with acting_as_system("tests", reason="look"):
        return DataQuery.objects.count()


def is_key_used(answer: Any) -> bool:
    return answer.status_code == 422 and answer.json()["type"] == "urn:quell:problem:key-used"


def test_the_same_request_sent_twice_is_done_once_and_answered_alike(cast, case) -> None:
    one = program_of(cast.dana)
    first, again = (post(one, LIST, question(case)) for _time in range(2))
    assert (first.status_code, again.status_code, asked()) == (201, 201, 1)
    assert again.json() == first.json()
    assert [again.headers[name] for name in ("ETag", "Location")] == [
        first.headers[name] for name in ("ETag", "Location")
    ]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Cache-Control"] == "no-store"
    assert post(one, LIST, question(case), key="another").status_code == 201
    assert asked() == 2


def test_without_a_key_each_request_is_done(cast, case) -> None:
    one = program_of(cast.dana)
    for _time in range(2):
        assert one.post(LIST, question(case), content_type=JSON).status_code == 201
    assert asked() == 2


def test_the_order_of_the_fields_does_not_matter(cast, case) -> None:
    one, body = program_of(cast.dana), question(case)
    first = post(one, LIST, body)
    assert post(one, LIST, dict(reversed(body.items()))).json() == first.json()
    assert asked() == 1


def test_the_same_key_for_something_else_is_refused(cast, case) -> None:
    one = program_of(cast.dana)
    query = post(one, LIST, question(case)).json()
    assert is_key_used(post(one, LIST, question(case, text="Look again.")))
    assert is_key_used(post(one, f"{LIST}{query['id']}/comment/", question(case)))
    assert is_key_used(post(one, f"{LIST}?limit=1", question(case)))
    assert asked() == 1


def test_another_person_with_the_same_key_does_something_of_their_own(cast, case) -> None:
    query = post(program_of(cast.dana), LIST, question(case)).json()
    path = f"{LIST}{query['id']}/comment/"
    for person in (cast.alice, cast.carol):
        for _time in range(2):
            assert post(program_of(person), path, {"text": "a word"}).status_code == 200
    with acting_as_system("tests", reason="look"):
        by = QueryEntry.objects.filter(query_id=query["id"], text="a word").values_list("by__full_name", flat=True)
        assert sorted(by) == ["Alice", "Carol"]


def test_a_token_for_another_hospital_is_not_given_the_answer_of_a_wider_one(cast, case) -> None:
    query = post(program_of(cast.dana), LIST, question(case)).json()
    path = f"{LIST}{query['id']}/comment/"
    assert post(program_of(cast.carol), path, {"text": "a word"}).status_code == 200
    assert is_key_used(post(program_of(cast.carol, sites=[cast.hou.pk]), path, {"text": "a word"}))


def test_an_attempt_that_failed_is_not_kept(cast, case) -> None:
    one = program_of(cast.dana)
    assert post(one, LIST, question(case, text="")).status_code == 422
    assert post(one, LIST, question(case, topic="nosuch")).status_code >= 400
    assert not ApiReply.objects.exists()
    assert post(one, LIST, question(case)).status_code == 201
    assert asked() == 1


def test_after_a_day_the_key_is_free_again(cast, case) -> None:
    one = program_of(cast.dana)
    post(one, LIST, question(case))
    age(23)
    replies_forget()
    assert post(one, LIST, question(case)).headers["Idempotency-Replayed"] == "true"
    age(25)
    assert post(one, LIST, question(case, text="Look again.")).status_code == 201
    assert asked() == 2


def test_answers_are_deleted_after_a_day(cast, case) -> None:
    one = program_of(cast.dana)
    for key in ("old", "young"):
        post(one, LIST, question(case), key=key)
    age(25, key="old")
    replies_forget()
    assert list(ApiReply.objects.values_list("key", flat=True)) == ["young"]


def age(hours: int, **which: Any) -> None:
    with acting_as_system("tests", reason="time goes by"):
        ApiReply.objects.filter(**which).update(created_at=timezone.now() - timedelta(hours=hours))


def test_nothing_of_what_was_asked_and_answered_can_be_read_in_the_database(cast, case) -> None:
    one = program_of(cast.dana)
    assert CANARY in str(post(one, LIST, question(case, text=CANARY)).json())
    [kept] = ApiReply.objects.values()
    assert CANARY not in str(kept)
    assert "SEV-0001" not in without_random(str(kept))


def test_an_answer_under_a_lost_key_is_not_given_and_nothing_is_done_again(cast, case, settings) -> None:
    one = program_of(cast.dana)
    post(one, LIST, question(case))
    settings.SECRET_KEY = "another key of this registry"
    assert is_key_used(post(one, LIST, question(case)))
    assert asked() == 1


@pytest.mark.parametrize("key", ["", "x" * 129, "x" * 200, "two words", "ñandú", "tab\tbed", "\0"])
def test_a_key_that_is_none_is_refused_before_anything_is_done(cast, case, key) -> None:
    told = post(program_of(cast.dana), LIST, question(case), key=key)
    assert (told.status_code, told.json()["errors"][0]["field"]) == (400, "Idempotency-Key")
    assert asked() == 0


def test_a_key_of_128_signs_is_one(cast, case) -> None:
    assert post(program_of(cast.dana), LIST, question(case), key="x" * 128).status_code == 201


def test_on_reading_a_key_means_nothing(cast, case) -> None:
    one = program_of(cast.dana)
    for key in (KEY, "x" * 200):
        assert one.get(LIST, headers={"idempotency-key": key}).status_code == 200
    assert not ApiReply.objects.exists()


def test_the_sign_in_of_the_pages_may_use_keys_too(cast, case, signed_in) -> None:
    for _time in range(2):
        assert post(signed_in(cast.dana), LIST, question(case)).status_code == 201
    assert asked() == 1


def test_whoever_may_not_come_in_is_refused_before_the_key_is_looked_at(cast, case, client) -> None:
    assert post(client, LIST, question(case)).status_code == 401
    assert post(program_of(cast.dana, ["read"]), LIST, question(case)).status_code == 403
    assert post(program_of(cast.alice), LIST, question(case)).status_code == 403
    assert not ApiReply.objects.exists()


@pytest.mark.urls("tests.integration.token_programs")
@pytest.mark.parametrize(
    ("names", "contents", "marks", "is_same"),
    [
        ("ab", ("1", "2"), ["x", "y"], True),
        ("ab", ("1", "3"), ["x", "y"], False),
        ("ab", ("3", "2"), ["x", "y"], False),
        ("cb", ("1", "2"), ["x", "y"], False),
        ("ab", ("1", "2"), ["z", "y"], False),
        ("ab", ("1", "2"), ["y"], False),
    ],
)
def test_of_a_form_every_file_and_every_value_counts(cast, names, contents, marks, is_same) -> None:
    one = program_of(cast.alice)

    def send(names: str, contents: tuple[str, ...], marks: list[str]) -> Any:
        files = [SimpleUploadedFile(f"{name}.csv", text.encode()) for name, text in zip(names, contents, strict=True)]
        return one.post("/api/draw/", {"files": files, "mark": marks}, headers={"idempotency-key": KEY})

    first, again = send("ab", ("1", "2"), ["x", "y"]), send(names, contents, marks)
    assert first.status_code == 200
    if is_same:
        assert again.json() == first.json()
    else:
        assert is_key_used(again)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_row_and_get_one_answer(monkeypatch) -> None:
    cast = create_cast()
    body, clients = question(case_at(cast.sev)), [program_of(cast.dana) for _number in range(3)]
    seal, begin, answers = once._sealed, threading.Barrier(3), []

    def slowly(response: Any) -> str:
        time.sleep(0.5)
        return seal(response)

    def send(client: Client) -> None:
        try:
            begin.wait()
            answers.append(post(client, LIST, body))
        finally:
            connections.close_all()

    monkeypatch.setattr(once, "_sealed", slowly)
    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 2
    assert asked() == 1
