"""The Cox analyses of the reference vectors: what each is fitted to, and what R found."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from exports.survival.cox_design import Covariate, Design, design

FOLDER = Path(__file__).resolve().parents[2] / "vectors"


@cache
def rows_of(data_set: str) -> dict[str, list[str | None]]:
    """Return the columns of a data set as text; an empty field is None."""
    with (FOLDER / f"{data_set}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] or None for row in rows] for name in rows[0]}


def analyses() -> list[tuple[str, dict[str, Any]]]:
    """Return each Cox analysis with the name of its data set."""
    return [
        (path.stem, analysis)
        for path in sorted(FOLDER.glob("s*.json"))
        for analysis in json.loads(path.read_text(encoding="utf-8"))["analyses"]
        if analysis["kind"] == "coxph"
    ]


def arguments(data_set: str, spec: dict[str, Any]) -> dict[str, Any]:
    """Return what `cox` and `firth` are called with."""
    columns = rows_of(data_set)
    return {
        "time": numbers(columns[spec["time"]]),
        "event": numbers(columns[spec["status"]]) == spec["event_code"],
        "covariates": design_of(columns, spec["covariates"]),
        "entry": numbers(columns[spec["entry"]]) if spec["entry"] else None,
        "strata": columns[spec["strata"]] if spec["strata"] else None,
        "ties": spec["ties"],
    }


def numbers(values: list[str | None]) -> np.ndarray:
    return np.array([float("nan") if value is None else float(value) for value in values])


def design_of(columns: dict[str, list[str | None]], covariates: list[dict[str, Any]]) -> Design:
    return design(columns, [_covariate(covariate) for covariate in covariates])


def _covariate(spec: dict[str, Any]) -> Covariate:
    return Covariate(
        name=spec["column"],
        column=spec["column"],
        kind=spec["type"],
        reference=spec.get("reference"),
        transform=spec.get("transform"),
        divide_by=spec.get("divide_by", 1),
    )
