"""Signing in with a hospital's own accounts (OpenID Connect): for people who have an account here; it makes none."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests.exceptions import RequestException

from sites.models import User


class HospitalSignOn(DefaultSocialAccountAdapter):
    """Matches by the address that the hospital has verified; nothing is stored about the hospital's account."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Sign in the person with that address; everybody else is told whom to ask."""
        person = _person(sociallogin)
        if person is None:
            raise ImmediateHttpResponse(render(request, "socialaccount/unknown.html", status=403))
        sociallogin.user = person

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Answer no to everybody."""
        return False


def in_words(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer with a page where the hospital's sign-on does not answer."""

    @wraps(view)
    def answered(request: HttpRequest, provider_id: str) -> HttpResponse:
        try:
            return view(request, provider_id)
        except RequestException:
            return render(request, "socialaccount/authentication_error.html", status=502)

    return answered


def _person(sociallogin: SocialLogin) -> User | None:
    verified = [address.email.strip().lower() for address in sociallogin.email_addresses if address.verified is True]
    return User.objects.filter(email__in=verified, is_active=True).first() if len(verified) == 1 else None
