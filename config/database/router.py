"""Keeps the `export` alias to what asks for it by name: nothing is routed there and nothing migrated there."""

from __future__ import annotations

from typing import Any

EXPORT_ALIAS = "export"


class ExportRouter:
    """`export` is the same database as `default` seen through a narrower role."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Tables are made through `default` alone."""
        return False if db == EXPORT_ALIAS else None

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        """Both aliases are one database, so rows read by either may be compared."""
        return True
