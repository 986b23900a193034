"""From the rows of an entry page to what is asked to be written."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from registry.metadata.fields import VariableField
from registry.rules.icans import ice_total
from registry.services.rows import NOTHING, RowWrite, State
from registry.services.rowwise import ICE_ITEMS
from registry.web.entry.lab_lines import LabCell, LabLine
from registry.web.entry.lines import Line, auto_key
from registry.web.entry.sheet import Sheet
from registry.web.entry.typed import read

Settled = dict[str, frozenset[str]]


def writes_of(sheet: Sheet, settled: Settled) -> list[RowWrite]:
    """Return what is to be written, rows with errors left out."""
    found: list[RowWrite] = []
    is_below = any(line.needs_saving for grid in sheet.grids for line in grid.lines)
    for line in sheet.heads:
        if line.needs_saving or (is_below and line.is_new):
            found += _of_line(sheet, line, settled)
    for grid in sheet.grids:
        for line in grid.lines:
            if line.needs_saving:
                found += _of_sample(line) if isinstance(line, LabLine) else _of_line(sheet, line, settled)
    return found


def _of_line(sheet: Sheet, line: Line, settled: Settled) -> Iterator[RowWrite]:
    if line.has_errors and not line.is_deleted:
        return
    yield RowWrite(
        slot=line.slot,
        topic=line.topic,
        states=_states(sheet, line),
        record_id=_key(line.typed_id),
        version=line.version,
        above=_above(sheet, line),
        auto_key=auto_key(line.topic),
        is_deleted=line.is_deleted,
        settled=settled.get(line.slot, frozenset()),
    )


def _states(sheet: Sheet, line: Line) -> dict[str, State]:
    states = {name: box.state for name, box in line.boxes.items() if name != "above"}
    for name, text in line.hidden.items():
        field: VariableField = line.topic.model._meta.get_field(name)  # type: ignore[assignment]
        states[name] = State(read(field, text, sheet.setting).value)
    _add_up_ice(line, states)
    return states


def _add_up_ice(line: Line, states: dict[str, State]) -> None:
    """Where every item of ICE is there, the score is their sum, unless the person typed another one."""
    box = line.boxes.get("ice_total")
    if box is None or (box.is_changed and box.text):
        return
    total = ice_total(*(states.get(item, NOTHING).value for item in ICE_ITEMS))
    if total is not None:
        states["ice_total"] = State(total)


def _above(sheet: Sheet, line: Line) -> UUID | str | None:
    """Return the row above: one chosen, one known, or the head of this very page."""
    text = line.boxes["above"].text if "above" in line.boxes else line.above
    if text:
        return _key(text)
    head = next((head for head in sheet.heads if head.topic is line.topic.parent_topic), None)
    if head is None or head is line:
        return None
    return _key(head.typed_id) or head.slot


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _of_sample(line: LabLine) -> Iterator[RowWrite]:
    """Yield a row for each result of a sample that differs from what is saved."""
    sample = {name: line.boxes[name].state for name in ("sampled_on", "sampled_at")}
    moved = any(line.boxes[name].is_changed for name in sample)
    if any(line.boxes[name].errors for name in sample) and not line.is_deleted:
        return
    for code, cell in line.cells.items():
        box = line.boxes[code]
        is_new = not cell.typed_id and bool(box.text)
        is_changed = bool(cell.typed_id) and (
            box.is_changed or moved or line.is_deleted or line.boxes["timepoint"].is_changed
        )
        if (is_new or is_changed) and not (box.errors and not line.is_deleted):
            yield _of_result(line, code, cell, sample)


def _of_result(line: LabLine, code: str, cell: LabCell, sample: dict[str, State]) -> RowWrite:
    box, timepoint = line.boxes[code], line.boxes["timepoint"]
    states = dict(sample)
    if box.is_changed:
        states |= _result(cell)
    if timepoint.is_changed or not cell.typed_id:
        states["timepoint"] = timepoint.state
    if not cell.typed_id:
        states["analyte"] = State(code)
    above = line.boxes["above"].text if "above" in line.boxes else line.above
    return RowWrite(
        slot=f"{line.slot}-{code}",
        topic=line.topic,
        states=states,
        record_id=_key(cell.typed_id),
        version=cell.version,
        above=_key(above),
        is_deleted=bool(cell.typed_id) and (line.is_deleted or not box.text),
    )


def _result(cell: LabCell) -> dict[str, State]:
    typed = cell.typed
    if typed.reason:
        return {"value": State(reason=typed.reason), "unit": NOTHING, "comparator": NOTHING}
    comparator = State(typed.comparator) if typed.comparator else NOTHING
    return {"value": State(typed.value), "unit": State(typed.unit), "comparator": comparator}
