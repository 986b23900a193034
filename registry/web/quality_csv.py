"""The figures of quality as files: safe to open in a spreadsheet program, with decimal points in every language."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from registry.intake.downloads import safe_cell
from registry.models import SiteScore
from registry.selectors.query_ages import Age
from registry.web.quality_heat import CODES, held_in, label_of
from registry.web.quality_queue import SiteLine, age_words


def ageing_csv(lines: Sequence[SiteLine]) -> bytes:
    """Return the queries that wait, a line a site: open ones by age, answered ones, and the age of the oldest."""
    words = _("Open queries")
    ages = [f"{words}, {age_words(age)}" for age in Age]
    heads = [_("Site"), *ages, words, _("Answered queries"), _("Oldest, days")]
    return _csv([heads, *(_ageing(line) for line in lines if line.code)])


def _ageing(line: SiteLine) -> list[str]:
    counts = [*line.ages, line.open, line.answered]
    oldest = "" if line.oldest_days is None else str(line.oldest_days)
    return [line.code, *(str(counted.count) for counted in counts), oldest]


def completeness_csv(scores: Sequence[SiteScore]) -> bytes:
    """Return the completeness of every variable at every site, a line each."""
    heads = [_("Site"), _("Variable"), _("Cases asked"), _("A value"), _("A reason"), _("Empty"), _("Computed (UTC)")]
    return _csv([heads, *(line for score in scores for line in _completeness(score))])


def _completeness(score: SiteScore) -> Iterator[list[str]]:
    computed = score.taken_at.strftime("%Y-%m-%d %H:%M:%S")
    for code in CODES:
        held = held_in(score.figures, code)
        counts = (held.asked, held.value, held.reason, held.empty)
        yield [score.site.code, label_of(code), *(str(count) for count in counts), computed]


def _csv(lines: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([safe_cell(cell) for cell in line] for line in lines)
    return out.getvalue().encode("utf-8-sig")
