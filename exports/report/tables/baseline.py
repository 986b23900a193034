"""Table 1: the cases before treatment, by dose group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from exports.report.numbers import decimal, middle, number, p_value
from exports.report.tables.shares import counted, group_columns
from exports.report.tables.table import Cell, Column, Kind, Row, Table, row, table
from exports.report.told import Report, count, group_keys, hidden, told

Variable = Mapping[str, Any]


def baseline_table(report: Report) -> Table | None:
    """Return Table 1; None where the report has none."""
    columns = [Column(_("Characteristic"), is_number=False), *group_columns(report), Column(_("SMD")), Column(_("P"))]
    variables = (report.get("table_one") or {}).get("rows") or ()
    rows = [one for variable in variables for one in _rows(report, variable)]
    notes = [
        _("Numbers are medians [first to third quartile] with the range below; counts are of those with a value."),
        _("SMD: standardised mean difference, high against low dose, in standard deviations. P: %(tests)s.")
        % {"tests": ", ".join(_tests(variables))},
    ]
    return table("table-1", _("The cases before treatment, by dose group"), columns, rows, notes)


def _tests(variables: Any) -> list[str]:
    return sorted({told(one["test"]) for one in variables if one.get("test")})


def _rows(report: Report, variable: Variable) -> Iterator[Row]:
    yield from (_numeric if variable["kind"] == "numeric" else _categorical)(report, variable)


def _numeric(report: Report, variable: Variable) -> Iterator[Row]:
    cells = [_summary(report, variable["cells"].get(key)) for key in group_keys(report)]
    yield row(_label(variable), *cells, *_compared(variable))
    missing = {key: (variable["cells"].get(key) or {}).get("missing") for key in group_keys(report)}
    yield from _missing(report, missing)


def _summary(report: Report, cell: Mapping[str, Any] | None) -> Cell:
    if not cell or cell.get("median") is None:
        return Cell(hidden(report), tone="quiet")
    if cell.get("min") is None or cell.get("max") is None:
        return Cell(middle(cell))
    return Cell(middle(cell), f"{number(cell['min'])}–{number(cell['max'])}")


def _categorical(report: Report, variable: Variable) -> Iterator[Row]:
    blank = [Cell("")] * len(group_keys(report))
    yield row(_label(variable), *blank, *_compared(variable))
    for level in variable["levels"]:
        cells = [_level(report, level["cells"].get(key)) for key in group_keys(report)]
        yield row(told(level["label"]), *cells, "", "", kind=Kind.PART)
    yield from _missing(report, variable.get("missing") or {})


def _level(report: Report, cell: Mapping[str, Any] | None) -> Cell:
    return counted(report, (cell or {}).get("count"), (cell or {}).get("of"))


def _missing(report: Report, missing: Mapping[str, Any]) -> Iterator[Row]:
    if any(missing.values()):
        yield row(
            _("missing"), *(count(report, missing.get(key)) for key in group_keys(report)), "", "", kind=Kind.PART
        )


def _compared(variable: Variable) -> tuple[str, str]:
    return decimal(variable.get("smd"), 2), p_value(variable.get("p"))


def _label(variable: Variable) -> str:
    label, unit = told(variable["label"]), told(variable.get("unit"))
    return f"{label}, {unit}" if unit else label
