"""The home cards of sites and people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sites.access import can
from sites.home import Card, register_cards, register_link
from sites.models import User
from sites.roles import Permission, Role
from sites.selectors import AgreementGap, agreement_gaps, people_without_role, roles_ending

ADMINISTRATION = (Permission.SITE_ADMIN, Permission.PEOPLE_ADMIN, Permission.REFERENCE_ADMIN)


def register() -> None:
    """Put the cards on the home pages and the administration on the top bar."""
    register_cards("sites.agreements", agreement_cards, roles=[Role.DATA_MANAGER, Role.ADMINISTRATOR], order=50)
    register_cards("sites.people", people_cards, roles=[Role.ADMINISTRATOR], order=10)
    register_link("registry", gettext_lazy("Registry"), "admin:index", permissions=ADMINISTRATION, order=90)


def agreement_cards(user: User) -> Iterable[Card]:
    """Tell which active sites lack an agreement or approval, or are about to."""
    may_act = can(user, Permission.SITE_ADMIN)
    gaps = agreement_gaps(timezone.localdate())
    for gap in gaps:
        url = reverse("admin:study_sites_site_change", args=[gap.site.pk]) if may_act else ""
        yield Card(_gap_title(gap), _gap_text(gap), None, url, _("Add the new agreement") if may_act else "", True)
    if not gaps:
        yield Card(_("Agreements"), _("Every active site has a valid agreement and ethics approval."))


def _gap_title(gap: AgreementGap) -> str:
    kind = gap.kind.label
    if gap.ends_on is None:
        return _("%(site)s: %(kind)s missing") % {"site": gap.site.code, "kind": kind}
    return _("%(site)s: %(kind)s ends %(day)s") % {"site": gap.site.code, "kind": kind, "day": _day(gap.ends_on)}


def _gap_text(gap: AgreementGap) -> str:
    if gap.ends_on is None:
        return _("The cases of %(site)s stay out of every release until it is recorded.") % {"site": gap.site.name}
    return _("After that day the cases of %(site)s stay out of every release.") % {"site": gap.site.name}


def people_cards(user: User) -> Iterable[Card]:
    """Tell who cannot do anything yet, and whose role is about to end."""
    today = timezone.localdate()
    waiting = people_without_role(today).count()
    yield Card(
        _("People without a role"),
        ngettext("person can sign in but not do anything.", "people can sign in but not do anything.", waiting),
        waiting,
        reverse("admin:study_sites_user_changelist") + "?without_role=yes",
        _("See people"),
        waiting > 0,
    )
    yield Card(
        _("Invitations"),
        _("People get an account by an invitation, which works for seven days."),
        None,
        reverse("invitations"),
        _("See invitations"),
    )
    for membership in roles_ending(today):
        yield Card(
            _("%(person)s: role ends %(day)s") % {"person": membership.user, "day": _day(membership.ends_on)},
            str(membership),
            None,
            reverse("admin:study_sites_user_change", args=[membership.user_id]),
            _("See roles"),
        )


def _day(day: date) -> str:
    return formats.date_format(day, "DATE_FORMAT")
