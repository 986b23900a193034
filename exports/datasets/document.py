"""The page that lists every analysis dataset: grain, key, and each column with its derivation and sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from exports.datasets.catalogue import DATASETS
from exports.datasets.declared import Dataset
from exports.sheets import Column

_HEADING = """# Analysis datasets

Written by `make docs` from the declared columns; do not edit.

Derived from the frozen tables of a release alone. Days count from the first infusion, which is day 0; whole days, no
half-day shifts; of events and censorings on one day the events go first. A date that is not known to the day is never
imputed: what needs it stays empty, and `adtte` says how many subjects that leaves out and why. A column that ends in
`__mr` says why the one before it is empty. `yes/no` is 1 and 0. The identifier of a derivation ends in its version.
"""
# A list of codes that is longer is named by its length; the codebook of a release has all of it.
LONGEST_LIST = 20


def datasets_markdown(datasets: Sequence[Dataset] = DATASETS) -> str:
    """Return the page in Markdown."""
    return "\n".join([_HEADING, _overview(datasets), *(_section(dataset) for dataset in datasets)])


def _overview(datasets: Iterable[Dataset]) -> str:
    rows = [
        f"| [`{dataset.name}`](#{dataset.name}) | {dataset.label} | {_cell(dataset.grain)} | {len(dataset.columns)} |"
        for dataset in datasets
    ]
    return "\n".join(["| dataset | what | grain | columns |", "|---|---|---|---|", *rows, ""])


def _section(dataset: Dataset) -> str:
    keys = ", ".join(f"`{name}`" for name in dataset.key)
    head = [
        "| column | label | type | unit | choices | derivation | id | sources |",
        "|---|---|---|---|---|---|---|---|",
    ]
    rows = [_row(column) for column in dataset.columns if not column.is_reason]
    return "\n".join(
        [f"## {dataset.name}", "", f"{dataset.label}. Grain: {dataset.grain}. Key: {keys}.", "", *head, *rows, ""]
    )


def _row(column: Column) -> str:
    name = f"`{column.column}`" + (f" (`{column.short}`)" if column.short and column.short != column.column else "")
    how = ". ".join(part.rstrip(".") for part in (column.derivation, column.note) if part) + "."
    sources = ", ".join(f"`{source}`" for source in column.sources)
    kind = f"{column.type}, with reason" if column.missing_reasons else column.type
    cells = (name, column.label, kind, column.unit, _choices(column), how, f"`{column.deriv_id}`", sources)
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _choices(column: Column) -> str:
    if column.type == "yes/no" or not column.choices:
        return ""
    if len(column.choices) > LONGEST_LIST:
        return f"{len(column.choices)} codes"
    return "; ".join(code if code == label else f"{code}: {label}" for code, label in column.choices)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
