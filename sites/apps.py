"""The application of sites and people. Its label differs from its name because Django has its own "sites"."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SitesConfig(AppConfig):
    """Sites, agreements, people, roles and the audit context."""

    name = "sites"
    label = "study_sites"
    verbose_name = _("Sites and people")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what sites and people add to the home page."""
        from sites import cards

        cards.register()
