"""Where a request stands between its submission and its end, for the page of the decision."""

from __future__ import annotations

from enum import Enum, auto

from exports.models import DataRequest, Release, ReleaseState, RequestState
from sites.models import User


class Stage(Enum):
    """What the page has to offer."""

    OWN = auto()
    RECALLED = auto()
    DECIDED = auto()
    NOT_ASSESSED = auto()
    UNDER_WAY = auto()
    ENDED_BADLY = auto()
    HELD = auto()

    @classmethod
    def open_ones(cls) -> frozenset[Stage]:
        """Return the stages in which a decision can be taken."""
        return frozenset({cls.NOT_ASSESSED, cls.UNDER_WAY, cls.ENDED_BADLY, cls.HELD})

    @classmethod
    def assessable(cls) -> frozenset[Stage]:
        """Return the stages in which the data can be assessed."""
        return frozenset({cls.NOT_ASSESSED, cls.ENDED_BADLY})


def release_of(asked: DataRequest) -> Release | None:
    """Return the release of a request: the one that waits or is being made, for a decided request the latest."""
    releases = asked.releases.select_related("project", "job", "supersedes", "request", "risk_accepted_by")
    latest = releases.order_by("-created_at").first()
    is_open = asked.state == RequestState.SUBMITTED
    return None if is_open and latest is not None and latest.state == ReleaseState.REFUSED else latest


def stage_of(asked: DataRequest, user: User) -> Stage:
    """Return where a request stands for a person."""
    if asked.state == RequestState.RECALLED:
        return Stage.RECALLED
    if asked.state != RequestState.SUBMITTED:
        return Stage.DECIDED
    return Stage.OWN if asked.requested_by_id == user.pk else _assessment(release_of(asked))


def _assessment(release: Release | None) -> Stage:
    if release is None:
        return Stage.NOT_ASSESSED
    if release.state == ReleaseState.HELD:
        return Stage.HELD
    return Stage.UNDER_WAY if release.job.is_under_way else Stage.ENDED_BADLY
