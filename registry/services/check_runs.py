"""Runs of the checks over sites: asked for, claimed by a worker, continued where one has died.

The row says what there is to do; a message is only a wake-up. A run that is repeated changes nothing that is right.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from registry.models import CheckRun, RunCause, RunState
from registry.services.reconcile import Tally, reconcile_sites
from registry.services.refusals import WriteRefused
from sites.access import require
from sites.context import acting_as_system
from sites.models import Site
from sites.roles import Permission

logger = logging.getLogger(__name__)
TASK = "registry.check_run"
LEASE, ATTEMPTS_MAX, FORGOTTEN = timedelta(minutes=10), 3, timedelta(seconds=20)
ROUNDS = 3


class _Overtaken(Exception):  # noqa: N818 -- the name says what happened
    """The lease of this worker ran out and another one has the run."""


def run_ask(*, cause: RunCause, site: Any = None, codes: Collection[str] = (), asked_by: Any = None) -> CheckRun:
    """Ask for a run over one site, or all; it starts when the transaction is through. One that waits is not doubled."""
    with transaction.atomic():
        # Held until the transaction ends: a worker that took the run before that would not see what was written here.
        waiting = CheckRun.objects.select_for_update().filter(
            state=RunState.QUEUED, about_site=site, codes=sorted(codes), attempts=0
        )
        if (run := waiting.first()) is None:
            run = _queue(cause, site, codes, asked_by)
    transaction.on_commit(lambda: wake(run.pk), robust=True)
    return run


def run_here(*, site: Site | None, codes: Collection[str] = ()) -> CheckRun:
    """Run the checks of one site, or of all, in this process, and return the run as it ended."""
    run = _queue(RunCause.ASKED, site, codes, None)
    run_claimed(run.pk)
    run.refresh_from_db()
    return run


def run_again(*, run: CheckRun, by: Any) -> CheckRun:
    """Ask, as a data manager, for a run like one that failed."""
    require(by, Permission.CHECK_MANAGE)
    return run_ask(cause=RunCause.ASKED, site=run.about_site, codes=run.codes, asked_by=by)


def _queue(cause: RunCause, site: Any, codes: Collection[str], asked_by: Any) -> CheckRun:
    return CheckRun.objects.create(
        about_site=site, codes=sorted(codes), cause=cause, asked_by=asked_by, created_at=timezone.now()
    )


def site_check(*, site: Site | None, by: Any) -> CheckRun:
    """Ask, as a data manager, for all checks of one site, or of all sites."""
    require(by, Permission.CHECK_MANAGE)
    return run_ask(cause=RunCause.ASKED, site=site, asked_by=by)


def nightly() -> CheckRun:
    """Ask for everything, as every night."""
    return run_ask(cause=RunCause.NIGHTLY)


def wake(run_id: UUID) -> None:
    """Tell a worker; without one the sweeper does it later."""
    try:
        current_app.send_task(TASK, args=[str(run_id)], retry=False)
    except Exception as error:  # the row in the database is the truth; a message is only a wake-up
        logger.warning("No broker took the message for a run of checks (%s); the sweeper will.", type(error).__name__)


def run_claimed(run_id: UUID | str) -> None:
    """Do a run, unless somebody else has it or it is done."""
    run = _claim(run_id)
    if run is None:
        return
    try:
        _work(run)
    except _Overtaken:
        logger.info("Run of checks %s goes on with another worker.", run.pk)
    except Exception:
        reference = secrets.token_hex(4)
        # The trace is logged without values: an error of the database may quote a patient's.
        logger.error("Run of checks %s failed, reference %s", run.pk, reference, exc_info=settings.DEBUG)
        _end(run, RunState.FAILED, error_reference=reference)


def sweep() -> int:
    """Wake workers for runs that wait or whose worker is gone; give up after three attempts. Returns how many."""
    now = timezone.now()
    lost = CheckRun.objects.filter(state=RunState.RUNNING, lease_until__lt=now)
    lost.filter(attempts__gte=ATTEMPTS_MAX).update(
        state=RunState.FAILED, finished_at=now, lease_until=None, error_reference=secrets.token_hex(4)
    )
    waiting = CheckRun.objects.filter(state=RunState.QUEUED, created_at__lt=now - FORGOTTEN)
    found = [*lost.filter(attempts__lt=ATTEMPTS_MAX), *waiting]
    for run in found:
        wake(run.pk)
    return len(found)


def _claim(run_id: UUID | str) -> CheckRun | None:
    now = timezone.now()
    free = Q(state=RunState.QUEUED) | Q(state=RunState.RUNNING, lease_until__lt=now)
    claimed = CheckRun.objects.filter(free, pk=run_id).update(
        state=RunState.RUNNING, attempts=F("attempts") + 1, lease_until=now + LEASE, started_at=now,
        done=0, found=0,
    )  # fmt: skip
    return CheckRun.objects.select_related("about_site").get(pk=run_id) if claimed else None


def _work(run: CheckRun) -> None:
    """Run the checks; where somebody was saving for long they run once more, so that this comes last."""
    tally = Tally()
    for _round in range(ROUNDS):
        refused: list[WriteRefused] = []
        done = reconcile_sites(
            _sites(run), run.codes, step=partial(_part, run, refused), progress=partial(_progress, run)
        )
        tally.add(done)
        tally.found = done.found
        if not refused:
            return _end(run, RunState.DONE, **asdict(tally))
    _held(run).update(**asdict(tally))
    raise refused[0]


def _sites(run: CheckRun) -> list[UUID]:
    if run.about_site_id:
        return [run.about_site_id]
    with _acting():
        return list(Site.objects.order_by("code").values_list("pk", flat=True))


def _progress(run: CheckRun, done: int, total: int) -> None:
    _held(run).update(done=done, total=total)


@contextmanager
def _part(run: CheckRun, refused: list[WriteRefused]) -> Iterator[None]:
    """Give one part of a run its transaction, and keep the run for longer; _Overtaken where another worker has it.

    Cases that somebody is saving for long are passed over and noted in `refused`.
    """
    if not _held(run).update(lease_until=timezone.now() + LEASE):
        raise _Overtaken
    try:
        with _acting():
            yield
    except WriteRefused as busy:
        refused.append(busy)


def _acting() -> AbstractContextManager[Any]:
    return acting_as_system("checks", reason="edit checks")


def _end(run: CheckRun, state: RunState, **fields: Any) -> None:
    _held(run).update(state=state, finished_at=timezone.now(), lease_until=None, **fields)


def _held(run: CheckRun) -> QuerySet[CheckRun]:
    """Return the row of a run as long as this worker has it."""
    return CheckRun.objects.filter(pk=run.pk, state=RunState.RUNNING, attempts=run.attempts)
