"""Kinds of planted errors: anakinra, its doses and side effects, and the other treatments of the toxicities."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from registry.models import AnakinraCourse, ToxicityTherapy
from registry.rules.therapy import STEROIDS
from tests.integration.queries.errors_baseline import POUNDS_PER_KG, tenths
from tests.integration.queries.planted import Hand, kind, later, typed

ICANS, CRS = "REFRACTORY_ICANS", "REFRACTORY_CRS"


def moved(row: AnakinraCourse, days: int) -> dict[str, Any]:
    """Return both dates of a course so many days later."""
    return {"started_on": later(row.started_on, days), "ended_on": later(row.ended_on, days)}


def onset_day(row: AnakinraCourse) -> int:
    """Return the day of the onset of ICANS, counted from the cells."""
    return (row.course.icans_episodes.get(icans_no=1).onset_on - row.course.infused_on).days


def is_odd(dose_mg: Decimal, row: Any) -> bool:
    """Tell whether a dose is far from every multiple of half a mg/kg, and a day's from every mg/kg."""
    weight = row.anakinra_course.dose_weight_kg
    steps = (weight / 2, weight * row.interval_h / 24)
    return all(4 < dose_mg % step < step - 4 for step in steps)


typed("anakinra in the month before the cells", "anakinra_course", "DT19_ANA_PRE", lambda row: moved(row, -31), count=3)
typed("anakinra two months late", "anakinra_course", "DT22_ANA_LATE", lambda row: moved(row, 61), count=3)
typed("anakinra on the day of the cells, before ICANS", "anakinra_course", "DT20_ANA_EP",
      lambda row: {"started_on": row.course.infused_on}, intent=ICANS, apart=["icans_episode", "crs_episode"],
      fits=lambda row: onset_day(row) > 0)  # fmt: skip
typed("the first day of anakinra by its month alone", "anakinra_course", "DT28_PREC_ANAKINRA",
      lambda row: {"started_on": row.started_on.replace(day=1), "started_on_precision": "MONTH"})  # fmt: skip
typed("weight at anakinra start in pounds", "anakinra_course", "WT02",
      lambda row: {"weight_kg": tenths(row.weight_kg * POUNDS_PER_KG)}, apart=["infusion_course"], count=3)  # fmt: skip
typed("a course of anakinra that ends seven weeks later", "anakinra_course", "DO13_DUR",
      lambda row: {"ended_on": later(row.started_on, 49)}, count=3)  # fmt: skip
typed("anakinra stopped for a side effect that is not recorded", "anakinra_course", "DO12_INDIC",
      {"stop_reason": "ADVERSE_EVENT"}, adverse_events=None, count=3)  # fmt: skip
typed("ICANS of grade 1 called refractory", "anakinra_course", "GR10_START_GE2", {"icans_grade_at_start": 1},
      intent=ICANS)  # fmt: skip
typed("refractory CRS without tocilizumab", "anakinra_course", "ST03_REFR_CRS", {"intent": CRS}, intent=ICANS,
      fits=lambda row: not row.course.therapies.filter(drug="TOCILIZUMAB").exists())  # fmt: skip
typed("a weight of twenty kilograms", "anakinra_course", "RG_ANAKINRA_COURSE_WEIGHT_KG", {"weight_kg": Decimal(20)})


@kind("refractory ICANS whose corticosteroids are left out", "anakinra_course", "ST02_REFR", intent=ICANS,
      apart=["toxicity_therapy"])  # fmt: skip
def _no_steroids(hand: Hand, row: AnakinraCourse) -> None:
    for given in ToxicityTherapy.objects.filter(course=row.course, drug__in=sorted(STEROIDS)):
        hand.strike(given)


@kind("corticosteroids with a dose fifty times too small", "anakinra_course", "ST04_HIGH", intent=ICANS,
      apart=["toxicity_therapy"])  # fmt: skip
def _low_steroids(hand: Hand, row: AnakinraCourse) -> None:
    for given in ToxicityTherapy.objects.filter(course=row.course, drug__in=sorted(STEROIDS)):
        hand.type_over(given, dose=given.dose / 50)


