"""Queries follow the record: what the checks find is laid over the queries that are there.

A violation opens one query, one that fires again re-opens it with its history, data that were put right close it.
What a person has settled stays quiet until the values change. All of it is set-based and idempotent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from registry.checks.compiled import single, tables_of
from registry.checks.declared import EditCheck, Severity
from registry.checks.engine import findings_of
from registry.checks.importance import rank_of
from registry.checks.settings import CheckSettings, settings_now
from registry.models import DataQuery, QueryState
from registry.services import query_sql as sql
from registry.services.case_turns import wait_for_turns
from registry.services.query_rows import close_orphans, gone_among, note

CASES_AT_ONCE = 500
Progress = Callable[[int, int], None]
Step = Callable[[], AbstractContextManager[Any]]


@dataclass
class Tally:
    """What a run did: how many violations it found, and what became of queries."""

    found: int = 0
    opened: int = 0
    reopened: int = 0
    closed: int = 0

    def add(self, other: Tally) -> None:
        """Add what another run did to queries."""
        self.opened += other.opened
        self.reopened += other.reopened
        self.closed += other.closed


def reconcile_cases(
    patient_ids: Sequence[UUID],
    tables: Collection[str] | None = None,
    codes: Collection[str] | None = None,
    *,
    waits: bool = True,
) -> Tally:
    """Run the checks of a few cases by one query and bring their queries up to date.

    `tables` are those that were written to: checks that read none of them find what they found before. `codes` names
    the checks to run instead; without `waits` missing values are asked for at once. Cases are held until the
    transaction ends, so that two changes of one case do not each miss the other's.
    """
    if not patient_ids:
        return Tally()
    wait_for_turns(patient_ids)
    settings = settings_now()
    checks = _wanted(settings, tables, codes)
    findings = findings_of(patient_ids, checks=checks, is_asking=waits, settings=settings)
    values = {
        "codes": [finding.check.code for finding in findings],
        "rows": [finding.row_id for finding in findings],
        "cases": [finding.patient_id for finding in findings],
        "sites": [finding.site_id for finding in findings],
        "prints": [finding.fingerprint for finding in findings],
        "scope": list(patient_ids),
        "ran": [check.code for check in checks],
        **_known(settings),
    }
    return _laid_over(values, len(findings))


def reconcile_sites(
    site_ids: Sequence[UUID],
    codes: Collection[str] = (),
    *,
    step: Step = nullcontext,
    progress: Progress = lambda _done, _total: None,
) -> Tally:
    """Run the checks of whole sites, all or those named, and bring their queries up to date.

    The checks look for the cases in which something is to be done, without holding anything; only these are held, a
    few hundred at a time, and looked at again. `step` gives the context of each part, by default that of the caller.
    """
    with step():
        settings = settings_now()
        different = _overdue(site_ids, settings)
    checks = _wanted(settings, None, codes or None)
    tally, firing = Tally(), set()
    for number, check in enumerate(checks):
        progress(number, len(checks))
        with step():
            found, cases = _differing(check, settings, site_ids)
        tally.found += found
        if cases:
            firing.add(check.code)
            different.update(cases)
    chunks = sorted(different)
    for first in range(0, len(chunks), CASES_AT_ONCE):
        with step():
            tally.add(reconcile_cases(chunks[first : first + CASES_AT_ONCE], codes=firing))
    with step(), connection.cursor() as cursor:
        cursor.execute(sql.RANK_AGAIN, _known(settings))
    progress(len(checks), len(checks))
    return tally


def asking_checks(settings: CheckSettings) -> list[EditCheck]:
    """Return the checks whose violations are asked about."""
    return [check for check in settings.running() if check.severity is not Severity.LOCKING]


def _wanted(settings: CheckSettings, tables: Collection[str] | None, codes: Collection[str] | None) -> list[EditCheck]:
    checks = asking_checks(settings)
    if codes is not None:
        return [check for check in checks if check.code in codes]
    if tables is not None:
        return [check for check in checks if not tables_of(check, settings).isdisjoint(tables)]
    return checks


def _known(settings: CheckSettings) -> dict[str, Any]:
    """Return what the statements are told about the checks that run."""
    running = asking_checks(settings)
    return {
        "now": timezone.now(),
        "running": [check.code for check in running],
        "ranked": [check.code for check in running],
        "topics": [check.topic.code for check in running],
        "fields": [check.fields[0] for check in running],
        "ranks": [int(rank_of(check)) for check in running],
    }


def _laid_over(values: dict[str, Any], found: int) -> Tally:
    closed = _rows(sql.CLOSE, values)
    gone = gone_among([(key, topic, row) for key, _site, topic, row, _how in closed])
    note("CLOSED", [(key, site, "GONE" if key in gone else how) for key, site, _topic, _row, how in closed], values)
    orphans = close_orphans(values["scope"], gone, values)
    tally = Tally(found=found, closed=len(closed) + orphans)
    if found:
        reopened = _rows(sql.REOPEN, values)
        note("REOPENED", [(key, site, "") for key, site in reopened], values)
        tally.reopened, tally.opened = len(reopened), len(_rows(sql.OPEN, values))
    return tally


def _rows(statement: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _differing(check: EditCheck, settings: CheckSettings, site_ids: Sequence[UUID]) -> tuple[int, list[UUID]]:
    """Return how many violations of a check there are, and the cases whose queries do not say so yet.

    The planner of PostgreSQL would look the sites up again for every row of a nested loop; told not to, it scans.
    """
    text = single(check, settings, by_site=True, is_asking=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_bitmapscan', 'off', true)")
        cursor.execute(
            sql.DIFFERING.format(check=text.sql),
            [*text.given(site_ids), check.code, check.code, list(site_ids)],
        )
        found, cases = cursor.fetchone()
        cursor.execute("SELECT set_config('enable_bitmapscan', 'on', true)")
    return found, cases


def _overdue(site_ids: Sequence[UUID], settings: CheckSettings) -> set[UUID]:
    """Return the cases with queries of checks that run no more, or about rows that are gone."""
    running = [check.code for check in asking_checks(settings)]
    with connection.cursor() as cursor:
        cursor.execute(sql.NOT_RUNNING, [list(site_ids), running])
        cases = {case for (case,) in cursor.fetchall()}
    asked = DataQuery.objects.filter(check_code="", site_id__in=list(site_ids)).exclude(state=QueryState.CLOSED)
    rows = list(asked.values_list("pk", "topic", "row_id", "patient_id"))
    gone = gone_among([row[:3] for row in rows])
    return cases | {row[3] for row in rows if row[0] in gone}
