"""How complete the watched variables are, site by site, and the cases behind every number."""

# ruff: noqa: S608 -- names in the statements are constants of this module, values are parameters

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from registry.models import InfusionCourse
from registry.selectors.grouped_sql import counted
from registry.selectors.quality_variables import (
    COVARIATES,
    TOGETHER,
    TOGETHER_COLUMN,
    WATCHED,
    Held,
    watched_named,
    with_covariates,
    with_held,
)
from sites.models import Site


@dataclass(frozen=True)
class Completeness:
    """Of the cases of a site that are asked for a variable: how many hold a value, a reason, nothing."""

    value: int = 0
    reason: int = 0
    empty: int = 0

    @property
    def asked(self) -> int:
        """Return how many cases are asked."""
        return self.value + self.reason + self.empty


def completeness(courses: QuerySet[InfusionCourse]) -> dict[UUID, dict[str, Completeness]]:
    """Return site -> code of a variable, or TOGETHER -> its completeness, all in one statement.

    `courses` are infusion courses of whatever sites; the index infusions among them count.
    """
    others = [entry for entry in WATCHED if not entry.is_covariate]
    rows = with_held(with_covariates(courses.filter(course_no=1)), others)
    columns = {entry.code: entry.column for entry in WATCHED} | {TOGETHER: TOGETHER_COLUMN}
    listed = ", ".join(f"('{code}', g.{column})" for code, column in columns.items())
    found = counted(
        rows.values("site_id", *columns.values()),
        f"SELECT g.site_id, v.code, v.held, count(*) FROM g CROSS JOIN LATERAL (VALUES {listed}) v(code, held)"
        " WHERE v.held IS NOT NULL GROUP BY 1, 2, 3",
    )
    counts: defaultdict[tuple[UUID, str], dict[str, int]] = defaultdict(dict)
    for site, code, held, count in found:
        counts[site, code][held] = count
    return _by_site(counts)


def _by_site(counts: Mapping[tuple[UUID, str], dict[str, int]]) -> dict[UUID, dict[str, Completeness]]:
    found: dict[UUID, dict[str, Completeness]] = {}
    for (site, code), held in counts.items():
        found.setdefault(site, {})[code] = Completeness(**held)
    return found


def cases_holding(user: Any, site: Site | None, code: str, held: Held) -> QuerySet[InfusionCourse]:
    """Return the index infusions of a site, or of all, whose cases hold this of a variable, by site and study id.

    For TOGETHER each row also tells what it holds of each covariate. LookupError for a code that is not watched.
    """
    rows, column = _held_of(user, site, code)
    found = rows.filter(**{column: held.value}).select_related("patient", "product", "site")
    return found.order_by("site__code", "patient__study_id", "pk")


def holding_counts(user: Any, site: Site | None, code: str) -> Completeness:
    """Return how many cases of a site, or of all that a person may see, hold what of a variable right now."""
    rows, column = _held_of(user, site, code)
    found = counted(rows.values(column), f"SELECT g.{column}, count(*) FROM g WHERE g.{column} IS NOT NULL GROUP BY 1")
    return Completeness(**dict(found))


def _held_of(user: Any, site: Site | None, code: str) -> tuple[QuerySet[InfusionCourse], str]:
    courses = InfusionCourse.objects.visible_to(user).filter(course_no=1)
    if site is not None:
        courses = courses.filter(site=site)
    if code == TOGETHER:
        return with_covariates(courses), TOGETHER_COLUMN
    entry = watched_named(code)
    return with_held(courses, [entry]), entry.column


def lacking(course: InfusionCourse) -> list[str]:
    """Return the covariates that a row of `cases_holding(TOGETHER)` does not hold a value of."""
    held = {entry.code: getattr(course, entry.column) for entry in COVARIATES}
    return [code for code, what in held.items() if what in (Held.EMPTY, Held.REASON)]