@kind("no weight for the dose per kg", "anakinra_course", "CO04_WEIGHT", apart=["infusion_course", "anakinra_segment"])
def _no_weight(hand: Hand, row: AnakinraCourse) -> None:
    hand.type_over(row, weight_kg=None)
    hand.type_over(row.course, weight_kg=None)


@kind("a second course that would qualify as well", "anakinra_course", "ID04_CRID", intent=ICANS)
def _second_course(hand: Hand, row: AnakinraCourse) -> Any:
    return hand.add("anakinra_course", row.course, anakinra_no=2, intent=ICANS, icans_grade_at_start=2)


@kind("a weight without its last digit", "anakinra_course", "DO03_MAX_H", first_mg_per_kg_day__gt=5,
      apart=["anakinra_course", "anakinra_segment", "infusion_course"], count=3)  # fmt: skip
def _tenth_of_weight(hand: Hand, row: AnakinraCourse) -> Any:
    hand.type_over(row, weight_kg=tenths(row.weight_kg / 10))
    return row.segments.get(segment_no=1)


typed("the daily dose typed as the single one", "anakinra_segment", "DO04_MAX_S",
      lambda row: {"dose_mg": tenths(row.daily_mg)}, apart=["anakinra_course"],
      fits=lambda row: row.interval_h < 24 and row.mg_per_kg_day * 24 / row.interval_h > 12
      and row.daily_mg * 24 / row.interval_h <= 3000, count=3)  # fmt: skip
typed("ten times the subcutaneous dose", "anakinra_segment", "DO07_SC_HIGH",
      lambda row: {"dose_mg": row.dose_mg * 10}, route="SC", count=3)  # fmt: skip
typed("300 mg subcutaneously", "anakinra_segment", "DO08_CLASS", {"dose_mg": Decimal(300)}, route="SC", count=3)
typed("a dose without its last digit", "anakinra_segment", "DO05_MIN",
      lambda row: {"dose_mg": (row.dose_mg / 10).quantize(Decimal(1))}, daily_mg__lte=400, apart=["patient"],
      count=3)  # fmt: skip
typed("an odd dose", "anakinra_segment", "DO06_VIAL", lambda row: {"dose_mg": row.dose_mg + 13},
      dose_mg__in=[100, 150, 200], apart=["anakinra_course", "infusion_course", "patient"],
      fits=lambda row: is_odd(row.dose_mg + 13, row))  # fmt: skip
typed("every 72 hours", "anakinra_segment", "RG_ANAKINRA_SEGMENT_INTERVAL_H", {"interval_h": Decimal(72)})
typed("a dose segment before the end of the one before", "anakinra_segment", "DO09_SEG_GAP",
      lambda row: {"segment_started_on": later(row.segment_started_on, -2)}, segment_no=2,
      apart=["anakinra_segment"])  # fmt: skip
typed("a dose segment after the end of its course", "anakinra_segment", "DO10_SEG_BOUND",
      lambda row: {"segment_ended_on": later(row.segment_ended_on, 20)}, apart=["anakinra_course"],
      count=3)  # fmt: skip


@kind("a pause of anakinra between two doses", "anakinra_segment", "DO09_SEG_GAP_48", segment_no=2,
      apart=["anakinra_segment"])  # fmt: skip
def _pause(hand: Hand, row: Any) -> Any:
    first = row.anakinra_course.segments.get(segment_no=1)
    hand.type_over(first, segment_ended_on=later(row.segment_started_on, -4))
    return row


typed("2000 mg of tocilizumab", "toxicity_therapy", "TO01_DOSE", {"dose": Decimal(2000)}, drug="TOCILIZUMAB", count=3)
typed("tocilizumab every four hours", "toxicity_therapy", "TO02_COUNT", {"interval_h": Decimal(4)}, drug="TOCILIZUMAB")
typed("dexamethasone in grams", "toxicity_therapy", "ST01_EQ", {"dose_unit": "G"}, drug="DEXAMETHASONE", dose=10,
      interval_h=6, count=3)  # fmt: skip
typed("dexamethasone every three hours", "toxicity_therapy", "RG_TOXICITY_THERAPY_INTERVAL_H",
      {"interval_h": Decimal(3)}, drug="DEXAMETHASONE")  # fmt: skip
typed("a side effect without its grade", "adverse_event", "CO03_MISSCODE_ADVERSE_EVENT", {"grade": None})
