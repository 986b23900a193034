"""Edit checks, each declared once beside the query that finds its violations.

A check says what is wrong, positively: a function that takes rows of a topic and returns those that violate it. Which
rows it is given is the engine's business: one case after a save, a site, or everything at night.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from registry.metadata import Topic, topic_of

Rows = QuerySet[Any]
Limits = Mapping[str, Decimal]
Violations = Callable[..., Rows]
Suggestion = Callable[[Any], Mapping[str, Any]]
Number = str | int | Decimal
NO_LIMITS: Limits = {}


class Severity(Enum):
    """What a violation does.

    BLOCKING keeps a form from being completed, a case from being locked, and a release from being frozen, and asks;
    LOCKING does so at the lock and the release only, and leaves asking to its soft twin; SOFT asks.
    """

    BLOCKING = "blocking"
    LOCKING = "blocking at lock"
    SOFT = "soft"


@dataclass(frozen=True)
class Threshold:
    """A number that the registry agreed on and a data manager may change, with a reason, between `low` and `high`."""

    name: str
    default: Decimal
    unit: str
    label: str
    low: Decimal
    high: Decimal

    @property
    def words(self) -> str:
        """Return what it is called, in the language of the moment."""
        return _(self.label)


def threshold(name: str, default: Number, unit: str, label: str, *, low: Number, high: Number) -> Threshold:
    """Declare a threshold; ValueError where its default lies outside what may be set."""
    made = Threshold(name, Decimal(default), unit, label, Decimal(low), Decimal(high))
    if not made.low <= made.default <= made.high:
        raise ValueError(f"The threshold {name} is {default}, outside {low} to {high}.")
    return made


@dataclass(frozen=True)
class EditCheck:
    """One check. `fields` are those of the topic that it speaks of, the one to correct first.

    `waits` is true of checks that ask for what is missing: they keep quiet while a form is being filled in. `suggest`
    gives the values that would settle a violation of a row, where the record itself holds them. `is_on` tells whether
    it runs before anybody has decided.
    """

    code: str
    topic: Topic
    fields: tuple[str, ...]
    severity: Severity
    message: str
    violations: Violations
    thresholds: tuple[Threshold, ...] = ()
    waits: bool = False
    suggest: Suggestion | None = None
    is_on: bool = True

    @property
    def defaults(self) -> Limits:
        """Return its thresholds as declared."""
        return {limit.name: limit.default for limit in self.thresholds}

    def violating(self, rows: Rows, limits: Limits = NO_LIMITS) -> Rows:
        """Return the rows that violate it, under thresholds of which some may be given."""
        return self.violations(rows, {**self.defaults, **limits}) if self.thresholds else self.violations(rows)

    def words(self, limits: Limits = NO_LIMITS) -> str:
        """Return what is said of a violation, in the language of the moment, with its thresholds filled in."""
        values = {**self.defaults, **limits}
        return (
            _(self.message) % {name: shown_number(value) for name, value in values.items()}
            if values
            else _(self.message)
        )


def shown_number(value: Decimal) -> str:
    """Return a threshold as people write it: no trailing zeros, the decimal sign of their language."""
    return number_format(value.normalize() if value % 1 else value.to_integral_value())


_CHECKS: dict[str, EditCheck] = {}


def edit_check(
    code: str,
    model: type[Model],
    *,
    fields: Sequence[str],
    severity: Severity,
    message: str,
    thresholds: Sequence[Threshold] = (),
    waits: bool = False,
    suggest: Suggestion | None = None,
    is_on: bool = True,
) -> Callable[[Violations], Violations]:
    """Declare a check on the rows of a model; the function below returns the rows that violate it.

    With thresholds the function takes them as a second argument, name -> value, and the message may name them as
    `%(name)s`. ValueError for a code that is taken (codes are never reused) or a field that the topic does not have.
    """

    def declare(violations: Violations) -> Violations:
        topic = topic_of(model)
        known = {field.name for field in topic.fields}
        if code in _CHECKS:
            raise ValueError(f"The code {code} is taken.")
        if unknown := sorted(set(fields) - known):
            raise ValueError(f"{code} names fields that {topic.code} does not have: {', '.join(unknown)}.")
        _CHECKS[code] = EditCheck(
            code, topic, tuple(fields), severity, message, violations, tuple(thresholds), waits, suggest, is_on
        )
        return violations

    return declare


def edit_checks() -> list[EditCheck]:
    """Return every check in the order of their codes."""
    return [_CHECKS[code] for code in sorted(_CHECKS)]


def check_named(code: str) -> EditCheck:
    """Return a check by its code; LookupError for what is none."""
    try:
        return _CHECKS[code]
    except KeyError:
        raise LookupError(f"No edit check {code}.") from None
