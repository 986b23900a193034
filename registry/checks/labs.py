"""Laboratory results: limits, units, and how results of one case stand to each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, Sum, When, Window
from django.db.models.functions import Lag
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from registry.checks.declared import Limits, Rows, Severity, Threshold, edit_check, threshold
from registry.models import InfusionCourse, LabResult
from registry.rules.infusion import LymphodepletionRegimen
from registry.rules.lab_units import LabUnit
from registry.rules.labs import ANALYTES, Analyte, Comparator, Timepoint, UnitNotAllowed, unit_factor
from registry.selectors.pre_ld import WINDOW_DAYS, before_lymphodepletion

# Factors between units that laboratories mix up: mg/dL and mg/L, mg/dL and µmol/L of creatinine, thousands.
UNIT_ERROR_FACTORS = (Decimal(10), Decimal("88.4"), Decimal(1000))


@dataclass(frozen=True)
class AnalyteThreshold(Threshold):
    """A limit of one analyte, which its words name."""

    analyte: Analyte

    @property
    def words(self) -> str:
        """Return the analyte and which limit it is."""
        return f"{_(self.analyte.label)}: {_(self.label)}"


def expected_ranges() -> Iterator[AnalyteThreshold]:
    """Yield the lowest and the highest expected result of every analyte, in its canonical unit."""
    for analyte, rule in ANALYTES.items():
        code, unit, limits = analyte.value.lower(), rule.unit.value, rule.limits
        span = limits.hard_low, limits.hard_high
        yield AnalyteThreshold(f"{code}_low", limits.soft_low, unit, gettext_noop("lowest expected"), *span, analyte)
        yield AnalyteThreshold(f"{code}_high", limits.soft_high, unit, gettext_noop("highest expected"), *span, analyte)


@edit_check(
    "LB01_RANGE_H",
    LabResult,
    fields=["value", "unit"],
    severity=Severity.BLOCKING,
    message=gettext_noop("The result is outside what is possible for this analyte. Check value and unit."),
)
def result_impossible(rows: Rows) -> Rows:
    """Forms and uploads refuse such a result; one that was stored under other limits is found here."""
    return rows.filter(reduce(or_, map(_beyond_hard_limits, Analyte)))


@edit_check(
    "LB01_RANGE_S",
    LabResult,
    fields=["value", "unit"],
    severity=Severity.SOFT,
    message=gettext_noop("The result is outside the expected range of this analyte. Check value and unit, or confirm."),
    thresholds=list(expected_ranges()),
)
def result_improbable(rows: Rows, limits: Limits) -> Rows:
    """A result that is possible and rare, in the canonical unit of its analyte."""
    return rows.filter(reduce(or_, (_beyond_soft_limits(analyte, limits) for analyte in Analyte)))


def _beyond_hard_limits(analyte: Analyte) -> Q:
    limits = ANALYTES[analyte].limits
    beyond = Q(canonical_value__lt=limits.hard_low) | Q(canonical_value__gt=limits.hard_high)
    return Q(analyte=analyte.value) & beyond


def _beyond_soft_limits(analyte: Analyte, limits: Limits) -> Q:
    hard, code = ANALYTES[analyte].limits, analyte.value.lower()
    low = Q(canonical_value__lt=limits[f"{code}_low"], canonical_value__gte=hard.hard_low)
    high = Q(canonical_value__gt=limits[f"{code}_high"], canonical_value__lte=hard.hard_high)
    return Q(analyte=analyte.value) & (low | high)


@edit_check(
    "LB02_UNIT",
    LabResult,
    fields=["unit", "analyte"],
    severity=Severity.BLOCKING,
    message=gettext_noop("This analyte is not measured in this unit. Choose one of its units."),
)
def unit_not_of_analyte(rows: Rows) -> Rows:
    """Forms and uploads refuse what cannot be converted; a unit that was stored all the same is found here."""
    units = (Q(analyte=analyte.value, unit__in=_units_refused(analyte)) for analyte in Analyte)
    return rows.filter(reduce(or_, units))


def _units_refused(analyte: Analyte) -> list[str]:
    return [unit.value for unit in LabUnit if not _is_convertible(analyte, unit)]


def _is_convertible(analyte: Analyte, unit: LabUnit) -> bool:
    try:
        unit_factor(analyte, unit.value)
    except UnitNotAllowed:
        return False
    return True


@edit_check(
    "LB03_FACTOR",
    LabResult,
    fields=["unit", "value"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "The result differs from the one before by about 10, 88.4 or 1000 times, as between units. "
        "Check value and unit, or confirm."
    ),
    thresholds=[threshold("percent", 10, "%", gettext_noop("Distance from the ratio of two units"), low=1, high=25)],
)
def result_off_by_unit(rows: Rows, limits: Limits) -> Rows:
    """Two results of an analyte in a row whose ratio is that of two units, give or take a tenth."""
    earlier = Window(
        Lag("canonical_value"),
        partition_by=["course", "analyte"],
        order_by=["sampled_on", F("sampled_at").asc(nulls_first=True)],
    )
    pairs = rows.filter(canonical_value__isnull=False).alias(earlier=earlier)
    share = limits["percent"] / 100
    off = pairs.filter(reduce(or_, (_ratio_near(factor, share) for factor in UNIT_ERROR_FACTORS)))
    return rows.filter(pk__in=off.values("pk"))


def _ratio_near(factor: Decimal, share: Decimal) -> Q:
    """Say that one of two results is the other times a factor, without dividing: a result may be 0."""
    low, high = factor * (1 - share), factor * (1 + share)
    rose = Q(earlier__gt=0, canonical_value__gte=F("earlier") * low, canonical_value__lte=F("earlier") * high)
    fell = Q(canonical_value__gt=0, earlier__gte=F("canonical_value") * low, earlier__lte=F("canonical_value") * high)
    return rose | fell


@edit_check(
    "LB04_PRELD",
    LabResult,
    fields=["sampled_on", "timepoint"],
    severity=Severity.BLOCKING,
    message=gettext_noop(
        "A sample from before lymphodepletion cannot be later than its first day. Correct the date or the time point."
    ),
)
def sample_after_lymphodepletion(rows: Rows) -> Rows:
    """On the first day it may have been drawn before the first dose; without lymphodepletion the infusion counts."""
    after_infusion = Q(course__ld_started_on=None, sampled_on__gt=F("course__infused_on"))
    late = Q(sampled_on__gt=F("course__ld_started_on")) | after_infusion
    return rows.filter(late, timepoint=Timepoint.PRE_LD.value)


@edit_check(
    "LB04_PRELD_14",
    LabResult,
    fields=["sampled_on", "timepoint"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "The sample is more than %(days)s days older than lymphodepletion and does not count as taken before it. "
        "Check the date, or add a later result."
    ),
    # Not fewer days than those of the samples that count: what is said would not be true.
    thresholds=[
        threshold("days", WINDOW_DAYS, "d", gettext_noop("Oldest sample that is let pass"), low=WINDOW_DAYS, high=90)
    ],
)
def sample_long_before_lymphodepletion(rows: Rows, limits: Limits) -> Rows:
    """The covariates of the models come from the last 14 days before the first dose."""
    window = dt.timedelta(days=int(limits["days"]))
    no_lymphodepletion = Q(course__ld_regimen=LymphodepletionRegimen.NONE.value, course__ld_started_on=None)
    before_infusion = no_lymphodepletion & Q(sampled_on__lt=F("course__infused_on") - window)
    early = Q(sampled_on__lt=F("course__ld_started_on") - window) | before_infusion
    return rows.filter(early, timepoint=Timepoint.PRE_LD.value)


def milligrams_per_litre(_row: Any) -> Mapping[str, Any]:
    """Suggest the unit in which most laboratories report C-reactive protein."""
    return {"unit": LabUnit.MG_L.value}


@edit_check(
    "LB05_CRP_UNIT",
    LabResult,
    fields=["unit", "value"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "C-reactive protein above %(highest)s mg/dL. Was the result in mg/L? Check the unit, or confirm."
    ),
    thresholds=[threshold("highest", 50, "mg/dL", gettext_noop("Highest result in mg/dL"), low=5, high=100)],
    suggest=milligrams_per_litre,
)
def crp_unit_doubtful(rows: Rows, limits: Limits) -> Rows:
    """Most laboratories report mg/L: the commonest slip between units."""
    return rows.filter(analyte=Analyte.CRP.value, unit=LabUnit.MG_DL.value, value__gt=limits["highest"])


@edit_check(
    "LB06_ANC_WBC",
    LabResult,
    fields=["value", "unit"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Neutrophils and lymphocytes of this sample are more than its leukocytes. Check the three results and units."
    ),
    thresholds=[threshold("percent", 5, "%", gettext_noop("Excess that is let pass as rounding"), low=0, high=50)],
)
def differential_exceeds_leukocytes(rows: Rows, limits: Limits) -> Rows:
    """Parts are at most the whole, give or take rounding; parts below the limit of the assay count as none."""
    cells = Q(analyte__in=[Analyte.ANC.value, Analyte.ALC.value]) & ~_is(Comparator.LT)
    counted = Sum(Case(When(cells, then=F("canonical_value"))))
    parts = Window(counted, partition_by=["course", "sampled_on", "sampled_at"])
    exceeded = rows.alias(parts=parts).filter(parts__gt=F("canonical_value") * (1 + limits["percent"] / 100))
    leukocytes = rows.filter(~_is(Comparator.GT), analyte=Analyte.WBC.value)
    return leukocytes.filter(pk__in=exceeded.values("pk"))


def _is(comparator: Comparator) -> Q:
    """Say that a result lies beyond a limit of the assay; false, not unknown, where there is no comparator."""
    return Q(comparator__isnull=False, comparator=comparator.value)


@edit_check(
    "LB07_FERR_PEAK",
    LabResult,
    fields=["value", "timepoint"],
    severity=Severity.BLOCKING,
    message=gettext_noop(
        "Another ferritin of the case is higher than this peak. Correct the results, or mark the highest as the peak."
    ),
)
def ferritin_peak_too_low(rows: Rows) -> Rows:
    """Of several peaks, one for each episode, the highest counts; what lies beyond the assay may be higher still."""
    ferritin = LabResult.objects.order_by().filter(course=OuterRef("course"), analyte=Analyte.FERRITIN.value)
    higher = ferritin.filter(canonical_value__gt=OuterRef("canonical_value"))
    peaks = rows.filter(~_is(Comparator.GT), analyte=Analyte.FERRITIN.value, timepoint=Timepoint.PEAK.value)
    other_peak = Q(timepoint__isnull=False, timepoint=Timepoint.PEAK.value)
    return peaks.filter(Exists(higher.filter(~other_peak & ~_is(Comparator.LT))), ~Exists(higher.filter(other_peak)))


@edit_check(
    "LB08_PLT_TX",
    InfusionCourse,
    fields=["had_platelets_7d"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Platelets were counted before lymphodepletion. Were platelets transfused in the 7 days before? "
        "Answer, or say why it is missing."
    ),
    waits=True,
)
def transfusion_before_platelets_unknown(rows: Rows) -> Rows:
    """A count after a transfusion is not the patient's own; a reason is an answer."""
    counts = LabResult.objects.order_by().filter(course=OuterRef("pk"), analyte=Analyte.PLT.value)
    counted = counts.filter(before_lymphodepletion(), canonical_value__isnull=False)
    return rows.filter(~Q(missing__has_key="had_platelets_7d"), Exists(counted), had_platelets_7d=None)
