"""Settings of a hospital: everything secret comes from the environment or from files, and nothing has a default."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403
from config.settings.databases import QUELL_EMBEDDED
from config.settings.paths import secret
from sites.crypto.keyring import SHORTEST, parse_ring


def required(name: str, what: str) -> str:
    """The value of a variable that must be set; refuses to start otherwise and says what it is for."""
    if value := secret(name):
        return value
    raise ImproperlyConfigured(f"Set {name} or {name}_FILE: {what}.")


if os.environ.get("QUELL_DEMO", "0") != "0":
    raise ImproperlyConfigured("QUELL_DEMO has public sign-ins and is refused in production. Unset it.")
if QUELL_EMBEDDED:
    raise ImproperlyConfigured("Set DATABASE_URL: production uses a PostgreSQL server, not the embedded one.")
if not secret("CELERY_BROKER_URL"):
    raise ImproperlyConfigured("Set CELERY_BROKER_URL to Redis or RabbitMQ, for example redis://redis:6379/0.")

DEBUG = False
QUELL_DEMO = False
SECRET_KEY = required("SECRET_KEY", "a random text of 50 characters or more that signs sessions")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is too short: it must hold 50 random characters or more.")
QUELL_PROJECT_KEK = required("QUELL_PROJECT_KEK", "a random text of 32 characters or more that subject keys come from")
QUELL_SEAL_KEY = required("QUELL_SEAL_KEY", "a random text of 32 characters or more that seals the audit trail")
if len(QUELL_SEAL_KEY) < 32:
    raise ImproperlyConfigured("QUELL_SEAL_KEY is too short: it must hold 32 random characters or more.")
if len(QUELL_PROJECT_KEK) < 32:
    raise ImproperlyConfigured("QUELL_PROJECT_KEK is too short: it must hold 32 random characters or more.")
QUELL_IDENTITY_KEYS = required("QUELL_IDENTITY_KEYS", "id:secret, the key that patients' identity is encrypted under")
parse_ring(QUELL_IDENTITY_KEYS)
QUELL_IDENTITY_INDEX_KEY = required(
    "QUELL_IDENTITY_INDEX_KEY", "a random text of 32 characters or more by which the same patient is found twice"
)
if len(QUELL_IDENTITY_INDEX_KEY) < SHORTEST:
    raise ImproperlyConfigured("QUELL_IDENTITY_INDEX_KEY is too short: it must hold 32 random characters or more.")
_hosts = required("QUELL_HOSTS", "the host names people type, separated by commas").split(",")
# The health checks of the container ask on the loopback address.
ALLOWED_HOSTS = [*(host.strip() for host in _hosts), "localhost", "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = [f"https://{host.strip().lstrip('.')}" for host in _hosts]
QUELL_ADDRESS = os.environ.get("QUELL_ADDRESS") or CSRF_TRUSTED_ORIGINS[0]

SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_CONTENT_TYPE_NOSNIFF = True
if os.environ.get("QUELL_BEHIND_PROXY") == "1":
    # Only where a proxy of one's own sets the header on every request and drops what clients send.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

# The limits on failed sign-ins are counted in Redis where there is one, else in the database.
if _cache := secret("QUELL_CACHE_URL"):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _cache}}
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "1") == "1"
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL") or "quell@localhost"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["out"], "level": "INFO"},
}
