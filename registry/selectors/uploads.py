"""Reads of uploads: only of sites where the reader may upload, so that nobody else's cells are shown."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Sum, Value, When

from registry.models import Upload
from registry.models.uploads import UploadState
from sites.access import can, visible_site_ids
from sites.models import Site
from sites.roles import Permission

NEEDS_PERSON = (UploadState.CHECKED, UploadState.REFUSED, UploadState.FAILED)


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
    """Return the uploads that wait for a decision of a person, or ended badly and were not followed by a better one."""
    urgent = Case(When(state=UploadState.CHECKED, then=Value(0)), default=Value(1), output_field=IntegerField())
    return uploads_visible(user).filter(state__in=NEEDS_PERSON).annotate(urgency=urgent).order_by("urgency")
