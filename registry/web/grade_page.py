"""The tables of the agreement of grades, as plain values: computed by reported grade, agreement by site, the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from registry.rules.agreement import Agreement, Estimate, agreement_of
from registry.rules.grade_versions import VERSIONS
from registry.rules.grading import HIGHEST_OF_A_DAY
from registry.rules.outcome import Toxicity
from registry.selectors.grade_agreement import GRADED, Asked, Given, GradePair, Grain, grade_pairs
from registry.web.grade_asked import AgreementAsked, section_title

FATAL = 5
GRADES = range(HIGHEST_OF_A_DAY + 1)
Pairs = Counter[tuple[int | None, int | None]]


@dataclass(frozen=True)
class Cell:
    """How many rows have one pair of grades: `kind` is same, near, far or fatal, `words` say the pair."""

    rows: int
    kind: str
    sign: str
    words: str
    url: str


@dataclass(frozen=True)
class Line:
    """The rows with one computed grade, by the grade of the clinician."""

    computed: int
    cells: list[Cell]


@dataclass(frozen=True)
class SiteLine:
    """The agreement of one site, or of all where it has no code, in words; `differing` rows have an address."""

    code: str
    url: str
    pairs: int
    same: str
    differing: int
    differing_url: str
    kappa: str
    weighted: str


@dataclass(frozen=True)
class Apart:
    """How many rows are no pair of two grades, and why, in words."""

    words: str
    rows: int
    url: str


@dataclass(frozen=True)
class Section:
    """The agreement of one toxicity by day or by episode."""

    key: str
    title: str
    empty: str
    columns: list[str]
    lines: list[Line]
    sites: list[SiteLine]
    apart: list[Apart]


@dataclass(frozen=True)
class Version:
    """A version of a rule in words; the first one is in force."""

    toxicity: str
    name: str
    says: str
    is_in_force: bool


def agreement_sections(user: Any, site: str) -> list[Section]:
    """Return the tables of all sites that a person may see, or of one of them; one query each."""
    return [_section(user, site, toxicity, grain) for toxicity in GRADED for grain in Grain]


def rule_versions() -> list[Version]:
    """Return the versions of the rules, that in force first."""
    return [
        Version(_(toxicity.label), version.name, _(version.says), number == 0)
        for toxicity, versions in VERSIONS.items()
        for number, version in enumerate(versions)
    ]


def _section(user: Any, site: str, toxicity: Toxicity, grain: Grain) -> Section:
    found = [pair for pair in grade_pairs(user, toxicity, grain) if site in ("", pair.site)]
    asked = AgreementAsked(site, toxicity, grain)
    pooled = _counted(found)
    grades = [*GRADES, FATAL] if grain is Grain.EPISODE else [*GRADES]
    return Section(
        key=f"{toxicity.value.lower()}-{grain.value}",
        title=section_title(toxicity, grain),
        empty="" if _table_total(pooled) else _nothing(grain),
        columns=[_("5 (death)") if grade == FATAL else str(grade) for grade in grades],
        lines=[Line(grade, [_cell(asked, pooled, grade, other) for other in grades]) for grade in GRADES],
        sites=list(_site_lines(asked, found)),
        apart=list(_apart(asked, pooled)),
    )


def _counted(found: Iterable[GradePair]) -> Pairs:
    counted: Pairs = Counter()
    for pair in found:
        counted[pair.computed, pair.reported] += pair.rows
    return counted


def _table(pairs: Pairs) -> list[list[int]]:
    return [[pairs[computed, reported] for reported in GRADES] for computed in GRADES]


def _table_total(pairs: Pairs) -> int:
    return sum(map(sum, _table(pairs)))


def _nothing(grain: Grain) -> str:
    if grain is Grain.EPISODE:
        return _("No episode has both a computed and a reported grade yet.")
    return _("No day has both a computed and a reported grade yet.")


def _cell(asked: AgreementAsked, pairs: Pairs, computed: int, reported: int) -> Cell:
    kind, sign = _kind(computed, reported)
    words = _("computed %(computed)s, clinician %(reported)s") % {"computed": computed, "reported": reported}
    url = replace(asked, computed=computed, reported=reported).url
    return Cell(pairs[computed, reported], kind, sign, words, url)


def _kind(computed: int, reported: int) -> tuple[str, str]:
    if reported == FATAL:
        return "fatal", ""
    if computed == reported:
        return "same", "="
    return ("near", "≠") if abs(computed - reported) == 1 else ("far", "!")


def _site_lines(asked: AgreementAsked, found: Sequence[GradePair]) -> Iterator[SiteLine]:
    sites = {code: _counted(own) for code, own in groupby(found, key=lambda pair: pair.site)}
    for code, pairs in sites.items():
        yield _site_line(replace(asked, site=code), pairs)
    if len(sites) > 1:
        yield _site_line(asked, _counted(found))


def _site_line(asked: AgreementAsked, pairs: Pairs) -> SiteLine:
    agreement = agreement_of(_table(pairs))
    return SiteLine(
        code=asked.site,
        url=AgreementAsked(asked.site).url,
        pairs=agreement.pairs,
        same=_same(agreement),
        differing=agreement.pairs - agreement.equal,
        differing_url=asked.url,
        kappa=_kappa(agreement, agreement.kappa),
        weighted=_kappa(agreement, agreement.weighted),
    )


def _same(agreement: Agreement) -> str:
    if agreement.proportion is None:
        return ""
    return _("%(percent)s %%") % {"percent": number_format(agreement.proportion * 100, decimal_pos=1)}


def _kappa(agreement: Agreement, estimate: Estimate | None) -> str:
    """Return a kappa with its interval, or why it or its interval is not stated."""
    if estimate is None:
        return _(agreement.why_no_kappa.label) if agreement.why_no_kappa else ""
    if estimate.low is None or estimate.high is None:
        return _("%(value)s (no interval)") % {"value": _number(estimate.value)}
    told = {"value": _number(estimate.value), "low": _number(estimate.low), "high": _number(estimate.high)}
    return _("%(value)s (%(low)s to %(high)s)") % told


def _number(value: Decimal) -> str:
    # What rounds to nothing has no sign; others have the sign of print, not a hyphen.
    return number_format(value.quantize(Decimal("0.01")) + 0, decimal_pos=2).replace("-", "−")


def _apart(asked: AgreementAsked, pairs: Pairs) -> Iterator[Apart]:
    """Yield what is no pair of two grades up to 4: one grade is missing, both are, or it is a death."""
    for words, computed, reported in (
        (_("only the computed grade"), Given.SOME, Given.NONE),
        (_("only the clinician's grade"), Given.NONE, Given.SOME),
        (_("neither grade"), Given.NONE, Given.NONE),
        (_("clinician's grade 5, a death"), Given.SOME, FATAL),
    ):
        rows = sum(count for pair, count in pairs.items() if _is(pair[0], computed) and _is(pair[1], reported))
        if rows:
            yield Apart(words, rows, replace(asked, computed=computed, reported=reported).url)


def _is(grade: int | None, asked: Asked) -> bool:
    if isinstance(asked, Given):
        return (grade is None) == (asked is Given.NONE)
    return grade == asked
