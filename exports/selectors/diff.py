"""Which releases a person may compare with which, and on what ground."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from exports.diff import DiffError
from exports.freeze.folder import FACTS_FILE
from exports.models import OUT, Level, Profile, Release, ReleaseGrant
from exports.selectors.releases import releases_visible
from sites.access import can
from sites.models import User
from sites.roles import Permission

FROZEN = "FROZEN"


@dataclass(frozen=True)
class Ground:
    """What of two releases is compared: what left of both at a level, or what was frozen."""

    name: str
    before: Path
    after: Path


def releases_comparable(release: Release, user: User) -> QuerySet[Release]:
    """Return the other releases of the project that a person may see and that have files, the newest first."""
    others = releases_visible(user).filter(project=release.project_id, state__in=OUT).exclude(pk=release.pk)
    return others.order_by("-data_cut_at", "name")


def in_order(one: Release, other: Release) -> tuple[Release, Release]:
    """Return two releases, the one with the earlier data cut first."""
    first, second = sorted([one, other], key=lambda release: (str(release.data_cut_at), release.created_at))
    return first, second


def ground_of(before: Release, after: Release, user: User) -> Ground:
    """Return what a person may compare of two releases; DiffError says why there is nothing.

    What left under the agreement is compared. Data managers compare what was frozen where that is not in both; for
    others there is nothing then, because shareable levels have subject keys of their own.
    """
    if before.project_id != after.project_id:
        raise DiffError(_("Releases of two projects cannot be compared: their subject keys do not belong together."))
    left = [_root(release) / "leaving" / Level.AGREEMENT for release in (before, after)]
    is_level = all(release.profile == Profile.AGREEMENT for release in (before, after))
    if is_level and _are_there(left):
        if not all(_may_have_agreement(release, user) for release in (before, after)):
            raise DiffError(_("You were given one of these releases at a level whose keys cannot be compared."))
        return Ground(Level.AGREEMENT.value, *left)
    if not can(user, Permission.RELEASE_FREEZE):
        raise DiffError(_("These releases cannot be compared: each has subject keys of its own."))
    frozen = [_root(release) for release in (before, after)]
    if not _are_there(frozen):
        raise DiffError(_("The files of one of these releases are not there, so they cannot be compared."))
    return Ground(FROZEN, *frozen)


def _may_have_agreement(release: Release, user: User) -> bool:
    if can(user, Permission.RELEASE_FREEZE):
        return True
    grants = ReleaseGrant.objects.valid_for(user, timezone.localdate())
    return grants.filter(release=release, level=Level.AGREEMENT).exists()


def _root(release: Release) -> Path:
    return Path(settings.QUELL_RELEASE_DIR) / str(release.pk)


def _are_there(folders: list[Path]) -> bool:
    return all((folder / FACTS_FILE).is_file() for folder in folders)
