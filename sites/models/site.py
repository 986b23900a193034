"""A hospital that contributes cases."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from sites.access import visible_site_ids
from sites.audit import audited
from sites.places import validate_country, validate_time_zone


class SiteStatus(models.TextChoices):
    """Where a site stands: being set up, contributing, or finished (its cases stay)."""

    PREPARING = "PREPARING", _("Preparing")
    ACTIVE = "ACTIVE", _("Active")
    CLOSED = "CLOSED", _("Closed")


class SiteQuerySet(models.QuerySet):
    """Sites, by who may see them and by the state of their papers."""

    def visible_to(self, user: Any) -> Self:
        """Keep the sites whose cases this person may see today."""
        return self.filter(pk__in=sorted(visible_site_ids(user)))

    def with_valid_agreement(self, on: date) -> Self:
        """Keep the sites whose data may be used on a day.

        Both a data use agreement and an ethics approval must be valid on that day, and the site must have opened.
        """
        from sites.models.agreement import Agreement, AgreementKind

        valid = Agreement.objects.valid_on(on).filter(site_id=OuterRef("pk"))
        return self.filter(
            Exists(valid.filter(kind=AgreementKind.DATA_USE)), Exists(valid.filter(kind=AgreementKind.ETHICS))
        ).exclude(status=SiteStatus.PREPARING)


@audited
class Site(models.Model):
    """A hospital that contributes cases, known in the registry by a short code."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(
        _("code"),
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^[A-Z][A-Z0-9]{1,11}\Z", _("Use 2 to 12 capital letters and digits."))],
        help_text=_("A short code of capital letters and digits, for example SEV."),
    )
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(
        _("country"),
        max_length=2,
        validators=[validate_country],
        help_text=_("Two letters (ISO 3166), for example ES."),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, validators=[validate_time_zone], help_text=_("For example Europe/Madrid.")
    )
    status = models.CharField(_("status"), max_length=12, choices=SiteStatus.choices, default=SiteStatus.PREPARING)
    names_enabled = models.BooleanField(
        _("names are recorded"),
        default=False,
        help_text=_("Let this site keep patients' names, encrypted and for itself. Without it names are refused."),
    )

    objects = models.Manager.from_queryset(SiteQuerySet)()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=SiteStatus.values), name="site_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
