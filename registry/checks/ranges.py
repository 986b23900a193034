"""A check for every plausible range that a variable declares: a value outside is saved, and asked about."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop

from registry.checks.declared import Rows, Severity, edit_check
from registry.metadata import topics
from registry.metadata.fields import VariableField

OUTSIDE = gettext_noop("The value is outside its plausible range. Check it.")


def declare_ranges() -> None:
    """Declare a soft check for each plausible range; called once, when the program starts."""
    for topic in topics():
        for field in topic.entered_fields:
            if field.variable and field.variable.plausible:
                _declare(topic.model, topic.code, field)


def _declare(model: Any, topic: str, field: VariableField) -> None:
    low, high = field.variable.plausible if field.variable and field.variable.plausible else (0, 0)
    name = field.name

    def outside(rows: Rows) -> Rows:
        return rows.filter(**{f"{name}__lt": low}) | rows.filter(**{f"{name}__gt": high})

    code = f"RG_{topic}_{name}".upper()
    edit_check(code, model, fields=[name], severity=Severity.SOFT, message=OUTSIDE)(outside)
