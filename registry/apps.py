"""The application `registry`."""

from __future__ import annotations

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """See the package's own description."""

    name = "registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks that keep every field declared, and what the record adds to the home page."""
        from django.core import checks

        from registry.checks.catalogue import load
        from registry.metadata.system_checks import check_privacy, check_variables
        from registry.web import audit_cards, home_cards, identity_pages, status_pages

        load()
        checks.register(check_variables)
        checks.register(check_privacy)
        home_cards.register()
        identity_pages.register()
        audit_cards.register()
        status_pages.register()
