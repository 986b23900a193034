"""An export of one row a value, as REDCap calls it: entity, attribute, value. What is blank has no row."""

from __future__ import annotations

from collections.abc import Iterator

from exports.redcap.flat import group_of, repeat_of
from exports.redcap.project import GROUP, INSTANCE, INSTRUMENT
from exports.redcap.rows import Row, Selection, rows


def eav_header(selection: Selection) -> list[str]:
    """Return the names of the columns."""
    repeat = [INSTRUMENT, INSTANCE] if selection.project.repeating else []
    return ["record", *repeat, "field_name", "value"]


def eav_rows(selection: Selection) -> Iterator[list[str]]:
    """Yield one row a value. The record id and the group of a subject stand with the row of its single forms."""
    has_repeats = bool(selection.project.repeating)
    for row in rows(selection):
        repeat = repeat_of(row) if has_repeats else []
        for name, value in _values(selection, row):
            if value:
                yield [row.record, *repeat, name, value]


def _values(selection: Selection, row: Row) -> Iterator[tuple[str, str]]:
    project = selection.project
    if row.chosen is None:
        yield project.record_field.name, row.record
        if selection.has_groups:
            yield GROUP, group_of(project, row.record, is_labelled=selection.asked.is_labelled)
    forms = [row.chosen] if row.chosen else selection.single
    for chosen, cells in zip(forms, row.cells, strict=True):
        names = [field.name for field in chosen.fields] + [chosen.form.complete] * chosen.with_complete
        yield from zip(names, cells, strict=False)
