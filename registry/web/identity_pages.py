"""What identity and linkage add to case pages and the home page."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.selectors.linkage import linkage_waiting
from registry.web.case_panels import register_panel
from registry.web.views.identity import identity_panel
from sites.home import Card, register_cards
from sites.models import User
from sites.roles import Role


def register() -> None:
    """Hang the panel on the case page, and the pairs of cases on the data manager's home page."""
    register_panel("identity", "registry/identity/panel.html", identity_panel, order=80)
    register_cards("registry.linkage", linkage_cards, roles=[Role.DATA_MANAGER], order=15)


def linkage_cards(user: User) -> Iterable[Card]:
    """Tell a data manager how many pairs of cases may be one patient."""
    waiting, title = linkage_waiting(user), _("The same patient at two sites")
    if not waiting:
        yield Card(title, _("No pair of cases waits for you."), None, reverse("linkages"), _("See earlier decisions"))
        return
    text = ngettext("pair of cases may be one patient.", "pairs of cases may be one patient.", waiting)
    yield Card(title, text, waiting, reverse("linkages"), _("Decide"), is_urgent=True)
