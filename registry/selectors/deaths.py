"""Reads of deaths on their way through adjudication."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Case, Count, F, Max, Min, Q, QuerySet, Value, When

from registry.models import Death
from registry.rules.outcome import ADJUDICATORS_PER_DEATH


def deaths_visible(user: Any) -> QuerySet[Death]:
    """Return the deaths a person may see with `wants_adjudicator`, those that want one first.

    A death wants one until two were asked, and a third once two have judged and disagree.
    """
    asked, judged = Count("reviews"), Count("reviews__trm_class")
    counted = Death.objects.visible_to(user).annotate(
        asked=asked, judged=judged, lowest=Min("reviews__trm_class"), highest=Max("reviews__trm_class")
    )
    disagree = Q(asked=ADJUDICATORS_PER_DEATH, judged=ADJUDICATORS_PER_DEATH) & ~Q(lowest=F("highest"))
    wants = Case(
        When(Q(asked__lt=ADJUDICATORS_PER_DEATH) | disagree, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    return counted.annotate(wants_adjudicator=wants).order_by("-wants_adjudicator", "site__code", "patient__study_id")
