"""The ways of getting a release out that are compared, and what is told of them. All data are simulated."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection

from exports.freeze import FreezeOrder, freeze
from exports.freeze.eligibility import sites_with_papers
from exports.freeze.folder import read_facts
from exports.freeze.pseudonyms import site_codes
from exports.freeze.queries import copy_query, eligible_cases
from exports.freeze.snapshot import snapshot
from exports.freeze.tables import released_tables
from exports.package import PACKAGE_FILE, build_package
from registry.demo.bulk.generate import generate_registry
from sites.models import Site
from tests.performance.reporting import tell

ROUNDS = 5
RELEASE_BUDGET, REPACKAGE_BUDGET = 1.5, 0.25
PATIENTS = int(os.environ.get("QUELL_BENCH_PATIENTS", "10000"))
KEY = b"a key of the benchmark, 32 bytes"


def measure() -> None:
    """Alternate the ways, so that a slow moment of the machine meets all of them, and tell the medians."""
    generate_registry(patients=PATIENTS, seed=1)
    # As autovacuum would have done by the time that anybody freezes.
    with connection.cursor() as cursor:
        for statement in ("SET ROLE quell_owner", "ANALYZE", "SET ROLE quell_web"):
            cursor.execute(statement)
    folder = Path(tempfile.mkdtemp(prefix="quell-bench-"))
    try:
        for way in (copy_tables, release):
            way(folder)
        rounds = [[timed(way, folder) for way in (copy_tables, release, package)] for _ in range(ROUNDS)]
        report([statistics.median(times) for times in zip(*rounds, strict=True)], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def report(seconds: list[float], folder: Path) -> None:
    """Tell both ratios with the figures behind them."""
    copied, released, packaged = seconds
    rows = sum(table["rows"] for table in read_facts(folder / "release")["tables"])
    size = (folder / "release" / PACKAGE_FILE).stat().st_size
    facts = {
        "patients": PATIENTS,
        "rows": rows,
        "package_mib": round(size / 2**20, 1),
        "copy_seconds": round(copied, 2),
    }
    tell(
        "freeze and CSV package / COPY of the same queries",
        released / copied,
        RELEASE_BUDGET,
        seconds=round(released, 2),
        **facts,
    )
    tell(
        "package of a frozen release / whole release from live tables",
        packaged / released,
        REPACKAGE_BUDGET,
        seconds=round(packaged, 2),
        **facts,
    )


def timed(work: Callable[[Path], None], folder: Path) -> float:
    """Seconds that a piece of work takes."""
    began = time.perf_counter()
    work(folder)
    return time.perf_counter() - began


def copy_tables(folder: Path) -> None:
    """The limit: every table of a release, straight from PostgreSQL into a file."""
    with snapshot("COPY") as cursor:
        cases = eligible_cases(sites_with_papers(today(), "export"))
        for table in released_tables():
            query = copy_query(table, cases)
            with (folder / f"{table.name}.csv").open("wb") as file, cursor.copy(query, cases.parameters) as rows:
                for piece in rows:
                    file.write(piece)


def release(folder: Path) -> None:
    """What a worker does between claiming a job and publishing."""
    codes, _known = site_codes(KEY, Site.objects.values_list("id", flat=True), {})
    cut = dt.datetime.now(tz=dt.UTC)
    shutil.rmtree(folder / "release", ignore_errors=True)
    freeze(FreezeOrder("BENCH-2026.1", "bench", "AGREEMENT", cut, KEY, codes, "bench", True), folder / "release")
    package(folder)


def package(folder: Path) -> None:
    """The package again, from the frozen tables alone."""
    build_package(folder / "release")


def today() -> dt.date:
    """The day of the data cut."""
    return dt.datetime.now(tz=dt.UTC).date()
