"""The first wall between sites: every read of clinical rows starts at `visible_to(user)`."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from sites.access import visible_site_ids


class SiteScopedQuerySet(models.QuerySet):
    """Rows that belong to a site through their `site` column."""

    def visible_to(self, user: Any) -> Self:
        """Keep the rows of the sites whose cases this person may see today."""
        return self.filter(site_id__in=sorted(visible_site_ids(user)))


class SiteScopedManager(models.Manager.from_queryset(SiteScopedQuerySet)):  # type: ignore[misc]
    """The default manager of every model with a site."""
