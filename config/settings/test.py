"""Settings of the tests: a throw-away PostgreSQL (or databases of their own on DATABASE_URL), no broker, no e-mail."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

# One name for the run, set by the process that starts it and inherited by its workers.
QUELL_TEST_RUN = os.environ.setdefault("QUELL_TEST_RUN", f"{os.getpid()}{secrets.token_hex(2)}")
# The set-up makes tables as their owner; the tests themselves then run as the web role (see tests/database.py).
os.environ["QUELL_PROCESS"] = "owner"
os.environ["QUELL_DATA_DIR"] = str(Path(tempfile.gettempdir(), f"quell-test-{QUELL_TEST_RUN}", "postgres"))

from config.settings.base import *  # noqa: E402, F403
from config.settings.base import STORAGES  # noqa: E402
from config.settings.databases import DATABASES  # noqa: E402

SECRET_KEY = "only for tests"  # noqa: S105
QUELL_PROJECT_KEK = "a key of at least thirty-two characters, for tests alone"
QUELL_SEAL_KEY = "another key of at least thirty-two characters, for tests alone"
QUELL_SEAL_DIR = str(Path(tempfile.gettempdir(), f"quell-test-{QUELL_TEST_RUN}", "seals"))
QUELL_IDENTITY_KEYS = "t1:a first key of thirty-two characters and more; for tests alone"
QUELL_IDENTITY_INDEX_KEY = "an index key of thirty-two characters, for tests"
QUELL_REVISION = "test"
QUELL_RELEASE_DIR = str(Path(tempfile.gettempdir(), f"quell-test-{QUELL_TEST_RUN}", "releases"))
DEBUG = False
QUELL_DEMO = False
# Switched on by the tests of it; the others sign in without one.
QUELL_SECOND_FACTOR = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
# Signs in fast; what is stored by it lives for one test.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
ACCOUNT_RATE_LIMITS = False
for _settings in DATABASES.values():
    # Nothing of the given database is ever touched; connections must not outlive the test that opened them.
    _settings["NAME"] = f"test_quell_{QUELL_TEST_RUN}"
    _settings["CONN_MAX_AGE"] = 0
