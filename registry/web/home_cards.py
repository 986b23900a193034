"""What the clinical record adds to the home page and the top bar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registry.selectors.home import COUNTED_AT_MOST, cases_by_site, cases_counted, death_reviews_waiting
from registry.selectors.uploads import uploads_waiting
from sites.home import Card, register_cards, register_link
from sites.models import User
from sites.roles import Permission, Role


def register() -> None:
    """Put the work list on the bar and the counts on the home pages."""
    register_link("home", gettext_lazy("Work list"), "home", permissions=None, order=0)
    register_link("cases", gettext_lazy("Cases"), "cases", permissions=[Permission.CASE_VIEW], order=10)
    register_cards("registry.own_cases", own_cases, roles=[Role.COORDINATOR, Role.INVESTIGATOR], order=20)
    register_cards("registry.all_cases", all_cases, roles=[Role.DATA_MANAGER], order=20)
    register_link("uploads", gettext_lazy("Uploads"), "uploads", permissions=[Permission.CASE_UPLOAD], order=30)
    register_cards("registry.uploads", waiting_uploads, roles=[Role.COORDINATOR], order=10)
    register_cards("registry.deaths", deaths, roles=[Role.ADJUDICATOR], order=10)


def own_cases(user: User) -> Iterable[Card]:
    """Tell how many cases a person's own sites have, site by site."""
    counts = cases_by_site(user)
    yield _cases(
        ngettext("Cases of your site", "Cases of your sites", max(len(counts), 1)), cases_counted(user), counts
    )


def all_cases(user: User) -> Iterable[Card]:
    """Tell how many cases there are."""
    yield _cases(_("Cases of all sites"), cases_counted(user), {})


def _cases(title: str, total: int, counts: Mapping[str, int]) -> Card:
    if not total:
        return Card(title, _("No cases have been entered yet."))
    by_site = ", ".join(f"{code} {_counted(count)}" for code, count in counts.items())
    url, action = reverse("cases"), _("See cases")
    if total > COUNTED_AT_MOST:
        words = _("More than %(most)s cases (%(by_site)s)") if by_site else _("More than %(most)s cases")
        most = number_format(COUNTED_AT_MOST, use_l10n=True, force_grouping=True)
        return Card(title, words % {"most": most, "by_site": by_site}, None, url, action)
    if not by_site:
        return Card(title, ngettext("case", "cases", total), total, url, action)
    text = ngettext("case (%(by_site)s)", "cases (%(by_site)s)", total) % {"by_site": by_site}
    return Card(title, text, total, url, action)


def _counted(count: int) -> str:
    if count <= COUNTED_AT_MOST:
        return str(count)
    most = number_format(COUNTED_AT_MOST, use_l10n=True, force_grouping=True)
    return _("more than %(most)s") % {"most": most}


def deaths(user: User) -> Iterable[Card]:
    """Tell an adjudicator how many deaths wait for a judgement."""
    waiting = death_reviews_waiting(user)
    if not waiting:
        yield Card(_("Deaths to judge"), _("No death waits for your judgement."))
        return
    text = ngettext("death waits for your judgement.", "deaths wait for your judgement.", waiting)
    yield Card(_("Deaths to judge"), text, waiting, reverse("reviews"), _("See the deaths"), is_urgent=True)


def waiting_uploads(user: User) -> Iterable[Card]:
    """Tell a coordinator which uploads wait for a decision, and where to upload."""
    waiting = uploads_waiting(user).count()
    if not waiting:
        yield Card(_("Uploads"), _("No upload waits for you."), None, reverse("upload_new"), _("Upload files"))
        return
    text = ngettext(
        "upload has problems or waits for your decision.", "uploads have problems or wait for your decision.", waiting
    )
    yield Card(_("Uploads"), text, waiting, reverse("uploads"), _("See uploads"), is_urgent=True)
