"""The columns of ADTOX, with the rules that they follow in words."""

from __future__ import annotations

from typing import Final

from exports.datasets.adtox_grades import CRS, ICANS, Toxicity
from exports.datasets.anakinra_days import LATER_COUNTS
from exports.datasets.columns import (
    AS_RECORDED,
    DAYS,
    SUBJECT_COLUMN,
    code,
    coded,
    decimal,
    flag,
    identified,
    integer,
    provisional,
    with_reason,
)
from exports.sheets import Column
from registry.rules.anakinra import AnakinraRoute
from registry.rules.crs import Oxygen
from registry.rules.icans import Consciousness, Motor, Oedema, Seizure

_SEGMENT: Final = "anakinra_segment"
_THERAPY: Final = "toxicity_therapy"
_DAYS_OF_THERAPY: Final = (f"{_THERAPY}.drug", f"{_THERAPY}.started_day", f"{_THERAPY}.ended_day")
_OPEN: Final = "empty after the first day of one without a last day"
_DAYS_OF_STAY: Final = ("stay.kind", "stay.began_day", "stay.ended_day")


def _recorded_grades(toxicity: Toxicity, word: str) -> tuple[Column, ...]:
    """Declare the source row of one toxicity and the grades that stand there."""
    grade, table = toxicity.grade, toxicity.table
    reported, computed, short = f"{table}.grade_reported", f"{table}.grade_computed", toxicity.short
    return (
        integer(
            toxicity.episode_number,
            f"{word} episode of the assessment",
            f"With ADY the key of the row of {table}: of two episodes assessed on one day that with the higher grade, "
            "else the earlier one. Empty on a day without an assessment.",
            f"{table}.{toxicity.number}",
            f"{table}.assessed_day",
        ),
        *with_reason(
            integer(f"{grade}_SITE", f"{word} grade by clinician (ASTCT)", AS_RECORDED, reported, short=f"{short}GRS")
        ),
        integer(
            f"{grade}_CALC",
            f"{word} grade computed (ASTCT)",
            "As the registry computes it from the components of the day; empty while a missing one could change it.",
            computed,
            short=f"{short}GRC",
        ),
    )


def _grade_to_analyse(toxicity: Toxicity, word: str) -> tuple[Column, ...]:
    """Declare the grade of one toxicity to analyse, whether the recorded ones differ, whether it was carried."""
    grade, table, episode = toxicity.grade, toxicity.table, toxicity.episodes
    reported, computed = f"{table}.grade_reported", f"{table}.grade_computed"
    return (
        integer(
            grade,
            f"{word} grade to analyse (ASTCT)",
            f"{grade}_SITE, else {grade}_CALC; on a day without an assessment that of the day before if its episode is "
            "known to go on. A day that was assessed without a grade stays without.",
            reported,
            computed,
            f"{table}.assessed_day",
            f"{episode}.is_resolved",
            f"{episode}.resolved_day",
        ),
        flag(
            toxicity.discrepancy,
            f"{word} grades differ",
            "1 where clinician and computation give different grades, 0 where the same, empty where one gives none.",
            reported,
            computed,
        ),
        flag(
            toxicity.carried,
            f"{word} grade carried from the day before",
            f"1 where {grade} is that of the day before.",
            f"{table}.assessed_day",
            f"{episode}.is_resolved",
            f"{episode}.resolved_day",
        ),
    )


