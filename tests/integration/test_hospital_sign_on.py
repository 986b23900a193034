"""Signing in with a hospital's accounts (OpenID Connect), against a sign-on that this test plays itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from sites.context import acting_as_system
from sites.models import User

LOGIN = "/accounts/oidc/hospital/login/"


class SignOn:
    """The hospital: says who somebody is, whatever code is brought."""

    def __init__(self) -> None:
        self.claims: dict[str, object] = {}
        self.fails = False
        self.token_requests: list[dict[str, list[str]]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hospital = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answers = {"/.well-known/openid-configuration": hospital.configuration(), "/me": hospital.claims}
                self._answer(answers[urlsplit(self.path).path])

            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
                hospital.token_requests.append(parse_qs(sent))
                self._answer({"access_token": "t", "token_type": "Bearer"})

            def _answer(self, content: object) -> None:
                body = json.dumps(content).encode()
                self.send_response(500 if hospital.fails else 200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Stay silent."""

        return Handler

    def configuration(self) -> dict[str, object]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/me",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }


@pytest.fixture
def hospital(settings) -> Iterator[SignOn]:
    sign_on = SignOn()
    thread = threading.Thread(target=sign_on.server.serve_forever, daemon=True)
    thread.start()
    app = {
        "provider_id": "hospital", "name": "Sevilla sign-on", "client_id": "quell", "secret": "shared",
        "settings": {"server_url": sign_on.url},
    }  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    yield sign_on
    sign_on.server.shutdown()
    sign_on.server.server_close()
    thread.join()


def come_back(client: Client, **changed: str):
    """Go to the hospital and come back with its code."""
    there = client.post(LOGIN)
    assert there.status_code == 302, there.content
    asked = {name: values[0] for name, values in parse_qs(urlsplit(there.url).query).items()}
    answer = {"code": "c", "state": asked["state"], **changed}
    return asked, client.get(f"{LOGIN}callback/", answer)


def test_somebody_with_an_account_is_signed_in_by_the_verified_address(cast, client, hospital) -> None:
    hospital.claims = {"sub": "1", "email": "Alice@Example.org", "email_verified": True}
    asked, answer = come_back(client)
    assert (answer.status_code, answer.url) == (302, reverse("home"))
    assert client.get("/").context["user"] == cast.alice
    assert asked["redirect_uri"] == f"https://testserver{LOGIN}callback/"
    assert asked["code_challenge_method"] == "S256"
    assert hospital.token_requests[0]["code_verifier"]


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "alice@example.org"},
        {"email": "alice@example.org", "email_verified": False},
        {"email": "alice@example.org", "email_verified": "false"},
        {"email": "alice@example.org", "email_verified": "true"},
        {"email": "stranger@example.org", "email_verified": True},
        {"email_verified": True},
    ],
)
def test_everybody_else_is_told_whom_to_ask_and_gets_no_account(cast, client, hospital, claims) -> None:
    hospital.claims = {"sub": "2", **claims}
    before = User.objects.count()
    answer = come_back(client)[1]
    assert answer.status_code == 403
    assert b"Ask the administrator" in answer.content
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == before


def test_a_closed_account_stays_closed(cast, client, hospital) -> None:
    hospital.claims = {"sub": "1", "email": "alice@example.org", "email_verified": True}
    with acting_as_system("tests", reason="left the hospital"):
        User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    assert come_back(client)[1].status_code == 403


def test_the_password_of_the_account_stays(cast, client, hospital) -> None:
    hospital.claims = {"sub": "1", "email": "alice@example.org", "email_verified": True}
    come_back(client)
    assert User.objects.get(pk=cast.alice.pk).password == cast.alice.password


def test_the_second_factor_is_asked_for_all_the_same(cast, client, hospital, settings) -> None:
    settings.QUELL_SECOND_FACTOR = True
    hospital.claims = {"sub": "1", "email": "alice@example.org", "email_verified": True}
    come_back(client)
    assert client.get("/").url == reverse("mfa_index")


def test_an_answer_to_a_question_nobody_asked_is_refused(cast, client, hospital) -> None:
    hospital.claims = {"sub": "1", "email": "alice@example.org", "email_verified": True}
    answer = come_back(client, state="made up")[1]
    assert answer.status_code == 401
    assert b"Hospital sign-on failed" in answer.content
    assert "_auth_user_id" not in client.session


def test_a_sign_on_that_is_down_is_said_in_words(cast, client, hospital) -> None:
    hospital.fails = True
    answer = client.post(LOGIN)
    assert b"Hospital sign-on failed" in answer.content


def test_the_sign_in_page_offers_it_only_where_it_is_configured(db, client, settings, hospital) -> None:
    assert b"Sevilla sign-on" in client.get(reverse("account_login")).content
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert b"Sevilla sign-on" not in client.get(reverse("account_login")).content
    assert client.post(LOGIN).status_code == 404
    assert client.get(f"{LOGIN}callback/").status_code == 404
