"""Celery tasks: an id in, one call. The row in the database says what there is to do."""

from __future__ import annotations

from celery import shared_task

from registry.intake import jobs
from registry.services import check_runs, digest, linkage, quality


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


@shared_task(name="registry.check_run")
def check_run(run_id: str) -> None:
    """Run the edit checks that one row asks for."""
    check_runs.run_claimed(run_id)


@shared_task(name="registry.check_sweep")
def check_sweep() -> None:
    """Hand runs of checks whose worker is gone to another one."""
    check_runs.sweep()


@shared_task(name="registry.checks_nightly")
def checks_nightly() -> None:
    """Run all edit checks over everything."""
    check_runs.nightly()


@shared_task(name="registry.query_digest")
def query_digest() -> None:
    """Send the e-mails about data queries that are due."""
    digest.digests_send()


@shared_task(name="registry.quality_nightly")
def quality_nightly() -> None:
    """Compute the figures of quality of every hospital and of all together."""
    quality.figures_compute()
