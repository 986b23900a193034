"""What the sign-in page offers besides a password: hospital sign-on, and the people of a demonstration."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.conf import settings

from sites.models import User

register = template.Library()


@dataclass(frozen=True)
class DemoPerson:
    """An address to sign in with, and what one may do then."""

    email: str
    may: list[str]


@register.simple_tag
def demo_signins() -> list[DemoPerson]:
    """List the people of a demonstration with their roles; nobody where the registry is a real one."""
    if not settings.QUELL_DEMO:
        return []
    people = User.objects.filter(is_active=True).prefetch_related("memberships__site").order_by("email")
    return [DemoPerson(person.email, [str(held) for held in person.memberships.all()]) for person in people]


@dataclass(frozen=True)
class SignOn:
    """The way to sign in with a hospital's own accounts."""

    id: str
    name: str


@register.simple_tag
def hospital_sign_on() -> SignOn | None:
    """Return the hospital's sign-on where one is configured."""
    apps = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    return SignOn(apps[0]["provider_id"], apps[0]["name"]) if apps else None


@register.simple_tag
def demo_password() -> str:
    """Return the password that every person of a demonstration has."""
    return settings.QUELL_DEMO_PASSWORD if settings.QUELL_DEMO else ""
