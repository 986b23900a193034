"""A plan in words, as its list and its page show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exports.report.plan import DOSE_RULE_WORDS, DoseRule, Plan
from exports.web.reports.forms import indications, products


def plan_words(told: Mapping[str, Any]) -> list[str]:
    """Return the dose rule, then each limit of the cohort, one phrase each; "every case" where there is none."""
    plan = Plan.of(told)
    limits = [*_codes(plan), *_years(plan), *_follow_up(plan)]
    return [_(DOSE_RULE_WORDS[DoseRule(plan.dose_rule)]), *(limits or [_("every case of the study cohort")])]


def _codes(plan: Plan) -> list[str]:
    chosen = ((plan.indications, indications()), (plan.products, products()))
    return [", ".join(words for code, words in known if code in codes) for codes, known in chosen if codes]


def _years(plan: Plan) -> list[str]:
    if plan.year_from is not None and plan.year_to is not None:
        return [_("infused from %(first)s to %(last)s") % {"first": plan.year_from, "last": plan.year_to}]
    if plan.year_from is not None:
        return [_("infused in %(year)s or later") % {"year": plan.year_from}]
    return [] if plan.year_to is None else [_("infused in %(year)s or earlier") % {"year": plan.year_to}]


def _follow_up(plan: Plan) -> list[str]:
    days = plan.min_follow_up_days
    if not days:
        return []
    words = ngettext(
        "followed for at least %(days)s day or until death",
        "followed for at least %(days)s days or until death",
        days,
    )
    return [words % {"days": days}]
