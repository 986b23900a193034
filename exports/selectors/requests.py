"""Requests for data: whose they are and which wait for whom."""

from __future__ import annotations

from django.db.models import QuerySet

from exports.models import DataRequest, RequestState
from sites.access import can
from sites.models import User
from sites.roles import Permission


def requests_visible(user: User) -> QuerySet[DataRequest]:
    """Return what a person may know of: their own requests, and for data managers those that were submitted."""
    requests = DataRequest.objects.select_related("requested_by", "decided_by", "project")
    own = requests.filter(requested_by=user) if can(user, Permission.REQUEST_CREATE) else requests.none()
    if can(user, Permission.REQUEST_DECIDE):
        # Also what was taken back, unless it never was more than a draft.
        return requests.filter(submitted_at__isnull=False) | requests.filter(requested_by=user)
    return own


def requests_waiting(user: User) -> QuerySet[DataRequest]:
    """Return the requests that wait for this data manager's decision: never their own."""
    if not can(user, Permission.REQUEST_DECIDE):
        return DataRequest.objects.none()
    return DataRequest.objects.filter(state=RequestState.SUBMITTED).exclude(requested_by=user).order_by("submitted_at")


def next_number(year: int) -> str:
    """Return the number of the next request: R, the year, a number."""
    stem = f"R-{year}-"
    taken = DataRequest.objects.filter(number__startswith=stem).values_list("number", flat=True)
    return f"{stem}{max((int(number.removeprefix(stem)) for number in taken), default=0) + 1:03d}"
