"""Dates before day 0: birth, diagnosis, apheresis, lymphodepletion, and the day of the infusion itself."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from registry.checks.declared import Limits, Rows, Severity, edit_check, threshold
from registry.checks.partial import surely_further
from registry.models import Disease, InfusionCourse, Patient
from registry.rules.patient import AGE_MAX_YEARS
from registry.rules.products import APPROVALS, ProductSetting

FIRST_APPROVAL_ON = min(approval.from_on for approval in APPROVALS if approval.from_on)


@edit_check(
    "DT01_DOB_FUT",
    Patient,
    fields=["birth_year"],
    severity=Severity.BLOCKING,
    message=gettext_noop(
        "The year of birth lies in the future, after the infusion, or more than 110 years before it. Check it."
    ),
)
def birth_year_impossible(rows: Rows) -> Rows:
    """Nobody is infused before birth or above 110 years; the full date of birth is encrypted, its year is not."""
    unborn = Q(infusion_courses__infused_on__year__lt=F("birth_year"))
    too_old = Q(infusion_courses__infused_on__year__gt=F("birth_year") + AGE_MAX_YEARS + 1)
    by_infusion = rows.filter(unborn | too_old).values("pk")
    return rows.filter(Q(birth_year__gt=timezone.localdate().year) | Q(pk__in=by_infusion))


@edit_check(
    "DT02_DX_DOB",
    Disease,
    fields=["diagnosed_on"],
    severity=Severity.BLOCKING,
    message=gettext_noop("The diagnosis precedes the year of birth. Check both."),
)
def diagnosis_before_birth(rows: Rows) -> Rows:
    """A malignancy is diagnosed after birth; the year is known of every date of diagnosis."""
    return rows.filter(diagnosed_on__year__lt=F("patient__birth_year"))


@edit_check(
    "DT04_APH_GAP",
    InfusionCourse,
    fields=["apheresis_on", "infused_on"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Less than %(fewest)s or more than %(most)s days from apheresis to infusion. Confirm both dates."
    ),
    thresholds=[
        threshold("fewest", 14, "d", gettext_noop("Fewest days from apheresis to infusion"), low=0, high=60),
        threshold("most", 365, "d", gettext_noop("Most days from apheresis to infusion"), low=60, high=3650),
    ],
)
def vein_to_vein_unusual(rows: Rows, limits: Limits) -> Rows:
    """Making the cells takes weeks; much less or more than a year is mostly a slip in a date."""
    too_short = Q(infused_on__lt=F("apheresis_on") + dt.timedelta(days=int(limits["fewest"])))
    return rows.filter(too_short | surely_further("apheresis_on", "infused_on", int(limits["most"])))


@edit_check(
    "DT07_LD_GAP",
    InfusionCourse,
    fields=["ld_started_on", "infused_on"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Less than %(fewest)s or more than %(most)s days from the start of lymphodepletion to infusion. "
        "Confirm both dates."
    ),
    thresholds=[
        threshold("fewest", 3, "d", gettext_noop("Fewest days from lymphodepletion to infusion"), low=1, high=7),
        threshold("most", 14, "d", gettext_noop("Most days from lymphodepletion to infusion"), low=7, high=90),
    ],
)
def lymphodepletion_gap_unusual(rows: Rows, limits: Limits) -> Rows:
    """Lymphodepletion starts some five days before the cells."""
    fewest, most = (dt.timedelta(days=int(limits[name])) for name in ("fewest", "most"))
    too_short, too_long = Q(infused_on__lt=F("ld_started_on") + fewest), Q(infused_on__gt=F("ld_started_on") + most)
    return rows.filter(too_short | too_long)


@edit_check(
    "DT09_INF_APPR",
    InfusionCourse,
    fields=["infused_on", "product", "setting"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "A commercial product infused before its first approval. Check the date and the setting: was it a trial?"
    ),
)
def infused_before_approval(rows: Rows) -> Rows:
    """Before its first approval a product is given in trials only."""
    return rows.filter(setting=ProductSetting.COMMERCIAL.value, infused_on__lt=F("product__first_approved_on"))


@edit_check(
    "DT10_STUDY_WIN",
    InfusionCourse,
    fields=["infused_on"],
    severity=Severity.SOFT,
    message=gettext_noop("The infusion lies before the first approval of any CAR-T product. Check the date."),
)
def infused_before_study(rows: Rows) -> Rows:
    """The study begins with the first approval of a CAR-T product; the record holds no other window."""
    return rows.filter(infused_on__lt=FIRST_APPROVAL_ON)
