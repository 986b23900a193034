"""Checks a cohort as it came from a form or a file before anything relies on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from exports.cohorts.criteria import CRITERIA, Criterion

RULE_OF: Final = {"levels": "in", "minimum": "min"}
Cohort = dict[str, dict[str, Any]]


class CohortError(ValueError):
    """A cohort asks for what is not declared; the message is for the person who asked."""


def checked_cohort(asked: object) -> Cohort:
    """Return a cohort in its plain form, levels in their declared order and type.

    Raises CohortError, in words, for an unknown column, rule or level.
    """
    if not isinstance(asked, Mapping):
        raise CohortError(_("A cohort is a list of criteria."))
    if unknown := [str(column) for column in asked if column not in CRITERIA]:
        raise CohortError(_("Cases cannot be chosen by %(column)s.") % {"column": ", ".join(sorted(unknown))})
    return {column: _rule(one, asked[column]) for column, one in CRITERIA.items() if column in asked}


def _rule(criterion: Criterion, asked: object) -> dict[str, Any]:
    rule = RULE_OF[criterion.kind]
    if not isinstance(asked, Mapping) or set(asked) != {rule}:
        raise CohortError(_("%(criterion)s: say which levels are wanted.") % {"criterion": _(criterion.label)})
    wanted = asked[rule] if criterion.kind == "levels" else [asked[rule]]
    if not isinstance(wanted, list | tuple) or not wanted:
        raise CohortError(_("%(criterion)s: choose at least one level.") % {"criterion": _(criterion.label)})
    codes = {_code(value) for value in wanted}
    if unknown := sorted(codes - set(criterion.codes)):
        words = {"criterion": _(criterion.label), "level": ", ".join(unknown)}
        raise CohortError(_("%(criterion)s: there is no level %(level)s.") % words)
    values = [int(code) if criterion.is_number else code for code in criterion.codes if code in codes]
    return {rule: values if criterion.kind == "levels" else values[0]}


def _code(value: object) -> str:
    """Return a level as text; a truth value is none, though Python takes it for a number."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else repr(value)
