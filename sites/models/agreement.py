"""The papers without which a site's data do not leave: data use agreement and ethics approval."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sites.audit import audited
from sites.models.site import Site


class AgreementKind(models.TextChoices):
    """What was signed."""

    DATA_USE = "DATA_USE", _("Data use agreement")
    ETHICS = "ETHICS", _("Ethics approval")


class AgreementQuerySet(models.QuerySet):
    """Agreements by the day on which they hold."""

    def valid_on(self, on: date) -> Self:
        """Keep the agreements that hold on a day, first and last day included."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on), valid_from__lte=on)


@audited
class Agreement(models.Model):
    """A signed agreement or approval of a site, with the days on which it holds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("site"))
    kind = models.CharField(_("kind"), max_length=12, choices=AgreementKind.choices)
    reference = models.CharField(_("reference"), max_length=120)
    signed_on = models.DateField(_("signed on"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("Last day. Leave empty if it has no end.")
    )

    objects = models.Manager.from_queryset(AgreementQuerySet)()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["site", "kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["site", "kind", "reference"], name="agreement_once_per_reference"),
            models.CheckConstraint(condition=Q(kind__in=AgreementKind.values), name="agreement_kind_known"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="agreement_ends_after_it_starts",
                violation_error_message=_("The agreement ends before it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"
