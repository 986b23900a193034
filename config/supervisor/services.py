"""The processes Quell consists of, as commands."""

from __future__ import annotations

from pathlib import Path

from config.supervisor.children import Child, python_module

GRACE_SECONDS = 10


def web(bind: str) -> Child:
    """The web server."""
    return Child(
        "web",
        python_module(
            "gunicorn", "config.wsgi:application", "--bind", bind, "--workers", "2", "--threads", "4",
            "--worker-class", "gthread", "--timeout", "60", "--graceful-timeout", str(GRACE_SECONDS),
            "--access-logfile", "-", "--no-control-socket",
        ),
        "web",
        GRACE_SECONDS + 5,
    )  # fmt: skip


def worker(concurrency: int = 2) -> Child:
    """The Celery worker. A short name, because the embedded broker has short queue names."""
    return Child(
        "worker",
        python_module(
            "celery", "-A", "config.celery", "worker", "--concurrency", str(concurrency), "--without-gossip",
            "--without-mingle", "--without-heartbeat", "-n", "q@%h", "--loglevel", "INFO",
        ),
        "worker",
        GRACE_SECONDS + 15,
    )  # fmt: skip


def beat(schedule: Path) -> Child:
    """The clock that sends what is due."""
    return Child(
        "beat",
        python_module(
            "celery", "-A", "config.celery", "beat", "--schedule", str(schedule), "--pidfile", "", "--loglevel", "INFO"
        ),
        "worker",
    )
