"""What every step behind the freeze costs, in time against the freeze and in memory by the size of the registry."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.db import connection

from exports.freeze.errors import FreezeError
from exports.freeze.rows import BLOCK_CASES
from exports.leaving.leave import leave
from exports.leaving.order import AGREEMENT, SHAREABLE, LeavingOrder
from exports.leaving.twin import make_twin
from exports.package.formats import WRITERS
from exports.risk.report import risk_of
from tests.database import use_database
from tests.performance.memory_probe import DATASETS, FREEZE, grown_mib
from tests.performance.release_ways import (
    KEY,
    derive_into,
    fill,
    freeze_into,
    leave_into,
    medians,
    pack,
    patients_wanted,
    rounds_of,
    rows_of,
    size_mib,
)
from tests.performance.reporting import tell

FORMATS: Final = tuple(WRITERS)
MEMORY_MIB: Final[Mapping[str, int]] = {
    FREEZE: 256,
    DATASETS: 640,
    "CSV": 80,
    "PARQUET": 128,
    **dict.fromkeys(("SPSS", "STATA", "SAS", "ADAM"), 256),
}
# Memory of two sizes is compared where both have a block of cases to leave behind; so much comes and goes.
WHOLE_BLOCKS, GROWTH, LOOSE_MIB = 2 * BLOCK_CASES, 1.3, 24


def sizes() -> tuple[int, ...]:
    """The sizes of the registries in which memory is measured, by QUELL_BENCH_MEMORY_PATIENTS."""
    told = os.environ.get("QUELL_BENCH_MEMORY_PATIENTS", f"1000,{patients_wanted()}")
    return tuple(sorted({int(size) for size in told.split(",")}))


def measure(databases: Mapping[int, str]) -> None:
    """Time the steps in the registry of the wanted size, then measure memory in each."""
    memory: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="quell-bench-") as made:
        for patients, database in sorted(databases.items()):
            use_database(database)
            fill(patients)
            release = Path(made) / str(patients)
            if patients == patients_wanted():
                _time(release, patients)
            else:
                _prepare(release)
            if patients in sizes():
                name = str(connection.settings_dict["NAME"])
                memory[patients] = {step: grown_mib(step, release, name) for step in (DATASETS, *FORMATS)}
                memory[patients][FREEZE] = grown_mib(FREEZE, release, name)
    tell_memory(memory)


def _prepare(release: Path) -> None:
    freeze_into(release)
    derive_into(release)
    leave_into(release)


def _time(release: Path, patients: int) -> None:
    own = release / "leaving" / AGREEMENT
    steps: dict[str, Callable[[], Any]] = {
        "freeze": partial(freeze_into, release),
        "datasets": partial(derive_into, release),
        "leaving": partial(leave_into, release),
        "risk": partial(risk_of, own, k_min=5),
        "shareable": partial(_shareable, release),
        "twin": partial(make_twin, own, release / "leaving/TWIN", seed="bench"),
        **{name: partial(pack, own, name) for name in FORMATS},
    }
    _prepare(release)
    # What a worker imports once, it has imported.
    pack(own, "CSV")
    took = medians(rounds_of(patients), steps)
    tell_times(took, release, patients)


def _shareable(release: Path) -> None:
    """The shareable level by the steps that the risk report suggests, or the refusal where they do not reach it."""
    steps = risk_of(release / "leaving" / AGREEMENT, k_min=5)["suggestions"]["shareable"]
    order = LeavingOrder(SHAREABLE, coarsening=tuple(steps), k_min=11, key=KEY)
    try:
        leave(release, release / "leaving" / SHAREABLE, order)
    except FreezeError:
        return


def tell_times(took: Mapping[str, float], release: Path, patients: int) -> None:
    """Tell each step against the freeze, and all formats together."""
    rows = {"tables": rows_of(release, "tables"), "datasets": rows_of(release, "datasets")}
    frozen = took["freeze"]
    assessed = sum(took[step] for step in ("freeze", "datasets", "leaving", "risk"))
    every = sum(took[name] for name in FORMATS)
    facts = {"patients": patients, "table_rows": rows["tables"], "dataset_rows": rows["datasets"]}
    for step, budget in STEPS.items():
        tell(f"formats: {step} / freeze", took[step] / frozen, budget, seconds=round(took[step], 2), **facts)
    for name in FORMATS:
        path = release / "packages" / f"{name}.zip"
        # An ADaM package has the datasets alone.
        written = rows["datasets"] if name == "ADAM" else sum(rows.values())
        tell(f"formats: {name} package / freeze", took[name] / frozen, FORMAT_BUDGET, seconds=round(took[name], 2),
             rows_per_second=round(written / took[name]), mib=round(size_mib(path), 1), **facts)  # fmt: skip
    seconds = {"freeze_seconds": round(frozen, 2), "all_formats_seconds": round(every, 2)}
    tell("formats: all formats / freeze", every / frozen, EVERY_BUDGET, **seconds, **facts)
    tell("formats: all formats / freeze, datasets, leaving and risk", every / assessed, ASSESSED_BUDGET,
         assessed_seconds=round(assessed, 2), **seconds, **facts)  # fmt: skip


def tell_memory(memory: Mapping[int, Mapping[str, float]]) -> None:
    """Tell the growth of each step at each size against its budget, and of the largest size against a smaller one."""
    long = [patients for patients in memory if patients >= WHOLE_BLOCKS]
    for step, budget in MEMORY_MIB.items():
        for patients, grown in memory.items():
            figures = {"mib": grown[step], "budget_mib": budget}
            tell(f"memory: {step}, {patients} patients, share of budget", grown[step] / budget, 1.0, **figures)
        if len(long) > 1:
            small, large = (memory[patients][step] for patients in (min(long), max(long)))
            figures = {f"mib_at_{patients}": memory[patients][step] for patients in long}
            name = f"memory: {step}, {max(long)} against {min(long)} patients, share of what may be"
            tell(name, large / (small * GROWTH + LOOSE_MIB), 1.0, **figures)


STEPS: Final = {"datasets": 3.0, "leaving": 0.5, "risk": 0.5, "shareable": 2.0, "twin": 4.0}
FORMAT_BUDGET, EVERY_BUDGET, ASSESSED_BUDGET = 4.0, 15.0, 6.0
