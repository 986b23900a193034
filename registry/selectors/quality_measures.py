"""The measures of a site's scorecard, each declared once: its words, its scale, which way is better, how it is counted.

A figure of a measure is {"value": …, "of": …}: a percentage, a median in days or a rate, and what it rests on. Shares
and rates add "count", completeness also "reason" and "empty".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from registry.rules.coding import Coded, gettext_noop
from registry.selectors.peers import Scale
from registry.selectors.quality_variables import TOGETHER, WATCHED


class Group(Coded):
    """The parts of the scorecard."""

    COVARIATES = "COVARIATES", gettext_noop("Completeness: covariates of the models")
    DATES = "DATES", gettext_noop("Completeness: weight and dates of events")
    TIMES = "TIMES", gettext_noop("Timeliness")
    QUERIES = "QUERIES", gettext_noop("Queries")


class Rests(StrEnum):
    """What the number behind a figure counts."""

    CASES = "cases"
    QUERIES = "queries"
    VALUES = "values"


@dataclass(frozen=True)
class Measure:
    """One measure. `note` says how it is counted; `is_share` that it is a part of what it rests on."""

    code: str
    label: str
    group: Group
    scale: Scale
    rests: Rests
    note: str = ""
    is_higher_better: bool = False

    @property
    def is_completeness(self) -> bool:
        """Tell whether it is the completeness of a variable."""
        return self.group in (Group.COVARIATES, Group.DATES)

    @property
    def is_share(self) -> bool:
        """Tell whether it is a part of what it rests on."""
        return self.scale is Scale.PERCENT


ENTRY, FIRST_FORM, COMPLETE = "entry_days", "first_form_days", "complete_90"
RAISED, OPEN, RESPONSE = "queries_per_1000", "open_days", "response_days"
RESOLUTION, REOPENED = "resolution_days", "reopened"
_TOGETHER_NOTE = gettext_noop(
    "Cases that hold every covariate they are asked for: age, product, ferritin within 14 days before lymphodepletion, "
    "Karnofsky status, and the first dose of anakinra per kg where it was given against a refractory toxicity. A "
    "reason in the place of a value does not count as a value."
)
_TIMES = (
    (
        ENTRY,
        gettext_noop("From infusion to entry, median days"),
        gettext_noop("From the day of the index infusion to the day on which the case was entered."),
    ),
    (
        FIRST_FORM,
        gettext_noop("From entry to the first complete form, median days"),
        gettext_noop("Cases of which a form was complete at least once."),
    ),
)
_QUERIES = (
    (
        OPEN,
        gettext_noop("Age of open queries, median days"),
        gettext_noop("Since the query was asked, or asked again."),
    ),
    (
        RESPONSE,
        gettext_noop("To the first response, median days"),
        gettext_noop("From the opening of a query to its first answer, or to the correction that settled it."),
    ),
    (
        RESOLUTION,
        gettext_noop("To resolution, median days"),
        gettext_noop("From the opening to the closing of queries that are closed now; those taken back are left out."),
    ),
)


def _measures() -> Iterator[Measure]:
    together = gettext_noop("All covariates of the models")
    yield Measure(TOGETHER, together, Group.COVARIATES, Scale.PERCENT, Rests.CASES, _TOGETHER_NOTE, True)
    for entry in WATCHED:
        group = Group.COVARIATES if entry.is_covariate else Group.DATES
        yield Measure(entry.code, entry.label, group, Scale.PERCENT, Rests.CASES, "", True)
    for code, label, note in _TIMES:
        yield Measure(code, label, Group.TIMES, Scale.DAYS, Rests.CASES, note)
    yield Measure(
        COMPLETE,
        gettext_noop("Complete 90 days after entry"),
        Group.TIMES,
        Scale.PERCENT,
        Rests.CASES,
        gettext_noop(
            "Of the cases entered 90 days ago or earlier, those of which every form was complete, or none occurred, "
            "within 90 days of entry and is so now."
        ),
        True,
    )
    yield Measure(
        RAISED,
        gettext_noop("Queries per 1,000 values entered"),
        Group.QUERIES,
        Scale.PER_1000,
        Rests.VALUES,
        gettext_noop("All queries ever raised, but those raised by mistake, by the fields that hold a value now."),
    )
    for code, label, note in _QUERIES:
        yield Measure(code, label, Group.QUERIES, Scale.DAYS, Rests.QUERIES, note)
    yield Measure(
        REOPENED,
        gettext_noop("Re-opened"),
        Group.QUERIES,
        Scale.PERCENT,
        Rests.QUERIES,
        gettext_noop("Of the queries that were answered or closed at least once, those that were opened again."),
    )


MEASURES: tuple[Measure, ...] = tuple(_measures())
_BY_CODE = {measure.code: measure for measure in MEASURES}


def measure_named(code: str) -> Measure:
    """Return a measure by its code; LookupError for what is none."""
    try:
        return _BY_CODE[code]
    except KeyError:
        raise LookupError(f"No measure {code}.") from None
