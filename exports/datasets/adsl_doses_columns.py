"""Subject level: the declared columns on anakinra, see `adsl_doses`."""

from __future__ import annotations

from typing import Final

from exports.datasets.anakinra_days import ENDS
from exports.datasets.columns import DAYS, code, coded, decimal, flag, integer, provisional, with_reason
from exports.datasets.dose_groups import GROUP_CODES
from exports.datasets.index_course import INDEX_RULES
from exports.sheets import Column
from registry.rules.anakinra import AnakinraRoute, DoseClass, Indication, Intent, StopReason, WeightSource

# Days from the start whose doses make the first mean.
FIRST_DAYS: Final = 3
_RECORDED: Final = "As recorded for the index course of anakinra."
_SEGMENT: Final = ("anakinra_segment.dose_mg", "anakinra_segment.interval_h")
_SPANS: Final = (
    "anakinra_segment.segment_started_day",
    "anakinra_segment.segment_ended_day",
    "anakinra_course.ended_day",
)
_DAILY: Final = ("anakinra_segment.daily_mg", *_SPANS)
_UNKNOWN: Final = "empty while a dose or the end of the last segment is unknown"

_COURSE_COLUMNS: Final = (
    integer(
        "ANASTDY",
        "First day of anakinra",
        "First day of the index course, else of its first segment. The index course is the first with refractory "
        "intent and CRS or ICANS of grade 2 or more at its start (one without any recorded grade counts), else the "
        "first with refractory intent, else the first; see IDXRULE.",
        "anakinra_course.started_day",
        "anakinra_course.intent",
        "anakinra_course.crs_grade_at_start",
        "anakinra_course.icans_grade_at_start",
        "anakinra_segment.segment_started_day",
        unit=DAYS,
    ),
    code(
        "IDXRULE",
        "Why it is the index anakinra course",
        "The first of the rules that any course meets.",
        "anakinra_course.intent",
        "anakinra_course.crs_grade_at_start",
        "anakinra_course.icans_grade_at_start",
        choices=INDEX_RULES,
        note="The primary cohort is STUDY with GRATSTRT of 2 or more",
    ),
    *with_reason(code("ANAINT", "Intent of anakinra", _RECORDED, "anakinra_course.intent", choices=coded(Intent))),
    *with_reason(
        code("ANAIND", "Indication of anakinra", _RECORDED, "anakinra_course.indication", choices=coded(Indication))
    ),
    integer(
        "DAYS2ANA",
        "Days from infusion to anakinra",
        "ANASTDY, as the infusion is day 0.",
        "anakinra_course.started_day",
        unit=DAYS,
    ),
)
_FIRST_DOSE: Final = (
    decimal(
        "DOSE24",
        "Prescribed daily dose, first segment",
        "Dose x 24 / interval of the first segment of the index course; the segment is fixed at the start.",
        *_SEGMENT,
        unit="mg/d",
        note=provisional("anakinra.DOSE_CLASSES"),
    ),
    *with_reason(
        decimal(
            "WEIGHT",
            "Weight used for the dose per kg",
            "The weight closest to the start of anakinra in the 30 days up to it, else the one at lymphodepletion.",
            "anakinra_course.weight_kg",
            "anakinra_course.dose_weight_kg",
            "infusion_course.weight_kg",
            unit="kg",
            note=provisional("anakinra.choose_weight"),
        )
    ),
    code(
        "WTSRC",
        "Source of the weight used",
        "As computed with the weight.",
        "anakinra_course.dose_weight_source",
        choices=coded(WeightSource),
    ),
    decimal(
        "MGKGD",
        "First daily dose per kg of body weight",
        "DOSE24 / WEIGHT, not rounded; models take it per 1 mg/kg/day.",
        *_SEGMENT,
        "anakinra_course.dose_weight_kg",
        unit="mg/kg/d",
    ),
    code(
        "DOSEGRP",
        "Dose group",
        "HIGH if DOSE24 is above 200 mg/day i.v., LOW if it is 100 to 200 mg/day by any route; the others, and doses "
        "whose route decides but is unknown (empty), are in no group of the study.",
        *_SEGMENT,
        "anakinra_segment.route",
        choices=tuple((GROUP_CODES[group], group.label) for group in DoseClass),
        note=provisional("anakinra.DOSE_CLASSES"),
    ),
    code(
        "ROUTE1",
        "Route of the first segment",
        "Route of the first segment of the index course.",
        "anakinra_segment.route",
        choices=coded(AnakinraRoute),
    ),
)
_WHOLE_COURSE: Final = (
    decimal(
        "DOSE72AVG",
        "Mean daily dose of the first 3 days",
        f"Mean daily dose over the days with anakinra among the first {FIRST_DAYS} of the index course; {_UNKNOWN}.",
        *_DAILY,
        unit="mg/d",
        short="DOSE72",
    ),
    decimal(
        "DOSEMAX",
        "Highest daily dose",
        "Highest daily dose of the segments of the index course; empty while a dose is unknown.",
        "anakinra_segment.daily_mg",
        unit="mg/d",
        note="Known only at the end of the course: not for models from its start",
    ),
    decimal(
        "DOSEMEAN",
        "Mean daily dose over the days given",
        f"CUMDOSE / number of days with a dose; {_UNKNOWN}.",
        *_DAILY,
        unit="mg/d",
        note="Known only at the end of the course: not for models from its start",
    ),
    decimal(
        "CUMDOSE",
        "Cumulative dose of the index course",
        f"Sum of the daily doses over the days of its segments; {ENDS}; {_UNKNOWN}.",
        *_DAILY,
        unit="mg",
        note="Known only at the end of the course: not for models from its start",
    ),
    integer(
        "DURANA",
        "Days from first to last day of anakinra",
        "Last day of the index course - ANASTDY + 1.",
        "anakinra_course.started_day",
        "anakinra_course.ended_day",
        unit=DAYS,
    ),
    *with_reason(
        code(
            "ANADISC",
            "Reason for stopping anakinra",
            _RECORDED,
            "anakinra_course.stop_reason",
            choices=coded(StopReason),
        )
    ),
    flag(
        "ANADISCAE",
        "Stopped for a side effect of anakinra",
        "1 where ANADISC is ADVERSE_EVENT.",
        "anakinra_course.stop_reason",
        short="ANADISAE",
    ),
)
COLUMNS: Final[tuple[Column, ...]] = (*_COURSE_COLUMNS, *_FIRST_DOSE, *_WHOLE_COURSE)
