"""The facts of what leaves: those of the release, and what was done to it on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from exports.freeze.policy import NUMBERS, ROUND_TO, SMALL
from exports.leaving.order import SHAREABLE, LeavingOrder
from exports.leaving.people import SITE, People
from exports.leaving.plan import NOT_SELECTED, SheetPlan, effective_steps
from exports.risk.small_cells import Shown, shown
from exports.sheets import FACTS_OF, Sheet
from registry.rules.coding import gettext_noop

LEFT_OUT: Final = "patients_left_out"
REASONS: Final = {
    "COHORT": gettext_noop("Outside the cohort that was asked for"),
    "RISK": gettext_noop("In a group below the smallest group allowed"),
}


def leaving_facts(
    facts: Mapping[str, Any],
    order: LeavingOrder,
    plans: Sequence[SheetPlan],
    people: People,
    written: Sequence[Sheet],
) -> dict[str, Any]:
    """Return the facts of a leaving folder; a shareable one names no site and shows no small count."""
    excluded = [*facts["excluded"], *_left_out(people)]
    after = {
        **facts,
        "level": order.level,
        "cohort": dict(order.cohort),
        "selection": dict(order.selection),
        "coarsening": _coarsening(order, plans, people),
        "excluded": excluded,
        "withheld": [*facts["withheld"], *_withheld(plans)],
        "sites": _sites(facts.get("sites", ()), people.frame),
        **{FACTS_OF[kind]: [sheet.facts() for sheet in written if sheet.kind == kind] for kind in FACTS_OF},
    }
    if order.level == SHAREABLE:
        return {**after, **without_small_counts(after), "sites": [], "open_queries": {}}
    return after


def without_small_counts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return how many cases did not leave as any other count is shown to wider use: rounded, None where it is small."""
    small, round_to = (facts.get("policy", {}).get(name, NUMBERS[name].value) for name in (SMALL, ROUND_TO))

    def told(count: int) -> Shown:
        return shown(count, small, round_to)

    return {
        "excluded": [{**entry, "patients": told(entry["patients"])} for entry in facts["excluded"]],
        "coarsening": [{**step, LEFT_OUT: told(step[LEFT_OUT])} for step in facts["coarsening"]],
    }


def _left_out(people: People) -> list[dict[str, Any]]:
    return [{"reason": code, "words": words, "patients": people.left_out[code]} for code, words in REASONS.items()]


def _coarsening(order: LeavingOrder, plans: Sequence[SheetPlan], people: People) -> list[dict[str, Any]]:
    """Return every step in its order with the columns that it dropped or recoded and the cases that it left out."""
    places = [(plan.sheet.name, column.column) for plan in plans for column in plan.sheet.columns]
    leaving = {(plan.sheet.name, name) for plan in plans if plan.leaves for name in plan.names}
    told = []
    for step in effective_steps(order):
        dropped = [f"{sheet}.{column}" for sheet, column in places if (sheet, column) in step.drops]
        recoded = [f"{sheet}.{column}" for sheet, column in places if (sheet, column) in step.recodes.keys() & leaving]
        out = people.left_out["RISK"] if step.quasi is None else 0
        told.append({"code": step.code, "words": step.words, "dropped": dropped, "recoded": recoded, LEFT_OUT: out})
    return told


def _withheld(plans: Sequence[SheetPlan]) -> list[dict[str, str]]:
    """Return every column that does not leave, with why; of a sheet that is gone, its keys too."""
    gone = [(plan, name, plan.withheld.get(name)) for plan in plans for name in plan.sheet.names]
    return [
        {"table": plan.sheet.name, "column": name, "why": why or NOT_SELECTED}
        for plan, name, why in gone
        if why or not plan.leaves
    ]


def _sites(sites: Sequence[Mapping[str, Any]], leaving: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the sites with the cases that leave, counted again."""
    counts = dict(leaving.drop_nulls(SITE).group_by(SITE).len().iter_rows())
    return [{**site, "patients": counts.get(site.get("code"), 0)} for site in sites]
