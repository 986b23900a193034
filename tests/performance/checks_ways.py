"""The ways of running the edit checks that the benchmark compares, and their times in one run."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from statistics import median
from typing import Any
from uuid import UUID

from django.db import connection

from registry.checks.compiled import tables_of
from registry.checks.settings import settings_now
from registry.demo.bulk.generate import generate_registry
from registry.models import Patient
from registry.services.reconcile import Tally, asking_checks, reconcile_cases, reconcile_sites
from sites.context import acting_as_system
from sites.models import Site
from tests.database import use_database
from tests.performance.reporting import tell
from tests.performance.row_rules import rules, violations
from tests.walls import as_owner

PYTHON_CASES, SAVES = 300, 15
CRS = ("registry_crsassessment", "registry_crsepisode", "registry_noneoccurred")
PYTHON_AT_LEAST, SCAN_BUDGET, AGAIN_BUDGET, TENFOLD_BUDGET, SAVE_BUDGET = 15, 5, 1, 12, 2


def measure(databases: Mapping[int, str]) -> None:
    """Fill the registries, run the checks over each, and tell how the times compare."""
    saves: dict[int, dict[str, float]] = {}
    first: dict[int, float] = {}
    again: dict[int, float] = {}
    for size, name in sorted(databases.items()):
        use_database(name)
        generate_registry(patients=size, seed=1, tell=lambda _done: None)
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        first[size], _tally = _timed(_whole)
        again[size], tally = _timed(_whole)
        assert (tally.opened, tally.reopened, tally.closed) == (0, 0, 0)
        saves[size] = _saves()
    small, middle, large = sorted(databases)
    _tell_whole(first, again, tally, middle, large)
    for kind in saves[large]:
        ratio = saves[large][kind] / saves[small][kind]
        figures = {f"ms_at_{size}": round(saves[size][kind] * 1000, 1) for size in (small, large)}
        tell(f"checks at a save, {kind}: large against small", ratio, SAVE_BUDGET, **figures)


def _tell_whole(first: Mapping[int, float], again: Mapping[int, float], tally: Tally, middle: int, large: int) -> None:
    count = len(asking_checks(settings_now()))
    python, _found = _timed(lambda: _python(count))
    per_case = python / min(PYTHON_CASES, large)
    scans, once = _scans()
    tell("checks: Python rules row by row against the whole run", per_case * large / again[large], PYTHON_AT_LEAST,
         at_least=True, checks=count, cases=large, python_ms_per_case=round(per_case * 1000, 2),
         run_s=round(again[large], 2))  # fmt: skip
    tell("checks: whole run against a sequential scan of its tables per check", again[large] / scans, SCAN_BUDGET,
         scans_s=round(scans, 2), every_table_once_s=round(once, 2), violations=tally.found,
         times_every_table_once=round(again[large] / once, 1))  # fmt: skip
    tell("checks: nothing changed against the run that opens the queries", again[large] / first[large], AGAIN_BUDGET,
         opened_s=round(first[large], 2), again_s=round(again[large], 2))  # fmt: skip
    tell("checks: ten times the cases", again[large] / again[middle], TENFOLD_BUDGET,
         **{f"s_at_{middle}": round(again[middle], 2), f"s_at_{large}": round(again[large], 2)})  # fmt: skip


def _acting() -> AbstractContextManager[Any]:
    return acting_as_system("bench", reason="edit checks")


def _whole() -> Tally:
    with _acting():
        sites = list(Site.objects.values_list("pk", flat=True))
    return reconcile_sites(sites, step=_acting)


def _python(count: int) -> int:
    with _acting():
        return violations(_cases(PYTHON_CASES), rules(count))


def _scans() -> tuple[float, float]:
    """Return the time of a scan of the tables of each check, all checks together, and that of every table once."""
    settings, seconds = settings_now(), {}
    for check in asking_checks(settings):
        for table in tables_of(check, settings):
            if table not in seconds:
                seconds[table] = _timed(lambda table=table: _scan(table))[0]
    read = [table for check in asking_checks(settings) for table in tables_of(check, settings)]
    return sum(seconds[table] for table in read), sum(seconds.values())


def _scan(table: str) -> None:
    with _acting(), connection.cursor() as cursor:
        cursor.execute(f'SELECT count(t.*) FROM "{table}" t')


def _saves() -> dict[str, float]:
    """Return the median time of the checks of one case: all of them, and those that read what a CRS day writes."""
    cases = _cases_of_all(SAVES)
    kinds: dict[str, tuple[str, ...] | None] = {"all checks": None, "those of a CRS day": CRS}
    return {kind: median(_timed(lambda case=case, t=t: _save(case, t))[0] for case in cases[1:])
            for kind, t in kinds.items() if _save(cases[0], t) is not None}  # fmt: skip


def _save(case: UUID, tables: tuple[str, ...] | None) -> Tally:
    with _acting():
        return reconcile_cases([case], tables)


def _cases_of_all(count: int) -> list[UUID]:
    with _acting():
        return _cases(count)


def _cases(count: int) -> list[UUID]:
    return list(Patient.objects.order_by("study_id").values_list("pk", flat=True)[:count])


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    gc.collect()
    began = time.perf_counter()
    made = work()
    return time.perf_counter() - began, made
