"""How a request came to where it stands: what happened, when, and by whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.apps import apps
from django.utils.translation import gettext as _

from exports.models import DataRequest, JobState, Release, ReleaseState, RequestState


@dataclass(frozen=True)
class Step:
    """One thing that happened. `note` is what there is to say of it."""

    words: str
    at: dt.datetime
    who: str = ""
    note: str = ""


def steps_of(asked: DataRequest, releases: Sequence[Release]) -> list[Step]:
    """Return what happened to a request in the order of time."""
    found = [*_asking(asked), *(step for release in releases for step in _making(release)), *_ending(asked)]
    return sorted(found, key=lambda step: step.at)


def _asking(asked: DataRequest) -> Iterator[Step]:
    yield Step(_("Draft begun"), asked.created_at, str(asked.requested_by))
    if asked.submitted_at:
        yield Step(_("Submitted"), asked.submitted_at, str(asked.requested_by))


def _making(release: Release) -> Iterator[Step]:
    yield Step(_("Data frozen to assess their risk"), release.created_at, "", _standing(release))
    if release.published_at:
        yield Step(_("Release published"), release.published_at, "", release.name)
    if release.withdrawn_at:
        yield Step(_("Release withdrawn"), release.withdrawn_at, "", release.withdrawal_reason)


def _standing(release: Release) -> str:
    if release.state == ReleaseState.HELD:
        return _("The risk is assessed; a data manager reads the report.")
    if release.job.state == JobState.FAILED:
        return _("This did not succeed; the data managers know.")
    return _("Not released") if release.state == ReleaseState.REFUSED else ""


def _ending(asked: DataRequest) -> Iterator[Step]:
    if asked.decided_at:
        yield Step(asked.get_state_display(), asked.decided_at, str(asked.decided_by), asked.decision_reason)
    if asked.state == RequestState.RECALLED and (at := _recalled_at(asked)):
        yield Step(asked.get_state_display(), at, str(asked.requested_by))


def _recalled_at(asked: DataRequest) -> dt.datetime | None:
    """Return when a request was taken back, which its audit trail alone knows."""
    events = apps.get_model("exports", "DataRequestEvent")._default_manager
    found = events.filter(pgh_obj_id=asked.pk, state=RequestState.RECALLED).order_by("pgh_created_at").first()
    return getattr(found, "pgh_created_at", None)
