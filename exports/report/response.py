"""The response of the disease to the CAR-T cells."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from django.utils.translation import gettext_noop

from exports.report.absent import carries
from exports.report.groups import of_group
from exports.report.shares import flag_shares, value_counts
from exports.report.study import GROUPS, Study
from exports.survival.errors import NotEstimable
from exports.survival.fisher import fisher

UNASSESSED: Final = "NOT_ASSESSED"
_UNASSESSED: Final = gettext_noop("Progression or death without an assessment before")


def response(study: Study) -> dict[str, Any] | None:
    """Return overall response by group with Fisher's test, and the best responses of those who are evaluable."""
    if not carries(study, "response") or study.people.height == 0:
        return None
    people = study.people
    overall = flag_shares(people, "ORRFL")
    return {
        "overall": overall,
        "fisher_p": _fisher(people),
        "levels": _levels(study),
        "not_evaluable": {key: told["missing"] for key, told in overall.items()},
    }


def _fisher(people: pl.DataFrame) -> float | None:
    flags = [of_group(people, key)["ORRFL"].drop_nulls() for key in GROUPS]
    try:
        return fisher([[int((flag == 1).sum()), int((flag == 0).sum())] for flag in flags])
    except NotEstimable:
        return None


def _levels(study: Study) -> list[dict[str, Any]]:
    """Return every best response that somebody evaluable has, in the order of the codebook."""
    best = pl.col("BESTRESP")
    failed = pl.when((best == "NE") | best.is_null()).then(pl.lit(UNASSESSED)).otherwise(best)
    evaluable = study.people.filter(pl.col("ORRFL").is_not_null()).with_columns(failed.alias("BESTRESP"))
    words = {**study.words("adsl", "BESTRESP"), UNASSESSED: _UNASSESSED}
    there = set(evaluable["BESTRESP"])
    codes = [*(code for code in words if code in there), *sorted(there - words.keys())]
    return [
        {"code": code, "label": words.get(code, code), "counts": value_counts(evaluable, "BESTRESP", code)}
        for code in codes
    ]
