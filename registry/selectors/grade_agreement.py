"""Grades as clinicians gave them beside those that the registry computed: how many pairs of which, and the rows."""

# ruff: noqa: S608 -- the statement counts what a query of the models finds; its values are parameters

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Count, F, Max, Q, QuerySet, When

from registry.models import CrsAssessment, CrsEpisode, IcansAssessment, IcansEpisode
from registry.rules.grading import HIGHEST_OF_A_DAY
from registry.rules.outcome import Toxicity


class Grain(StrEnum):
    """What a pair of grades is of; as it stands in the address."""

    DAY = "day"
    EPISODE = "episode"


class Given(StrEnum):
    """Whether a grade is there at all; as it stands in the address."""

    SOME = "some"
    NONE = "none"


# What is asked of one of the two grades: this one, any, or none.
Asked = int | Given


@dataclass(frozen=True)
class Graded:
    """The rows of a toxicity that have grades, and the number of its episodes."""

    days: type[Any]
    episodes: type[Any]
    number: str


GRADED: Mapping[Toxicity, Graded] = {
    Toxicity.CRS: Graded(CrsAssessment, CrsEpisode, "crs_no"),
    Toxicity.ICANS: Graded(IcansAssessment, IcansEpisode, "icans_no"),
}


@dataclass(frozen=True)
class GradePair:
    """How many days or episodes of a site have this computed and this reported grade; None is no grade."""

    site: str
    computed: int | None
    reported: int | None
    rows: int


def grade_pairs(user: Any, toxicity: Toxicity, grain: Grain) -> list[GradePair]:
    """Return how often each pair of grades stands at each site that a person may see, in one grouped query."""
    rows = _rows(user, toxicity, grain).order_by().values("site_id", "computed", "reported")
    try:
        found, parameters = rows.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:  # no site is visible
        return []
    statement = (
        f"SELECT s.code, g.computed, g.reported, count(*) FROM ({found}) g"
        " JOIN public.study_sites_site s ON s.id = g.site_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [GradePair(*row) for row in cursor.fetchall()]


def grade_rows(
    user: Any,
    toxicity: Toxicity,
    grain: Grain,
    *,
    site: str = "",
    computed: Asked | None = None,
    reported: Asked | None = None,
) -> QuerySet[Any]:
    """Return the days or episodes with these grades, `computed` and `reported`, case by case.

    Where neither is asked for, those with two grades that differ; grade 5 is a death, and no difference.
    """
    rows = _rows(user, toxicity, grain)
    if site:
        rows = rows.filter(site__code=site)
    if computed is None and reported is None:
        rows = rows.filter(_differ(), reported__lte=HIGHEST_OF_A_DAY)
    for name, asked in (("computed", computed), ("reported", reported)):
        rows = rows.filter(_fits(name, asked))
    above, order = ("episode__", ["assessed_on"]) if grain is Grain.DAY else ("", [])
    number = f"{above}{GRADED[toxicity].number}"
    course = f"{above}course"
    listed = rows.select_related("site", f"{course}__patient")
    return listed.order_by("site__code", f"{course}__patient__study_id", f"{course}__course_no", number, *order)


def _rows(user: Any, toxicity: Toxicity, grain: Grain) -> QuerySet[Any]:
    graded = GRADED[toxicity]
    if grain is Grain.DAY:
        days = graded.days.objects.visible_to(user)
        return days.annotate(computed=F("grade_computed"), reported=F("grade_reported"))
    return _episodes(graded.episodes.objects.visible_to(user))


def _episodes(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add the highest computed grade of each episode, by the rule of `registry.rules.grading.highest`."""
    days, with_grade = Count("assessments"), Count("assessments__grade_computed")
    counted = rows.annotate(days=days, with_grade=with_grade, top=Max("assessments__grade_computed"))
    settled = Q(days=F("with_grade")) | Q(top=HIGHEST_OF_A_DAY)
    return counted.annotate(computed=Case(When(settled, then=F("top"))), reported=F("max_grade"))


def _differ() -> Q:
    return Q(computed__lt=F("reported")) | Q(computed__gt=F("reported"))


def _fits(name: str, asked: Asked | None) -> Q:
    if asked is None:
        return Q()
    if isinstance(asked, Given):
        return Q((f"{name}__isnull", asked is Given.NONE))
    return Q((name, asked))
