"""Models and notes without small numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_noop

from exports.report.models import epv_warning
from exports.report.study import GROUP
from exports.report.suppress_counts import Rule
from exports.report.suppress_tables import coarse, coarse_p
from exports.report.wording import Text

Report = Mapping[str, Any]
# From here on two decimals tell more than two digits.
LARGE_RATIO: Final = 10.0
HIDDEN: Final = "SUPPRESSED"
# The word that stands for a count in a text.
WORD: Final = gettext_noop("hidden")
_WORDS: Final = gettext_noop("Hidden: the model would tell how many of a small number had the event.")
_RATIOS: Final = ("hr", "lower", "upper")
_TESTS: Final = ("p", "lr_p", "ph_p")
_KEPT: Final = ("name", "label", "term", "covariate", "unit")
# Notes that tell of few people, whatever the count.
_DROPPED: Final = frozenset({"missing", "small"})
_NO_TESTS: Final = dict.fromkeys(("tests", "concordance", "ph_global", "firth", "epv", "epv_warning"))
_COUNTED: Final = frozenset({"n", "unknown", "most"})


def models(rule: Rule, held: Sequence[Report], is_compared: Callable[[str, int], bool]) -> list[dict[str, Any]]:
    """Return the models; `is_compared` says of an endpoint and cause whether both dose groups show their events.

    From a ratio of two groups and its interval the events of each can be worked out, so one of any other grouping,
    whose counts the report does not hold, is hidden.
    """
    return [_model(rule, told, is_compared) for told in held]


def _model(rule: Rule, told: Report, is_compared: Callable[[str, int], bool]) -> dict[str, Any]:
    n, events = told["n"] or 0, told["n_events"] or 0
    grouped = set(told["reference"])
    is_safe = not (rule.is_small(events) or rule.is_small(n - events) or rule.is_small(n)) and (
        not grouped or (grouped == {GROUP} and is_compared(told["endpoint"], told["cause"]))
    )
    events_shown = rule.shown(told["n_events"]) if is_safe else None
    head = {**told, **_counts(rule, told), **_NO_TESTS, "n_events": events_shown}
    if not is_safe:
        return {**head, "terms": [], "error": {"code": HIDDEN, "words": _WORDS, "advice": ""}}
    error = told["error"] and {name: told["error"][name] for name in ("code", "words", "advice")}
    found = {"terms": [_term(term) for term in told["terms"]], "error": error}
    return {**head, **_per_parameter(events_shown, told), **found}


def _counts(rule: Rule, told: Report) -> dict[str, Any]:
    return {
        "n": rule.shown(told["n"]),
        "excluded_missing": rule.shown(told["excluded_missing"]),
        "excluded_entry": rule.shown(told.get("excluded_entry")),
        "missing_by_covariate": {name: rule.shown(count) for name, count in told["missing_by_covariate"].items()},
    }


def _per_parameter(events: int | None, told: Report) -> dict[str, Any]:
    """Return the events per parameter of the rounded number of events: the exact quotient tells the exact number."""
    if events is None or not told["parameters"]:
        return {}
    epv = events / told["parameters"]
    return {"epv": epv, "epv_warning": epv_warning(epv)}


def _term(told: Report) -> dict[str, Any]:
    kept = {name: told[name] for name in _KEPT if name in told}
    none = dict.fromkeys(("coef", "se", "z"))
    per = [{"label": one["label"], **{name: _ratio(one[name]) for name in _RATIOS}} for one in told["per"]]
    ratios = {name: _ratio(told[name]) for name in _RATIOS}
    return {**kept, **none, **ratios, **{name: coarse_p(told[name]) for name in _TESTS}, "per": per}


def _ratio(value: float) -> float | None:
    return round(value, 2) if value < LARGE_RATIO else coarse(value)


def notes(rule: Rule, held: Sequence[Report]) -> list[dict[str, Any]]:
    """Return the notes without those of few people; small counts in the others are a word."""
    return [{**told, "text": _text(rule, told["text"])} for told in held if told["id"] not in _DROPPED]


def _text(rule: Rule, told: Text) -> Text:
    if isinstance(told, str):
        return told
    values = {name: _value(rule, name, value) for name, value in told["values"].items()}
    return {**told, "values": values}


def _value(rule: Rule, name: str, value: Any) -> Any:
    if name not in _COUNTED or not isinstance(value, int):
        return value
    shown = rule.shown(value)
    return WORD if shown is None else shown
