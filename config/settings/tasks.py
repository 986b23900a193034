"""Celery: which broker, and the settings under which a killed worker loses nothing and repeats nothing.

The row of a job in the database is the truth and a message only a wake-up, so the same holds on every broker.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from celery.schedules import crontab

from config.addresses import parse_address, pgmq_conn_string
from config.database.addresses import broker_address
from config.settings.databases import QUELL_PROCESS, database_address
from config.settings.paths import VAR_DIR, secret

CELERY_BROKER_URL = secret("CELERY_BROKER_URL") or "pgmq://"
# A task is ended after half an hour. A message must stay hidden longer than that, or a long task would run twice.
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_TASK_SOFT_TIME_LIMIT = CELERY_TASK_TIME_LIMIT - 60
VISIBILITY_SECONDS = 2 * CELERY_TASK_TIME_LIMIT


def _broker_options(url: str) -> dict[str, object]:
    if urlsplit(url).scheme != "pgmq":
        return {"visibility_timeout": VISIBILITY_SECONDS} if url.startswith("redis") else {}
    if urlsplit(url).netloc or urlsplit(url).query:
        address = parse_address(url.replace("pgmq://", "postgresql://", 1), variable="CELERY_BROKER_URL")
    else:
        address = broker_address(database_address(QUELL_PROCESS))
    return {
        "conn_string": pgmq_conn_string(address),
        "init_extension": False,
        "visibility_timeout": VISIBILITY_SECONDS,
        "wait_time_seconds": 1,
        "poll_interval_ms": 50,
        "polling_interval": 0.05,
        "pool_size": 2,
    }


CELERY_BROKER_TRANSPORT_OPTIONS = _broker_options(CELERY_BROKER_URL)
if CELERY_BROKER_URL.startswith("pgmq"):
    # The address and its password travel in conn_string alone.
    CELERY_BROKER_URL = "pgmq://"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = os.environ.get("QUELL_QUEUE", "quell")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SEND_SENT_EVENT = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = 2
# Remote control makes queue names longer than the embedded broker can hold, and nobody uses it here.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
# What runs by the clock: name -> {"task": dotted name, "schedule": seconds or crontab}.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "registry.upload_sweep": {"task": "registry.upload_sweep", "schedule": 4.0},
    "registry.upload_purge": {"task": "registry.upload_purge", "schedule": 6 * 3600.0},
    "registry.linkage_compare_all": {"task": "registry.linkage_compare_all", "schedule": crontab(hour=3, minute=10)},
    "registry.check_sweep": {"task": "registry.check_sweep", "schedule": 4.0},
    "registry.checks_nightly": {"task": "registry.checks_nightly", "schedule": crontab(hour=3, minute=40)},
    "registry.quality_nightly": {"task": "registry.quality_nightly", "schedule": crontab(hour=4, minute=10)},
    "exports.sweep": {"task": "exports.sweep", "schedule": 4.0},
    "exports.feasibility_refresh": {
        "task": "exports.feasibility_refresh",
        "schedule": crontab(hour=4, minute=40, day_of_week="mon"),
    },
    "sites.audit_seal": {"task": "sites.audit_seal", "schedule": crontab(hour=2, minute=40)},
    "sites.replies_forget": {"task": "sites.replies_forget", "schedule": 3600.0},
    # Twice more for letters that the mail server did not take at first; who has theirs gets no other.
    "registry.query_digest": {
        "task": "registry.query_digest",
        "schedule": crontab(hour="6-8", minute=15, day_of_week="mon-fri"),
    },
}
