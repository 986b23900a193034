"""The packages of a release as a table: for each level the formats, or why the level may not leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from exports.models import Level, Release, ReleasePackage
from exports.selectors import packages_for
from exports.services.places import release_root
from sites.models import User


@dataclass(frozen=True)
class Offer:
    """One package that can be taken; `is_there` says whether its file is on the disk as it was written."""

    package: ReleasePackage
    is_there: bool


@dataclass(frozen=True)
class LevelOffer:
    """One level of a release: its packages, or why there are none."""

    code: str
    label: str
    offers: list[Offer] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def levels_for(release: Release, user: User) -> list[LevelOffer]:
    """Return the levels of a release that a person may have, from most to least."""
    packages = sorted(packages_for(release, user), key=_place)
    codes = dict.fromkeys(package.level for package in packages)
    return [_level(code, [package for package in packages if package.level == code]) for code in codes]


def _place(package: ReleasePackage) -> tuple[int, str]:
    return Level.values.index(package.level), package.format


def _level(code: str, packages: Sequence[ReleasePackage]) -> LevelOffer:
    offers = [Offer(package, is_there(package)) for package in packages if not package.refusal]
    refusals = list(dict.fromkeys(package.refusal for package in packages if package.refusal))
    return LevelOffer(code, str(Level(code).label), offers, refusals)


def is_there(package: ReleasePackage) -> bool:
    """Say whether the file of a package is where it was put, in its size."""
    path = release_root() / package.path
    return bool(package.path) and path.is_file() and path.stat().st_size == package.size


def chosen_level(levels: Sequence[LevelOffer], asked: str) -> str:
    """Return the level that a person asked for, if it is theirs; else the most that they may have."""
    codes = [level.code for level in levels]
    if asked in codes:
        return asked
    return codes[0] if codes else ""
