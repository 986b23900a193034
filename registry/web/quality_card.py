"""The scorecard of one hospital: each measure with its figure, what it rests on, and where all hospitals lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registry.models import SiteScore
from registry.selectors.peers import Beside, Quartiles, Scale, beside
from registry.selectors.quality_measures import MEASURES, Group, Measure, Rests
from registry.selectors.quality_variables import Held
from registry.services.quality import LEAST_ROWS
from registry.web.charts.strip import Strip, strip_of
from registry.web.quality_heat import held_in, percent_of, worst
from registry.web.quality_links import measure_url

# Tone (and with it the shape) of the chip, and its word.
LOOKS: Mapping[Beside, tuple[str, Promise | str]] = {
    Beside.BETTER: ("good", gettext_lazy("better than most")),
    Beside.LIKE_MOST: ("plain", gettext_lazy("like most")),
    Beside.WORSE: ("wait", gettext_lazy("worse than most")),
}
NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class CardLine:
    """One measure. `peers` says in words why there are none, where `median` is empty."""

    label: str
    value: str
    rests: str
    url: str
    median: str
    half: str
    peers: str
    tone: str
    beside: str
    strip: Strip | None


@dataclass(frozen=True)
class Part:
    """One part of the scorecard."""

    title: str
    lines: list[CardLine]


def card_of(score: SiteScore, peers: Mapping[str, Quartiles | int]) -> list[Part]:
    """Return the parts of a scorecard."""
    return [
        Part(
            _(group.label),
            [_line(score, measure, peers.get(measure.code)) for measure in MEASURES if measure.group is group],
        )
        for group in Group
    ]


def notes() -> list[tuple[str, str]]:
    """Return how measures are counted, where their words do not say it."""
    return [(_(measure.label), _(measure.note)) for measure in MEASURES if measure.note]


def _line(score: SiteScore, measure: Measure, found: Quartiles | int | None) -> CardLine:
    figure = score.figures.get(measure.code, {"value": None, "of": 0})
    median, half, why = _peers(measure.scale, found)
    tone, words, strip = "", "", None
    if isinstance(found, Quartiles) and figure["value"] is not None:
        tone, words, strip = _beside(measure, figure, found)
    return CardLine(
        _(measure.label),
        _value(score.figures, measure),
        rests_words(measure, figure),
        measure_url(score.site.code, measure, _held(score.figures, measure)) if figure["of"] else "",
        median, half, why, tone, words, strip,
    )  # fmt: skip


def _held(figures: Mapping[str, Any], measure: Measure) -> Held:
    return worst(held_in(figures, measure.code)) if measure.is_completeness else Held.EMPTY


def _value(figures: Mapping[str, Any], measure: Measure) -> str:
    if measure.is_completeness:
        percent = percent_of(held_in(figures, measure.code))
        return "" if percent is None else shown(percent, Scale.PERCENT)
    value = figures.get(measure.code, {}).get("value")
    return "" if value is None else shown(value, measure.scale)


def shown(value: float, scale: Scale) -> str:
    """Return a figure as people write it: no decimal where there is none to tell."""
    number = number_format(round(value, 1), decimal_pos=0 if float(value).is_integer() else 1, force_grouping=True)
    return f"{number}{NO_BREAK}%" if scale is Scale.PERCENT else number


def rests_words(measure: Measure, figure: Mapping[str, Any]) -> str:
    """Return what a figure rests on: "37 of 40 cases", "12 queries"."""
    of = figure["of"]
    if not of:
        return _("nothing yet")
    if measure.rests is Rests.VALUES:
        values = number_format(of, decimal_pos=0, force_grouping=True)
        words = ngettext("%(count)s query, %(of)s values", "%(count)s queries, %(of)s values", figure.get("count", 0))
        return words % {"count": figure.get("count", 0), "of": values}
    if measure.is_share:
        forms = {
            Rests.CASES: ngettext("%(count)s of %(of)s case", "%(count)s of %(of)s cases", of),
            Rests.QUERIES: ngettext("%(count)s of %(of)s query", "%(count)s of %(of)s queries", of),
        }
        return forms[measure.rests] % {"count": figure.get("count", 0), "of": of}
    forms = {
        Rests.CASES: ngettext("%(count)s case", "%(count)s cases", of),
        Rests.QUERIES: ngettext("%(count)s query", "%(count)s queries", of),
    }
    return forms[measure.rests] % {"count": of}


def _peers(scale: Scale, found: Quartiles | int | None) -> tuple[str, str, str]:
    """Return the median and the middle half of all hospitals, or in words why they are not shown."""
    if found is None:
        return "", "", _("not computed yet")
    if isinstance(found, Quartiles):
        low, high = shown(found.low, scale), shown(found.high, scale)
        half = low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}
        return shown(found.median, scale), half, ""
    return "", "", _("fewer than %(count)s hospitals") % {"count": found}


def _beside(measure: Measure, figure: Mapping[str, Any], peers: Quartiles) -> tuple[str, str, Strip | None]:
    if figure["of"] < LEAST_ROWS:
        return "", _("too few to compare"), None
    found = beside(figure["value"], peers, measure.scale, is_higher_better=measure.is_higher_better)
    tone, words = LOOKS[found]
    return tone, str(words), strip_of(figure["value"], peers, measure.scale)
