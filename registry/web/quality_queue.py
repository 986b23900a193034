"""The queue of data managers: open and answered queries by site, form, check and age, each number with its link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.checks.declared import check_named
from registry.checks.settings import CheckSettings, settings_now
from registry.metadata.forms import FORMS
from registry.models import DataQuery, QueryState
from registry.selectors.quality_queue import Queue, Waiting
from registry.selectors.query_ages import Age
from registry.web.charts.ageing import Aged
from registry.web.quality_links import Counted, queries_url
from sites.models import Site

CHECKS_SHOWN = 10
NOTHING = Waiting()


@dataclass(frozen=True)
class SiteLine:
    """What waits at one site, or at all of them together (without a code)."""

    code: str
    name: str
    url: str
    ages: list[Counted]
    open: Counted
    answered: Counted
    oldest_days: int | None = None
    oldest_url: str = ""


@dataclass(frozen=True)
class Line:
    """What waits of one kind: of a form, a check, an age."""

    title: str
    code: str
    open: Counted
    answered: Counted


def age_words(age: Age) -> str:
    """Return an age in words."""
    if age.last_day is None:
        return _("%(first)s days or more") % {"first": age.first_day}
    return _("%(first)s to %(last)s days") % {"first": age.first_day, "last": age.last_day}


def age_short(age: Age) -> str:
    """Return an age as the heading of a narrow column."""
    return f"> {age.first_day - 1}" if age.last_day is None else f"{age.first_day}–{age.last_day}"


def site_lines(
    sites: Sequence[Site], found: Queue, oldest: Mapping[object, DataQuery], now: datetime
) -> list[SiteLine]:
    """Return a line a site, and where there are several the sum of all below them."""
    lines = [_site(site, found.sites.get(site.pk, NOTHING), oldest.get(site.pk), now) for site in sites]
    if len(lines) > 1:
        first = min(oldest.values(), key=lambda query: query.asked_at, default=None)
        lines.append(_site(None, found.all, first, now))
    return lines


def _site(site: Site | None, waiting: Waiting, oldest: DataQuery | None, now: datetime) -> SiteLine:
    code = site.code if site else ""
    title = code or _("All sites")
    return SiteLine(
        code,
        site.name if site else "",
        reverse("site_scorecard", args=[code]) if code else "",
        [
            Counted(
                waiting.open.get(age, 0),
                queries_url(QueryState.OPEN, site=code, age=age.value),
                f"{title}, {age_words(age)}",
            )
            for age in Age
        ],
        Counted(waiting.open_count, queries_url(QueryState.OPEN, site=code), title),
        Counted(waiting.answered_count, queries_url(QueryState.ANSWERED, site=code), title),
        (now - oldest.asked_at).days if oldest else None,
        reverse("query", args=[oldest.pk]) if oldest else "",
    )


def aged(lines: Sequence[SiteLine]) -> list[Aged]:
    """Return what the chart draws: the sites that have open queries, without the sum."""
    return [_aged(line) for line in lines if line.code and line.open.count]


def _aged(line: SiteLine) -> Aged:
    by_age = dict(zip(Age, line.ages, strict=True))
    count = line.open.count
    return Aged(
        line.code,
        line.url,
        {age: counted.count for age, counted in by_age.items()},
        {age: f"{line.code}: {_open(counted.count)}, {age_words(age)}" for age, counted in by_age.items()},
        {age: counted.url for age, counted in by_age.items()},
        _open(count),
        oldest_words(line.oldest_days),
        line.oldest_url,
    )


def _open(count: int) -> str:
    return ngettext("%(count)s open", "%(count)s open", count) % {"count": count}


def oldest_words(days: int | None) -> str:
    """Return how old the oldest query is."""
    if days is None:
        return ""
    return ngettext("oldest %(count)s day", "oldest %(count)s days", days) % {"count": days}


def form_lines(found: Queue) -> list[Line]:
    """Return a line for each form about which something waits, in the order of the forms."""
    lines = [
        _line(_(form.label), "", [found.topics.get(topic.code, NOTHING) for topic in form.topics], form=form.code)
        for form in FORMS
    ]
    return [line for line in lines if line.open.count or line.answered.count]


def age_lines(found: Queue) -> list[Line]:
    """Return a line an age."""
    return [_line(age_words(age), "", [_of_age(found.all, age)], age=age.value) for age in Age]


def _of_age(waiting: Waiting, age: Age) -> Waiting:
    return Waiting(
        {age: waiting.open[age]} if age in waiting.open else {},
        {age: waiting.answered[age]} if age in waiting.answered else {},
    )


def check_lines(found: Queue) -> tuple[list[Line], list[Line]]:
    """Return a line for each check of which queries wait, those with the most first: the first few, and the others."""
    settings = settings_now()
    lines = [
        _line(_check_words(code, settings), code, [waiting], **({"check": code} if code else {"kind": "hand"}))
        for code, waiting in found.checks.items()
    ]
    lines.sort(key=lambda line: (-line.open.count, -line.answered.count, line.code))
    return lines[:CHECKS_SHOWN], lines[CHECKS_SHOWN:]


def _check_words(code: str, settings: CheckSettings) -> str:
    if not code:
        return _("Asked by a person")
    try:
        return settings.words(check_named(code))
    except LookupError:
        return ""


def _line(title: str, code: str, waiting: Sequence[Waiting], **filters: str) -> Line:
    words = code or title
    return Line(
        title,
        code,
        Counted(sum(one.open_count for one in waiting), queries_url(QueryState.OPEN, **filters), words),
        Counted(sum(one.answered_count for one in waiting), queries_url(QueryState.ANSWERED, **filters), words),
    )
