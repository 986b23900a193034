"""What the templates need of a release that waits: its report, its limit, the steps, and what may be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from exports.freeze.policy import k_of
from exports.leaving.coarsen import LEAVE_OUT, STEPS
from exports.models import Profile, Release
from exports.selectors import policy_now
from exports.services.held import held_back, waits
from exports.web.decisions.report import report_of
from sites.access import can
from sites.models import User
from sites.roles import Permission


@dataclass(frozen=True)
class StepLine:
    """One step that can be ticked; `k` and `cases` are what the release would be with it, where that is known."""

    code: str
    words: str
    is_applied: bool
    k: int | None = None
    cases: int | None = None
    is_enough: bool = False


@dataclass(frozen=True)
class Suggestion:
    """Steps that together make the smallest group large enough: all to be ticked, and what is new among them."""

    codes: list[str]
    words: list[str]
    k: int
    cases: int


def held_facts(release: Release, user: User) -> dict[str, Any]:
    """Return what `exports/held.html` needs: `report`, and `held` with the limit, the steps and what may be done."""
    limit = k_of(release.profile, policy_now())
    has_right = can(user, Permission.RELEASE_FREEZE)
    held = {
        "limit": limit,
        "obstacle": held_back(release),
        "steps": step_lines(release, limit),
        "suggestion": suggestion_of(release, limit),
        "may_act": has_right and waits(release),
        "may_sign": has_right and may_sign(release),
        "request": release.request,
    }
    return {"report": report_of(release), "held": held}


def may_sign(release: Release) -> bool:
    """Say whether a signature would help: under an agreement, a group below the limit, not signed yet."""
    could = release.profile == Profile.AGREEMENT and release.risk_accepted_at is None and waits(release)
    return could and bool(held_back(release))


def step_lines(release: Release, limit: int) -> list[StepLine]:
    """Return the steps that are applied, those that would change something, and that of leaving cases out."""
    reached = {entry["steps"][0]: entry for entry in release.risk["suggestions"]["single"] if entry["steps"]}
    applied = set(release.coarsening)
    shown = [code for code in STEPS if code in applied or code in reached or code == LEAVE_OUT]
    return [_line(code, code in applied, reached.get(code), limit) for code in shown]


def _line(code: str, is_applied: bool, reached: Mapping[str, Any] | None, limit: int) -> StepLine:
    words = _(STEPS[code].words)
    if reached is None:
        return StepLine(code, words, is_applied)
    return StepLine(code, words, is_applied, reached["k"], reached["people"], reached["k"] >= limit)


def suggestion_of(release: Release, limit: int) -> Suggestion | None:
    """Return the shortest row of suggested steps that reaches the limit, none where it is reached or out of reach."""
    suggestions = release.risk["suggestions"]
    if suggestions["now"]["k"] >= limit:
        return None
    enough = next((entry for entry in suggestions["sequence"] if entry["k"] >= limit), None)
    if enough is None:
        return None
    codes = [*release.coarsening, *(code for code in enough["steps"] if code not in release.coarsening)]
    words = [_(STEPS[code].words) for code in enough["steps"]]
    return Suggestion(codes, words, enough["k"], enough["people"])
