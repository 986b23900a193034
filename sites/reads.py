"""Entering a read in the log: identities shown, files handed out, searches."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sites.context import current_context
from sites.models import AccessKind, AccessLog, Site


def access_record(
    kind: AccessKind,
    *,
    object_type: str = "",
    object_id: Any = "",
    site: Site | UUID | None = None,
    detail: str = "",
    reason: str = "",
) -> AccessLog:
    """Write down that whoever acts now has read something; raises RuntimeError where nobody acts.

    Who, from where and in which request are taken from the audit context, so a caller cannot name somebody else.
    """
    context = current_context()
    if context is None:
        raise RuntimeError("A read can be logged only inside acting_as or acting_as_system.")
    actor = context.actor
    return AccessLog.objects.create(
        user_id=actor.user or None,
        user_label=actor.user_label,
        kind=kind,
        about_site_id=getattr(site, "pk", site),
        object_type=object_type,
        object_id=str(object_id),
        detail=detail[:400],
        reason=(reason or actor.reason)[:400],
        source=actor.source,
        request_id=actor.request_id,
    )
