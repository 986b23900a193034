"""What follows from one row alone, as SQL over a whole file: fills, conversions, and rules between its cells.

The numbers come from `registry.rules`; only the multiplication is the database's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from registry.rules.lab_units import LabUnit
from registry.rules.labs import ANALYTES, Analyte, UnitNotAllowed, unit_factor

ICE_ITEMS = ("ice_orientation", "ice_naming", "ice_command", "ice_writing", "ice_attention")


@dataclass(frozen=True)
class RowProblem:
    """A rule between the cells of one row: `condition` is true of a row that breaks it."""

    code: str
    columns: tuple[str, ...]
    condition: str


@dataclass(frozen=True)
class RowWise:
    """The SQL of one topic; `q` is the row as it would be stored, `f` what `join` adds.

    `fills` gives a value to an entered column that was left empty, `derived` sets a computed column.
    """

    join: str = ""
    fills: Mapping[str, str] = field(default_factory=dict)
    derived: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[RowProblem, ...] = ()


def rowwise(code: str) -> RowWise:
    """Return what is computed row by row for a topic; nothing for most."""
    if code == "lab":
        return _lab()
    if code == "icans_assessment":
        return RowWise(fills={"ice_total": " + ".join(f"{{{item}}}" for item in ICE_ITEMS)})
    return RowWise()


@cache
def lab_units() -> tuple[tuple[str, str, str, str, str], ...]:
    """Return (analyte, unit, factor, lowest, highest canonical value) of every unit that can be converted."""
    found = []
    for analyte in Analyte:
        limits = ANALYTES[analyte].limits
        for unit in LabUnit:
            try:
                factor = unit_factor(analyte, unit.value)
            except UnitNotAllowed:
                continue
            found.append((analyte.value, unit.value, str(factor), str(limits.hard_low), str(limits.hard_high)))
    return tuple(found)


@cache
def _lab() -> RowWise:
    rows = ", ".join(f"('{analyte}', '{unit}', {f}, {low}, {high})" for analyte, unit, f, low, high in lab_units())
    return RowWise(
        join=(
            f" LEFT JOIN (VALUES {rows}) AS f(analyte, unit, factor, lowest, highest)"
            " ON f.analyte = q.analyte AND f.unit = q.unit"
        ),
        derived={"canonical_value": "q.value * f.factor"},
        problems=(
            RowProblem("unit_not_allowed", ("unit", "analyte"), "q.unit IS NOT NULL AND f.factor IS NULL"),
            RowProblem(
                "lab_limits", ("value", "unit", "analyte"), "q.value * f.factor NOT BETWEEN f.lowest AND f.highest"
            ),
        ),
    )
