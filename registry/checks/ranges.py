"""A check for every plausible range that a variable declares: a value outside is saved, and asked about."""

from __future__ import annotations

from decimal import Decimal
from math import ceil, floor
from typing import Any

from django.utils.translation import gettext_noop

from registry.checks.declared import Limits, Rows, Severity, Threshold, edit_check, threshold
from registry.metadata import IntegerVariable, Variable, topics
from registry.metadata.fields import VariableField

OUTSIDE = gettext_noop("The value is outside its plausible range of %(low)s to %(high)s. Check it, or confirm.")


def declare_ranges() -> None:
    """Declare a soft check for each plausible range; called once, when the program starts."""
    for topic in topics():
        for field in topic.entered_fields:
            if field.variable and field.variable.plausible:
                _declare(topic.model, topic.code, field, field.variable)


def _declare(model: Any, topic: str, field: VariableField, variable: Variable) -> None:
    name, is_whole = field.name, isinstance(field, IntegerVariable)

    def outside(rows: Rows, limits: Limits) -> Rows:
        # A whole number is less than 4.5 where it is less than 5; Django would cut the decimals off.
        low, high = (ceil(limits["low"]), floor(limits["high"])) if is_whole else (limits["low"], limits["high"])
        return rows.filter(**{f"{name}__lt": low}) | rows.filter(**{f"{name}__gt": high})

    edit_check(
        f"RG_{topic}_{name}".upper(),
        model,
        fields=[name],
        severity=Severity.SOFT,
        message=OUTSIDE,
        thresholds=_limits(variable),
    )(outside)


def _limits(variable: Variable) -> list[Threshold]:
    """Return the declared range, which may be moved as far as the hard limits, or widely where there are none."""
    low, high = (Decimal(value) for value in variable.plausible or (0, 0))
    width = high - low
    lowest, highest = variable.limits or (min(low, max(Decimal(0), low - 10 * width)), high + 10 * width)
    return [
        threshold("low", low, variable.unit, gettext_noop("Lowest plausible value"), low=lowest, high=highest),
        threshold("high", high, variable.unit, gettext_noop("Highest plausible value"), low=lowest, high=highest),
    ]
