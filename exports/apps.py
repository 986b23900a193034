"""The application `exports`."""

from __future__ import annotations

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """See the package's own description."""

    name = "exports"
    label = "exports"
    default_auto_field = "django.db.models.BigAutoField"
