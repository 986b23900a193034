"""The counts of the home page, each counted no further than it is told."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q

from registry.models import Death, DeathReview, Patient
from registry.rules.outcome import ADJUDICATORS_PER_DEATH
from sites.access import visible_site_ids
from sites.context import acting_as_system
from sites.models import Site

COUNTED_AT_MOST = 1000
# Somebody of more sites is told the sum alone.
SITES_TOLD = 8


def cases_counted(user: Any) -> int:
    """Return how many cases a person may see; COUNTED_AT_MOST + 1 stands for all that are more."""
    return Patient.objects.visible_to(user).order_by()[: COUNTED_AT_MOST + 1].count()


def cases_by_site(user: Any) -> dict[str, int]:
    """Return code -> cases, counted as far, of each of a person's sites; none where they are many or have no cases."""
    sites = Site.objects.filter(pk__in=sorted(visible_site_ids(user))).order_by("code")[: SITES_TOLD + 1]
    if len(sites) > SITES_TOLD:
        return {}
    cases = Patient.objects.visible_to(user).order_by()
    counts = {site.code: cases.filter(site=site)[: COUNTED_AT_MOST + 1].count() for site in sites}
    return {code: count for code, count in counts.items() if count}


def deaths_to_assign(user: Any) -> int:
    """Return how many deaths want an adjudicator, counted no further than COUNTED_AT_MOST + 1.

    They are those of `deaths_visible` with `wants_adjudicator`, asked one by one: the count ends where it is enough.
    """
    reviews = DeathReview.objects.filter(death=OuterRef("pk")).order_by().values("death")
    counted = reviews.annotate(
        asked=Count("pk"), judged=Count("trm_class"), lowest=Min("trm_class"), highest=Max("trm_class")
    )
    enough = Q(asked=ADJUDICATORS_PER_DEATH) & (Q(judged__lt=ADJUDICATORS_PER_DEATH) | Q(lowest=F("highest")))
    settled = counted.filter(Q(asked__gt=ADJUDICATORS_PER_DEATH) | enough)
    wanting = Death.objects.visible_to(user).filter(~Exists(settled)).order_by()
    return wanting[: COUNTED_AT_MOST + 1].count()


def death_reviews_waiting(user: Any) -> int:
    """Count the deaths that were assigned to an adjudicator and that they have not judged.

    An adjudicator sees no site, so the registry counts for them: their own reviews, and nothing but the number.
    """
    with acting_as_system("adjudication", reason="count of deaths to judge"):
        return DeathReview.objects.filter(adjudicator_id=user.pk, reviewed_on__isnull=True).count()
