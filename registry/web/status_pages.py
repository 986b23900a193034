"""What queries, completing, locking, signing and adjudication add to case pages, the top bar and the home page."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registry.selectors import home
from registry.web.case_panels import register_panel
from registry.web.case_queries import queries_panel
from registry.web.views.locks import forms_panel
from registry.web.views.signatures import sign_panel
from sites.home import Card, register_cards, register_link
from sites.models import User
from sites.roles import Permission, Role


def register() -> None:
    """Hang the panels on the case page, the pages on the bar, and the counts on the home page."""
    register_panel("queries", "registry/cases/queries.html", queries_panel, order=10)
    register_panel("forms", "registry/locks/forms_panel.html", forms_panel, order=20)
    register_panel("signatures", "registry/signatures/panel.html", sign_panel, order=30)
    register_link("locks", gettext_lazy("Locks"), "locks", permissions=[Permission.CASE_LOCK], order=40)
    register_link(
        "adjudication", gettext_lazy("Adjudication"), "adjudication", permissions=[Permission.DEATH_ASSIGN], order=50
    )
    register_link("reviews", gettext_lazy("Deaths"), "reviews", permissions=[Permission.DEATH_ADJUDICATE], order=10)
    register_cards("registry.adjudication", deaths_to_assign, roles=[Role.DATA_MANAGER], order=30)


def deaths_to_assign(user: User) -> Iterable[Card]:
    """Tell a data manager how many deaths want an adjudicator."""
    waiting = home.deaths_to_assign(user)
    title, url = _("Adjudication of deaths"), reverse("adjudication")
    if not waiting:
        yield Card(title, _("No death wants an adjudicator."), None, url, _("See the deaths"))
        return
    text = ngettext("death wants an adjudicator.", "deaths want an adjudicator.", waiting)
    yield Card(title, text, waiting, url, _("Assign"), is_urgent=True)
