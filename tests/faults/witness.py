"""A task that tells where it ran. Only workers that tests start know it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from celery import shared_task
from django.db import connection


@shared_task
def witness(path: str, seconds: float = 0.0) -> None:
    """Write the process number and the database role to a file; first take `seconds` over it."""
    Path(path).with_suffix(".begun").touch()
    time.sleep(seconds)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (role,) = cursor.fetchone()
    building = Path(path).with_suffix(".new")
    building.write_text(json.dumps({"pid": os.getpid(), "role": role}))
    building.rename(path)
