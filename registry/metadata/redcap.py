"""The codebook as a REDCap data dictionary: 18 columns in REDCap's order, one instrument a topic."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from registry.metadata.codebook import choices_of, type_name
from registry.metadata.fields import DateVariable, DecimalVariable, FlagVariable, IntegerVariable, VariableField
from registry.metadata.topics import Topic, topics
from registry.metadata.variable import Privacy, Variable

HEADINGS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
RECORD_ID = "study_id"


def redcap_dictionary() -> str:
    """Return the dictionary as CSV; the record id is its first field and names are unique across instruments."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADINGS)
    writer.writerows(_rows())
    return out.getvalue()


def _rows() -> Iterator[list[str]]:
    for entry in topics():
        for field in entry.entered_fields:
            yield redcap_row(entry, field)


def redcap_name(entry: Topic, field: VariableField) -> str:
    """Return the field's name in REDCap, where names are unique in the whole project."""
    return field.name if field.name == RECORD_ID else f"{entry.code}_{field.name}"


def redcap_row(entry: Topic, field: VariableField) -> list[str]:
    """Return the 18 columns of one field."""
    if field.variable is None:
        raise ValueError(f"{field} carries no Variable.")
    variable = field.variable
    low, high = variable.limits or ("", "")
    row = [
        redcap_name(entry, field),
        entry.code,
        "",
        _field_type(field),
        variable.label,
        "" if isinstance(field, FlagVariable) else " | ".join(f"{code}, {label}" for code, label in choices_of(field)),
        _note(variable),
        _validation(field),
        str(low),
        str(high),
        "y" if variable.privacy in {Privacy.DIRECT, Privacy.DATE} else "",
        "",
        "y" if field.required else "",
    ]
    return [*row, "", "", "", "", f"@PRIVACY={variable.privacy.name}"]


def _field_type(field: VariableField) -> str:
    if isinstance(field, FlagVariable):
        return "yesno"
    return "dropdown" if choices_of(field) else "text"


def _validation(field: VariableField) -> str:
    if isinstance(field, DateVariable):
        return "" if field.partial else "date_ymd"
    if isinstance(field, IntegerVariable):
        return "integer"
    if isinstance(field, DecimalVariable):
        return "number"
    return "time" if type_name(field) == "time" else ""


def _note(variable: Variable) -> str:
    return "; ".join(part for part in (variable.unit, variable.note) if part)
