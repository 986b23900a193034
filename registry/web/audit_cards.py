"""What the audit trail adds: an item of the top bar, a card when something is wrong, a panel on each case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import Patient
from registry.web.case_panels import register_panel
from sites.home import Card, register_cards, register_link
from sites.models import SealCheck, User
from sites.roles import Permission, Role


def register() -> None:
    """Put the audit trail where people meet it."""
    register_link("audit", gettext_lazy("Audit"), "audit", permissions=[Permission.AUDIT_VIEW], order=60)
    register_cards("registry.audit", audit_cards, roles=[Role.DATA_MANAGER], order=5)
    register_panel("history", "registry/history/panel.html", history_panel, order=900)


def audit_cards(user: User) -> Iterable[Card]:
    """Tell when the last examination of the audit trail found something wrong."""
    check = SealCheck.objects.order_by("-id").first()
    if check is not None and check.breaks:
        text = _("The last examination found that history was changed past the registry.")
        yield Card(_("Audit trail broken"), text, len(check.breaks), reverse("audit"), _("See what"), True)


def history_panel(request: HttpRequest, patient: Patient) -> dict[str, Any]:
    """Lead from a case to its history: whoever sees the case may see that."""
    return {}
