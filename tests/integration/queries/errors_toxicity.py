"""Kinds of planted errors: CRS and ICANS, their episodes and their days."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from registry.models import ToxicityTherapy
from registry.rules.therapy import MASKING_DRUGS
from tests.integration.queries.planted import Hand, kind, later, typed

EPISODES = {"CRS": "crs", "ICANS": "icans"}


def shifted(row: Any, days: int) -> Mapping[str, Any]:
    """Return the dates of an episode so many days later, as when its month is typed wrong."""
    return {name: later(getattr(row, name), days) for name in ("onset_on", "resolved_on", "max_grade_on")}


def last_day(episode: Any) -> Any:
    """Return the last assessment of an episode."""
    return episode.assessments.order_by("assessed_on").last()


def has_days(row: Any) -> bool:
    """Tell whether an episode has more than a few assessments."""
    return row.assessments.count() > 4


def goes_on(row: Any) -> bool:
    """Tell whether an episode lasts for more than a few days."""
    return has_days(row) and (row.resolved_on is None or (row.resolved_on - row.onset_on).days > 4)


typed("CRS a month late", "crs_episode", "DT12_CRS_LATE", lambda row: shifted(row, 31), count=3)
typed("CRS begins in the month before the cells", "crs_episode", "DT11_CRS_PRE",
      lambda row: {"onset_on": later(row.onset_on, -31)}, count=3)  # fmt: skip
typed("ICANS a month late", "icans_episode", "DT14_ICANS_LATE", lambda row: shifted(row, 31), count=3)
typed("ICANS begins in the month before the cells", "icans_episode", "DT13_ICANS_PRE",
      lambda row: {"onset_on": later(row.onset_on, -31)}, count=3)  # fmt: skip

for _name, _code in EPISODES.items():
    _episode, _days = f"{_code}_episode", f"{_code}_assessment"
    typed(f"{_name} of ninety days", _episode, f"DT16_EP_DUR_{_name}",
          lambda row: {"resolved_on": later(row.onset_on, 90)}, is_resolved=True)  # fmt: skip
    typed(f"the worst day of {_name} before its onset", _episode, f"DT18_PEAK_IN_{_name}",
          lambda row: {"max_grade_on": later(row.onset_on, -3)})  # fmt: skip
    typed(f"the highest grade of {_name} too low", _episode, f"GR11_MAX_{_name}",
          lambda row: {"max_grade": row.max_grade - 1}, max_grade__gte=2, apart=[_days])  # fmt: skip
    typed(f"{_name} resolved without a date", _episode, f"CO02_EVT_{_name}", {"resolved_on": None}, is_resolved=True)
    typed(f"the resolution of {_name} by its month alone", _episode, f"DT28_PREC_{_name}",
          lambda row: {"resolved_on": row.resolved_on.replace(day=1), "resolved_on_precision": "MONTH"},
          is_resolved=True, count=1)  # fmt: skip
    typed(f"{_name} of grade 5 in somebody who lives", _episode, f"GR09_G5_{_name}", {"max_grade": 5},
          course__patient__follow_ups__vital_status="ALIVE", apart=["follow_up"])  # fmt: skip
    typed(f"a day of {_name} graded one too high", _days, f"GR01_{_name}_COMP" if _name == "CRS" else "GR02_ICANS_COMP",
          lambda row: {"grade_reported": row.grade_computed + 1}, grade_computed__range=(1, 3), grade_reported__gte=1,
          fits=lambda row: row.grade_reported == row.grade_computed, apart=["toxicity_therapy", "patient"],
          count=3)  # fmt: skip
    typed(f"a day of {_name} graded two too high", _days,
          "GR01_CRS_COMP_2" if _name == "CRS" else "GR02_ICANS_COMP_2",
          lambda row: {"grade_reported": row.grade_computed + 2}, grade_computed__range=(1, 2),
          apart=["toxicity_therapy", "patient"], count=3)  # fmt: skip
    typed(f"a telephone number in a note on {_name}", _days, f"ID02_PII_{_days.upper()}",
          {"note": "Daughter reachable under 954 123 456."})  # fmt: skip

    def _still_graded(hand: Hand, row: Any) -> None:
        hand.type_over(last_day(row), grade_reported=1)

    kind(f"{_name} resolved although its last day has a grade", _episode, f"GR13_RES_STATE_{_name}",
         is_resolved=True, fits=has_days, apart=[_days])(_still_graded)  # fmt: skip

    def _overlapping(hand: Hand, row: Any) -> Any:
        code = type(row).__name__.removesuffix("Episode").lower()
        return hand.add(f"{code}_episode", row.course, **{f"{code}_no": 2}, onset_on=later(row.onset_on, 1),
                        is_resolved=False, max_grade=1)  # fmt: skip

    kind(f"{_name} entered as two episodes at one time", _episode, f"DT17_EP_OVERLAP_{_name}")(_overlapping)

    def _skipped(hand: Hand, row: Any) -> Any:
        days = list(row.assessments.order_by("assessed_on"))
        hand.strike(days[2])
        return days[1]

    kind(f"a day of {_name} left out", _episode, f"CO05_DAILY_{_name}", fits=goes_on,
         apart=[_days, _episode, "stay"])(_skipped)  # fmt: skip

typed("ICANS resolved on the day of death", "icans_episode", "GR14_DEAD_UNRES_ICANS",
      lambda row: {"is_resolved": True, "resolved_on": row.course.patient.deaths.get().died_on},
      is_resolved=False, course__patient__deaths__isnull=False, apart=["death"])  # fmt: skip
typed("ICANS graded for a haemorrhage", "icans_episode", "GR12_ICH", {"had_haemorrhage": True, "max_grade": 4},
      fits=lambda row: not row.assessments.filter(grade_computed__gte=4).exists()
      and not row.assessments.filter(grade_computed=None).exists(),
      max_grade__lte=3, apart=["icans_assessment"])  # fmt: skip


def unmasked(row: Any) -> bool:
    """Tell whether a day is the first of its episode and nothing given by then could hide fever."""
    earlier = row.episode.assessments.filter(assessed_on__lt=row.assessed_on)
    given = ToxicityTherapy.objects.filter(course=row.episode.course, drug__in=sorted(MASKING_DRUGS))
    return not earlier.exists() and not given.filter(started_on__lte=row.assessed_on).exists()


typed("39.5 °C typed as 35.9", "crs_assessment", "GR06_FEVER",
      {"temp_max_c": Decimal("35.9"), "had_antipyretic": False}, grade_reported=1, fits=unmasked,
      apart=["toxicity_therapy", "anakinra_course", "anakinra_segment", "crs_assessment"], count=3)  # fmt: skip
typed("vasopressin counted as a second vasopressor", "crs_assessment", "GR05_VASO",
      {"vasopressors": 1, "has_vasopressin": True, "grade_reported": 4, "oxygen": "ROOM_AIR"})  # fmt: skip
typed("40.3 °C typed as 43.0", "crs_assessment", "RG_CRS_ASSESSMENT_TEMP_MAX_C", {"temp_max_c": Decimal("43.0")})
typed("a pressure without its last digit", "crs_assessment", "RG_CRS_ASSESSMENT_SYSTOLIC_MIN_MMHG",
      lambda row: {"systolic_min_mmhg": row.systolic_min_mmhg // 10})  # fmt: skip
typed("the grade of a day left out", "icans_assessment", "CO03_MISSCODE_ICANS_ASSESSMENT", {"grade_reported": None})


@kind("ICE in somebody with developmental delay", "patient", "GR08_CAPD", apart=["icans_assessment"],
      infusion_courses__icans_episodes__isnull=False)  # fmt: skip
def _delay(hand: Hand, row: Any) -> Any:
    hand.type_over(row, has_developmental_delay=True)
    days = row.infusion_courses.get(course_no=1).icans_episodes.get(icans_no=1).assessments
    return days.filter(ice_total__isnull=False).order_by("assessed_on").last()
