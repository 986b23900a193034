"""Derives every dataset of a frozen release, one block of subjects after the other, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import polars as pl

from exports.datasets.declared import USUBJID, Dataset
from exports.freeze.parquet import writing
from exports.sheets import SUBJECT, Sheet, sheet_named, sheet_path, sheets_of


def derive_datasets(folder: Path, facts: Mapping[str, Any], datasets: Sequence[Dataset]) -> list[dict[str, Any]]:
    """Write datasets/*.parquet of a folder and return the facts of each; the same tables give the same bytes."""
    tables = [sheet for sheet in sheets_of(folder, facts) if sheet.kind == "table"]
    counts = {dataset.name: [0, 0] for dataset in datasets}
    with ExitStack() as stack:
        writers = {
            dataset.name: stack.enter_context(writing(sheet_path(folder, "dataset", dataset.name)))
            for dataset in datasets
        }
        for block in _blocks(tables):
            derived: dict[str, pl.DataFrame] = {}
            for dataset in datasets:
                rows = dataset.rows(block, derived)
                derived[dataset.name] = rows
                writers[dataset.name].add(rows)
                counts[dataset.name][0] += rows.height
                counts[dataset.name][1] += rows[USUBJID].n_unique()
    return [_facts(folder, dataset, *counts[dataset.name]) for dataset in datasets]


def _blocks(tables: Sequence[Sheet]) -> Iterator[dict[str, pl.DataFrame]]:
    """Yield the tables of one block of subjects after the other, as the row groups of the patient table cut them."""
    for patients in sheet_named(tables, "patient").pieces():
        subjects = patients[SUBJECT]
        first, last = (subjects[0], subjects[-1]) if subjects.len() else ("", "")
        yield {table.name: patients if table.name == "patient" else table.of_subjects(first, last) for table in tables}


def _facts(folder: Path, dataset: Dataset, rows: int, patients: int) -> dict[str, Any]:
    sheet = Sheet(
        kind="dataset",
        name=dataset.name,
        label=dataset.label,
        grain=dataset.grain,
        key=dataset.key,
        rows=rows,
        patients=patients,
        sites=0,
        columns=dataset.columns,
        path=sheet_path(folder, "dataset", dataset.name),
    )
    return sheet.facts()
