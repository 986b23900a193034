"""The codebook: every column of every topic with its words, unit, code, choices, limits and how it leaves."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from registry.metadata.fields import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    FlagVariable,
    IntegerVariable,
    ReferenceVariable,
    TimeVariable,
    VariableField,
)
from registry.metadata.topics import Topic, topics
from registry.metadata.variable import Number, Variable
from registry.rules.missing import MissingReason

TYPE_NAMES: Sequence[tuple[type[VariableField], str]] = (
    (DateVariable, "date"),
    (TimeVariable, "time"),
    (CodedVariable, "code"),
    (FlagVariable, "yes/no"),
    (IntegerVariable, "integer"),
    (DecimalVariable, "decimal"),
    (ReferenceVariable, "reference"),
)

MISSING_NOTE = ", ".join(f"{reason} ({reason.label})" for reason in MissingReason)


@dataclass(frozen=True)
class CodebookRow:
    """One column of one topic, in words that fit a file."""

    topic: str
    column: str
    label: str
    type: str
    unit: str
    code: str
    choices: str
    required: str
    limits: str
    plausible: str
    privacy: str
    leaves_as: str
    derived: str
    note: str


def codebook_rows() -> Iterator[CodebookRow]:
    """Yield the codebook, topic by topic, in the order in which columns are declared."""
    for entry in topics():
        for field in entry.fields:
            yield codebook_row(entry, field)


def codebook_row(entry: Topic, field: VariableField) -> CodebookRow:
    """Return the codebook's line of one declared field."""
    variable = _variable(field)
    return CodebookRow(
        topic=entry.code,
        column=field.name,
        label=variable.label,
        type=type_name(field),
        unit=variable.unit,
        code=variable.code,
        choices=" | ".join(f"{code}, {label}" for code, label in choices_of(field)),
        required="yes" if field.required else "no",
        limits=_interval(variable.limits),
        plausible=_interval(variable.plausible),
        privacy=variable.privacy.name,
        leaves_as=variable.leaves_as.value if variable.leaves_as else "",
        derived="yes" if variable.derived else "no",
        note=variable.note,
    )


def type_name(field: VariableField) -> str:
    """Return the codebook's word for the type of a field."""
    name = next((word for kind, word in TYPE_NAMES if isinstance(field, kind)), "text")
    return "partial date" if isinstance(field, DateVariable) and field.partial else name


def choices_of(field: VariableField) -> list[tuple[str, str]]:
    """Return (code, label) pairs of a coded answer; a yes/no has 1 and 0."""
    if isinstance(field, FlagVariable):
        return [("1", "yes"), ("0", "no")]
    return field.coding.choices() if isinstance(field, CodedVariable) and field.coding else []


def codebook_csv() -> str:
    """Return the codebook as CSV, UTF-8 text with a header."""
    out = io.StringIO()
    names = list(CodebookRow.__dataclass_fields__)
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in codebook_rows())
    return out.getvalue()


def codebook_version() -> str:
    """Return the first 12 hex digits of the SHA-256 of the codebook: it changes when any declaration does."""
    return hashlib.sha256(codebook_csv().encode()).hexdigest()[:12]


def codebook_markdown() -> str:
    """Return the codebook for reading, one table a topic."""
    lines = ["# Codebook", "", f"Version {codebook_version()}. Written by `make docs`; do not edit.", ""]
    lines += [
        f"An empty value carries a reason: {MISSING_NOTE}. Dates are yyyy-mm-dd; a partial date is yyyy-mm or yyyy.",
        "",
    ]
    for entry in topics():
        lines += [f"## {entry.code}: {entry.label}", "", f"{entry.grain.capitalize()}. Key in files: "]
        lines[-1] += ", ".join(f"`{name}`" for name in entry.key_columns) + "."
        lines += [
            "",
            "| column | label | type | unit | choices or limits | privacy | leaves as | note |",
            "|---|---|---|---|---|---|---|---|",
        ]
        lines += [_markdown_row(codebook_row(entry, field)) for field in entry.fields]
        lines.append("")
    return "\n".join(lines)


def _markdown_row(row: CodebookRow) -> str:
    limits = row.limits and f"limits {row.limits}"
    plausible = row.plausible and f"plausible {row.plausible}"
    allowed = "; ".join(part for part in (row.choices.replace(" | ", "; "), limits, plausible) if part)
    notes = "; ".join(part for part in (row.code, "computed" if row.derived == "yes" else "", row.note) if part)
    cells = (f"`{row.column}`", row.label, row.type, row.unit, allowed, row.privacy, row.leaves_as, notes)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _variable(field: VariableField) -> Variable:
    if field.variable is None:
        raise ValueError(f"{field} carries no Variable.")
    return field.variable


def _interval(interval: tuple[Number, Number] | None) -> str:
    return f"{interval[0]} to {interval[1]}" if interval else ""
