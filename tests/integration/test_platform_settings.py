"""Settings of a hospital: what is missing or unsafe is refused in one sentence that names it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from config.checking import HOSPITAL
from config.settings.paths import BASE_DIR


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("QUELL", "DATABASE", "CELERY"))}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "-c", code], cwd=BASE_DIR, env={**kept, **environment}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in HOSPITAL.items() if name not in names}


def test_the_settings_of_a_hospital_load():
    assert python("import config.settings.prod", **HOSPITAL).returncode == 0


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        (without("SECRET_KEY"), "Set SECRET_KEY or SECRET_KEY_FILE"),
        (HOSPITAL | {"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        (without("QUELL_HOSTS"), "Set QUELL_HOSTS"),
        (without("CELERY_BROKER_URL"), "Set CELERY_BROKER_URL"),
        ({name: value for name, value in HOSPITAL.items() if "DATABASE" not in name}, "Set DATABASE_URL"),
        (HOSPITAL | {"QUELL_DEMO": "1"}, "QUELL_DEMO has public sign-ins"),
    ],
)
def test_what_is_missing_or_unsafe_is_refused_by_name(environment: dict[str, str], words: str):
    done = python("import config.settings.prod", **environment)
    assert done.returncode != 0
    assert words in done.stderr.splitlines()[-1]


def test_a_secret_may_come_from_a_file(tmp_path):
    path = tmp_path / "secret_key"
    path.write_text(HOSPITAL["SECRET_KEY"] + "\n")
    code = "from config.settings import prod; print(prod.SECRET_KEY)"
    done = python(code, SECRET_KEY_FILE=str(path), **without("SECRET_KEY"))
    assert done.stdout.strip() == HOSPITAL["SECRET_KEY"]


def test_the_embedded_broker_never_follows_the_database_address_by_itself():
    code = "from config.settings import dev; print(dev.CELERY_BROKER_TRANSPORT_OPTIONS['conn_string'])"
    done = python(code, DATABASE_URL="postgresql://hospital:pw@db/quell", QUELL_VAR_DIR="/tmp/quell-settings-test")
    assert done.stdout.strip() == "host=db port=5432 dbname=quell_broker user=hospital password=pw"


def test_a_message_stays_hidden_longer_than_a_task_may_run():
    code = (
        "from config.settings import prod as s;"
        "print(s.CELERY_BROKER_TRANSPORT_OPTIONS['visibility_timeout'] > s.CELERY_TASK_TIME_LIMIT)"
    )
    assert python(code, **HOSPITAL).stdout.strip() == "True"
