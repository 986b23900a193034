"""Reads of the log of reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from sites.access import visible_site_ids
from sites.models import AccessLog


def reads_visible(
    user: Any,
    size: int,
    *,
    person: str = "",
    kind: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
) -> list[AccessLog]:
    """Return the newest reads that fit and that concern sites this person may see."""
    found = AccessLog.objects.filter(Q(about_site__in=sorted(visible_site_ids(user))) | Q(about_site=None))
    wanted = {"user_label__icontains": person, "kind": kind, "at__gte": since, "at__lt": until, "id__lt": before}
    given = {name: value for name, value in wanted.items() if value}
    return list(found.filter(**given).select_related("about_site").order_by("-id")[:size])
