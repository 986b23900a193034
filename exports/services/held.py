"""What data managers do with a release that waits: coarsen it, sign its risk, let it go on, refuse or withdraw it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exports.freeze.errors import FreezeError
from exports.freeze.policy import k_of
from exports.leaving.coarsen import STEPS
from exports.leaving.leave import leave
from exports.models import (
    DataRequest,
    ExportJob,
    JobPhase,
    JobState,
    Profile,
    Release,
    ReleaseState,
    RequestState,
)
from exports.models.job import UNDER_WAY
from exports.risk.report import risk_of
from exports.selectors import holders_of, policy_now
from exports.services.assessing import leaving_order, previous_folder
from exports.services.jobs import NotAllowedNowError
from exports.services.places import GONE, leaving_folder, remove_release
from exports.services.releases import forget_signature
from exports.services.wake import wake_on_commit
from exports.services.withdrawal_letters import tell_holders
from sites.access import require
from sites.models import User
from sites.roles import Permission


@transaction.atomic
def release_coarsen(*, release: Release, steps: Sequence[str], by: User) -> Release:
    """Apply the declared steps to a release that waits, instead of those before, and assess its risk again."""
    require(by, Permission.RELEASE_FREEZE)
    held = _held(release, by)
    unknown = [step for step in steps if step not in STEPS]
    if unknown:
        raise ValidationError({"steps": _("There is no such step: %(steps)s.") % {"steps": ", ".join(unknown)}})
    held.coarsening = [step for step in STEPS if step in set(steps)]
    try:
        held.risk = _assessed_anew(held)
    except FreezeError as error:
        raise ValidationError({"steps": _(str(error))}) from error
    except FileNotFoundError as error:
        raise ValidationError({"steps": _(GONE)}) from error
    forget_signature(held)
    held.save()
    return held


def _assessed_anew(release: Release) -> dict[str, Any]:
    folder = Path(settings.QUELL_RELEASE_DIR) / str(release.pk)
    target = leaving_folder(folder, release.profile)
    leave(folder, target, leaving_order(release, release.profile, tuple(release.coarsening)))
    return dict(risk_of(target, k_min=k_of(release.profile, policy_now()), previous=previous_folder(release)))


@transaction.atomic
def release_accept_risk(*, release: Release, reason: str, by: User, seen: str = "") -> Release:
    """Sign that a risk above the limit is acceptable under the agreement. The page asks for the password first.

    `seen` is the mark of the report that was read; NotAllowedNowError where it is another one by now.
    """
    require(by, Permission.RELEASE_FREEZE)
    held = _held(release, by)
    refuse_other_report(held, seen)
    if held.profile != Profile.AGREEMENT:
        raise ValidationError(_("Groups below the limit never leave in a shareable release. Coarsen it further."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the risk is acceptable.")})
    held.risk_accepted_by, held.risk_accepted_at, held.risk_reason = by, timezone.now(), reason.strip()
    held.full_clean()
    held.save()
    return held


@transaction.atomic
def release_continue(*, release: Release, by: User) -> Release:
    """Have the packages of a release that waits made and published; ValidationError where its risk forbids it."""
    require(by, Permission.RELEASE_FREEZE)
    held = _held(release, by)
    if held.request is not None and held.request.state != RequestState.APPROVED:
        raise NotAllowedNowError("The release goes on once its request is approved.")
    if words := held_back(held):
        raise ValidationError(words)
    job = ExportJob.objects.select_for_update().get(release=held)
    fresh = {"claim": None, "lease_until": None, "finished_at": None, "error_reference": "", "error_words": ""}
    ExportJob.objects.filter(pk=job.pk).update(
        state=JobState.QUEUED, phase=JobPhase.PACK, requested_by=by, attempts=0, step=0, figures={}, **fresh
    )
    held.state = ReleaseState.PENDING
    held.save()
    wake_on_commit(job)
    return held


def report_mark(release: Release) -> str:
    """Return what tells one assessed state of a release from another: of its steps and its report."""
    told = json.dumps([release.coarsening, release.risk], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def refuse_other_report(release: Release, seen: str) -> None:
    """Raise NotAllowedNowError where somebody has read another report than that of the release as it stands."""
    if seen and seen != report_mark(release):
        raise NotAllowedNowError("The release was made coarser or finer meanwhile.")


def held_back(release: Release) -> str:
    """Return why the risk of a release forbids to go on, nothing where it does not."""
    limit = k_of(release.profile, policy_now())
    if not release.risk.get("patients", 0):
        return _("No case is left, so there is nothing to release.")
    if release.risk["k"] >= limit:
        return ""
    if release.profile == Profile.SHAREABLE:
        words = _("Smallest group: %(k)s. A shareable release needs %(limit)s. Coarsen it further.")
        return words % {"k": release.risk["k"], "limit": limit}
    if release.risk_accepted_at is None:
        words = _("Smallest group: %(k)s, fewer than %(limit)s. Coarsen it, or sign that it may leave.")
        return words % {"k": release.risk["k"], "limit": limit}
    return ""


@transaction.atomic
def release_refuse(*, release: Release, by: User) -> Release:
    """End a release that waits without publishing it; what was frozen is removed from the disk."""
    require(by, Permission.RELEASE_FREEZE)
    return end_held(_held(release, by))


def end_held(held: Release) -> Release:
    """End a release that waits, whoever may do so; needs a transaction and an audit context."""
    held.state = ReleaseState.REFUSED
    forget_signature(held)
    held.save()
    transaction.on_commit(lambda: remove_release(held.pk))
    return held


def end_undecided(request: DataRequest) -> None:
    """End what was assessed, or is being assessed, for a request that is not approved; needs a transaction."""
    for release in request.releases.filter(state__in=(ReleaseState.PENDING, ReleaseState.HELD)):
        # The job's row first, as the worker locks them.
        under_way = ExportJob.objects.filter(release=release, state__in=UNDER_WAY)
        under_way.update(state=JobState.CANCELLED, finished_at=timezone.now())
        end_held(Release.objects.select_for_update(of=("self",)).get(pk=release.pk))


@transaction.atomic
def release_withdraw(*, release: Release, reason: str, by: User) -> Release:
    """Take a published release out of use: its files go, its grants end; who holds it stays in the ledger."""
    require(by, Permission.RELEASE_FREEZE)
    current = Release.objects.select_for_update(of=("self",)).get(pk=release.pk)
    if not current.is_published:
        raise NotAllowedNowError("Only a published release can be withdrawn.")
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the release is withdrawn.")})
    current.state = ReleaseState.WITHDRAWN
    current.withdrawn_by, current.withdrawn_at, current.withdrawal_reason = by, timezone.now(), reason.strip()
    current.full_clean()
    current.save()
    tell_holders(current, [holder.person for holder in holders_of(current)])
    current.grants.filter(revoked_at=None).update(revoked_at=timezone.now())
    transaction.on_commit(lambda: remove_release(current.pk))
    return current


def _held(release: Release, by: User) -> Release:
    """Lock a release that waits; PermissionDenied for one that was made for the person's own request."""
    current = Release.objects.select_for_update(of=("self",)).select_related("project", "request", "supersedes")
    found = current.get(pk=release.pk)
    if not waits(found):
        raise NotAllowedNowError("The release does not wait for a decision any more.")
    if found.request is not None and found.request.requested_by_id == by.pk:
        raise PermissionDenied("request.own")
    return found


def waits(release: Release) -> bool:
    """Say whether a decision on the assessed data is possible: it waits, or packages could not be made of it."""
    if release.state != ReleaseState.PENDING:
        return release.state == ReleaseState.HELD
    ended = (JobState.FAILED, JobState.CANCELLED)
    return ExportJob.objects.filter(release=release, phase=JobPhase.PACK, state__in=ended).exists()
