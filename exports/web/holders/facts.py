"""What the templates of a release need, by where the release stands and who looks at it."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.utils import timezone
from django.utils.translation import gettext as _

from exports.models import Release, ReleaseState
from exports.selectors import (
    download_right,
    holders_of,
    releases_visible,
    terms_accepted,
)
from exports.selectors.diff import releases_comparable
from exports.selectors.reports import Reach, report_reach, reports_for
from exports.terms import TERMS, VERSION
from exports.web.decisions.held import held_facts
from exports.web.holders.contents import contents_of
from exports.web.holders.forms import GrantForm, TermsForm, WithdrawForm
from exports.web.holders.packages import chosen_level, levels_for
from sites.access import can
from sites.models import User
from sites.roles import Permission


def release_facts(release: Release, user: User, *, level: str = "", **forms: Form) -> dict[str, Any]:
    """Return what the page of a release needs; a form that was not accepted takes the place of an empty one."""
    may_freeze = can(user, Permission.RELEASE_FREEZE)
    facts: dict[str, Any] = {
        "release": release,
        "job": release.job,
        "may_freeze": may_freeze,
        "may_grant": can(user, Permission.RELEASE_GRANT),
        "successors": releases_visible(user).filter(supersedes=release.pk).order_by("created_at"),
        "supersedes": releases_visible(user).filter(successors=release.pk).first(),
    }
    if release.is_published:
        facts |= _published(release, user, level, forms)
    if may_freeze and release.risk:
        facts |= held_facts(release, user)
    if may_freeze and release.is_published:
        facts["grant_form"] = forms.get("grant_form") or GrantForm(by=user, release=release)
        facts["grants"] = release.grants.filter(revoked_at=None).select_related("investigator")
        facts["today"] = timezone.localdate()
    if may_freeze and (release.is_published or release.state == ReleaseState.WITHDRAWN):
        facts["holders"] = holders_of(release)
    return facts


def _published(release: Release, user: User, asked: str, forms: dict[str, Form]) -> dict[str, Any]:
    levels = levels_for(release, user)
    level = chosen_level(levels, asked)
    may_freeze = can(user, Permission.RELEASE_FREEZE)
    return {
        "levels": levels,
        "level": next((offer for offer in levels if offer.code == level), None),
        "grant": download_right(release, user),
        "terms": [_(sentence) for sentence in TERMS],
        "terms_version": VERSION,
        "acceptance": terms_accepted(release, user, VERSION),
        "terms_form": forms.get("terms_form") or TermsForm(),
        "has_reports": report_reach(release, user) != Reach.NONE,
        "reports": reports_for(release, user).count(),
        "comparable": releases_comparable(release, user)[:1],
        **contents_of(release, level or release.profile if may_freeze else level, with_sites=may_freeze),
    }


def withdraw_facts(release: Release, form: WithdrawForm) -> dict[str, Any]:
    """Return what the page of the withdrawal needs."""
    return {"release": release, "form": form, "holders": holders_of(release)}
