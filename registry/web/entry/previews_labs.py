"""Results one by one: each in the registry's unit, and whether its unit and size can be, before it is saved."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from registry.metadata.units import shown_unit
from registry.rules.labs import ANALYTES, Analyte, to_canonical
from registry.services.lab_rules import lab_units_of, validate_lab
from registry.web.case_cells import number
from registry.web.entry.lab_lines import LabLine
from registry.web.entry.lines import Computed, Line
from registry.web.entry.sheet import Sheet

KEY = "canonical_value"


def preview_results(sheet: Sheet) -> None:
    """Convert each result; a sample's row shows its conversions beside the cells instead."""
    for line in sheet.grids[0].lines:
        if not isinstance(line, LabLine):
            _convert(line)


def _convert(line: Line) -> None:
    field: Any = line.topic.model._meta.get_field(KEY)
    shown = line.computed[KEY] = Computed(KEY, str(field.verbose_name))
    analyte, unit, value = (line.value(name) for name in ("analyte", "unit", "value"))
    try:
        validate_lab(analyte, unit, value)
    except ValidationError as refused:
        for name, words in refused.message_dict.items():
            line.boxes[name].errors += words
        return
    if analyte and value is not None and unit in lab_units_of(analyte):
        canonical = shown_unit(ANALYTES[Analyte(analyte)].unit.value)
        shown.text = f"{number(to_canonical(Analyte(analyte), value, unit))} {canonical}"
