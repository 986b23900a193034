"""Keeps `export` to what asks for it by name, and leads the counts of failed sign-ins over `limits`."""

from __future__ import annotations

from typing import Any

EXPORT_ALIAS = "export"
LIMITS_ALIAS = "limits"


class ExportRouter:
    """`export` is the same database as `default` seen through a narrower role."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Tables are made through `default` alone."""
        return False if db == EXPORT_ALIAS else None

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        """Both aliases are one database, so rows read by either may be compared."""
        return True


class LimitsRouter:
    """`limits` is the same database over a second connection, which the transaction of a request does not hold."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """Read the table of Django's cache there."""
        return LIMITS_ALIAS if model._meta.app_label == "django_cache" else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Tables are made through `default` alone."""
        return False if db == LIMITS_ALIAS else None
