"""Rows of signing in. These pages show a person nothing but what is their own."""

from __future__ import annotations

from tests.access.matrix.row import ADMINISTRATORS, ALL_SIGNED_IN, EVERYBODY, Outcome, Row

OWN = {"alice": "A", "bob": "B"}
_FACTORS = [
    "second-factor/",
    "second-factor/reauthenticate/",
    "second-factor/totp/activate/",
    "second-factor/totp/deactivate/",
    "second-factor/recovery-codes/",
    "second-factor/recovery-codes/generate/",
    "second-factor/recovery-codes/download/",
    "second-factor/webauthn/",
    "second-factor/webauthn/add/",
    "second-factor/webauthn/reauthenticate/",
]
_KEYS = "accounts/second-factor/webauthn/keys"
_RESET = "accounts/password/reset/"

ROWS = [
    Row("accounts/sign-in/", "GET POST", EVERYBODY, lenient=True),
    Row("accounts/sign-out/", "GET POST", EVERYBODY, lenient=True),
    Row("accounts/closed/", "GET", EVERYBODY, lenient=True),
    Row("accounts/confirm/", "GET POST", ALL_SIGNED_IN, lenient=True),
    Row("accounts/password/change/", "GET POST", ALL_SIGNED_IN, lenient=True),
    Row("accounts/password/set/", "GET POST", ALL_SIGNED_IN, lenient=True),
    Row(_RESET, "GET POST", EVERYBODY, lenient=True),
    Row(f"{_RESET}sent/", "GET", EVERYBODY, lenient=True),
    Row(
        "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        "GET POST",
        EVERYBODY,
        "reset key",
        lenient=True,
        absent=Outcome.DONE,
    ),
    *(Row(f"accounts/{path}", "GET POST", ALL_SIGNED_IN, lenient=True) for path in _FACTORS),
    Row("accounts/second-factor/authenticate/", "GET POST", EVERYBODY, lenient=True),
    *(
        Row(f"{_KEYS}/<int:pk>/{act}/", "GET POST", ALL_SIGNED_IN, "passkey", {}, lenient=True, absent=Outcome.DONE)
        for act in ("remove", "edit")
    ),
    Row("accounts/invitation/<str:token>/", "GET POST", EVERYBODY, "letter", lenient=True, absent=Outcome.DONE),
    Row("people/invitations/", "GET", ADMINISTRATORS),
    Row("people/invitations/new/", "GET POST", ADMINISTRATORS),
    Row("people/invitations/<uuid:pk>/resend/", "POST", ADMINISTRATORS, "invitation"),
    Row("people/invitations/<uuid:pk>/withdraw/", "POST", ADMINISTRATORS, "invitation"),
    Row("accounts/sign-ins/", "GET", ALL_SIGNED_IN),
    Row("accounts/sign-ins/end-others/", "POST", ALL_SIGNED_IN),
    Row("accounts/sign-ins/<int:pk>/end/", "POST", ALL_SIGNED_IN, "sign-in", OWN),
    Row("accounts/session/", "GET POST", EVERYBODY),
    Row("accounts/tokens/", "GET", ALL_SIGNED_IN),
    Row("accounts/tokens/new/", "GET POST", ALL_SIGNED_IN),
    Row("accounts/tokens/<uuid:pk>/revoke/", "GET POST", ALL_SIGNED_IN, "token", {**OWN, "adam": "AB"}),
    Row("accounts/oidc/<str:provider_id>/login/", "GET POST", EVERYBODY, "provider", {}, lenient=True),
    Row("accounts/oidc/<str:provider_id>/login/callback/", "GET POST", EVERYBODY, "provider", {}, lenient=True),
    Row(f"{_RESET}done/", "GET", EVERYBODY, lenient=True),
]
