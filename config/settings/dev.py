"""Settings of a desk: the demonstration, embedded PostgreSQL and broker unless addresses are given, no e-mail sent."""

from __future__ import annotations

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import STORAGES
from config.settings.desk import desk_secret_key
from config.settings.paths import VAR_DIR, secret

DEBUG = os.environ.get("QUELL_DEBUG") == "1"
QUELL_DEMO = os.environ.get("QUELL_DEMO", "1") == "1"
# Nobody needs a telephone to look at simulated cases.
QUELL_SECOND_FACTOR = not QUELL_DEMO
SECRET_KEY = desk_secret_key(VAR_DIR)
# The demonstration has a fixed key, so that it makes the same subject keys everywhere; its cases are simulated.
DEMO_KEK = "simulated cases need no secret: a key that everybody knows"
# With it the simulated patients have the same random-looking keys wherever the demonstration is loaded.
QUELL_KEY_SEED = "demonstration" if QUELL_DEMO else ""
QUELL_PROJECT_KEK = secret("QUELL_PROJECT_KEK") or (DEMO_KEK if QUELL_DEMO else desk_secret_key(VAR_DIR, "project_key"))
QUELL_IDENTITY_KEYS = secret("QUELL_IDENTITY_KEYS") or f"desk1:{desk_secret_key(VAR_DIR, 'identity_key')}"
QUELL_IDENTITY_INDEX_KEY = secret("QUELL_IDENTITY_INDEX_KEY") or desk_secret_key(VAR_DIR, "identity_index_key")
QUELL_SEAL_KEY = secret("QUELL_SEAL_KEY") or desk_secret_key(VAR_DIR, "seal_key")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *filter(None, os.environ.get("QUELL_HOSTS", "").split(","))]
INTERNAL_IPS = ["127.0.0.1"]
# Files are served as they lie in the source, so nothing has to be collected first.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"
