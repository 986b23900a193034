"""An invitation by e-mail to open an account with a role."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sites.audit import audited
from sites.models.site import Site
from sites.models.user import Language
from sites.roles import REGISTRY_WIDE, SITE_BOUND, Role

VALID_FOR = timedelta(days=7)


@audited
class Invitation(models.Model):
    """Who was asked to become what, where, and what came of it. The link in the e-mail is signed and stored nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(
        _("language of the e-mail"), max_length=2, choices=Language.choices, default=Language.ENGLISH
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations", verbose_name=_("site")
    )
    reason = models.CharField(
        _("reason"), max_length=200, help_text=_("Why this person gets this role. Kept in the audit trail.")
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("accepted by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-sent_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=sorted(SITE_BOUND), site__isnull=False)
                | Q(role__in=sorted(REGISTRY_WIDE), site__isnull=True),
                name="invitation_site_fits_role",
                violation_error_message=_(
                    "Coordinators and investigators need a site; the other roles are held without one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="invitation_email_in_lower_case",
                violation_error_message=_("E-mail addresses are kept in small letters."),
            ),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True) | Q(withdrawn_at__isnull=True),
                name="invitation_accepted_or_withdrawn",
            ),
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(accepted_by__isnull=True, withdrawn_at__isnull=True),
                name="invitation_open_once",
                violation_error_message=_("This address has an open invitation: send it again or withdraw it."),
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def valid_until(self) -> datetime:
        """Return the moment after which the link no longer works."""
        return self.sent_at + VALID_FOR

    @property
    def is_open(self) -> bool:
        """Tell whether the link can still be used."""
        return not self.accepted_by_id and not self.withdrawn_at and timezone.now() < self.valid_until

    @property
    def is_settled(self) -> bool:
        """Tell whether it was accepted or withdrawn; a settled one is never sent again."""
        return bool(self.accepted_by_id or self.withdrawn_at)
