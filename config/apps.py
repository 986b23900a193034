"""The platform as a Django application: its commands, and what must follow every `migrate`."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


def after_migrate(using: str, **signal: Any) -> None:
    """Close the doors of the audit packages, put up the walls between sites, and only then set the grants."""
    from config.database.audit_functions import close_audit_doors
    from config.database.grants import refresh_grants
    from config.database.indexes import refresh_event_indexes
    from config.database.locks import refresh_locks
    from config.database.policies import refresh_policies

    close_audit_doors(using)
    # `flush` sends the same signal without a plan; it makes no table.
    if "plan" in signal:
        refresh_event_indexes(using)
        refresh_policies(using)
        refresh_locks(using)
        refresh_grants(using)


class PlatformConfig(AppConfig):
    """Must be the last of INSTALLED_APPS: its work after `migrate` follows that of all others."""

    name = "config"
    label = "platform"
    verbose_name = "Platform"

    def ready(self) -> None:
        """Make the Celery application the default, so that every `shared_task` finds it."""
        from config import celery, checks
        from config.database.standing import refuse_strong_role

        post_migrate.connect(after_migrate, sender=self)
        connection_created.connect(refuse_strong_role)
        self.celery, self.checks = celery.app, checks
