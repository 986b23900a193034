"""The map of completeness: a line a site, a cell a variable, and in it the share of cases that hold a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.models import SiteScore
from registry.selectors.quality_completeness import Completeness
from registry.selectors.quality_variables import TOGETHER, WATCHED, Held, Watched
from registry.web.charts.quality_colours import STEPS, step_of
from registry.web.quality_links import missing_url


@dataclass(frozen=True)
class Cell:
    """One variable at one site: its percentage, its step (0 where no case is asked), its words and where it leads."""

    percent: int | None
    step: int
    words: str
    url: str


@dataclass(frozen=True)
class HeatLine:
    """One site, or all of them together (without a code)."""

    code: str
    name: str
    url: str
    cells: list[Cell]


@dataclass(frozen=True)
class Heat:
    """The whole map: two groups of columns, and a line a site."""

    covariates: list[str]
    others: list[str]
    lines: list[HeatLine]
    legend: list[tuple[int, str]]


def heat_of(scores: Sequence[SiteScore]) -> Heat:
    """Return the map of these sites; where there are several, the last line sums them up."""
    lines = [
        _line(score.site.code, score.site.name, {code: held_in(score.figures, code) for code in CODES})
        for score in scores
    ]
    if len(scores) > 1:
        lines.append(_line("", "", {code: _sum(scores, code) for code in CODES}))
    covariates = [_("All together"), *(_(entry.label) for entry in WATCHED if entry.is_covariate)]
    others = [_(entry.label) for entry in WATCHED if not entry.is_covariate]
    return Heat(covariates, others, lines, _legend())


# In the order of the columns.
CODES = (TOGETHER, *(entry.code for entry in sorted(WATCHED, key=lambda entry: not entry.is_covariate)))
_BY_CODE: Mapping[str, Watched] = {entry.code: entry for entry in WATCHED}


def label_of(code: str) -> str:
    """Return what a variable, or all covariates together, are called."""
    return _("All covariates of the models") if code == TOGETHER else _(_BY_CODE[code].label)


def held_in(figures: Mapping[str, Any], code: str) -> Completeness:
    """Return the completeness of a variable among the figures of a site."""
    figure = figures.get(code, {})
    return Completeness(figure.get("count", 0), figure.get("reason", 0), figure.get("empty", 0))


def _sum(scores: Sequence[SiteScore], code: str) -> Completeness:
    held = [held_in(score.figures, code) for score in scores]
    return Completeness(*(sum(getattr(one, name) for one in held) for name in ("value", "reason", "empty")))


def _line(code: str, name: str, held: Mapping[str, Completeness]) -> HeatLine:
    url = reverse("site_scorecard", args=[code]) if code else ""
    return HeatLine(code, name, url, [_cell(code, variable, held[variable]) for variable in CODES])


def _cell(site: str, code: str, held: Completeness) -> Cell:
    percent = percent_of(held)
    if percent is None:
        return Cell(None, 0, _("no case is asked"), "")
    url = missing_url(site, code, worst(held))
    return Cell(percent, step_of(percent), f"{label_of(code)}: {held_words(held)}", url)


def percent_of(held: Completeness) -> int | None:
    """Return the share of cases with a value in whole per cent, cut off: 100 means all of them."""
    return 100 * held.value // held.asked if held.asked else None


def worst(held: Completeness) -> Held:
    """Return which cases are looked at first: those with nothing, else those with a reason."""
    if held.empty:
        return Held.EMPTY
    return Held.REASON if held.reason else Held.VALUE


def held_words(held: Completeness) -> str:
    """Return how many cases hold what."""
    words = ngettext(
        "%(value)s of %(asked)s case has a value, %(reason)s a reason, %(empty)s nothing",
        "%(value)s of %(asked)s cases have a value, %(reason)s a reason, %(empty)s nothing",
        held.asked,
    )
    return words % {"value": held.value, "asked": held.asked, "reason": held.reason, "empty": held.empty}


def _legend() -> list[tuple[int, str]]:
    found, above = [], 101
    for number, lowest in enumerate(STEPS, 1):
        words = _("%(percent)s %%") % {"percent": 100}
        if number > 1:
            words = _("%(low)s to %(high)s %%") % {"low": lowest, "high": above - 1}
        found.append((number, words))
        above = lowest
    return found
