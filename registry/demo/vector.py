"""The 43 simulated patients that the demonstration is built around: what each case must come to."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

SOURCE = Path(__file__).with_name("cohort43.csv")


@dataclass(frozen=True, slots=True)
class Target:
    """The covariates and outcomes that one simulated case must reproduce.

    Days count from infusion (`entry`, `os_day`, `pfs_day`) or from the first day of anakinra (`resolution_day`).
    `resolution` is 1 resolved, 2 died unresolved, 0 unresolved at last contact; `trm` is 1 treatment-related death,
    2 death of the malignancy, 0 alive.
    """

    id: str
    hospital: str
    is_high_dose: bool
    mg_per_kg_day: Decimal
    age: int
    product: str
    kps: int
    ferritin_ng_ml: int
    entry: int
    trm: int
    resolution_day: int
    resolution: int
    os_day: int
    has_died: bool
    pfs_day: int
    has_failed: bool
    has_responded: bool

    @property
    def resolved_on_day(self) -> int | None:
        """Return the day of resolution from infusion, nothing where the toxicity did not resolve."""
        return self.entry + self.resolution_day if self.resolution == 1 else None

    @property
    def progressed_on_day(self) -> int | None:
        """Return the day of relapse or progression from infusion, nothing where death or censoring came first."""
        is_death = self.has_died and self.pfs_day == self.os_day
        return self.pfs_day if self.has_failed and not is_death else None


def targets() -> list[Target]:
    """Return the 43 patients in the order of their ids."""
    with SOURCE.open(encoding="ascii", newline="") as file:
        return [_target(row) for row in csv.DictReader(file)]


def _target(row: dict[str, str]) -> Target:
    return Target(
        id=row["id"],
        hospital=row["site"],
        is_high_dose=row["group"] == "high",
        mg_per_kg_day=Decimal(row["dose_mgkgd"]),
        age=int(row["age"]),
        product=row["product"],
        kps=int(row["kps"]),
        ferritin_ng_ml=int(row["ferritin"]),
        entry=int(row["entry"]),
        trm=int(row["s_trm"]),
        resolution_day=int(row["t_res"]),
        resolution=int(row["s_res"]),
        os_day=int(row["t_os"]),
        has_died=row["s_os"] == "1",
        pfs_day=int(row["t_pfs"]),
        has_failed=row["s_pfs"] == "1",
        has_responded=row["response"] == "1",
    )
