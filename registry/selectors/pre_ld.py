"""Laboratory results that can stand for the time before lymphodepletion."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.db.models.functions import Coalesce

from registry.rules.labs import Timepoint
from registry.rules.timepoints import WINDOWS

WINDOW_DAYS = -WINDOWS[Timepoint.PRE_LD].first_day


def before_lymphodepletion() -> Q:
    """Say that a result is of the 14 days up to lymphodepletion, or up to the infusion where that is not known."""
    origin = Coalesce("course__ld_started_on", "course__infused_on")
    return Q(sampled_on__lte=origin, sampled_on__gte=origin - dt.timedelta(days=WINDOW_DAYS))
