"""The report without small numbers, for people who hold less than the release under its agreement.

Done at output only: the report is computed of all that is there. Counts from 1 to 10 (and 11 and 12, which would be
shown as 10) are hidden with whatever tells them by subtraction, others rounded to 5 or more
(`exports.risk.small_cells`); estimates are as coarse as counts, intervals that remain are those of rounded counts;
nothing is left of single people, sites, tests that would tell counts, and analyses whose differences would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext_noop

from exports.report import suppress_tables as tables
from exports.report import suppress_times as times
from exports.report.groups import ALL
from exports.report.study import GROUPS
from exports.report.suppress_counts import Rule
from exports.report.suppress_models import models, notes
from exports.risk.small_cells import ROUND_TO, SMALL_BELOW

Report = Mapping[str, Any]
DROPPED: Final = ("abstract", "sensitivity", "cases")
_DROPPED: Final = gettext_noop("Not shown in a report without small numbers.")


def suppress(report: Report, small_below: int = SMALL_BELOW, round_to: int = ROUND_TO) -> dict[str, Any]:
    """Return the report without small numbers; a number that is hidden is None. The report given stays as it is.

    It is rounded to 5 also where the policy says less.
    """
    # Counts of different places that are rounded to less tell small ones by their differences.
    round_to = max(round_to, ROUND_TO)
    plain = Rule(first_shown(small_below, round_to), round_to)
    sizes = _sizes(plain, report)
    rule = replace(plain, visible=frozenset(key for key in (*GROUPS, ALL) if sizes.get(key)))
    exact = {group["key"]: group["n"] for group in report["groups"]}
    curves = {told["id"]: times.incidence(rule, told) for told in report["incidence"]}
    lives = {told["id"]: times.survival(rule, told) for told in report["survival"]}
    compared = {name: told.is_compared for name, told in {**curves, **lives}.items()}
    return {
        **report,
        "groups": [{**group, "n": sizes.get(group["key"])} for group in report["groups"]],
        "flow": tables.flow(rule, report["flow"], sizes),
        "table_one": tables.table_one(rule, report["table_one"]),
        "safety": tables.safety(rule, report["safety"], exact),
        "response": tables.response(rule, report["response"]),
        "incidence": [told.report for told in curves.values()],
        "survival": [told.report for told in lives.values()],
        "models": models(rule, report["models"], lambda name, cause: compared.get(name, {}).get(str(cause), False)),
        "notes": notes(rule, report["notes"]),
        "dose": tables.dose(rule, report["dose"]),
        "abstract": [],
        "sensitivity": [],
        "cases": None,
        "absent": [*report.get("absent", ()), *({"section": name, "text": _DROPPED} for name in DROPPED)],
        "suppressed": {"small_below": small_below, "round_to": round_to},
    }


def first_shown(small_below: int, round_to: int) -> int:
    """Return the smallest count that is shown: `small_below`, or more where few counts are rounded alike with it.

    As 10 would stand for 11 and 12 alone, counts shown in different places would tell a small difference of theirs;
    so 11 and 12 are hidden too.
    """
    alike = round_to - (small_below + round_to // 2) % round_to
    return small_below if alike >= ROUND_TO else small_below + alike


def _sizes(rule: Rule, report: Report) -> dict[str, int | None]:
    """Return the size of every dose class and of all as they may be shown together."""
    classes, analysed = report["flow"]["classes"], report["flow"]["analysed"]
    if not classes:
        return {**dict.fromkeys(GROUPS), ALL: rule.shown(analysed)}
    rest = analysed - sum(told["patients"] for told in classes)
    shown, total = rule.listed([*(told["patients"] for told in classes), rest])
    found: dict[str, int | None] = {told["code"]: n for told, n in zip(classes, shown[: len(classes)], strict=True)}
    return {**found, ALL: total}
