"""The CAR-T product: does it fit the disease, the age, the number of infusions and the cells?"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Case, DecimalField, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_noop

from registry.checks.ages import surely_minor
from registry.checks.declared import Limits, Rows, Severity, edit_check, threshold
from registry.models import FurtherInfusion, InfusionCourse, ProductApproval
from registry.rules.disease import GROUPS, DiseaseGroup
from registry.rules.patient import ADULT_FROM_YEARS
from registry.rules.products import (
    APPROVALS,
    CELL_DOSES,
    Approval,
    CellDose,
    ProductSetting,
    Target,
    target_fits,
)

DIAGNOSIS = "patient__diseases__diagnosis"
# Outside a trial, an exemption or compassionate use, the label applies; so it may where nobody says under what.
BY_THE_LABEL = Q(setting=ProductSetting.COMMERCIAL.value) | Q(setting=None)


def diagnoses_of(group: DiseaseGroup) -> list[str]:
    """Return the codes of the diagnoses that are analysed as this group."""
    return sorted(diagnosis.value for diagnosis, of_group in GROUPS.items() if of_group == group)


@edit_check(
    "PR01_PROD_DIS",
    InfusionCourse,
    fields=["product", "setting"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "On the day of infusion the product was not approved for this disease. "
        "Check both; was it a trial, an exemption, or off label?"
    ),
)
def product_not_approved_for_disease(rows: Rows) -> Rows:
    """No approval in any territory was in force for the disease; one without a known date may have been."""
    groups = [When(**{f"{DIAGNOSIS}__in": diagnoses_of(group)}, then=Value(group.value)) for group in DiseaseGroup]
    known = rows.filter(BY_THE_LABEL).alias(group=Case(*groups)).filter(group__isnull=False)
    in_force = Q(approved_on=None) | Q(approved_on__lte=OuterRef("infused_on"))
    approvals = ProductApproval.objects.order_by().filter(product=OuterRef("product"), disease_group=OuterRef("group"))
    return known.filter(~Exists(approvals.filter(in_force)))


@edit_check(
    "PR02_TARGET",
    InfusionCourse,
    fields=["product"],
    severity=Severity.BLOCKING,
    message=gettext_noop(
        "The disease does not carry the target of the product, and no trial is given. Check product, diagnosis and "
        "setting."
    ),
)
def target_not_on_disease(rows: Rows) -> Rows:
    """BCMA is on plasma cells and CD19 is not; a trial may aim elsewhere."""
    outside_trial = sorted(ProductSetting.codes() - {ProductSetting.TRIAL.value})
    return rows.filter(reduce(or_, map(_unfit, Target)), setting__in=outside_trial)


def _unfit(target: Target) -> Q:
    unfit = [code for group in DiseaseGroup if not target_fits(target, group) for code in diagnoses_of(group)]
    return Q(**{"product__target": target.value, f"{DIAGNOSIS}__in": unfit})


@edit_check(
    "PR03_AGE",
    InfusionCourse,
    fields=["product"],
    severity=Severity.SOFT,
    message=gettext_noop("The age at infusion is outside the label of the product. Check age and setting, or confirm."),
)
def age_outside_label(rows: Rows) -> Rows:
    """Most products are for adults; tisagenlecleucel for leukaemia is for children and adults of up to 25 years."""
    indications = sorted({(approval.product, approval.disease_group) for approval in APPROVALS})
    for_adults = [
        product for product in sorted({product for product, _group in indications}) if _is_for_adults(product)
    ]
    by_indication = [_outside_age(product, group) for product, group in indications]
    too_young = Q(product__in=for_adults) & surely_minor()
    return rows.filter(BY_THE_LABEL & reduce(or_, by_indication, too_young))


def _approvals(product: str, group: DiseaseGroup | None = None) -> list[Approval]:
    return [entry for entry in APPROVALS if entry.product == product and group in (None, entry.disease_group)]


def _is_for_adults(product: str) -> bool:
    return all((approval.age_from or 0) >= ADULT_FROM_YEARS for approval in _approvals(product))


def _outside_age(product: str, group: DiseaseGroup) -> Q:
    """Say that the patient is younger or older than every approval of a product for a group of diseases allows."""
    approvals = _approvals(product, group)
    lowest = [approval.age_from for approval in approvals if approval.age_from is not None]
    highest = [approval.age_to for approval in approvals if approval.age_to is not None]
    outside = Q(pk__in=[])
    if len(lowest) == len(approvals):
        outside |= Q(patient__age_at_infusion__lt=min(lowest))
    if len(highest) == len(approvals):
        outside |= Q(patient__age_at_infusion__gt=max(highest))
    return outside & Q(**{"product": product, f"{DIAGNOSIS}__in": diagnoses_of(group)})


@edit_check(
    "PR05_DOSE",
    InfusionCourse,
    fields=["cell_dose_10e6", "cell_dose_10e6_per_kg"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "The cells are less than %(fewest)s times or more than %(most)s times what the label of the product gives "
        "(provisional). Check the number, and whether it is in millions."
    ),
    thresholds=[
        threshold("fewest", "0.5", "1", gettext_noop("Fewest cells, times the label's fewest"), low="0.01", high=1),
        threshold("most", 2, "1", gettext_noop("Most cells, times the label's most"), low=1, high=100),
    ],
)
def cell_dose_unusual(rows: Rows, limits: Limits) -> Rows:
    """A slip in the power of ten shows against the label of the product."""
    by_weight = F("cell_dose_10e6") / F("weight_kg")
    per_kg = Coalesce(F("cell_dose_10e6_per_kg"), by_weight, output_field=DecimalField(max_digits=20, decimal_places=6))
    return rows.alias(per_kg=per_kg).filter(reduce(or_, (_outside_dose(dose, limits) for dose in CELL_DOSES)))


def _outside_dose(dose: CellDose, limits: Limits) -> Q:
    name = "per_kg" if dose.is_per_kg else "cell_dose_10e6"
    too_few = Q(**{f"{name}__lt": dose.low * limits["fewest"]})
    too_many = Q(**{f"{name}__gt": dose.high * limits["most"]})
    return Q(product=dose.product) & (too_few | too_many)


@edit_check(
    "PR06_INFN",
    FurtherInfusion,
    fields=["infused_on"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "The product is not given as a split dose. If this was a second treatment, enter it as an infusion course of "
        "its own, or confirm."
    ),
)
def further_infusion_unexpected(rows: Rows) -> Rows:
    """A second infusion of a product that is given at once is mostly a retreatment."""
    return rows.filter(course__product__is_split_dose=False)
