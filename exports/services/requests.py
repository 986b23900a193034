"""Requests for data: written, submitted, talked about, decided on by somebody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exports.freeze.policy import DOWNLOAD_DAYS
from exports.models import (
    DataRequest,
    Format,
    JobState,
    Profile,
    Project,
    Release,
    ReleaseState,
    RequestMessage,
    RequestState,
)
from exports.selectors import next_name, next_number, policy_now
from exports.services.held import end_held, end_undecided, held_back, refuse_other_report, release_continue
from exports.services.jobs import NotAllowedNowError
from exports.services.letters import MESSAGE, tell_deciders, tell_requester
from exports.services.numbering import RELEASES, REQUESTS, one_at_a_time
from exports.services.releases import release_request
from sites.access import can, require
from sites.models import User
from sites.roles import Permission

ENDED_BADLY = (JobState.FAILED, JobState.CANCELLED)
NEEDED = {
    "title": "title", "aim": "aim", "approval_reference": "approval_reference",
    "agreement_reference": "agreement_reference",
}  # fmt: skip


@transaction.atomic
def request_save(
    *,
    by: User,
    request: DataRequest | None = None,
    title: str,
    aim: str = "",
    profile: str = Profile.AGREEMENT,
    cohort: Mapping[str, Any] | None = None,
    selection: Mapping[str, Any] | None = None,
    formats: Sequence[str] = (),
    approval_reference: str = "",
    agreement_reference: str = "",
) -> DataRequest:
    """Write a draft, or change one's own; ValidationError by field where a value cannot be kept."""
    require(by, Permission.REQUEST_CREATE)
    draft = _new(by) if request is None else _own(request, by, RequestState.DRAFT)
    draft.title, draft.aim, draft.profile = title.strip(), aim.strip(), profile
    draft.cohort, draft.selection, draft.formats = dict(cohort or {}), dict(selection or {}), list(formats)
    draft.approval_reference, draft.agreement_reference = approval_reference.strip(), agreement_reference.strip()
    if draft.profile not in Profile.values:
        raise ValidationError({"profile": _("Choose a profile.")})
    if not set(draft.formats) <= set(Format.values):
        raise ValidationError({"formats": _("Choose from the formats of the list.")})
    draft.full_clean()
    draft.save()
    return draft


def _new(by: User) -> DataRequest:
    one_at_a_time(REQUESTS)
    return DataRequest(requested_by=by, number=next_number(timezone.localdate().year))


@transaction.atomic
def request_submit(*, request: DataRequest, by: User) -> DataRequest:
    """Hand a draft to the data managers; ValidationError names what is still missing."""
    require(by, Permission.REQUEST_CREATE)
    draft = _own(request, by, RequestState.DRAFT)
    missing = {
        name: _("This is needed before a request can be decided on.") for name in NEEDED if not _text(draft, name)
    }
    if draft.selection and not any(draft.selection.values()):
        missing["selection"] = _("Choose at least one variable.")
    if missing:
        raise ValidationError(missing)
    draft.state, draft.submitted_at = RequestState.SUBMITTED, timezone.now()
    draft.formats = draft.formats or list(Format.values)
    draft.save()
    tell_deciders(draft, draft.state, but=by)
    return draft


def _text(draft: DataRequest, name: str) -> str:
    return str(getattr(draft, name)).strip()


@transaction.atomic
def request_recall(*, request: DataRequest, by: User) -> DataRequest:
    """Take one's own request back before it is decided on."""
    require(by, Permission.REQUEST_CREATE)
    own = _own(request, by, RequestState.DRAFT, RequestState.SUBMITTED)
    own.state = RequestState.RECALLED
    own.save()
    end_undecided(own)
    return own


@transaction.atomic
def request_message(*, request: DataRequest, text: str, by: User) -> RequestMessage:
    """Write a message about a request: the person who asked, or a data manager."""
    if request.requested_by_id != by.pk or not can(by, Permission.REQUEST_CREATE):
        require(by, Permission.REQUEST_DECIDE)
    if request.submitted_at is None:
        raise NotAllowedNowError("Nobody else reads a draft.")
    if not text.strip():
        raise ValidationError({"text": _("Write the message first.")})
    message = RequestMessage(request=request, written_by=by, text=text.strip())
    message.full_clean()
    message.save()
    if request.requested_by_id == by.pk:
        tell_deciders(request, MESSAGE, but=by)
    else:
        tell_requester(request, MESSAGE)
    return message


