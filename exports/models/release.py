"""A release: one frozen, de-identified state of the registry. It is never edited, only superseded."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from exports.models.project import Project
from exports.models.request import DataRequest
from sites.audit import audited


class Profile(models.TextChoices):
    """Under which terms data leave, which decides how much detail they keep."""

    AGREEMENT = "AGREEMENT", _("Under an agreement: whole days between events, a site code of the project")
    SHAREABLE = "SHAREABLE", _("Shareable: no site, weeks and months instead of days, nobody in a small group")


class Level(models.TextChoices):
    """What a package holds, from most to least. Whoever may have one level may have every level below it."""

    AGREEMENT = Profile.AGREEMENT.value, Profile.AGREEMENT.label
    SHAREABLE = Profile.SHAREABLE.value, Profile.SHAREABLE.label
    TWIN = "TWIN", _("Synthetic twin: the same columns, no patients")

    @classmethod
    def at_most(cls, level: str) -> list[str]:
        """Return a level and those below it."""
        return cls.values[cls.values.index(level) :]


class Format(models.TextChoices):
    """The file format of a package."""

    CSV = "CSV", _("CSV with data package, R and Python scripts")
    SPSS = "SPSS", _("SPSS (.sav)")
    STATA = "STATA", _("Stata (.dta)")
    SAS = "SAS", _("SAS transport (.xpt) with formats")
    PARQUET = "PARQUET", _("Parquet")
    ADAM = "ADAM", _("ADaM-like with Define-XML")


def every_format() -> list[str]:
    """Return all formats: what a release has unless somebody asks for less."""
    return list(Format.values)


class ReleaseState(models.TextChoices):
    """Where a release stands."""

    PENDING = "PENDING", _("Being made")
    HELD = "HELD", _("Waiting for a decision on its risk")
    PUBLISHED = "PUBLISHED", _("Published")
    SUPERSEDED = "SUPERSEDED", _("Superseded")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    REFUSED = "REFUSED", _("Not released")


# With a package that can be downloaded.
OUT = (ReleaseState.PUBLISHED, ReleaseState.SUPERSEDED)
# Without one: not yet, or never.
NOT_OUT = (ReleaseState.PENDING, ReleaseState.HELD, ReleaseState.REFUSED)


@audited
class Release(models.Model):
    """One freeze and its packages. `data_cut_at` is when the snapshot was taken, on which agreements had to be valid.

    `cohort`, `selection` and `coarsening` say what of the frozen cases and columns leaves, in the words of
    `exports.leaving.order`; `risk` is the re-identification report of that. `package_*` tell of the package in CSV.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="releases")
    name = models.CharField(
        _("name"),
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Z][A-Z0-9]*-\d{4}\.\d{1,3}\Z", _("Write a name, the year and a number: QUELL-2026.1."))
        ],
        error_messages={"unique": _("A release with this name exists.")},
    )
    profile = models.CharField(_("profile"), max_length=12, choices=Profile.choices, default=Profile.AGREEMENT)
    state = models.CharField(max_length=12, choices=ReleaseState.choices, default=ReleaseState.PENDING)
    data_cut_at = models.DateTimeField(_("data cut"), null=True, blank=True)
    leaves_out_blocked = models.BooleanField(_("leave out blocked cases"), default=False)
    request = models.ForeignKey(DataRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="releases")
    cohort = models.JSONField(default=dict, blank=True)
    selection = models.JSONField(default=dict, blank=True)
    coarsening = models.JSONField(default=list, blank=True)
    formats = models.JSONField(default=every_format, blank=True)
    risk = models.JSONField(default=dict, blank=True)
    # Who signed that a risk above the limit of the policy is acceptable here, and why.
    risk_accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    risk_accepted_at = models.DateTimeField(null=True, blank=True)
    risk_reason = models.CharField(max_length=500, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    manifest = models.JSONField(default=dict, blank=True)
    package_path = models.CharField(max_length=200, blank=True)
    package_sha256 = models.CharField(max_length=64, blank=True)
    package_bytes = models.BigIntegerField(null=True, blank=True)
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawal_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-created_at", "name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=ReleaseState.values), name="release_state_known"),
            models.CheckConstraint(condition=models.Q(profile__in=Profile.values), name="release_profile_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=NOT_OUT)
                | models.Q(data_cut_at__isnull=False, package_bytes__isnull=False)
                & ~models.Q(package_sha256="")
                & ~models.Q(content_hash=""),
                name="release_published_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(risk_accepted_at=None, risk_accepted_by=None, risk_reason="")
                | models.Q(risk_accepted_at__isnull=False, risk_accepted_by__isnull=False) & ~models.Q(risk_reason=""),
                name="release_risk_signed_whole",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ReleaseState.WITHDRAWN)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~models.Q(withdrawal_reason=""),
                name="release_withdrawal_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_published(self) -> bool:
        """Say whether there is a package to download: also a superseded release keeps its own."""
        return self.state in OUT
