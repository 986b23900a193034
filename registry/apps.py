"""The application `registry`."""

from __future__ import annotations

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """See the package's own description."""

    name = "registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"
