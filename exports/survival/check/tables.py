"""Reference analyses of tables: proportions, and the first table of a report."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from exports.survival.check.vectors import Columns, numbers
from exports.survival.observed import labelled
from exports.survival.proportions import binomial
from exports.survival.table_one import compare_categorical, compare_numeric, counted, numeric_summary

Plain = dict[str, Any]


def proportions(columns: Columns, spec: Plain, result: Plain) -> Plain:
    """Return the proportion of a 0/1 column, or those by group with Fisher's test."""
    values = numbers(columns[spec["column"]])
    if not spec["group"]:
        return {"all": _proportion(values)}
    group = columns[spec["group"]]
    levels, codes = labelled(group, values.size)  # type: ignore[arg-type]  # missing labels are what it is for
    groups = {level: _proportion(values[codes == number]) for number, level in enumerate(levels)}
    return {"groups": groups, "fisher_p": compare_categorical(columns[spec["column"]], group).p}  # type: ignore[arg-type]


def _proportion(values: Any) -> Plain:
    missing = int(np.isnan(values).sum())
    return {"n_missing": missing, **asdict(binomial(int(np.nansum(values)), values.size - missing))}


def table_one(columns: Columns, spec: Plain, result: Plain) -> Plain:
    """Return each variable by group, and its test."""
    group = columns[spec["group"]]
    numeric = {name: _numeric(numbers(columns[name]), group) for name in spec["numeric"]}
    return numeric | {name: _categorical(columns[name], group) for name in spec["categorical"]}


def _numeric(values: Any, group: Any) -> Plain:
    levels, codes = labelled(group, values.size)
    groups = {level: values[codes == number] for number, level in enumerate(levels)}
    summary = {level: asdict(numeric_summary(part)) for level, part in ({"all": values} | groups).items()}
    test = compare_numeric(values, group)
    return {"type": "numeric", "summary": summary, "test": test.test, "p": test.p}


def _categorical(values: Any, group: Any) -> Plain:
    categories, codes = labelled(values, len(values))
    groups, _ = labelled(group, len(values))
    rows = zip(categories, counted(values, group).tolist(), strict=True)
    counts = {category: {"all": sum(row), **dict(zip(groups, row, strict=True))} for category, row in rows}
    test = compare_categorical(values, group)
    return {"type": "categorical", "counts": counts, "missing": int((codes < 0).sum()), "test": test.test, "p": test.p}
