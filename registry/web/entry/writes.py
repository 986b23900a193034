"""From the rows of an entry page to what is asked to be written."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from registry.metadata.fields import VariableField
from registry.rules.icans import ice_total
from registry.services.rows import NOTHING, RowWrite, State, auto_key, state_of
from registry.services.rowwise import ICE_ITEMS
from registry.web.entry.lab_lines import MOMENT, SAMPLE, LabCell, LabLine
from registry.web.entry.lines import Line
from registry.web.entry.sheet import Sheet
from registry.web.entry.typed import read

LAB = "lab"


def writes_of(sheet: Sheet) -> list[RowWrite]:
    """Return what is to be written, rows with errors left out."""
    found: list[RowWrite] = []
    is_below = any(line.needs_saving for grid in sheet.grids for line in grid.lines)
    for line in sheet.heads:
        if line.needs_saving or (is_below and line.is_new):
            found += _of_line(sheet, line)
    for grid in sheet.grids:
        for line in grid.lines:
            if line.needs_saving:
                found += _of_sample(line) if isinstance(line, LabLine) else _of_line(sheet, line)
    return found


def line_of(slot: str) -> str:
    """Return the row of the page that a written row stands in: of a result its sample."""
    return "-".join(slot.split("-")[:2])


def control_of(write: RowWrite, name: str) -> str:
    """Return the name of the control in which a field of a written row stands."""
    if write.topic.code != LAB or write.slot == line_of(write.slot):
        return f"{write.slot}-{name}"
    return f"{line_of(write.slot)}-{name}" if name in SAMPLE else write.slot


def _of_line(sheet: Sheet, line: Line) -> Iterator[RowWrite]:
    if line.has_errors and not line.is_deleted:
        return
    yield RowWrite(
        slot=line.slot,
        topic=line.topic,
        states=_states(sheet, line),
        record_id=key_of(line.typed_id),
        version=line.version,
        above=_above(sheet, line),
        auto_key=auto_key(line.topic),
        is_deleted=line.is_deleted,
    )


def _states(sheet: Sheet, line: Line) -> dict[str, State]:
    """Return what the person wants in each field; of a row that is there already only in those that differ."""
    boxes = {name: box for name, box in line.boxes.items() if name != "above"}
    states = {name: box.state for name, box in boxes.items() if line.is_new or box.is_changed}
    for name, text in line.hidden.items():
        field: VariableField = line.topic.model._meta.get_field(name)  # type: ignore[assignment]
        states[name] = State(read(field, text, sheet.setting).value)
    total = ice_sum(line)
    if total is not None and total != line.value("ice_total"):
        states["ice_total"] = State(total)
    return states


def ice_sum(line: Line) -> int | None:
    """Return the score to be saved where every item of ICE is there, unless the person typed another one."""
    box = line.boxes.get("ice_total")
    if box is None or (box.is_changed and box.text):
        return None
    return ice_total(*(line.value(item) for item in ICE_ITEMS))


def _above(sheet: Sheet, line: Line) -> UUID | str | None:
    """Return the row above: one chosen, one known, or the head of this very page."""
    text = line.boxes["above"].text if "above" in line.boxes else line.above
    if text:
        return key_of(text)
    head = next((head for head in sheet.heads if head.topic is line.topic.parent_topic), None)
    if head is None or head is line:
        return None
    return key_of(head.typed_id) or head.slot


def key_of(text: str) -> UUID | None:
    """Return the key of a row that a hidden control names."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _of_sample(line: LabLine) -> Iterator[RowWrite]:
    """Yield a row for each result of a sample that differs from what is saved."""
    sample = {name: line.boxes[name].state for name in MOMENT}
    if any(line.boxes[name].errors for name in SAMPLE) and not line.is_deleted:
        return
    for code, cell in line.cells.items():
        if not line.boxes[code].errors or line.is_deleted:
            yield from _of_cell(line, code, cell, sample)


def _of_cell(line: LabLine, code: str, cell: LabCell, sample: dict[str, State]) -> Iterator[RowWrite]:
    box = line.boxes[code]
    if not cell.typed_id:
        if box.text and not line.is_deleted:
            yield _of_result(line, code, cell, sample)
        return
    is_moved = cell.record is not None and any(state_of(cell.record, name) != sample[name] for name in sample)
    if box.is_changed or is_moved or line.is_deleted or line.boxes["timepoint"].is_changed:
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
        record_id=key_of(cell.typed_id),
        version=cell.version,
        above=key_of(above),
        is_deleted=bool(cell.typed_id) and (line.is_deleted or not box.text),
    )


def _result(cell: LabCell) -> dict[str, State]:
    typed = cell.typed
    if typed.reason:
        return {"value": State(reason=typed.reason), "unit": NOTHING, "comparator": NOTHING}
    comparator = State(typed.comparator) if typed.comparator else NOTHING
    return {"value": State(typed.value), "unit": State(typed.unit), "comparator": comparator}