@transaction.atomic
def request_assess(
    *, request: DataRequest, by: User, project: Project, leaves_out_blocked: bool = False, name: str = ""
) -> Release:
    """Have the data of a request frozen and their risk assessed, so that a decision can rest on it. Not one's own.

    An assessment before it that failed or was cancelled is given up.
    """
    submitted = _to_decide(request, by)
    for failed in submitted.releases.filter(state=ReleaseState.PENDING, job__state__in=ENDED_BADLY):
        end_held(failed)
    if submitted.releases.filter(state__in=(ReleaseState.PENDING, ReleaseState.HELD)).exists():
        raise NotAllowedNowError("The data of this request are being assessed already.")
    submitted.project = project
    submitted.save()
    one_at_a_time(RELEASES)
    return release_request(
        project=project,
        name=name or next_name(timezone.localdate().year),
        by=by,
        leaves_out_blocked=leaves_out_blocked,
        profile=submitted.profile,
        request=submitted,
        cohort=submitted.cohort,
        selection=submitted.selection,
        formats=submitted.formats,
    )


@transaction.atomic
def request_approve(
    *, request: DataRequest, by: User, reason: str, valid_until: dt.date | None = None, seen: str = ""
) -> DataRequest:
    """Approve a request: the assessed release goes on to its packages and is then given to whoever asked.

    `seen` is the mark of the report that was read; NotAllowedNowError where it is another one by now.
    """
    submitted = _to_decide(request, by)
    # Locked, so that nobody makes it coarser or ends it before it goes on.
    release = submitted.releases.select_for_update(of=("self",)).filter(state=ReleaseState.HELD).first()
    if release is not None:
        refuse_other_report(release, seen)
    words = approval_obstacle(submitted)
    if release is None or words:
        raise ValidationError(words)
    last = valid_until or timezone.localdate() + dt.timedelta(days=policy_now()[DOWNLOAD_DAYS])
    if last < timezone.localdate():
        raise ValidationError({"valid_until": _("This day is over already.")})
    submitted.valid_until = last
    decided = _decided(submitted, RequestState.APPROVED, by, reason)
    release_continue(release=release, by=by)
    return decided


def approval_obstacle(request: DataRequest) -> str:
    """Return why a request cannot be approved as it stands, nothing where it can."""
    release = request.releases.filter(state=ReleaseState.HELD).first()
    if release is None:
        return _("Have the data assessed first: the decision rests on their risk.")
    return no_use(request) or held_back(release)


def no_use(request: DataRequest) -> str:
    """Return why an approval would give the person who asked nothing, nothing where it would."""
    if can(request.requested_by, Permission.RELEASE_DOWNLOAD):
        return ""
    words = _("%(person)s may not download releases any more, so an approval would give them nothing.")
    return words % {"person": request.requested_by}


@transaction.atomic
def request_refuse(*, request: DataRequest, by: User, reason: str) -> DataRequest:
    """Refuse a request, with the reason that the person who asked will read."""
    submitted = _to_decide(request, by)
    end_undecided(submitted)
    return _decided(submitted, RequestState.REFUSED, by, reason)


def _decided(request: DataRequest, state: RequestState, by: User, reason: str) -> DataRequest:
    if not reason.strip():
        raise ValidationError({"reason": _("Give the reason for the decision.")})
    request.state, request.decided_by, request.decided_at = state, by, timezone.now()
    request.decision_reason = reason.strip()
    request.full_clean()
    request.save()
    tell_requester(request, state)
    return request


def _own(request: DataRequest, by: User, *states: str) -> DataRequest:
    found = DataRequest.objects.select_for_update().get(pk=request.pk)
    if found.requested_by_id != by.pk:
        raise PermissionDenied("request.own")
    if found.state not in states:
        raise NotAllowedNowError("The request cannot be changed any more.")
    return found


def _to_decide(request: DataRequest, by: User) -> DataRequest:
    require(by, Permission.REQUEST_DECIDE)
    locked = DataRequest.objects.select_for_update(of=("self",)).select_related("project", "requested_by")
    found = locked.get(pk=request.pk)
    if found.requested_by_id == by.pk:
        raise PermissionDenied("request.own")
    if found.state != RequestState.SUBMITTED:
        raise NotAllowedNowError("The request does not wait for a decision any more.")
    return found
