"""The counts of the home page."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from registry.models import DeathReview, Patient
from sites.context import acting_as_system


def patient_counts_by_site(user: Any) -> dict[str, int]:
    """Count the patients that a person may see, by code of site; sites without patients are not listed."""
    counted = Patient.objects.visible_to(user).order_by("site__code").values_list("site__code")
    return dict(counted.annotate(count=Count("pk")))


def death_reviews_waiting(user: Any) -> int:
    """Count the deaths that were assigned to an adjudicator and that they have not judged.

    An adjudicator sees no site, so the registry counts for them: their own reviews, and nothing but the number.
    """
    with acting_as_system("adjudication", reason="count of deaths to judge"):
        return DeathReview.objects.filter(adjudicator_id=user.pk, reviewed_on__isnull=True).count()
