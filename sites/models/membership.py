"""Which role a person holds, where, and on which days."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sites.audit import audited
from sites.models.site import Site
from sites.roles import REGISTRY_WIDE, SITE_BOUND, Role


@audited
class Membership(models.Model):
    """A role of a person: at a site for coordinators and investigators, in the whole registry for the others."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("site")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(
        _("ends on"), null=True, blank=True, help_text=_("Last day. Leave empty if it has no end.")
    )

    class Meta:
        verbose_name = _("role of a person")
        verbose_name_plural = _("roles of people")
        ordering = ["user", "site", "role", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=sorted(SITE_BOUND), site__isnull=False)
                | Q(role__in=sorted(REGISTRY_WIDE), site__isnull=True),
                name="membership_site_fits_role",
                violation_error_message=_(
                    "Coordinators and investigators need a site; the other roles are held without one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="membership_ends_after_it_starts",
                violation_error_message=_("The role ends before it starts."),
            ),
            models.UniqueConstraint(
                fields=["user", "site", "role"],
                condition=Q(ends_on__isnull=True),
                nulls_distinct=False,
                name="membership_open_once",
                violation_error_message=_("This person already holds this role there."),
            ),
            models.UniqueConstraint(
                fields=["user", "site", "role", "starts_on"],
                nulls_distinct=False,
                name="membership_starts_once",
                violation_error_message=_("This person already holds this role there."),
            ),
        ]

    def __str__(self) -> str:
        where = f", {self.site.code}" if self.site else ""
        return f"{self.get_role_display()}{where}"

    def clean(self) -> None:
        """Refuse a second membership of the same kind on overlapping days.

        An exclusion constraint would need an extension of the database, so the days are compared here; an overlap
        gives nobody more rights than one membership does.
        """
        super().clean()
        if self.starts_on and self.user_id and self._overlapping().exists():
            raise ValidationError(_("This person already holds this role there on some of these days."))

    def _overlapping(self) -> models.QuerySet[Any]:
        same = Membership.objects.filter(user_id=self.user_id, site_id=self.site_id, role=self.role).exclude(pk=self.pk)
        same = same.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=self.starts_on))
        return same.filter(starts_on__lte=self.ends_on) if self.ends_on else same
