"""What the clinical record adds to the home page and the top bar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registry.checks.declared import edit_checks
from registry.checks.settings import settings_now
from registry.selectors.home import COUNTED_AT_MOST, cases_by_site, cases_counted, death_reviews_waiting
from registry.selectors.queries import SHOWN_AT_MOST, queries_waiting_count
from registry.selectors.uploads import uploads_waiting
from sites.context import current_context
from sites.home import Card, register_cards, register_link
from sites.models import User
from sites.roles import Permission, Role


def register() -> None:
    """Put the work list on the bar and the counts on the home pages."""
    register_link("home", gettext_lazy("Work list"), "home", permissions=None, order=0)
    register_link("cases", gettext_lazy("Cases"), "cases", permissions=[Permission.CASE_VIEW], order=10)
    register_cards("registry.own_cases", own_cases, roles=[Role.COORDINATOR, Role.INVESTIGATOR], order=20)
    register_cards("registry.all_cases", all_cases, roles=[Role.DATA_MANAGER], order=20)
    register_link(
        "queries",
        gettext_lazy("Queries"),
        "queries",
        permissions=[Permission.CASE_VIEW],
        order=20,
        counter=queries_counted,
    )
    register_link("uploads", gettext_lazy("Uploads"), "uploads", permissions=[Permission.CASE_UPLOAD], order=30)
    register_cards("registry.uploads", waiting_uploads, roles=[Role.COORDINATOR], order=10)
    register_cards("registry.checks", checks, roles=[Role.DATA_MANAGER], order=30)
    register_cards("registry.quality", quality, roles=[Role.DATA_MANAGER], order=29)
    register_cards("registry.own_quality", own_quality, roles=[Role.COORDINATOR, Role.INVESTIGATOR], order=29)
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


def checks(user: User) -> Iterable[Card]:
    """Tell a data manager how many edit checks run, and lead to their settings."""
    running, declared = len(settings_now().running()), len(edit_checks())
    text = _("%(running)s of %(declared)s checks are on.") % {"running": running, "declared": declared}
    yield Card(_("Edit checks"), text, None, reverse("checks"), _("See checks"))


def quality(user: User) -> Iterable[Card]:
    """Lead a data manager to what waits and how complete the record is."""
    text = _("What waits, how old it is, how complete the cases are, and the scorecard of each hospital.")
    yield Card(_("Quality of the data"), text, None, reverse("quality"), _("See the quality of the data"))


def own_quality(user: User) -> Iterable[Card]:
    """Lead people of a hospital to its scorecard."""
    text = _("How complete and how timely your cases are, beside all hospitals without names.")
    yield Card(_("Quality of your data"), text, None, reverse("quality"), _("See the quality of the data"))


def deaths(user: User) -> Iterable[Card]:
    """Tell an adjudicator how many deaths wait for a judgement."""
    waiting = death_reviews_waiting(user)
    if not waiting:
        yield Card(_("Deaths to judge"), _("No death waits for your judgement."))
        return
    text = ngettext("death waits for your judgement.", "deaths wait for your judgement.", waiting)
    yield Card(_("Deaths to judge"), text, waiting, reverse("reviews"), _("See the deaths"), is_urgent=True)


def queries_counted(user: User) -> str:
    """Return how many queries wait for a person, told no further than is worth a count on every page.

    Where nobody acts yet, as on the page of an error before the sign-in is known, nothing can be counted.
    """
    waiting = queries_waiting_count(user) if current_context() else 0
    return f"{SHOWN_AT_MOST}+" if waiting > SHOWN_AT_MOST else str(waiting or "")


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
