"""Where the numbers on the pages of quality lead: to the queries or the cases that they count."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from registry.models import QueryState
from registry.selectors.quality_measures import OPEN, Measure
from registry.selectors.quality_variables import Held
from registry.selectors.query_filters import QueryFilters
from registry.web.query_page import list_address


@dataclass(frozen=True)
class Counted:
    """A number, where it leads, and what it counts, for those who do not see the table around it."""

    count: int
    url: str
    words: str


def queries_url(state: QueryState, **filters: str) -> str:
    """Return the address of the queries of one state that fit."""
    return list_address(QueryFilters(state=state.value.lower(), **filters))


def missing_url(site: str, code: str, held: Held = Held.EMPTY) -> str:
    """Return the address of the cases of a site that hold this of a variable."""
    return f"{reverse('quality_missing')}?{urlencode({'site': site, 'variable': code, 'held': held.value})}"


def measure_url(site: str, measure: Measure, held: Held = Held.EMPTY) -> str:
    """Return the address of the rows behind a figure of a site's scorecard."""
    if measure.is_completeness:
        return missing_url(site, measure.code, held)
    if measure.code == OPEN:
        return queries_url(QueryState.OPEN, site=site)
    return f"{reverse('quality_rows')}?{urlencode({'site': site, 'measure': measure.code})}"
