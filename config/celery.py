"""The Celery application. Tasks are declared with `shared_task` in `<app>/tasks.py`."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

from config.liveness import SignOfLife

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("quell")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(SignOfLife)
app.set_default()


@worker_init.connect
def require_worker_role(**_: Any) -> None:
    """A worker must run under the database role of workers; refuse to start as anything else or stronger."""
    from django.conf import settings

    from config.database.standing import RoleTooStrong, require_weak_role

    if settings.QUELL_PROCESS != "worker":
        raise SystemExit("Start a worker with QUELL_PROCESS=worker, so that it uses the database role of workers.")
    try:
        require_weak_role()
    except RoleTooStrong as error:
        raise SystemExit(f"quell: {error}") from None
