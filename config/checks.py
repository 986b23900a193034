"""System checks of the platform: the order of applications, and what a hospital's installation must not leave open."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import Error, Tags, register

from config.database.addresses import VARIABLES
from config.settings.paths import secret


@register(Tags.compatibility)
def platform_is_last(app_configs: Any, **_: Any) -> list[Error]:
    """The platform's work after `migrate` must follow everybody else's."""
    if settings.INSTALLED_APPS[-1] == "config.apps.PlatformConfig":
        return []
    return [Error("config.apps.PlatformConfig must be the last of INSTALLED_APPS.", id="platform.E001")]


@register(Tags.security, deploy=True)
def addresses_are_split(app_configs: Any, **_: Any) -> list[checks.Warning]:
    """In production each process signs in with an address, and so a password, of its own."""
    needed = [VARIABLES[process] for process in ("web", "worker", "export", "owner")]
    missing = [name for name in needed if not secret(name)]
    if not missing:
        return []
    return [
        checks.Warning(f"Set {', '.join(missing)}: one address for all gives all rights to each.", id="platform.W001")
    ]


@register(Tags.security, deploy=True)
def broker_is_a_server(app_configs: Any, **_: Any) -> list[checks.Warning]:
    """The embedded broker is for trials and tests."""
    if urlsplit(settings.CELERY_BROKER_URL).scheme in {"redis", "rediss", "amqp", "amqps"}:
        return []
    return [checks.Warning("Set CELERY_BROKER_URL to Redis or RabbitMQ.", id="platform.W002")]


@register(Tags.security, deploy=True)
def no_demonstration(app_configs: Any, **_: Any) -> list[Error]:
    """Sign-ins that everybody can read belong to the demonstration alone."""
    if not settings.QUELL_DEMO:
        return []
    return [Error("QUELL_DEMO is on: its sign-ins are public. Never with real data.", id="platform.E002")]


@register(Tags.security, deploy=True)
def second_factor_is_required(app_configs: Any, **_: Any) -> list[Error]:
    """Nobody reaches a real patient by a password alone, and no code opens every account."""
    faults = {
        "QUELL_SECOND_FACTOR is off: whoever holds a role must prove one.": not settings.QUELL_SECOND_FACTOR,
        "MFA_TOTP_INSECURE_BYPASS_CODE is set: it opens every account. Unset it.": bool(
            getattr(settings, "MFA_TOTP_INSECURE_BYPASS_CODE", None)
        ),
        "MFA_TRUST_ENABLED is on: no browser may skip the second factor.": settings.MFA_TRUST_ENABLED,
    }
    return [Error(words, id="platform.E003") for words, is_open in faults.items() if is_open]


@register(Tags.security, deploy=True)
def cookies_stay_on_one_host(app_configs: Any, **_: Any) -> list[Error]:
    """Browsers hold cookies named __Host- to one host, the root path and TLS."""
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
    if all(name.startswith("__Host-") for name in names):
        return []
    return [Error("The cookies of a sign-in must be named __Host-…", id="platform.E004")]
