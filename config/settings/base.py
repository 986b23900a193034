"""Settings that hold everywhere. What differs between a desk, a test and a hospital is in dev, test and prod."""

from __future__ import annotations

from config.settings.api import *  # noqa: F403
from config.settings.audit import *  # noqa: F403
from config.settings.databases import *  # noqa: F403
from config.settings.identity import *  # noqa: F403
from config.settings.pages import *  # noqa: F403
from config.settings.releases import *  # noqa: F403
from config.settings.seals import *  # noqa: F403
from config.settings.signin import *  # noqa: F403
from config.settings.tasks import *  # noqa: F403

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "sites.apps.SitesConfig",
    "registry.apps.RegistryConfig",
    "exports.apps.ExportsConfig",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "csp",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    # The last: what it does after `migrate` follows all others.
    "config.apps.PlatformConfig",
]

MIDDLEWARE = [
    "sites.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sites.token_sign_in.TokenMiddleware",
    "sites.headers.NoStoreMiddleware",
    "sites.middleware.PersonLanguageMiddleware",
    # Outside all that may answer with a page for people, inside what chooses the language.
    "sites.api.middleware.ProblemMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sites.sign_in_age.SignInAgeMiddleware",
    "sites.middleware.ContextMiddleware",
    # Inside the context, because it asks for the person's roles.
    "sites.second_factor.SecondFactorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
