"""Body weight: the change up to anakinra, and what it makes with the height."""

from __future__ import annotations

from django.db.models import DecimalField, ExpressionWrapper, F, Q
from django.db.models.functions import Abs
from django.utils.translation import gettext_noop

from registry.checks.declared import Limits, Rows, Severity, edit_check, threshold
from registry.models import AnakinraCourse, InfusionCourse
from registry.rules.body import BMI_KG_M2_SOFT

CM2_PER_M2 = 10_000


@edit_check(
    "WT02",
    AnakinraCourse,
    fields=["weight_kg"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "The weight changed by more than %(percent)s %% between lymphodepletion and anakinra. "
        "Check both weights and their units."
    ),
    thresholds=[
        threshold("percent", 15, "%", gettext_noop("Most change from the weight at lymphodepletion"), low=1, high=100)
    ],
)
def weight_changed(rows: Rows, limits: Limits) -> Rows:
    """Within a few weeks a weight hardly changes by more; mostly a unit or a digit is wrong."""
    change = Abs(F("weight_kg") - F("course__weight_kg"))
    return rows.alias(change=change).filter(change__gt=F("course__weight_kg") * (limits["percent"] / 100))


@edit_check(
    "WT03_BMI",
    InfusionCourse,
    fields=["weight_kg", "height_cm"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Weight and height give a body mass index below %(lowest)s or above %(highest)s kg/m². "
        "Check both and their units."
    ),
    thresholds=[
        threshold("lowest", BMI_KG_M2_SOFT[0], "kg/m2", gettext_noop("Lowest body mass index"), low=5, high=25),
        threshold("highest", BMI_KG_M2_SOFT[1], "kg/m2", gettext_noop("Highest body mass index"), low=25, high=150),
    ],
)
def body_mass_index_extreme(rows: Rows, limits: Limits) -> Rows:
    """Kilograms for pounds, or centimetres for inches, show in the body mass index."""
    index = ExpressionWrapper(
        F("weight_kg") * CM2_PER_M2 / (F("height_cm") * F("height_cm")),
        output_field=DecimalField(max_digits=12, decimal_places=4),
    )
    return rows.alias(index=index).filter(Q(index__lt=limits["lowest"]) | Q(index__gt=limits["highest"]))
