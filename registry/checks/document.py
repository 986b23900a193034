"""Writes docs/generated/edit-checks.md: every check with its words, and what holds those that are no query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import translation

from registry.checks.catalogue import load
from registry.checks.constraints import DATE_VALIDATOR, HELD_BY_CONSTRAINTS, NOT_IN_THE_RECORD
from registry.checks.declared import EditCheck, Threshold, edit_checks, shown_number
from registry.checks.ranges import OUTSIDE
from registry.metadata import Topic, topics
from registry.metadata.forms import form_of_topic
from registry.metadata.units import shown_unit

COLUMNS = ("id", "form and topic", "fields", "severity", "message", "thresholds", "held by")
Cells = Sequence[str]

HEAD = """# Edit checks

Written by `make docs` from the declared checks; do not edit.

Each runs when a case is saved, after every upload and every night; data managers switch checks and set their
thresholds on the page Checks. Messages and thresholds are given here as declared.

`blocking`: stops completing a form, locking and releasing, never saving, and asks. `blocking at lock`: stops locking
and releasing only. `soft`: asks, and the value stays. `refused`: the row is not saved. Checks that ask for what is
missing wait until the form is complete or the case has been in the registry for some time. Dates are compared at the
precision that is recorded: only what is wrong whatever the day was counts. A value that is missing violates nothing
but the checks on missing values.
"""


def edit_checks_markdown() -> str:
    """Return the document, in English whatever the language of the moment."""
    load()
    with translation.override("en"):
        ranges = [check for check in edit_checks() if check.message == OUTSIDE]
        others = [check for check in edit_checks() if check.message != OUTSIDE]
        sections = (
            ("Asked and blocked", list(map(_declared, others))),
            ("Plausible ranges", list(map(_declared, ranges))),
            ("Refused when a row is saved", [_held(code) for code in sorted(HELD_BY_CONSTRAINTS)]),
            ("Not in the record", [_absent(code) for code in sorted(NOT_IN_THE_RECORD)]),
        )
        return HEAD + "".join(_section(title, rows) for title, rows in sections)


def constraint_named(name: str) -> tuple[Topic, Any]:
    """Return a constraint and the topic that has it; LookupError for what is none."""
    for topic in topics():
        for constraint in topic.model._meta.constraints:
            if constraint.name == name:
                return topic, constraint
    raise LookupError(f"No constraint {name}.")


def _section(title: str, rows: Sequence[Cells]) -> str:
    lines = [f"\n## {title}: {len(rows)}\n", _line(COLUMNS), "|" + "---|" * len(COLUMNS), *map(_line, rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _declared(check: EditCheck) -> Cells:
    thresholds = "; ".join(map(_threshold, check.thresholds))
    place, held_by = _place(check.topic), "edit check, waits" if check.waits else "edit check"
    return f"`{check.code}`", place, _names(check.fields), check.severity.value, check.words(), thresholds, held_by


def _threshold(limit: Threshold) -> str:
    return f"`{limit.name}` = {shown_number(limit.default)} {shown_unit(limit.unit)}".strip()


def _held(code: str) -> Cells:
    held_by = HELD_BY_CONSTRAINTS[code]
    if held_by == DATE_VALIDATOR:
        words = "This date is in the future."
        return f"`{code}`", "every form", "every date", "refused", words, "", f"validator `{DATE_VALIDATOR}`"
    found = [constraint_named(name) for name in held_by.split(", ")]
    places = "; ".join(dict.fromkeys(_place(topic) for topic, _constraint in found))
    words = " ".join(dict.fromkeys(str(constraint.violation_error_message) for _topic, constraint in found))
    fields = dict.fromkeys(name for topic, constraint in found for name in _fields_of(topic, constraint))
    return f"`{code}`", places, _names(fields), "refused", words, "", "constraint " + _names(held_by.split(", "))


def _fields_of(topic: Topic, constraint: Any) -> list[str]:
    condition = getattr(constraint, "condition", None)
    named = condition.referenced_base_fields if condition else {getattr(constraint, "parent", "")}
    return [field.name for field in topic.model._meta.local_concrete_fields if field.name in named]


def _absent(code: str) -> Cells:
    return f"`{code}`", "", "", "", NOT_IN_THE_RECORD[code], "", "nothing"


def _place(topic: Topic) -> str:
    try:
        return f"{form_of_topic(topic.code).label}, `{topic.code}`"
    except LookupError:
        return f"{topic.label}, `{topic.code}`"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
