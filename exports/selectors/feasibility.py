"""Feasibility: about how many cases a cohort has, read from the stored groups alone, never from the cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exports.cohorts.checking import checked_cohort
from exports.cohorts.counting import matching, rounded
from exports.freeze.policy import ROUND_TO, SMALL
from exports.models import FeasibilityBasis
from exports.selectors.policy import policy_now


@dataclass(frozen=True)
class Feasibility:
    """What may be said of a cohort's size: words, the rounded number if there is one, and of which moment."""

    text: str
    number: int | None
    made_at: dt.datetime | None
    small_below: int
    round_to: int

    @property
    def is_suppressed(self) -> bool:
        """Say whether the count was too small to be told."""
        return self.number is None and self.made_at is not None


def feasibility_count(cohort: Mapping[str, Any]) -> Feasibility:
    """Return about how many cases a cohort has; CohortError for what is not declared.

    Groups made under a lower limit than that of today are not read.
    """
    wanted, numbers = checked_cohort(cohort), policy_now()
    small, round_to = numbers[SMALL], numbers[ROUND_TO]
    latest = FeasibilityBasis.objects.order_by("-made_at").first()
    if latest is None or latest.group_size < small:
        return Feasibility(_("No figures yet: the registry has too few cases for them."), None, None, small, round_to)
    number = rounded(matching(latest.groups, wanted), small=small, round_to=round_to)
    return Feasibility(_words(number, small), number, latest.made_at, small, round_to)


def _words(number: int | None, small: int) -> str:
    if number is None:
        return _("Fewer than %(small)s cases") % {"small": small}
    return ngettext("About %(number)s case", "About %(number)s cases", number) % {"number": number}
