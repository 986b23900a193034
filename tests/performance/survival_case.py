"""Simulated follow-up of any size, the same at each run: whole days, two causes, five covariates, delayed entry."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SIZES = (43, 1_000, 100_000)
COVARIATES = ("dose", "age", "kps", "ferritin", "costim")


@dataclass(frozen=True, eq=False)
class Case:
    """One value per person: `status` 0 censored, 1 the event, 2 the competing one; `product` has four levels."""

    n: int
    time: np.ndarray
    status: np.ndarray
    entry: np.ndarray
    group: list[str]
    site: list[str]
    product: list[str]
    response: np.ndarray
    covariates: np.ndarray


def case(n: int) -> Case:
    """Return n people; a higher dose and better condition make the event rarer."""
    source = np.random.default_rng(20_230_401 + n)
    numbers = [source.normal(4, 2, n), source.normal(60, 12, n), source.normal(80, 10, n), source.normal(10, 2, n)]
    covariates = np.column_stack([*numbers, source.integers(0, 2, n)])
    risk = covariates @ np.array([-0.2, 0.01, -0.02, 0.05, 0.2])
    days = [source.exponential(1, n) * scale for scale in (300 * np.exp(-(risk - risk.mean())), 700, 500)]
    time = np.ceil(np.minimum.reduce([*days, np.full(n, 730.0)]))
    status = np.array([1, 2, 0, 0])[np.argmin([*days, np.full(n, 730.0)], axis=0)]
    entry = np.floor(time * source.random(n) * 0.3)
    group = np.where(covariates[:, 0] > 4, "high", "low").tolist()
    site, product = source.integers(1, 10, n), source.choice(["A", "B", "C", "D"], n, p=[0.5, 0.2, 0.15, 0.15])
    response = (source.random(n) < 0.76).astype(int)
    return Case(n, time, status, entry, group, [f"S{k}" for k in site], product.tolist(), response, covariates)


def write(data: Case, path: Path) -> None:
    """Write what R reads."""
    columns = [data.time, data.status, data.entry, data.group, data.site, data.product, data.response]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["time", "status", "entry", "group", "site", "product", "response", *COVARIATES])
        writer.writerows(zip(*columns, *data.covariates.T, strict=True))
