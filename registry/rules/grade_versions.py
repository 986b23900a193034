"""The named versions under which the grade of a day can be computed: the rule in force, and what it would be otherwise.

The consensus (DOI 10.1016/j.bbmt.2018.12.758) leaves questions open to which the rule in force gives an answer of our
own. Every other version gives one of them the other answer, so that anybody can see which grades hang on it. All of
them are provisional until a clinician has decided. The grade of Lee 2014 (DOI 10.1182/blood-2014-05-552729) is no
version: it counts doses of vasopressors, oxygen fractions and organ toxicities, none of which is recorded by day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from registry.rules import crs, icans
from registry.rules.coding import gettext_noop
from registry.rules.crs import CrsDay, crs_grade
from registry.rules.grading import either
from registry.rules.icans import IcansDay, icans_grade
from registry.rules.outcome import Toxicity

D = TypeVar("D", CrsDay, IcansDay)
# As long as the column in which the version of a stored grade is kept.
NAME_MAX = 24


@dataclass(frozen=True, slots=True)
class GradeVersion(Generic[D]):
    """One version of a rule: its name, what it says in a sentence, and the grade (0 to 4) that it gives a day."""

    name: str
    says: str
    grade: Callable[[D], int | None]


class UnknownVersion(LookupError):  # noqa: N818 -- the name says what happened
    """No version has this name; the message names those that there are."""


def _vasopressin_is_no_vasopressor(day: CrsDay) -> int | None:
    """Grade vasopressin given alone like hypotension that needs no vasopressor: 2 instead of 3."""
    hypotension = either(day.hypotension, day.vasopressin)
    return crs_grade(replace(day, hypotension=hypotension, vasopressin=False))


def _any_oxygen(day: CrsDay) -> int | None:
    """Grade oxygen and ventilation whatever they were given for, protection of the airway included."""
    return crs_grade(replace(day, oxygen_other_reason=False))


def _capd_zero_is_one(day: IcansDay) -> int | None:
    """Grade a CAPD score of 0 like the other scores below 9: 1 instead of 0."""
    return icans_grade(replace(day, capd_total=1) if day.capd_total == 0 else day)


def _any_cause(day: IcansDay) -> int | None:
    """Grade findings whatever they are put down to, sedation included."""
    return icans_grade(replace(day, other_cause=False))


# The first one is in force: it is what the registry computes and stores.
CRS_VERSIONS: tuple[GradeVersion[CrsDay], ...] = (
    GradeVersion(
        crs.RULE_VERSION,
        gettext_noop(
            "ASTCT consensus 2019. Vasopressin given alone is grade 3; oxygen or ventilation for another reason "
            "than hypoxia of CRS gives no grade."
        ),
        crs_grade,
    ),
    GradeVersion(
        f"{crs.RULE_VERSION}-vaso2",
        gettext_noop("As in force, but vasopressin given alone is grade 2, like hypotension without a vasopressor."),
        _vasopressin_is_no_vasopressor,
    ),
    GradeVersion(
        f"{crs.RULE_VERSION}-anyO2",
        gettext_noop("As in force, but oxygen and ventilation count whatever they were given for."),
        _any_oxygen,
    ),
)
ICANS_VERSIONS: tuple[GradeVersion[IcansDay], ...] = (
    GradeVersion(
        icans.RULE_VERSION,
        gettext_noop(
            "ASTCT consensus 2019. Findings put down to another cause give no grade; a CAPD score of 0 is grade 0."
        ),
        icans_grade,
    ),
    GradeVersion(
        f"{icans.RULE_VERSION}-capd1",
        gettext_noop("As in force, but a CAPD score of 0 is grade 1, like the other scores below 9."),
        _capd_zero_is_one,
    ),
    GradeVersion(
        f"{icans.RULE_VERSION}-anycause",
        gettext_noop("As in force, but findings count whatever they are put down to."),
        _any_cause,
    ),
)


VERSIONS: Mapping[Toxicity, tuple[GradeVersion[Any], ...]] = {
    Toxicity.CRS: CRS_VERSIONS,
    Toxicity.ICANS: ICANS_VERSIONS,
}


def version_names(toxicity: Toxicity) -> tuple[str, ...]:
    """Return the names of the versions of a toxicity's grade, the one in force first."""
    return tuple(version.name for version in VERSIONS[toxicity])


def versions_named(name: str, among: Sequence[Toxicity] = tuple(VERSIONS)) -> dict[Toxicity, GradeVersion[Any]]:
    """Return toxicity -> the version of its grade with this name, of those toxicities that have one.

    UnknownVersion, which names those that there are, where none has.
    """
    found = {toxicity: version for toxicity in among for version in VERSIONS[toxicity] if version.name == name}
    if not found:
        listed = "; ".join(f"{toxicity.label}: {', '.join(version_names(toxicity))}" for toxicity in among)
        raise UnknownVersion(f"No version {name!r} of the grades. There are, for {listed}.")
    return found
