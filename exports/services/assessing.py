"""The first half of making a release: freeze, datasets, what leaves of them, and how risky that is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_noop

from exports.datasets.catalogue import derive
from exports.freeze import FreezeError, FreezeOrder, freeze
from exports.freeze.folder import write_facts
from exports.freeze.policy import k_of
from exports.freeze.pseudonyms import level_key, project_key
from exports.leaving.leave import leave
from exports.leaving.order import LeavingOrder
from exports.models import ExportJob, Release
from exports.revision import code_revision
from exports.risk.report import risk_of
from exports.selectors import blocked_cases, policy_now
from exports.services.places import leaving_folder
from exports.services.releases import site_codes_assign
from exports.services.steps import CASES, CHOOSING, DERIVING, FREEZING, RISK, Teller
from registry.models import DataQuery, QueryState
from sites.access import require
from sites.context import acting_as
from sites.roles import Permission

BLOCKED: Final = gettext_noop(
    "Blocking checks stand against some cases. Have them settled, or ask for a release that leaves these cases out."
)


def freeze_release(job: ExportJob, work: Path, tell: Teller) -> None:
    """Freeze the registry into a folder and derive the datasets from it."""
    order = _order(job)
    tell.step(CASES)
    facts = freeze(order, work, lambda done, tables, rows: tell.step(FREEZING, done=done, tables=tables, rows=rows))
    tell.step(DERIVING)
    write_facts(work, {**facts, "datasets": derive(work, facts)})


def _order(job: ExportJob) -> FreezeOrder:
    """Return the order of the freeze. The right to ask for it is read now, not when it was asked for."""
    require(job.requested_by, Permission.RELEASE_FREEZE)
    release = job.release
    key = project_key(settings.QUELL_PROJECT_KEK, bytes(release.project.salt))
    cut = release.data_cut_at or timezone.now()
    with acting_as(job.requested_by, source="worker", reason=f"Release {release.name}"):
        codes = site_codes_assign(release.project, key)
        blocked = blocked_cases(job.requested_by, cut.astimezone(dt.UTC).date())
        queries = _open_queries()
    if blocked and not release.leaves_out_blocked:
        raise FreezeError(BLOCKED)
    return FreezeOrder(
        release=release.name,
        project=str(release.project_id),
        profile=release.profile,
        data_cut_at=cut,
        project_key=key,
        site_codes=codes,
        code_revision=code_revision(),
        is_simulated=settings.QUELL_DEMO,
        blocked=blocked,
        open_queries=queries,
        policy=policy_now(),
    )


def _open_queries() -> dict[str, int]:
    """Count the data queries of all sites that are not settled, by their state."""
    states = (QueryState.OPEN, QueryState.ANSWERED)
    found = DataQuery.objects.filter(state__in=states).order_by().values_list("state").annotate(n=Count("pk"))
    return {state.value: 0 for state in states} | dict(found)


def assess(release: Release, work: Path, tell: Teller) -> Mapping[str, Any]:
    """Make what leaves under the release's own profile, and return its risk report. The limit is not enforced yet."""
    tell.step(CHOOSING)
    folder = leaving_folder(work, release.profile)
    leave(work, folder, leaving_order(release, release.profile, tuple(release.coarsening)))
    tell.step(RISK)
    return risk_of(folder, k_min=k_of(release.profile, policy_now()), previous=previous_folder(release))


def leaving_order(release: Release, level: str, coarsening: tuple[str, ...], *, k_min: int = 0) -> LeavingOrder:
    """Return what leaves of a release at a level; without `k_min` small groups are told, not refused."""
    return LeavingOrder(
        level=level,
        cohort=release.cohort,
        selection=release.selection,
        coarsening=coarsening,
        k_min=k_min,
        key=level_key(settings.QUELL_PROJECT_KEK, bytes(release.project.salt), f"{release.pk}|{level}"),
    )


def previous_folder(release: Release) -> Path | None:
    """Return the folder of what left in the release before, where it is still there."""
    if release.supersedes is None:
        return None
    folder = leaving_folder(Path(settings.QUELL_RELEASE_DIR) / str(release.supersedes_id), release.supersedes.profile)
    return folder if folder.is_dir() else None
