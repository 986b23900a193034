"""From a declared field and what was typed to the control of an entry page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.metadata import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    FlagVariable,
    IntegerVariable,
    Privacy,
    ReferenceVariable,
    TextVariable,
    TimeVariable,
    Variable,
)
from registry.metadata.fields import VariableField
from registry.metadata.units import shown_unit
from registry.services.rows import NOTHING, State, state_of
from registry.web.entry.control import Box, Choices
from registry.web.entry.typed import Setting, Typed, read, written
from registry.web.entry.typed_choices import choices_of, reference_options

KINDS: tuple[tuple[type[VariableField], str], ...] = (
    (DateVariable, "date"),
    (TimeVariable, "time"),
    (CodedVariable, "choice"),
    (FlagVariable, "choice"),
    (ReferenceVariable, "choice"),
    (IntegerVariable, "number"),
    (DecimalVariable, "number"),
    (TextVariable, "words"),
)


class Lists:
    """The lists of answers of one page, each made once."""

    def __init__(self) -> None:
        self._made: dict[VariableField, Choices] = {}
        self._rows: dict[VariableField, Choices] = {}

    def of(self, field: VariableField) -> Choices:
        """Return the choices of a field; none for what is typed freely."""
        if kind_of(field) != "choice":
            return ()
        if field not in self._made:
            self._made[field] = choices_of(field, self.rows(field))
        return self._made[field]

    def rows(self, field: VariableField) -> Choices | None:
        """Return the rows that a reference can name; None for any other field."""
        if not isinstance(field, ReferenceVariable):
            return None
        if field not in self._rows:
            self._rows[field] = reference_options(field)
        return self._rows[field]


def kind_of(field: VariableField) -> str:
    """Return what kind of control a field has."""
    return next((kind for model_field, kind in KINDS if isinstance(field, model_field)), "words")


def saved_text(record: Any, field: VariableField, setting: Setting) -> str:
    """Return what is saved of a field, as text that is read back as the same."""
    state = state_of(record, field.name) if record is not None else NOTHING
    if isinstance(field, ReferenceVariable) and state.value is not None:
        state = State(getattr(record, field.attname))
    return written(field, state.value, setting, precision=state.precision, reason=state.reason)


def field_box(
    slot: str, field: VariableField, was: str, text: str, setting: Setting, lists: Lists, *, aria: str = ""
) -> Box:
    """Return the control of a field with its text read; an answer pasted as words becomes the option that it names."""
    typed = read(field, text, setting, options=lists.rows(field))
    box = _bare(slot, field, lists)
    if box.kind == "choice" and not typed.error:
        text = written(field, typed.value, setting, reason=typed.reason)
    box.was, box.text, box.aria = was, text, f"{aria}, {box.label}" if aria else ""
    box.state, box.echo, box.warning = _state(typed), typed.echo, typed.warning
    box.errors = [typed.error] if typed.error else []
    return box


def _bare(slot: str, field: VariableField, lists: Lists) -> Box:
    variable = field.variable or Variable("", Privacy.SYSTEM)
    unit = "" if variable.unit.startswith("{") else shown_unit(variable.unit)
    return Box(
        name=f"{slot}-{field.name}",
        key=field.name,
        label=str(field.verbose_name),
        kind=kind_of(field),
        unit=unit,
        help=str(field.help_text),
        choices=lists.of(field),
        normal=variable.normal,
        asked=_asked(slot, variable),
        is_required=field.required,
        is_optional=variable.optional or variable.privacy in (Privacy.FREE_TEXT, Privacy.DIRECT),
        has_no_copy="grade" in field.name or variable.privacy is Privacy.FREE_TEXT,
        longest=field.max_length if isinstance(field, TextVariable) else None,
    )


def _asked(slot: str, variable: Variable) -> str:
    if variable.asked_if is None:
        return ""
    name, codes = variable.asked_if
    return f"{slot}-{name}={','.join(codes)}"


def _state(typed: Typed) -> State:
    if typed.error:
        return NOTHING
    return State(typed.value, typed.precision, typed.reason)


def is_asked(box: Box, boxes: Mapping[str, Box]) -> bool:
    """Tell whether a control is asked, given the other controls of its row (by name on the page)."""
    if not box.asked:
        return True
    name, _equals, codes = box.asked.partition("=")
    other = boxes.get(name)
    if other is None or other.state.value is None:
        return False
    return codes == "*" or answer_of(other.state.value) in codes.split(",")


def answer_of(value: Any) -> str:
    """Return a value as branches name it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
