"""Tocilizumab and corticosteroids: their doses, and whether a toxicity called refractory had been treated before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import (
    Case,
    DecimalField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Floor, RowNumber
from django.utils.translation import gettext_noop

from registry.checks.declared import Limits, Rows, Severity, edit_check, threshold
from registry.checks.partial import latest_outer
from registry.models import AnakinraCourse, ToxicityTherapy
from registry.rules.anakinra import Intent
from registry.rules.dosing import HOURS_PER_DAY
from registry.rules.therapy import (
    DEXEQ_MG_PER_DAY_SOFT_MAX,
    HIGH_DOSE_DEXEQ_MG_PER_DAY,
    STEROIDS,
    TOCILIZUMAB_DOSES_MAX,
    TOCILIZUMAB_HOURS_APART_MIN,
    TOCILIZUMAB_MG_MAX,
    TOCILIZUMAB_MG_PER_KG_QUERY,
    DoseUnit,
    TherapyDrug,
)

MG_PER_G = 1000
FOR_ICANS = (Intent.REFRACTORY_ICANS.value, Intent.BOTH.value)
FOR_CRS = (Intent.REFRACTORY_CRS.value, Intent.BOTH.value)


class DaysBetween(Func):
    """Whole days from the second date to the first."""

    arity = 2
    arg_joiner = " - "
    template = "(%(expressions)s)"
    output_field = IntegerField()


@edit_check(
    "TO01_DOSE",
    ToxicityTherapy,
    fields=["dose", "dose_unit"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "More than %(mg_per_kg)s mg/kg or %(mg)s mg of tocilizumab in one dose. Check dose and unit, or confirm."
    ),
    thresholds=[
        threshold(
            "mg_per_kg", TOCILIZUMAB_MG_PER_KG_QUERY, "mg/kg", gettext_noop("Most per kg in one dose"), low=8, high=24
        ),
        threshold("mg", TOCILIZUMAB_MG_MAX, "mg", gettext_noop("Most in one dose"), low=400, high=2400),
    ],
)
def tocilizumab_dose_high(rows: Rows, limits: Limits) -> Rows:
    """A dose is 8 mg/kg and at most 800 mg; a little more per kg is rounding."""
    given = rows.filter(drug=TherapyDrug.TOCILIZUMAB.value).alias(mg=_in_mg(), mg_per_kg=_in_mg_per_kg())
    return given.filter(Q(mg__gt=limits["mg"]) | Q(mg_per_kg__gt=limits["mg_per_kg"]))


def _in_mg() -> Case:
    weight = F("course__weight_kg")
    return _by_unit(F("dose"), F("dose") * MG_PER_G, F("dose") * weight, F("dose") * weight * MG_PER_G)


def _in_mg_per_kg() -> Case:
    weight = F("course__weight_kg")
    return _by_unit(F("dose") / weight, F("dose") * MG_PER_G / weight, F("dose"), F("dose") * MG_PER_G)


def _by_unit(*amounts: Any) -> Case:
    """Choose an amount by the unit of the dose: mg, g, mg/kg, g/kg; nothing for any other unit."""
    units = (DoseUnit.MG, DoseUnit.G, DoseUnit.MG_PER_KG, DoseUnit.G_PER_KG)
    whens = [When(dose_unit=unit.value, then=amount) for unit, amount in zip(units, amounts, strict=True)]
    return Case(*whens, output_field=DecimalField(max_digits=20, decimal_places=6))


@edit_check(
    "TO02_COUNT",
    ToxicityTherapy,
    fields=["interval_h", "started_on", "ended_on"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "More than %(doses)s doses of tocilizumab after one infusion, or less than %(hours)s hours between two. "
        "Check number and times."
    ),
    thresholds=[
        threshold("doses", TOCILIZUMAB_DOSES_MAX, "1", gettext_noop("Most doses after one infusion"), low=1, high=20),
        threshold(
            "hours", TOCILIZUMAB_HOURS_APART_MIN, "h", gettext_noop("Fewest hours between two doses"), low=1, high=24
        ),
    ],
)
def tocilizumab_too_often(rows: Rows, limits: Limits) -> Rows:
    """At most 4 doses are given, 8 hours apart, so no more than 3 a day; the row with the first dose too many is found.

    The record holds days, not times: two doses of one day count as far enough apart.
    """
    most, hours = limits["doses"], limits["hours"]
    given = rows.filter(drug=TherapyDrug.TOCILIZUMAB.value)
    counted = given.alias(
        doses=_doses(),
        total=Window(Sum(_doses()), partition_by="course", order_by=["started_on", "therapy_no"]),
        of_day=Window(RowNumber(), partition_by=["course", "started_on"], order_by="therapy_no"),
    )
    too_many = counted.filter(total__gt=most, total__lte=F("doses") + most)
    too_close = counted.filter(of_day=int(HOURS_PER_DAY // hours) + 1)
    short_interval = Q(interval_h__lt=hours)
    return given.filter(short_interval | Q(pk__in=too_many.values("pk")) | Q(pk__in=too_close.values("pk")))


def _doses() -> Case:
    """Count the doses of a row: those of a period by its interval; without interval or last day it is one dose."""
    hours = DaysBetween(F("ended_on"), F("started_on")) * HOURS_PER_DAY
    is_period = Q(interval_h__isnull=False, ended_on__isnull=False)
    return Case(
        When(is_period, then=Floor(hours / F("interval_h")) + 1),
        default=Value(1),
        output_field=DecimalField(max_digits=12, decimal_places=0),
    )


@edit_check(
    "ST01_EQ",
    ToxicityTherapy,
    fields=["dose", "dose_unit", "interval_h"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "More than %(most)s mg/day of dexamethasone equivalent (provisional). Check dose, unit and interval, "
        "or confirm."
    ),
    thresholds=[
        threshold(
            "most", DEXEQ_MG_PER_DAY_SOFT_MAX, "mg/d", gettext_noop("Most dexamethasone equivalent"), low=20, high=2000
        )
    ],
)
def steroid_dose_high(rows: Rows, limits: Limits) -> Rows:
    """The highest dose in use, methylprednisolone 1000 mg twice a day, stays below."""
    return rows.filter(dexeq_mg_per_day__gt=limits["most"])


@edit_check(
    "ST02_REFR",
    AnakinraCourse,
    fields=["intent", "started_on"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Refractory ICANS needs a corticosteroid before anakinra. Add it, or correct the intent; "
        "as it stands the case is not part of the cohort."
    ),
    waits=True,
)
def refractory_without_steroid(rows: Rows) -> Rows:
    """ICANS is refractory when it does not improve under high-dose corticosteroids."""
    return _treated_without(rows, FOR_ICANS, STEROIDS)


@edit_check(
    "ST03_REFR_CRS",
    AnakinraCourse,
    fields=["intent", "started_on"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Refractory CRS needs tocilizumab before anakinra. Add it, or correct the intent; "
        "as it stands the case is not part of the cohort."
    ),
    waits=True,
)
def refractory_without_tocilizumab(rows: Rows) -> Rows:
    """CRS is refractory when it gets worse after tocilizumab."""
    return _treated_without(rows, FOR_CRS, [TherapyDrug.TOCILIZUMAB])


def _treated_without(rows: Rows, intents: Iterable[str], drugs: Iterable[TherapyDrug]) -> Rows:
    before = _before_anakinra(drugs)
    return rows.filter(~Exists(before), intent__in=list(intents), started_on__isnull=False)


def _before_anakinra(drugs: Iterable[TherapyDrug]) -> QuerySet[Any]:
    """Return the therapies that began before an anakinra course or may have: on its first day, or in its month."""
    of_course = ToxicityTherapy.objects.order_by().filter(course=OuterRef("course"), drug__in=sorted(drugs))
    return of_course.filter(started_on__lte=latest_outer("started_on"))


@edit_check(
    "ST04_HIGH",
    AnakinraCourse,
    fields=["intent"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Refractory ICANS means in spite of high-dose corticosteroids, but none of those before anakinra reaches "
        "%(fewest)s mg/day of dexamethasone equivalent (provisional). Check their doses, or confirm."
    ),
    thresholds=[
        threshold(
            "fewest",
            HIGH_DOSE_DEXEQ_MG_PER_DAY,
            "mg/d",
            gettext_noop("Least that counts as high-dose"),
            low=1,
            high=200,
        )
    ],
)
def steroids_not_high(rows: Rows, limits: Limits) -> Rows:
    """Doses of one day add up; a corticosteroid without a dose may have been high, and none at all is ST02."""
    before, fewest = _before_anakinra(STEROIDS), limits["fewest"]
    alone = Q(dexeq_mg_per_day=None) | Q(dexeq_mg_per_day__gte=fewest)
    may_be_high = alone | Q(mg_of_day__gte=fewest)
    high = before.alias(mg_of_day=Subquery(_dexeq_of_first_day())).filter(may_be_high)
    return rows.filter(Exists(before), ~Exists(high), intent__in=FOR_ICANS)


def _dexeq_of_first_day() -> QuerySet[Any]:
    """Return the equivalent of all corticosteroids given on the day on which one of them begins."""
    steroids = ToxicityTherapy.objects.order_by().filter(course=OuterRef("course"), drug__in=sorted(STEROIDS))
    still_given = Q(ended_on=None) | Q(ended_on__gte=OuterRef("started_on"))
    that_day = steroids.filter(still_given, started_on__lte=OuterRef("started_on"))
    return that_day.values("course").annotate(total=Sum("dexeq_mg_per_day")).values("total")
