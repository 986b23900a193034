"""What releases add to the home page and the top bar."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from exports.models import JobState
from exports.selectors import releases_visible
from sites.home import Card, register_cards, register_link
from sites.models import User
from sites.roles import Permission, Role


def register() -> None:
    """Put the cards on the home pages and the list of releases on the top bar."""
    register_cards("exports.jobs", manager_cards, roles=[Role.DATA_MANAGER], order=30)
    register_cards("exports.granted", investigator_cards, roles=[Role.INVESTIGATOR], order=30)
    register_link("releases", gettext_lazy("Releases"), "releases", permissions=[Permission.RELEASE_VIEW], order=40)


def manager_cards(user: User) -> Iterable[Card]:
    """Tell what is being made, what failed, and how many releases there are."""
    releases = releases_visible(user)
    for release in releases.filter(job__state=JobState.FAILED):
        words = _("The job failed. Reference %(reference)s.") % {"reference": release.job.error_reference}
        yield Card(release.name, words, None, reverse("release", args=[release.pk]), _("See why"), True)
    for release in releases.filter(job__state__in=(JobState.QUEUED, JobState.RUNNING)):
        yield Card(release.name, _("is being made."), None, reverse("release", args=[release.pk]), _("See how far"))
    yield _count_card(user)


def investigator_cards(user: User) -> Iterable[Card]:
    """Tell how many releases were given to the person."""
    yield _count_card(user)


def _count_card(user: User) -> Card:
    count = releases_visible(user).filter(published_at__isnull=False).count()
    words = ngettext("release you may download.", "releases you may download.", count)
    return Card(gettext_lazy("Releases"), words, count, reverse("releases"), gettext_lazy("See releases"))
