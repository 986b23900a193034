"""Celery tasks: an id in, one call. The row in the database says what there is to do."""

from __future__ import annotations

from celery import shared_task

from registry.intake import jobs
from registry.services import linkage


@shared_task(name="registry.upload_run")
def upload_run(upload_id: str) -> None:
    """Check one upload and save it if that was asked for."""
    jobs.run(upload_id)


@shared_task(name="registry.upload_sweep")
def upload_sweep() -> None:
    """Hand uploads whose worker is gone to another one."""
    jobs.sweep()


@shared_task(name="registry.upload_purge")
def upload_purge() -> None:
    """Delete what uploads of long ago held."""
    jobs.purge()


@shared_task(name="registry.linkage_compare")
def linkage_compare(patient_ids: list[str]) -> None:
    """Look whether these patients are recorded at another site too."""
    linkage.compare(patient_ids)


@shared_task(name="registry.linkage_compare_all")
def linkage_compare_all() -> None:
    """Look whether any patient is recorded at two sites."""
    linkage.compare_all()
