"""Reads of uploads: only of sites where the reader may upload, so that nobody else's cells are shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from registry.models import Upload
from registry.models.uploads import UploadState
from sites.access import can, visible_site_ids
from sites.models import Site
from sites.roles import Permission

RECENTLY = timedelta(days=14)


def upload_sites(user: Any) -> QuerySet[Site]:
    """Return the sites where this person may upload today."""
    allowed = [site_id for site_id in visible_site_ids(user) if can(user, Permission.CASE_UPLOAD, site_id)]
    return Site.objects.filter(pk__in=sorted(allowed))


def uploads_visible(user: Any) -> QuerySet[Upload]:
    """Return the uploads of those sites, the newest first, with the counts of their files."""
    return (
        Upload.objects.filter(site__in=upload_sites(user))
        .select_related("site", "uploaded_by")
        .annotate(problem_count=Sum("files__problems"), row_count=Sum("files__rows"))
        .order_by("-created_at")
    )


def uploads_waiting(user: Any) -> QuerySet[Upload]:
    """Return the uploads that wait for a person's decision, and those of the last two weeks that ended badly."""
    recent = timezone.now() - RECENTLY
    ended_badly = Q(state__in=(UploadState.REFUSED, UploadState.FAILED), created_at__gte=recent)
    return uploads_visible(user).filter(Q(state=UploadState.CHECKED) | ended_badly)
