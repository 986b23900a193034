"""What releases add to the home page and the top bar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from exports.models import OUT, JobState, ReleaseState
from exports.selectors import releases_visible, requests_visible, requests_waiting
from exports.selectors.holders import releases_withdrawn_from
from sites.access import can
from sites.home import Card, register_cards, register_link
from sites.models import User
from sites.roles import Permission, Role

OWN_REQUESTS = 5
WITHDRAWN_SHOWN = dt.timedelta(days=30)


def register() -> None:
    """Put the cards on the home pages and the list of releases on the top bar."""
    register_cards("exports.jobs", manager_cards, roles=[Role.DATA_MANAGER], order=30)
    register_cards("exports.granted", investigator_cards, roles=[Role.INVESTIGATOR], order=30)
    register_cards("exports.requests", request_cards, roles=[Role.DATA_MANAGER, Role.INVESTIGATOR], order=25)
    asking = [Permission.REQUEST_CREATE, Permission.REQUEST_DECIDE]
    register_link("requests", gettext_lazy("Data requests"), "requests", permissions=asking, order=38)
    register_link("releases", gettext_lazy("Releases"), "releases", permissions=[Permission.RELEASE_VIEW], order=40)


def request_cards(user: User) -> Iterable[Card]:
    """Tell how one's own latest requests stand, and how many wait for one's decision."""
    if can(user, Permission.REQUEST_DECIDE):
        count = requests_waiting(user).count()
        words = ngettext("request waits for a decision.", "requests wait for a decision.", count)
        yield Card(_("Data requests"), words, count, reverse("requests"), _("See requests"), count > 0)
    for asked in requests_visible(user).filter(requested_by=user)[:OWN_REQUESTS]:
        address = reverse("request", args=[asked.pk])
        yield Card(str(asked), asked.get_state_display(), None, address, _("See the request"))


def manager_cards(user: User) -> Iterable[Card]:
    """Tell what is being made, what failed, and how many releases there are."""
    releases = releases_visible(user)
    yield from _held_cards(user)
    for release in releases.filter(job__state=JobState.FAILED, state=ReleaseState.PENDING):
        words = _("The job failed. Reference %(reference)s.") % {"reference": release.job.error_reference}
        yield Card(release.name, words, None, reverse("release", args=[release.pk]), _("See why"), True)
    for release in releases.filter(job__state__in=(JobState.QUEUED, JobState.RUNNING)):
        yield Card(release.name, _("is being made."), None, reverse("release", args=[release.pk]), _("See how far"))
    yield _count_card(user)


def _held_cards(user: User) -> Iterable[Card]:
    """Tell which releases wait for a decision on their risk, but for those of one's own requests."""
    for release in releases_visible(user).filter(state=ReleaseState.HELD).exclude(request__requested_by=user):
        address = reverse("release", args=[release.pk])
        if release.request_id is not None:
            address = reverse("request_decide", args=[release.request_id])
        yield Card(release.name, _("waits for a decision on its risk."), None, address, _("Read the report"), True)


def investigator_cards(user: User) -> Iterable[Card]:
    """Tell how many releases were given to the person, and which of them were withdrawn lately."""
    since = timezone.now() - WITHDRAWN_SHOWN
    for release in releases_withdrawn_from(user).filter(withdrawn_at__gte=since):
        words = _("is withdrawn. Stop using it and delete every copy.")
        yield Card(release.name, words, None, reverse("release", args=[release.pk]), _("See why"), True)
    yield _count_card(user)


def _count_card(user: User) -> Card:
    count = releases_visible(user).filter(state__in=OUT).count()
    words = ngettext("release you may download.", "releases you may download.", count)
    return Card(gettext_lazy("Releases"), words, count, reverse("releases"), gettext_lazy("See releases"))
