"""The second factor: kept encrypted, asked of everybody who holds a role, proved in each sign-in."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sites.access import grants_of
from sites.tokens import token_in

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# Set in the sign-in in which the person set up their first factor: they have proved it by doing so.
SET_UP = "second_factor_set_up"
ALWAYS_OPEN = {"account_logout", "account_inactive", "choose_language", "session_state", "livez", "readyz"}
PROVING = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
SETTING_UP = PROVING | {"account_reauthenticate", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn"}


class EncryptedFactors(DefaultMFAAdapter):
    """Keeps the secrets of authenticator apps and recovery codes encrypted, by a key that is not in the database."""

    def encrypt(self, text: str) -> str:
        """Encrypt with the present key."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt with the present key or one before it; raises InvalidToken for what was tampered with."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last factor of somebody who must have one."""
        if not is_asked_of(authenticator.user):
            return True
        return _factors(authenticator.user).exclude(pk=authenticator.pk).exists()


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> bytes:
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"quell second factor").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)


def is_asked_of(user: Any) -> bool:
    """Tell whether a person must have a second factor: whoever holds a role, where the settings demand it."""
    return bool(settings.QUELL_SECOND_FACTOR and grants_of(user).roles())


def has_factor(user: Any) -> bool:
    """Tell whether a person has an authenticator app or a passkey; recovery codes alone are none."""
    return _factors(user).exists()


def _factors(user: Any) -> Any:
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS)


def is_proved(request: HttpRequest) -> bool:
    """Tell whether a second factor was given, or set up, since this person signed in here."""
    if request.session.get(SET_UP) == str(request.user.pk):
        return True
    return any(proof["method"] == "mfa" for proof in get_authentication_records(request, request.user))


class SecondFactorMiddleware:
    """Shows nothing but the set-up, or the question for the second factor, until it has been answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request; one that gave a person their first factor has proved it."""
        if token_in(request):
            return self.get_response(request)
        lacked = request.user.is_authenticated and request.method == "POST" and not has_factor(request.user)
        response = self.get_response(request)
        if lacked and request.user.is_authenticated and has_factor(request.user):
            request.session[SET_UP] = str(request.user.pk)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Lead to what is missing, except on the pages that are needed to get there."""
        name = request.resolver_match.url_name
        if token_in(request):
            # Whoever made the token had proved their second factor.
            return None
        if not request.user.is_authenticated or name in ALWAYS_OPEN or not is_asked_of(request.user):
            return None
        if is_proved(request):
            return None
        if has_factor(request.user):
            return None if name in PROVING else redirect("mfa_reauthenticate")
        return None if name in SETTING_UP else redirect("mfa_index")
