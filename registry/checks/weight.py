"""Body weight: the change up to anakinra, and what it makes with the height."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import DecimalField, ExpressionWrapper, F, Q
from django.db.models.functions import Abs
from django.utils.translation import gettext_noop

from registry.checks.declared import Rows, Severity, edit_check
from registry.models import AnakinraCourse, InfusionCourse
from registry.rules.body import BMI_KG_M2_SOFT

WEIGHT_CHANGE_SHARE = Decimal("0.15")
CM2_PER_M2 = 10_000


@edit_check(
    "WT02",
    AnakinraCourse,
    fields=["weight_kg"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "The weight changed by more than 15 % between lymphodepletion and anakinra. Check both weights and their units."
    ),
)
def weight_changed(rows: Rows) -> Rows:
    """Within a few weeks a weight hardly changes by more; mostly a unit or a digit is wrong."""
    change = Abs(F("weight_kg") - F("course__weight_kg"))
    return rows.alias(change=change).filter(change__gt=F("course__weight_kg") * WEIGHT_CHANGE_SHARE)


@edit_check(
    "WT03_BMI",
    InfusionCourse,
    fields=["weight_kg", "height_cm"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Weight and height give a body mass index below 12 or above 60 kg/m². Check both and their units."
    ),
)
def body_mass_index_extreme(rows: Rows) -> Rows:
    """Kilograms for pounds, or centimetres for inches, show in the body mass index."""
    low, high = BMI_KG_M2_SOFT
    index = ExpressionWrapper(
        F("weight_kg") * CM2_PER_M2 / (F("height_cm") * F("height_cm")),
        output_field=DecimalField(max_digits=12, decimal_places=4),
    )
    return rows.alias(index=index).filter(Q(index__lt=low) | Q(index__gt=high))
