"""The raw case files of the demonstration: one folder per hospital, one CSV file per topic, nothing derived."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from registry.demo.baseline import baseline_rows
from registry.demo.case import Case, cases
from registry.demo.cells import Row, Rows, written
from registry.demo.hospitals import HOSPITALS
from registry.demo.laboratory import lab_rows
from registry.demo.outcomes import outcome_rows
from registry.demo.toxicities import toxicity_rows
from registry.demo.treatment import treatment_rows
from registry.metadata import topic_named

NOTICE = """\
SIMULATED DATA

Every file in this folder and below was made by `manage.py demo_cohort`. The 43 patients, their nine hospitals, their
numbers and dates are invented; no record belongs to a real person, and the names of the hospitals are not those of
real ones. Covariates and times were chosen so that the headline figures of a published study come out of the raw
files; they say nothing about the real patients of that study. Doses are simulated weight-based prescriptions.

One folder per hospital, one CSV file per topic, in the columns of the codebook: UTF-8, commas, points in decimals,
dates as 2021-03-05 (or 2021-03, 2021 where less is known), times of the hospital, yes/no, codes of the codebook.
ND, UNK and NA in a cell mean: not done, unknown, not applicable. Nothing in these files is derived: no daily doses,
no doses per weight, no computed grades, no classes of death by algorithm.
"""


def cohort_files() -> dict[str, dict[str, bytes]]:
    """Return hospital code -> file name -> content of all raw case files; the same bytes each time."""
    listed = cases()
    return {hospital.code: site_files([case for case in listed if case.hospital is hospital]) for hospital in HOSPITALS}


def site_files(own: Sequence[Case]) -> dict[str, bytes]:
    """Return file name -> content for the cases of one hospital; a topic without rows has no file."""
    tables: dict[str, list[Row]] = {}
    for case in own:
        for topic, row in case_rows(case):
            tables.setdefault(topic, []).append(row)
    return {f"{topic}.csv": _csv(topic, rows) for topic, rows in tables.items()}


def case_rows(case: Case) -> Rows:
    """Yield (topic, row) for everything that was recorded of a case."""
    for rows in (baseline_rows, lab_rows, toxicity_rows, treatment_rows, outcome_rows):
        yield from rows(case)


def write_cohort(folder: Path) -> Mapping[str, int]:
    """Write all files below a folder and return topic -> number of rows over all hospitals."""
    counts: dict[str, int] = {}
    for code, files in cohort_files().items():
        (folder / code).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / code / name).write_bytes(content)
            counts[name.removesuffix(".csv")] = counts.get(name.removesuffix(".csv"), 0) + _rows_in(content)
    (folder / "README.txt").write_text(NOTICE, encoding="utf-8")
    return counts


def _rows_in(content: bytes) -> int:
    return sum(1 for _line in csv.reader(io.StringIO(content.decode("utf-8")))) - 1


def _csv(topic: str, rows: Sequence[Row]) -> bytes:
    columns = topic_named(topic).columns
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(_lines(columns, rows))
    return text.getvalue().encode("utf-8")


def _lines(columns: Sequence[str], rows: Sequence[Row]) -> Iterator[list[str]]:
    for row in rows:
        if unknown := row.keys() - set(columns):
            raise ValueError(f"no such columns: {', '.join(sorted(unknown))}")
        yield [written(row.get(column)) for column in columns]
