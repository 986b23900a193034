"""Data queries: one question about one row of a case, raised by an edit check or a person, and its thread."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.metadata.constraints import SameSiteAsParent
from registry.models.base import ParentKey
from registry.models.status import OfSite
from sites.audit import audited


class QueryState(models.TextChoices):
    """Where a query stands: the hospital owes an answer, the registry owes a decision, or it is settled."""

    OPEN = "OPEN", _("Open")
    ANSWERED = "ANSWERED", _("Answered")
    CLOSED = "CLOSED", _("Closed")


class Resolution(models.TextChoices):
    """How a query was settled."""

    FIXED = "FIXED", _("The data were corrected")
    GONE = "GONE", _("The row was deleted")
    SWITCHED_OFF = "SWITCHED_OFF", _("The check was switched off")
    VERIFIED = "VERIFIED", _("The value is right as it stands")
    EXCLUDED = "EXCLUDED", _("The check does not apply here")
    SETTLED = "SETTLED", _("The answer settles it")
    CANCELLED = "CANCELLED", _("Raised by mistake")


class AnswerCause(models.TextChoices):
    """Why the value was as it was, in the words of whoever answers."""

    TYPO = "TYPO", _("Typing error, corrected")
    UNIT = "UNIT", _("Wrong unit, corrected")
    MISREAD = "MISREAD", _("Source misread, corrected")
    ADDED = "ADDED", _("Was missing, added")
    CONFIRMED = "CONFIRMED", _("The source says the same")
    UNAVAILABLE = "UNAVAILABLE", _("The source does not say")
    PENDING = "PENDING", _("Being looked up")
    OTHER = "OTHER", _("Other, see the words")


class QueryAct(models.TextChoices):
    """What an entry of a thread did."""

    ANSWERED = "ANSWERED", _("answered")
    COMMENTED = "COMMENTED", _("commented")
    CLOSED = "CLOSED", _("closed")
    REOPENED = "REOPENED", _("re-opened")
    ASSIGNED = "ASSIGNED", _("assigned")


class Rank(models.IntegerChoices):
    """What a query does to the study; the lowest number is worked on first."""

    BLOCKS = 1, _("Stops completing, locking and releasing")
    MODEL = 2, _("Model covariate or event date")
    ENDPOINT = 3, _("Grade, dose or response")
    OTHER = 4, _("Other values")


def _person(**kwargs: object) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **kwargs)


@audited
class DataQuery(OfSite):
    """One question about one row. `check_code` is empty for one that a person asked; `field` for the row as a whole.

    `fingerprint` is that of the row's values when a person settled the query: while it is the same, the check that
    fires stays quiet. `opened_by` is empty for the registry itself. `text` is the question of a person. `asked_at` is
    since when an answer is owed: the first opening, or the last re-opening.
    """

    patient = ParentKey("registry.Patient", "queries")
    check_code = models.CharField(max_length=80, blank=True)
    topic = models.CharField(max_length=40)
    row_id = models.UUIDField()
    field = models.CharField(max_length=60, blank=True)
    rank = models.PositiveSmallIntegerField(choices=Rank.choices, default=Rank.OTHER)
    state = models.CharField(max_length=8, choices=QueryState.choices, default=QueryState.OPEN)
    resolution = models.CharField(max_length=12, choices=Resolution.choices, blank=True)
    fingerprint = models.CharField(max_length=32, blank=True)
    text = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    opened_by = _person(null=True, blank=True)
    assignee = _person(null=True, blank=True)
    first_answered_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = _person(null=True, blank=True)
    times_reopened = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["rank", "asked_at", "id"]
        indexes = [
            models.Index(fields=["site", "state", "rank", "asked_at", "id"], name="query_site_order"),
            models.Index(fields=["patient", "state"], name="query_of_patient"),
            models.Index(fields=["row_id"], name="query_of_row"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["check_code", "row_id"], condition=~Q(check_code=""), name="query_once_per_check_and_row"
            ),
            models.UniqueConstraint(fields=["site", "id"], name="query_site_id"),
            SameSiteAsParent(name="query_site_of_patient", parent="patient"),
            models.CheckConstraint(condition=Q(state__in=QueryState.values), name="query_state_known"),
            models.CheckConstraint(condition=Q(rank__in=Rank.values), name="query_rank_known"),
            models.CheckConstraint(
                condition=Q(state="CLOSED", resolution__in=Resolution.values, closed_at__isnull=False)
                | Q(~Q(state="CLOSED"), resolution="", closed_at=None),
                name="query_closed_has_resolution",
            ),
            models.CheckConstraint(condition=~Q(check_code="", text=""), name="query_asks_something"),
        ]


@audited
class QueryEntry(OfSite):
    """One entry of a thread after the question: who did what to the query, when, and in which words.

    `by` is empty for the registry; `is_automatic` marks what the registry did by itself after a person's change.
    """

    query = ParentKey("registry.DataQuery", "entries")
    at = models.DateTimeField()
    by = _person(null=True, blank=True)
    act = models.CharField(max_length=10, choices=QueryAct.choices)
    cause = models.CharField(max_length=12, choices=AnswerCause.choices, blank=True)
    resolution = models.CharField(max_length=12, choices=Resolution.choices, blank=True)
    text = models.CharField(max_length=500, blank=True)
    is_automatic = models.BooleanField(default=False)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["query", "at"], name="query_entry_order")]
        constraints = [
            SameSiteAsParent(name="query_entry_site_of_query", parent="query"),
            models.CheckConstraint(condition=Q(act__in=QueryAct.values), name="query_entry_act_known"),
        ]