_DAY: Final = (
    integer(
        "ADY",
        "Day from infusion",
        "Days with an assessment of CRS or ICANS, anakinra, another therapy or a stay; from day 0 to day 60, and "
        "beyond only up to the resolution of an episode of CRS or ICANS that was not resolved by day 60.",
        "crs_assessment.assessed_day",
        "icans_assessment.assessed_day",
        f"{_SEGMENT}.segment_started_day",
        f"{_SEGMENT}.segment_ended_day",
        *_DAYS_OF_THERAPY[1:],
        *_DAYS_OF_STAY[1:],
        "crs_episode.resolved_day",
        "icans_episode.resolved_day",
        unit=DAYS,
    ),
    integer(
        "ADYA",
        "Day from start of index anakinra course",
        "ADY less the first day of the index anakinra course.",
        "anakinra_course.started_day",
        unit=DAYS,
    ),
)
_CRS: Final = (
    *_recorded_grades(CRS, "CRS"),
    *_grade_to_analyse(CRS, "CRS"),
    *with_reason(decimal("TEMPMAX", "Highest temperature", AS_RECORDED, "crs_assessment.temp_max_c", unit="Cel")),
    *with_reason(code("O2DEV", "Oxygen support", AS_RECORDED, "crs_assessment.oxygen", choices=coded(Oxygen))),
    *with_reason(decimal("O2LPM", "Oxygen flow", AS_RECORDED, "crs_assessment.oxygen_flow_l_min", unit="L/min")),
    *with_reason(
        integer("NPRESS", "Vasopressors, vasopressin not counted", AS_RECORDED, "crs_assessment.vasopressors")
    ),
    *with_reason(flag("VASOPR", "Vasopressin", AS_RECORDED, "crs_assessment.has_vasopressin")),
    flag(
        "MASKFL",
        "Fever may be masked by treatment",
        "1 on and after the first day of a corticosteroid, tocilizumab, siltuximab, ruxolitinib, emapalumab or "
        "anakinra, or after an antipyretic in the episode; 0 without; empty where unknown or CRS was not assessed.",
        *_DAYS_OF_THERAPY[:2],
        "anakinra_course.started_day",
        f"{_SEGMENT}.segment_started_day",
        "crs_assessment.had_antipyretic",
        note=provisional("therapy.MASKING_DRUGS"),
    ),
)
_ICANS: Final = (
    *_recorded_grades(ICANS, "ICANS"),
    *_grade_to_analyse(ICANS, "ICANS"),
    *with_reason(integer("ICE", "ICE score", AS_RECORDED, "icans_assessment.ice_total")),
    *with_reason(
        code(
            "LOC",
            "Level of consciousness",
            AS_RECORDED,
            "icans_assessment.consciousness",
            choices=coded(Consciousness),
        )
    ),
    *with_reason(code("SEIZ", "Seizure", AS_RECORDED, "icans_assessment.seizure", choices=coded(Seizure))),
    *with_reason(code("MOTOR", "Motor findings", AS_RECORDED, "icans_assessment.motor", choices=coded(Motor))),
    *with_reason(
        code("EDEMA", "Cerebral oedema on imaging", AS_RECORDED, "icans_assessment.oedema", choices=coded(Oedema))
    ),
    flag(
        "LOCFFL",
        "A grade is carried from the day before",
        "1 where CRSLOCFL or ICNLOCFL is 1.",
        "crs_assessment.assessed_day",
        "icans_assessment.assessed_day",
    ),
)
_ANAKINRA: Final = (
    decimal(
        "ANAMG",
        "Prescribed daily dose of anakinra",
        "As DOSE of ADDOSE; 0 on a day without anakinra, empty where a dose, or whether any was given, is not known.",
        f"{_SEGMENT}.daily_mg",
        unit="mg/d",
    ),
    code(
        "ANAROUTE",
        "Route of anakinra",
        f"Route of the segment in force. {LATER_COUNTS}.",
        f"{_SEGMENT}.route",
        choices=coded(AnakinraRoute),
    ),
    decimal(
        "ANAMGKG",
        "Daily dose of anakinra per kg",
        "As MGKG of ADDOSE; 0 on a day without anakinra, empty where it is not known.",
        f"{_SEGMENT}.mg_per_kg_day",
        unit="mg/kg/d",
    ),
    integer("ANANO", "Anakinra course of the dose", "Course of the segment in force.", f"{_SEGMENT}.anakinra_no"),
    integer("SEGNO", "Segment of the dose", "Segment in force.", f"{_SEGMENT}.segment_no"),
)
_THERAPIES: Final = (
    decimal(
        "DEXEQ",
        "Corticosteroids as dexamethasone",
        "Sum of the dexamethasone equivalents of all systemic corticosteroids of the day; 0 without any, empty where "
        "the dose of one is not known, and after the first day of one without a last day.",
        f"{_THERAPY}.dexeq_mg_per_day",
        *_DAYS_OF_THERAPY,
        unit="mg/d",
        note=provisional("therapy.DEXAMETHASONE_FACTORS"),
    ),
    flag("TOCI", "Tocilizumab given", "1 on a day of tocilizumab, else 0.", *_DAYS_OF_THERAPY),
    code(
        "OTHERTX",
        "Other therapies of the day",
        "Codes of the other drugs and procedures of the day in alphabetical order, joined by commas.",
        *_DAYS_OF_THERAPY,
    ),
    code(
        "THERNOS",
        "Therapy numbers of the day",
        "Numbers of the rows of toxicity_therapy that include the day, joined by commas.",
        f"{_THERAPY}.therapy_no",
        *_DAYS_OF_THERAPY[1:],
    ),
)
_CARE: Final = (
    flag("ICUFL", "In intensive care", f"1 on a day of intensive care, else 0; {_OPEN}.", *_DAYS_OF_STAY),
    flag(
        "VENTFL", "Mechanically ventilated", f"1 on a day of mechanical ventilation, else 0; {_OPEN}.", *_DAYS_OF_STAY
    ),
    flag(
        "CRRTFL",
        "On renal replacement therapy",
        f"1 on a day of renal replacement therapy, else 0; {_OPEN}.",
        *_DAYS_OF_STAY,
    ),
    code(
        "STAYNOS",
        "Stay numbers of the day",
        "Numbers of the rows of stay that include the day, joined by commas.",
        "stay.stay_no",
        *_DAYS_OF_STAY[1:],
    ),
)

COLUMNS: Final[tuple[Column, ...]] = identified(
    "ADTOX", (SUBJECT_COLUMN, *_DAY, *_CRS, *_ICANS, *_ANAKINRA, *_THERAPIES, *_CARE)
)
