"""Performance status before lymphodepletion."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext_noop

from registry.checks.declared import Limits, Rows, Severity, edit_check, threshold
from registry.models import InfusionCourse
from registry.rules.scores import KPS_OF_ECOG

KPS_STEPS = range(0, 101, 10)


@edit_check(
    "KP02",
    InfusionCourse,
    fields=["kps", "ecog"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Karnofsky and ECOG status cannot both be right, whichever way they are converted. Check them."
    ),
)
def scales_disagree(rows: Rows) -> Rows:
    """Two mappings are in use; a pair that neither allows is a slip (provisional)."""
    pairs = (Q(ecog=ecog, kps__in=sorted(set(KPS_STEPS) - allowed)) for ecog, allowed in KPS_OF_ECOG.items())
    return rows.filter(reduce(or_, pairs))


@edit_check(
    "KP03",
    InfusionCourse,
    fields=["kps"],
    severity=Severity.SOFT,
    message=gettext_noop("A Karnofsky status of %(kps)s or less is very low for CAR-T. Check it, or confirm."),
    thresholds=[threshold("kps", 30, "1", gettext_noop("Highest status that is asked about"), low=0, high=70)],
)
def status_very_low(rows: Rows, limits: Limits) -> Rows:
    """Patients who need hospital care are rarely given the cells."""
    return rows.filter(kps__lte=int(limits["kps"]))
