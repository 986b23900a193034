"""The steps of a release as a worker makes it, each by itself, and COPY of the same queries as the limit to reach.

All data are simulated.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import shutil
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from psycopg import sql

from exports.datasets.catalogue import derive
from exports.freeze import FreezeOrder, freeze
from exports.freeze.eligibility import eligible, sites_with_papers
from exports.freeze.folder import read_facts, write_facts
from exports.freeze.policy import EXPORT_ALIAS, RARE_BELOW_PATIENTS
from exports.freeze.pseudonyms import site_codes
from exports.freeze.queries import copy_query, rare_query
from exports.freeze.rows import People, people
from exports.freeze.snapshot import snapshot
from exports.freeze.tables import released_tables
from exports.leaving.leave import leave
from exports.leaving.order import AGREEMENT, LeavingOrder, Selection
from exports.package import Package, build_package
from registry.demo.bulk.generate import generate_registry
from registry.models import Patient
from sites.context import acting_as_system
from sites.models import Site
from tests.walls import as_owner

KEY: Final = b"a key of the benchmark, 32 bytes"
IN_ORDER: Final = sql.SQL(" ORDER BY who.place")


def patients_wanted(default: int = 10_000) -> int:
    """The size of the registry, by QUELL_BENCH_PATIENTS."""
    return int(os.environ.get("QUELL_BENCH_PATIENTS", default))


def rounds_of(patients: int) -> int:
    """How often everything is measured: five times, or once where a round takes minutes; or QUELL_BENCH_ROUNDS."""
    return int(os.environ.get("QUELL_BENCH_ROUNDS", 5 if patients <= 10_000 else 1))


def fill(patients: int) -> None:
    """Write the registry, and analyse it as autovacuum would have done by the time that anybody freezes."""
    generate_registry(patients=patients, seed=1)
    with as_owner() as cursor:
        cursor.execute("ANALYZE")


def medians(rounds: int, ways: Mapping[str, Callable[[], Any]]) -> dict[str, float]:
    """Seconds of each way; all are taken in turn, so that a slow moment of the machine meets all of them."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(rounds):
        for name, way in ways.items():
            times[name].append(seconds(way))
    return {name: statistics.median(taken) for name, taken in times.items()}


def seconds(work: Callable[[], Any]) -> float:
    """Seconds that a piece of work takes."""
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def codes() -> dict[Any, str]:
    """The site codes of the benchmark's project."""
    with acting_as_system("benchmark", reason="site codes"):
        return site_codes(KEY, Site.objects.values_list("id", flat=True), {})[0]


def freeze_into(folder: Path) -> dict[str, Any]:
    """The frozen tables of everybody who may leave."""
    shutil.rmtree(folder, ignore_errors=True)
    cut = dt.datetime.now(tz=dt.UTC)
    return freeze(FreezeOrder("BENCH-2026.1", "bench", AGREEMENT, cut, KEY, codes(), "bench", True), folder)


def derive_into(folder: Path) -> None:
    """The analysis datasets beside the frozen tables."""
    facts = read_facts(folder)
    write_facts(folder, {**facts, "datasets": derive(folder, facts)})


def leave_into(folder: Path, selection: Selection | None = None) -> Path:
    """What leaves of it under an agreement: everything, or what is selected."""
    out = folder / "leaving" / AGREEMENT
    leave(folder, out, LeavingOrder(AGREEMENT, selection=selection or {}, key=KEY))
    return out


def pack(folder: Path, package_format: str) -> Package:
    """The package of a leaving folder in one format."""
    return build_package(folder, package_format, folder.parent.parent / "packages" / f"{package_format}.zip")


def rows_of(folder: Path, *kinds: str) -> int:
    """How many rows the tables or datasets of a folder have."""
    facts = read_facts(folder)
    return sum(sheet["rows"] for kind in kinds for sheet in facts[kind])


def size_mib(path: Path) -> float:
    """The size of a file, or of all files of a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 2**20


def copy_tables(folder: Path, *, in_order: bool) -> None:
    """The limit: every table of a release straight from PostgreSQL into a file, and the levels that few people hold."""
    folder.mkdir(parents=True, exist_ok=True)
    with snapshot("COPY") as cursor:
        who = listed()
        for table in released_tables():
            for column in table.read:
                if column.is_merged:
                    cursor.execute(rare_query(table, column), [who.listed, RARE_BELOW_PATIENTS])
            query = copy_query(table) if in_order else _unordered(copy_query(table))
            with (folder / f"{table.name}.csv").open("wb") as file, cursor.copy(query, [who.listed]) as rows:
                for piece in rows:
                    file.write(piece)


def listed() -> People:
    """Everybody who may leave today, in the order of their subject keys."""
    sites = sites_with_papers(dt.datetime.now(tz=dt.UTC).date(), EXPORT_ALIAS)
    everybody = eligible(Patient.objects.using(EXPORT_ALIAS), sites)
    return people(KEY, everybody.values_list("id", "site_id"), codes())


def _unordered(query: sql.Composed) -> sql.SQL:
    text = query.as_string(None)
    return sql.SQL(text.replace(IN_ORDER.as_string(None), ""))  # type: ignore[arg-type]
