"""The application `exports`."""

from __future__ import annotations

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """See the package's own description."""

    name = "exports"
    label = "exports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the check that every column has a safe way out, and what releases add to the home page."""
        from django.core import checks

        from exports import cards
        from exports.checks import check_release_columns

        cards.register()
        checks.register(check_release_columns)
