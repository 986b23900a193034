"""Kinds of planted errors: the patient, the disease, the infusion course and what was measured before and after."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from registry.models import InfusionCourse, LabResult
from tests.integration.queries.planted import Hand, kind, later, typed

POUNDS_PER_KG, CM_PER_INCH = Decimal("2.2046"), Decimal("2.54")


def tenths(value: Decimal) -> Decimal:
    """Return a number as it is typed, with one decimal."""
    return value.quantize(Decimal("0.1"))


typed("year of birth a century too late", "patient", "DT01_DOB_FUT", lambda row: {"birth_year": row.birth_year + 100})
typed("an age of 96", "patient", "RG_PATIENT_AGE_AT_INFUSION", {"age_at_infusion": 96}, count=1)
typed("diagnosis a century too early", "disease", "DT02_DX_DOB",
      lambda row: {"diagnosed_on": row.diagnosed_on.replace(year=row.diagnosed_on.year - 100, day=1)},
      diagnosed_on_precision="DAY")  # fmt: skip
typed("lines of therapy 2 typed as 22", "disease", "RG_DISEASE_PRIOR_LINES", {"prior_lines": 22})
typed("stage left out without a reason", "disease", "CO03_MISSCODE_DISEASE", {"stage": None}, stage__isnull=False)
typed("consent without its date", "patient", "CO03_MISSCODE_PATIENT", {"consented_on": None})


@kind("myeloma for lymphoma", "disease", "PR02_TARGET", diagnosis__in=["DLBCL", "HGBL", "MCL"])
def _myeloma(hand: Hand, row: Any) -> Any:
    hand.type_over(row, diagnosis="MM")
    return row.patient.infusion_courses.get(course_no=1)


@kind("a disease that the product is not approved for", "disease", "PR01_PROD_DIS", diagnosis__in=["DLBCL", "TFL"])
def _unapproved(hand: Hand, row: Any) -> Any:
    hand.type_over(row, diagnosis="CLL")
    return row.patient.infusion_courses.get(course_no=1)


@kind("a child's age with an adult's product", "patient", "PR03_AGE", infusion_courses__product__in=["AXI", "IDE"])
def _child(hand: Hand, row: Any) -> Any:
    hand.type_over(row, age_at_infusion=16)
    return row.infusion_courses.get(course_no=1)


@kind("a case entered for the second time", "infusion_course", "ID01_DUP", count=3)
def _duplicate(hand: Hand, row: Any) -> None:
    again = hand.add_case(row.patient, f"{row.patient.study_id}-2")
    hand.add("infusion_course", again, course_no=1, infused_on=row.infused_on, product=row.product)


typed("apheresis a year early", "infusion_course", "DT04_APH_GAP",
      lambda row: {"apheresis_on": later(row.apheresis_on, -365)})  # fmt: skip
typed("apheresis the week before the cells", "infusion_course", "DT04_APH_GAP",
      lambda row: {"apheresis_on": later(row.infused_on, -7)}, count=1)  # fmt: skip
typed("lymphodepletion two weeks early", "infusion_course", "DT07_LD_GAP",
      lambda row: {"ld_started_on": later(row.ld_started_on, -14), "ld_ended_on": later(row.ld_ended_on, -14)},
      count=2)  # fmt: skip
typed("lymphodepletion up to the day before the cells", "infusion_course", "DT07_LD_GAP",
      lambda row: {"ld_started_on": later(row.infused_on, -2), "ld_ended_on": later(row.infused_on, -1)},
      count=1)  # fmt: skip
typed("a product that came later", "infusion_course", "DT09_INF_APPR", {"product": "OBE"},
      fits=lambda row: row.product_id == "BREXU", count=1)  # fmt: skip
typed("Karnofsky 20", "infusion_course", "KP03", {"kps": 20})
typed("Karnofsky against ECOG", "infusion_course", "KP02", {"ecog": 3}, kps__gte=80, ecog__isnull=False)
typed("Karnofsky status left out", "infusion_course", "CO01_MVA", {"kps": None})
typed("transfusions not asked", "infusion_course", "LB08_PLT_TX", {"had_platelets_7d": None})
typed("height in inches", "infusion_course", "WT03_BMI",
      lambda row: {"height_cm": tenths(row.height_cm / CM_PER_INCH)}, count=3)  # fmt: skip
typed("ten times the cells", "infusion_course", "PR05_DOSE",
      lambda row: {"cell_dose_10e6": row.cell_dose_10e6 * 10}, product__in=["TISA", "IDE"])  # fmt: skip
typed("the cells of the whole dose as those per kg", "infusion_course", "PR05_DOSE",
      {"cell_dose_10e6_per_kg": Decimal(20)}, product__in=["AXI", "BREXU"])  # fmt: skip
typed("fludarabine of a day typed as the total, times ten", "infusion_course",
      "RG_INFUSION_COURSE_FLUDARABINE_MG_M2", {"fludarabine_mg_m2": Decimal(300)}, count=1)  # fmt: skip


@kind("weight at lymphodepletion in pounds", "infusion_course", "WT02", count=3, apart=["anakinra_course"])
def _pounds(hand: Hand, row: InfusionCourse) -> Any:
    hand.type_over(row, weight_kg=tenths(row.weight_kg * POUNDS_PER_KG))
    return row.anakinra_courses.get(anakinra_no=1)


@kind("clearance 5 for 50, with anakinra every 8 hours", "infusion_course", "DO11_RENAL", apart=["anakinra_segment"],
      anakinra_courses__segments__interval_h=8)  # fmt: skip
def _renal(hand: Hand, row: InfusionCourse) -> Any:
    hand.type_over(row, creatinine_clearance_ml_min=Decimal(5))
    return row.anakinra_courses.get(anakinra_no=1).segments.filter(interval_h=8).first()


@kind("a second infusion of a product that is given at once", "infusion_course", "PR06_INFN")
def _second_infusion(hand: Hand, row: InfusionCourse) -> Any:
    return hand.add("further_infusion", row, infusion_no=2, infused_on=later(row.infused_on, 3), cell_dose_10e6=100)


@kind("no ferritin before lymphodepletion", "infusion_course", "CO01_MVA", apart=["lab"])
def _no_ferritin(hand: Hand, row: InfusionCourse) -> None:
    for result in LabResult.objects.filter(course=row, analyte="FERRITIN", sampled_on__lte=row.ld_started_on):
        hand.strike(result)


typed("ferritin a thousand times too high", "lab", "LB01_RANGE_S", lambda row: {"value": row.value * 1000},
      analyte="FERRITIN", value__range=(150, 900), count=3)  # fmt: skip
typed("C-reactive protein in mg/L typed as mg/dL", "lab", "LB05_CRP_UNIT", {"unit": "mg/dL"},
      analyte="CRP", unit="mg/L", value__range=(51, 99), count=3)  # fmt: skip
typed("a sample from before lymphodepletion dated in it", "lab", "LB04_PRELD",
      lambda row: {"sampled_on": later(row.course.ld_started_on, 2)}, timepoint="PRE_LD", apart=["infusion_course"],
      analyte__in=["ALBUMIN", "AST", "BILIRUBIN"])  # fmt: skip
typed("a sample from before lymphodepletion a month early", "lab", "LB04_PRELD_14",
      lambda row: {"sampled_on": later(row.sampled_on, -31)}, timepoint="PRE_LD", apart=["infusion_course"],
      analyte__in=["ALBUMIN", "ALT", "HB"])  # fmt: skip
typed("leukocytes with a digit too few", "lab", "LB06_ANC_WBC", lambda row: {"value": row.value / 20},
      analyte="WBC", sampled_at=None, apart=["lab"])  # fmt: skip
typed("a peak of ferritin that is none", "lab", "LB07_FERR_PEAK", {"timepoint": "PEAK"},
      analyte="FERRITIN", timepoint="PRE_LD", apart=["lab"], count=3)  # fmt: skip
typed("a result without its unit", "lab", "CO03_MISSCODE_LAB", {"unit": None}, analyte="LDH")


@kind("platelets with a digit too many", "lab", "LB03_FACTOR", analyte="PLT", timepoint="INFUSION", count=3)
def _platelets(hand: Hand, row: LabResult) -> None:
    of_case = LabResult.objects.filter(course=row.course, analyte="PLT", sampled_on__lt=row.sampled_on)
    hand.type_over(row, value=of_case.latest("sampled_on").value * 10)
