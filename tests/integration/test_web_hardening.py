"""What browsers are told with every answer, and counts of failed sign-ins that a failed request does not undo."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse

from config.checking import HOSPITAL
from config.settings.paths import BASE_DIR
from registry import intake
from registry.models import Patient
from registry.models.uploads import UploadState
from sites.access import guard
from sites.context import acting_as_system
from sites.roles import Permission
from sites.signin import recently_authenticated
from tests.cast import PASSWORD


@guard(Permission.CASE_VIEW)
@recently_authenticated
def secret(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"secret: {request.POST.get('reason', '')}")


def fails_after_counting(request: HttpRequest) -> HttpResponse:
    from allauth.account.views import login

    login(request)
    raise RuntimeError("the request fails after the password was judged")


urlpatterns = [path("secret/", secret), path("fails/", fails_after_counting), path("", include("config.urls"))]
handler500 = "registry.web.views.errors.broken"


def sign_in(client: Client, password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": "alice@example.org", "password": password})


@pytest.mark.parametrize("address", ["/accounts/sign-in/", "/", "/nowhere/", "/livez", "/static/quell/shell.js"])
def test_every_answer_carries_the_headers(cast, client, address) -> None:
    answer = client.get(address)
    answer.close()
    headers = answer.headers
    assert "camera=()" in headers["Permissions-Policy"]
    assert "publickey-credentials-get=(self)" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("address", ["/accounts/sign-in/", "/", "/nowhere/"])
def test_pages_cannot_be_framed_and_run_nothing_inline(cast, client, address) -> None:
    headers = client.get(address, follow=True).headers
    assert headers["X-Frame-Options"] == "DENY"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("address", ["/", "/nowhere/", "/uploads/", "/releases/", "/uploads/templates/patient.csv"])
def test_nothing_that_a_signed_in_person_sees_is_kept(cast, signed_in, address) -> None:
    assert signed_in(cast.alice).get(address).headers["Cache-Control"] == "no-store"


def test_the_answers_of_signing_in_and_out_are_not_kept_either(cast, client) -> None:
    assert sign_in(client).headers["Cache-Control"] == "no-store"
    assert client.post(reverse("account_logout")).headers["Cache-Control"] == "no-store"


@pytest.mark.urls(__name__)
def test_a_sensitive_act_asks_who_it_is_and_then_goes_on_with_what_was_sent(cast, client, settings) -> None:
    sign_in(client)
    assert client.post("/secret/", {"reason": "fresh"}).content == b"secret: fresh"
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    asked = client.post("/secret/", {"reason": "tracing"})
    assert asked.url == f"{reverse('account_reauthenticate')}?next=%2Fsecret%2F"
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    done = client.post(asked.url, {"password": PASSWORD})
    assert done.content == b"secret: tracing"


@pytest.mark.urls(__name__)
def test_a_sensitive_act_by_htmx_loads_the_question_as_a_page(cast, client, settings) -> None:
    sign_in(client)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/cases/1/?tab=2"}
    answer = client.post("/secret/", headers=headers)
    assert answer.headers["HX-Redirect"] == f"{reverse('account_reauthenticate')}?next=%2Fcases%2F1%2F%3Ftab%3D2"
    assert b"secret" not in answer.content


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("name", ["eve", "adam"])
def test_a_sensitive_act_needs_its_right_first(cast, signed_in, name) -> None:
    assert signed_in(cast[name]).post("/secret/").status_code == 403


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True, databases=["default", "limits"])
def test_failed_sign_ins_count_although_the_request_is_rolled_back(settings) -> None:
    from tests.cast import create_cast

    create_cast()
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "quell_limits"}
    }
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/5m/key"}
    client = Client(raise_request_exception=False)
    for _ in range(3):
        wrong = {"login": "alice@example.org", "password": "wrong"}
        assert client.post("/fails/", wrong).status_code == 500
    assert "Too many failed login attempts" in sign_in(client).content.decode()
    caches["default"].clear()
    assert sign_in(client).status_code == 302


def test_the_counts_are_kept_in_a_table_over_a_connection_of_their_own(db) -> None:
    from config.settings.signin import CACHES

    assert CACHES["default"]["LOCATION"] == "quell_limits"
    assert "quell_limits" in connection.introspection.table_names()


def deployed(**environment: str) -> subprocess.CompletedProcess[str]:
    # The browser tests of the same run set DJANGO_ALLOW_ASYNC_UNSAFE, which no hospital has.
    ours = ("QUELL", "DATABASE", "CELERY", "DJANGO_ALLOW")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=BASE_DIR, env={**kept, **HOSPITAL, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_settings_of_a_hospital_leave_nothing_open() -> None:
    done = deployed()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("QUELL_DEMO = True", "QUELL_DEMO is on"),
        ("QUELL_SECOND_FACTOR = False", "QUELL_SECOND_FACTOR is off"),
        ("MFA_TOTP_INSECURE_BYPASS_CODE = '000000'", "MFA_TOTP_INSECURE_BYPASS_CODE"),
        ("MFA_TRUST_ENABLED = True", "MFA_TRUST_ENABLED is on"),
        ("SESSION_COOKIE_NAME = 'sessionid'", "__Host-"),
    ],
)
def test_what_would_open_a_door_is_refused_for_a_hospital(tmp_path, line, words) -> None:
    (tmp_path / "opened.py").write_text(f"from config.settings.prod import *\n{line}\n", encoding="utf-8")
    done = deployed(DJANGO_SETTINGS_MODULE="opened", PYTHONPATH=str(tmp_path))
    assert done.returncode != 0
    assert words in done.stderr


def test_cookies_of_a_hospital_stay_on_one_host_and_travel_encrypted() -> None:
    code = (
        "from config.settings import prod as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.SECURE_HSTS_SECONDS)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=BASE_DIR, env={**os.environ, **HOSPITAL}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.split() == [
        "__Host-sessionid", "__Host-csrftoken", "True", "True", "True", "True", "Lax", "31536000",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("patient.xlsm", b"PK\x03\x04 a workbook with macros"),
        ("patient.xls", b"\xd0\xcf\x11\xe0 an old workbook"),
        ("patient.csv", b"PK\x03\x04 a workbook by another name"),
        ("patient.csv", "study_id\n1\n".encode("utf-16")),
        ("patient.csv", "study_id;centre\n1;Málaga\n".encode("latin-1")),
    ],
)
def test_macros_workbooks_and_other_encodings_never_become_cases(cast, name, content) -> None:
    try:
        sent = intake.submit(site=cast.sev, by=cast.alice, files={name: content}, reason="a wrong file")
    except intake.UploadRefused:
        return
    intake.run(sent.pk)
    with acting_as_system("tests", reason="looking on"):
        sent.refresh_from_db()
        assert sent.state == UploadState.REFUSED
        assert not Patient.objects.exists()
