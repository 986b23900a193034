"""Coming in by a token: below /api/ alone, without cookie or second factor, within its scope and in measure."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import OperationalError, connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sites.api.access import PersonRate
from sites.context import acting_as, acting_as_system
from sites.models import ApiToken
from sites.tokens import token_revoke
from tests.cast import create_cast
from tests.integration.token_programs import Reach, program, program_of, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.token_programs")]
REACH, JSON = "/api/reach/", "application/json"


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()
    yield
    cache.clear()


def refused(answer, status: int, kind: str) -> None:
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["type"] == f"urn:quell:problem:{kind}"


# Scopes


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [(["read"], True, False), (["write"], False, True), (["export"], False, False), (["write", "read"], True, True)],
)
def test_a_token_does_what_its_scopes_say(cast, scopes, reads, writes) -> None:
    one = program_of(cast.alice, scopes)
    for answer, may, scope in (
        (one.get(REACH), reads, "read"),
        (one.head(REACH), reads, ""),
        (one.post(REACH, {"a": 1}, content_type=JSON), writes, "write"),
    ):
        assert answer.status_code == (200 if may else 403)
        if scope and not may:
            refused(answer, 403, "scope")
            assert scope in answer.json()["detail"]


def test_a_scope_gives_no_right_that_the_person_lacks(cast) -> None:
    refused(program_of(cast.eve).get(REACH), 403, "no-right")
    refused(program_of(cast.adam).get(REACH), 403, "no-right")


# Where it opens


@pytest.mark.parametrize(
    "path", ["/", "/cases/", "/accounts/tokens/", "/accounts/tokens/new/", "/uploads/", "/releases/"]
)
def test_a_token_opens_no_page(cast, path) -> None:
    answer = program_of(cast.carol).get(path)
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/sign-in/")


@pytest.mark.parametrize("path", ["/admin/", "/people/invitations/"])
def test_a_token_of_an_administrator_opens_no_administration(cast, path) -> None:
    answer = program_of(cast.adam).get(path, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/sign-in/")


def test_an_address_that_only_begins_like_the_interface_is_none(cast) -> None:
    assert program_of(cast.alice).get("/apiary/").content == b"AnonymousUser"


def test_a_token_beats_the_sign_in_that_is_sent_along(cast, signed_in) -> None:
    browser, (_token, secret) = signed_in(cast.bob), token_of(cast.alice)
    told = browser.get(REACH, headers={"authorization": f"Bearer {secret}"})
    assert told.json()["actor"]["user_label"] == cast.alice.email


def test_a_bad_token_is_refused_although_a_good_sign_in_comes_along(cast, signed_in) -> None:
    told = signed_in(cast.alice).get(REACH, headers={"authorization": "Bearer quell_nonsense"})
    refused(told, 401, "token")
    assert told.headers["WWW-Authenticate"].startswith("Bearer")


def test_no_security_token_is_needed_with_a_token(cast) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"authorization": f"Bearer {token_of(cast.alice)[1]}"})
    assert strict.post(REACH, {"a": 1}, content_type=JSON).json() == {"sent": {"a": 1}}


def test_a_token_begins_no_session_and_sets_no_cookie(cast) -> None:
    one = program_of(cast.alice)
    for answer in (one.get(REACH), one.post(REACH, {"a": 1}, content_type=JSON)):
        assert not answer.cookies
    assert configured.SESSION_COOKIE_NAME not in one.get("/api/nowhere/").cookies
    assert not Session.objects.exists()


def test_the_second_factor_is_not_asked_of_a_token(cast, settings, signed_in) -> None:
    settings.QUELL_SECOND_FACTOR = True
    assert program_of(cast.alice).get(REACH).status_code == 200
    refused(signed_in(cast.alice).get(REACH), 403, "second-factor")


# What stands in the header


GARBAGE = [
    "Bearer", "Bearer ", "Bearer \t ", "Bearer quell_", "Bearer " + "x" * 10_000, "Bearer quell_" + "x" * 10_000,
    "Bearer quell_" + "ñ" * 43, "Bearer quell_" + "\0" * 43, "Bearer \0", "Bearer quell_" + "a" * 43,
    "Bearer quell_" + "a" * 42 + "\n", "Bearer " + "\ud800" * 3, "Bearer ' or 1=1 --", "BEARER nothing",
]  # fmt: skip
OTHERS = ["", " ", "Basic YWxpY2U6eA==", "Token quell_x", "Bearerquell_x", "\0", "ñ", "x" * 10_000, "Digest a=b, c=d"]


@pytest.mark.parametrize("header", GARBAGE, ids=range(len(GARBAGE)))
def test_a_token_that_is_none_is_refused_and_breaks_nothing(cast, signed_in, header) -> None:
    for client in (Client(), signed_in(cast.alice)):
        refused(client.get(REACH, HTTP_AUTHORIZATION=header), 401, "token")
        assert client.get("/api/nowhere/", HTTP_AUTHORIZATION=header).status_code == 404


@pytest.mark.parametrize("header", OTHERS, ids=range(len(OTHERS)))
def test_another_kind_of_sign_in_counts_for_nothing(cast, signed_in, header) -> None:
    refused(Client().get(REACH, HTTP_AUTHORIZATION=header), 401, "signed-out")
    assert signed_in(cast.alice).get(REACH, HTTP_AUTHORIZATION=header).status_code == 200


def test_two_tokens_are_none_and_the_word_before_it_may_be_small(cast) -> None:
    _token, secret = token_of(cast.alice)
    for header, status in (
        (f"Bearer {secret}, Bearer {secret}", 401),
        (f"Bearer {secret} {secret}", 401),
        (f"Bearer {secret[:-1]}", 401),
        (f"Bearer {secret}x", 401),
        (f"Bearer {secret.upper()}", 401),
        (f"bearer  {secret} ", 200),
    ):
        assert Client().get(REACH, HTTP_AUTHORIZATION=header).status_code == status


# When it was used


def used_at(token: ApiToken, ago: float) -> None:
    with acting_as_system("tests", reason="time goes by"):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now() - timedelta(seconds=ago))


def writes(one: Client) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert one.get(REACH).status_code == 200
    return sum(query["sql"].startswith('UPDATE "study_sites_apitoken"') for query in seen)


def test_the_last_use_is_noted_at_most_once_a_minute(cast) -> None:
    token, secret = token_of(cast.alice)
    one = program(secret)
    assert [writes(one) for _time in range(3)] == [1, 0, 0]
    used_at(token, 55)
    assert writes(one) == 0
    used_at(token, 61)
    assert writes(one) == 1
    assert timezone.now() - ApiToken.objects.get(pk=token.pk).last_used_at < timedelta(seconds=50)


@pytest.mark.django_db(transaction=True)
def test_a_long_request_keeps_nobody_from_revoking_its_token(monkeypatch) -> None:
    alice = create_cast().alice
    token, secret = token_of(alice)
    outcome: list[str] = []

    def revoke() -> None:
        try:
            with acting_as(alice), connection.cursor() as cursor:
                cursor.execute("set local lock_timeout = '2s'")
                token_revoke(token=token, by=alice)
            outcome.append("revoked")
        except OperationalError as waited:
            outcome.append(str(waited))
        finally:
            connections.close_all()

    def meanwhile() -> None:
        other = threading.Thread(target=revoke)
        other.start()
        other.join()

    monkeypatch.setattr(Reach, "during", staticmethod(meanwhile))
    assert program(secret).get(REACH).status_code == 200
    assert outcome == ["revoked"]
    assert program(secret).get(REACH).status_code == 401


# In measure


def test_the_thirty_first_bad_token_of_a_minute_has_to_wait_and_good_ones_pass(cast) -> None:
    _token, secret = token_of(cast.alice)
    bad = Client(headers={"authorization": "Bearer quell_" + "a" * 43})
    assert {bad.get(REACH).status_code for _time in range(30)} == {401}
    told = bad.get(REACH)
    refused(told, 429, "too-many")
    assert 1 <= int(told.headers["Retry-After"]) <= 60
    assert bad.get(REACH, headers={"x-forwarded-for": "192.0.2.7"}).status_code == 429
    assert bad.get(REACH, REMOTE_ADDR="192.0.2.8").status_code == 401
    assert program(secret).get(REACH).status_code == 200


def test_six_hundred_requests_a_minute_are_what_a_person_has_over_all_their_tokens(cast, monkeypatch) -> None:
    assert configured.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["person"] == "600/min"
    monkeypatch.setattr(PersonRate, "rate", "4/min", raising=False)
    one, other = program_of(cast.alice), program_of(cast.alice)
    assert [client.get(REACH).status_code for client in (one, other, one, other)] == [200] * 4
    for client in (one, other):
        told = client.get(REACH)
        refused(told, 429, "too-many")
        assert 1 <= int(told.headers["Retry-After"]) <= 60
    assert program_of(cast.bob).get(REACH).status_code == 200
