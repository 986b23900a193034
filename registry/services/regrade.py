"""What another version of the rule would make of the grades: every day computed anew, nothing written.

The transaction is read-only, so that this holds whatever the code below does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection

from registry.models import Patient
from registry.rules.dates import day_number
from registry.rules.grade_versions import GradeVersion
from registry.rules.grading import highest
from registry.rules.outcome import Toxicity
from registry.services.derive import CASES_AT_ONCE
from registry.services.derive_crs import crs_days
from registry.services.derive_icans import icans_days
from sites.context import acting_as_system

NAME = "regrade"
Move = tuple[int | None, int | None]
Days = Callable[..., Iterator[tuple[dict[str, Any], Any]]]

# The rows of a toxicity with their days, and the number of its episodes.
READ: Mapping[Toxicity, tuple[Days, str]] = {
    Toxicity.CRS: (crs_days, "episode__crs_no"),
    Toxicity.ICANS: (icans_days, "episode__icans_no"),
}
_STUDY_ID, _COURSE_NO, _DAY_0 = (
    "episode__course__patient__study_id",
    "episode__course__course_no",
    "episode__course__infused_on",
)


@dataclass(frozen=True)
class Change:
    """A day whose grade would change: where it is found, days from the infusion, the stored grade and the other."""

    toxicity: Toxicity
    site: str
    study_id: str
    course_no: int
    episode_no: int
    day: int
    stored_rule: str
    before: int | None
    after: int | None


@dataclass
class Tally:
    """How many days and episodes were graded, and from which stored grade to which other one how many would move."""

    days: int = 0
    episodes: int = 0
    day_moves: Counter[Move] = field(default_factory=Counter)
    episode_moves: Counter[Move] = field(default_factory=Counter)
    stored_rules: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Count what another tally has counted too."""
        self.days += other.days
        self.episodes += other.episodes
        for name in ("day_moves", "episode_moves", "stored_rules"):
            getattr(self, name).update(getattr(other, name))


def regrade(
    toxicity: Toxicity,
    version: GradeVersion[Any],
    *,
    site: UUID | None = None,
    tell: Callable[[Change], None] = lambda _change: None,
) -> dict[str, Tally]:
    """Grade every day of a toxicity under a version and return site -> what would change; `tell` hears each day.

    A thousand cases are read at a time. The highest grade of an episode is that of its days, where none of them is
    without a grade that could be higher.
    """
    tallies: dict[str, Tally] = {}
    with acting_as_system(NAME, reason=f"{toxicity.label} under {version.name}, nothing is changed"):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        for cases in _cases(site):
            for episode in _episodes(toxicity, cases):
                _count(tallies, toxicity, version, episode, tell)
    return dict(sorted(tallies.items()))


def _cases(site: UUID | None) -> Iterator[Sequence[UUID]]:
    wanted = Patient.objects.order_by("pk") if site is None else Patient.objects.filter(site=site).order_by("pk")
    cases = list(wanted.values_list("pk", flat=True)[:CASES_AT_ONCE])
    while cases:
        yield cases
        cases = list(wanted.filter(pk__gt=cases[-1]).values_list("pk", flat=True)[:CASES_AT_ONCE])


def _episodes(toxicity: Toxicity, cases: Sequence[UUID]) -> Iterator[list[tuple[dict[str, Any], Any]]]:
    days, number = READ[toxicity]
    found = days(cases, "episode_id", "assessed_on", "site__code", _STUDY_ID, _COURSE_NO, _DAY_0, number)
    for _, episode in groupby(found, key=lambda pair: pair[0]["episode_id"]):
        yield list(episode)


def _count(
    tallies: dict[str, Tally],
    toxicity: Toxicity,
    version: GradeVersion[Any],
    episode: list[tuple[dict[str, Any], Any]],
    tell: Callable[[Change], None],
) -> None:
    tally = tallies.setdefault(episode[0][0]["site__code"], Tally())
    moves: list[Move] = [(row["grade_computed"], version.grade(day)) for row, day in episode]
    for (row, _day), (before, after) in zip(episode, moves, strict=True):
        tally.stored_rules[row["grade_rule"]] += 1
        if before != after:
            tally.day_moves[before, after] += 1
            tell(_change(toxicity, row, before, after))
    tally.days += len(moves)
    tally.episodes += 1
    ends = highest(before for before, _ in moves), highest(after for _, after in moves)
    if ends[0] != ends[1]:
        tally.episode_moves[ends] += 1


def _change(toxicity: Toxicity, row: dict[str, Any], before: int | None, after: int | None) -> Change:
    day = day_number(row["assessed_on"], row[_DAY_0])
    number = row[READ[toxicity][1]]
    return Change(
        toxicity, row["site__code"], row[_STUDY_ID], row[_COURSE_NO], number, day, row["grade_rule"], before, after
    )
