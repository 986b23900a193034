"""The files of a folder of reference analyses."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from exports.survival.inputs import Floats

Columns = dict[str, list[str | None]]


class Unreadable(Exception):  # noqa: N818 - what is said of the file
    """A file that holds no reference analyses; the text names it and says why."""


@dataclass(frozen=True)
class Analysis:
    """One reference analysis: what was asked (`spec`) and what came out (`result`)."""

    id: str
    kind: str
    spec: dict[str, Any]
    result: dict[str, Any]


@dataclass(frozen=True)
class DataSet:
    """The columns of a CSV file as text, None where empty, and the analyses of them."""

    name: str
    columns: Columns
    analyses: tuple[Analysis, ...]


def read(path: Path) -> DataSet:
    """Return the data set of a JSON file and of the CSV file beside it. Raises Unreadable."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        analyses = tuple(Analysis(a["id"], a["kind"], a["spec"], a["result"]) for a in said["analyses"])
        return DataSet(path.stem, _columns(path.with_suffix(".csv")), analyses)
    except OSError as error:
        raise Unreadable(f"{error.filename}: cannot be read ({error.strerror}).") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{path}: holds no reference analyses ({type(error).__name__}: {error}).") from error


def _columns(path: Path) -> Columns:
    with path.open(encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    cells = [[cell or None for cell in row] for row in rows]
    return {name: list(column) for name, column in zip(names, zip(*cells, strict=True), strict=True)}


def numbers(values: Sequence[str | None]) -> Floats:
    """Return a column as numbers, nan where empty."""
    return np.array([np.nan if value is None else float(value) for value in values])


def texts(values: Sequence[str | None]) -> list[str]:
    """Return a column of labels. Raises ValueError where one is missing."""
    found = [value for value in values if value is not None]
    if len(found) < len(values):
        raise ValueError("a label is missing")
    return found
