"""The log of reads that matter: who has seen or taken out what, when and why. Written and read, never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from sites.models.site import Site


class AccessKind(models.TextChoices):
    """What was read."""

    IDENTITY_REVEALED = "IDENTITY_REVEALED", _("Identity shown")
    DOWNLOAD = "DOWNLOAD", _("File downloaded")
    SEARCH = "SEARCH", _("Search")
    AUDIT_SEARCH = "AUDIT_SEARCH", _("Search of the audit trail")
    AUDIT_EXPORT = "AUDIT_EXPORT", _("Audit trail downloaded")


class AccessLog(models.Model):
    """One read. `object_type` and `object_id` name what was read, `detail` says what of it or what was looked for.

    A read of several sites at once has no site. The application's roles can add lines and nothing else.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("when"), db_default=Now(), editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("person")
    )
    user_label = models.CharField(_("who"), max_length=254)
    kind = models.CharField(_("kind"), max_length=24, choices=AccessKind.choices)
    about_site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("site"), db_index=False
    )
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=400, blank=True)
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    source = models.CharField(max_length=40, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("read")
        verbose_name_plural = _("reads")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=AccessKind.values), name="access_log_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.object_type} {self.object_id}".strip()
