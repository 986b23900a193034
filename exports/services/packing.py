"""The second half of making a release: packages of every level and format, read back before anybody is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext_noop

from exports.freeze import FreezeError
from exports.freeze.folder import read_facts, write_facts
from exports.freeze.policy import K_SHAREABLE, k_of
from exports.leaving.leave import leave, numbers_of
from exports.leaving.people import TooFewAlike
from exports.leaving.twin import make_twin
from exports.models import Format, Level, Release
from exports.package import Package, build_package
from exports.package.archive import archive_checks
from exports.selectors import policy_now
from exports.services.assessing import leaving_order
from exports.services.places import leaving_folder, package_file
from exports.services.steps import READING, WRITING, Teller

# Lower levels are for a first look and for writing code; their data package is enough for that.
LESSER_FORMATS = (Format.CSV.value,)
# Read by whoever may have the level alone, so it tells no figure.
TOO_FEW_ALIKE: Final = gettext_noop(
    "Too few cases look alike, and no step of coarsening makes the smallest group as large as this level needs."
)


@dataclass(frozen=True)
class Built:
    """One package of a level, or why there is none."""

    level: str
    format: str
    package: Package | None = None
    patients: int = 0
    refusal: str = ""


def pack(release: Release, work: Path, risk: Mapping[str, Any], tell: Teller) -> list[Built]:
    """Write the packages of a release into its folder: its own level in all formats asked for, lower levels in CSV.

    Raises FreezeError where the release's own level may not leave or a package cannot be read back.
    """
    levels = list(_levels(release, work, risk))
    whole = [(level, facts, code) for level, facts, _why in levels if facts for code in _formats(release, level)]
    built: list[Built] = []
    for done, (level, facts, code) in enumerate(whole):
        tell.step(WRITING, done=done, packages=len(whole))
        path = package_file(work, level, code)
        package = build_package(leaving_folder(work, level), code, path)
        built.append(Built(level, code, package, _patients(facts)))
    _read_back(built, tell)
    refused = [Built(level, code, refusal=why) for level, facts, why in levels if not facts for code in LESSER_FORMATS]
    return [*built, *refused]


def _formats(release: Release, level: str) -> Sequence[str]:
    return release.formats if level == release.profile else LESSER_FORMATS


def _levels(
    release: Release, work: Path, risk: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any] | None, str]]:
    """Yield every level of the release with the facts of what leaves at it, or with why it may not."""
    own = leaving_order(release, release.profile, tuple(release.coarsening), k_min=_k_min(release, work))
    folder = leaving_folder(work, release.profile)
    yield release.profile, _told(folder, leave(work, folder, own), release, risk), ""
    if release.profile == Level.AGREEMENT:
        yield (Level.SHAREABLE.value, *_shareable(release, work, risk))
    yield (Level.TWIN.value, *_twin(release, work))


def _told(folder: Path, facts: Mapping[str, Any], release: Release, risk: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add the figures that the decision rested on to the facts of what leaves, and whether they were signed for."""
    figures = {name: risk[name] for name in ("k", "patients", "unique", "risk_max", "risk_mean")}
    summary = {**figures, "limit": k_of(release.profile, policy_now()), "signed": release.risk_accepted_at is not None}
    told = {**facts, "risk": {"summary": summary}}
    write_facts(folder, told)
    return told


def _k_min(release: Release, work: Path) -> int:
    """Return the smallest group that may leave; under an agreement a signature stands in for it.

    Never less than counted at the freeze: cases that were left out when the risk was assessed stay out.
    """
    if release.profile == Level.AGREEMENT:
        return 0
    return max(k_of(release.profile, numbers) for numbers in (policy_now(), numbers_of(read_facts(work))))


def _shareable(release: Release, work: Path, risk: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, str]:
    """Make the shareable level of a release under an agreement, coarsened as far as it needs; refused is no failure."""
    steps = tuple(dict.fromkeys([*release.coarsening, *risk["suggestions"]["shareable"]]))
    order = leaving_order(release, Level.SHAREABLE, steps, k_min=policy_now()[K_SHAREABLE])
    try:
        return leave(work, leaving_folder(work, Level.SHAREABLE), order), ""
    except TooFewAlike:
        return None, TOO_FEW_ALIKE
    except FreezeError as error:
        return None, str(error)


def _twin(release: Release, work: Path) -> tuple[Mapping[str, Any] | None, str]:
    """Make the synthetic twin of the release; a release of few cases has none."""
    try:
        own, folder = leaving_folder(work, release.profile), leaving_folder(work, Level.TWIN)
        return make_twin(own, folder, seed=_seed(release)), ""
    except FreezeError as error:
        return None, str(error)


def _seed(release: Release) -> str:
    return f"{release.project_id}|{release.name}"


def _patients(facts: Mapping[str, Any]) -> int:
    return max((int(sheet["patients"]) for sheet in [*facts["tables"], *facts["datasets"]]), default=0)


def _read_back(built: Sequence[Built], tell: Teller) -> None:
    for done, entry in enumerate(built):
        tell.step(READING, done=done, packages=len(built))
        if entry.package is not None and not archive_checks(entry.package.path):
            raise FreezeError(f"The package {entry.level} {entry.format} could not be read back from the disk.")
