"""Side effects of anakinra, why it was stopped, and infections."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from django.utils.translation import gettext_noop

from exports.report.absent import SAFETY, carries, rows_of
from exports.report.infections import infections
from exports.report.shares import flag_shares, people_counts, people_shares, row_counts, value_counts
from exports.report.study import Study

UNKNOWN_GRADE: Final = "?"
NOT_RECORDED: Final = "NOT_RECORDED"
_NOT_RECORDED: Final = gettext_noop("Not recorded")


def safety(study: Study) -> dict[str, Any] | None:
    """Return the safety of anakinra; None, or an empty list, for each part that the release does not carry.

    A side effect is an adverse event with AERELFL 1: its relation to anakinra is possible, probable or definite. Events
    of unknown relation are not counted.
    """
    has = {part: carries(study, part) for part in SAFETY}
    if study.people.height == 0 or not any(has.values()):
        return None
    people = study.people
    related = rows_of(study, "adae").filter(pl.col("AERELFL") == 1) if has["side_effects"] else None
    return {
        "side_effects": None if related is None else people_shares(people, related),
        "events": [] if related is None else _events(study, related),
        "stopped_for_side_effect": flag_shares(people, "ANADISCAE") if has["stopped_for_side_effect"] else None,
        "stop_reasons": _stop_reasons(study) if has["stop_reasons"] else [],
        "infections": infections(study) if has["infections"] else None,
    }


def _events(study: Study, related: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the side effects, those of most people first."""
    words = study.words("adae", "AETERM")
    found = [
        _event(study, rows, words) for _term, rows in related.sort("AETERM").group_by("AETERM", maintain_order=True)
    ]
    return sorted(found, key=lambda told: (-told["patients"]["ALL"], str(told["term"])))


def _event(study: Study, rows: pl.DataFrame, words: dict[str, str]) -> dict[str, Any]:
    term = rows["AETERM"][0]
    return {
        "term": term or NOT_RECORDED,
        "label": words.get(term, term) if term else _NOT_RECORDED,
        "patients": people_counts(study.people, rows),
        "events": row_counts(study.people, rows),
        "by_grade": _by_grade(rows),
    }


def _by_grade(rows: pl.DataFrame) -> dict[str, int]:
    if "AETOXGR" not in rows.columns:
        return {}
    graded = rows.group_by("AETOXGR").len().sort("AETOXGR", nulls_last=True)
    return {UNKNOWN_GRADE if grade is None else str(grade): n for grade, n in graded.rows()}


def _stop_reasons(study: Study) -> list[dict[str, Any]]:
    """Return every reason in the order of the codebook, then how many have none."""
    people, words = study.people, study.words("adsl", "ANADISC")
    there = [code for code in words if (people["ANADISC"] == code).any()]
    listed = [{"code": code, "label": words[code], "counts": value_counts(people, "ANADISC", code)} for code in there]
    missing = value_counts(people, "ANADISC", None)
    if missing["ALL"]:
        listed.append({"code": NOT_RECORDED, "label": _NOT_RECORDED, "counts": missing})
    return listed
