"""Edit checks, each declared once beside the query that finds its violations.

A check says what is wrong, positively: a function that takes rows of a topic and returns those that violate it. Which
rows it is given is the engine's business: one case after a save, a site, or everything at night.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from registry.metadata import Topic, topic_of

Rows = QuerySet[Any]
Violations = Callable[[Rows], Rows]


class Severity(Enum):
    """What a violation does: BLOCKING keeps a form from being completed and a case from being locked; SOFT asks."""

    BLOCKING = "blocking"
    SOFT = "soft"


@dataclass(frozen=True)
class EditCheck:
    """One check. `fields` are those of the topic that it speaks of, the one to correct first."""

    code: str
    topic: Topic
    fields: tuple[str, ...]
    severity: Severity
    message: str
    violations: Violations

    @property
    def words(self) -> str:
        """Return what is said of a violation, in the language of the moment."""
        return _(self.message)


_CHECKS: dict[str, EditCheck] = {}


def edit_check(
    code: str, model: type[Model], *, fields: Sequence[str], severity: Severity, message: str
) -> Callable[[Violations], Violations]:
    """Declare a check on the rows of a model; the function below returns the rows that violate it.

    ValueError for a code that is taken (codes are never reused) or a field that the topic does not have.
    """

    def declare(violations: Violations) -> Violations:
        topic = topic_of(model)
        known = {field.name for field in topic.fields}
        if code in _CHECKS:
            raise ValueError(f"The code {code} is taken.")
        if unknown := sorted(set(fields) - known):
            raise ValueError(f"{code} names fields that {topic.code} does not have: {', '.join(unknown)}.")
        _CHECKS[code] = EditCheck(code, topic, tuple(fields), severity, message, violations)
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
