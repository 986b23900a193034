"""Statements for the treatment: anakinra with its segments and side effects, steroids, tocilizumab, prophylaxis."""

from __future__ import annotations

from collections.abc import Iterator

from registry.demo.bulk.inserting import Insert
from registry.demo.bulk.numbers import Numbers

NO_WEIGHT = 359
TERMS = ("NEUTROPENIA", "NEUTROPENIA", "THROMBOCYTOPENIA", "RASH", "INJECTION_SITE", "SEPSIS")


def treatment_inserts(numbers: Numbers) -> Iterator[Insert]:
    """Yield the anakinra course before its segments and events, then the other therapies."""
    yield _anakinra_course(numbers)
    yield _segment(numbers, 1)
    yield _segment(numbers, 2)
    yield _adverse_event(numbers)
    yield _therapies(numbers)


def _no_weight(numbers: Numbers) -> str:
    return numbers.happens(NO_WEIGHT, 0.05)


def _dose_weight(numbers: Numbers) -> str:
    """Return SQL for the weight that the dose per kg rests on: at anakinra, else at lymphodepletion."""
    return f"(CASE WHEN {_no_weight(numbers)} THEN c.weight_kg ELSE p.weight_kg END)"


def _with_course(condition: str = "true") -> str:
    return f"generated_plan p JOIN registry_infusioncourse c ON c.id = p.course_id WHERE {condition}"


def _anakinra_course(numbers: Numbers) -> Insert:
    return Insert(
        "anakinra_course",
        "p.anakinra_id",
        "p.course_id",
        {
            "anakinra_no": "1",
            "intent": "CASE WHEN p.has_icans THEN 'REFRACTORY_ICANS' "
            "WHEN p.has_crs THEN 'REFRACTORY_CRS' ELSE 'OTHER' END",
            "indication": "CASE WHEN p.has_icans THEN 'ICANS' WHEN p.has_crs THEN 'CRS' ELSE 'OTHER' END",
            # A slip: a start before the infusion.
            "started_on": f"CASE WHEN {numbers.happens(361, 0.002)} THEN p.infused_on - 1 ELSE p.started_on END",
            "ended_on": "p.infused_on + p.anakinra_end",
            "stop_reason": f"CASE WHEN {numbers.happens(362, 0.07)} THEN 'ADVERSE_EVENT' "
            "WHEN p.s_res = 1 THEN 'RESOLVED' "
            "WHEN p.anakinra_end = p.t_os AND p.s_trm > 0 THEN 'DEATH' ELSE 'NO_RESPONSE' END",
            "crs_grade_at_start": "0",
            "icans_grade_at_start": "CASE WHEN p.has_icans THEN p.icans_peak ELSE 0 END",
            "weight_kg": "p.weight_kg",
            "weighed_on": "p.infused_on - 1",
            "dose_weight_kg": _dose_weight(numbers),
            "dose_weight_source": f"CASE WHEN {_no_weight(numbers)} THEN 'LYMPHODEPLETION' ELSE 'ANAKINRA_START' END",
            "first_daily_mg": "p.daily_mg",
            "first_mg_per_kg_day": f"p.daily_mg / {_dose_weight(numbers)}",
            "dose_class": "CASE WHEN p.daily_mg < 100 THEN 'SUBTHRESHOLD' WHEN p.daily_mg <= 200 THEN 'LOW' "
            "WHEN p.route = 'IV' THEN 'HIGH' ELSE 'OTHER_SC_HIGH' END",
        },
        _with_course(),
        {
            "weight_kg": (_no_weight(numbers), "ND"),
            "weighed_on": (_no_weight(numbers), "NA"),
            "crs_grade_at_start": (numbers.happens(363, 0.03), "UNK"),
        },
    )


def _segment(numbers: Numbers, number: int) -> Insert:
    """The first prescription, and half of it for the last two days of a third of the longer courses."""
    is_tapered = f"(p.anakinra_end - p.entry >= 6 AND {numbers.happens(364, 0.35)})"
    last_of_first = f"CASE WHEN {is_tapered} THEN p.anakinra_end - 2 ELSE p.anakinra_end END"
    first, last = ("p.entry", last_of_first) if number == 1 else ("p.anakinra_end - 1", "p.anakinra_end")
    interval = "p.interval_h" if number == 1 else "p.interval_h * 2"
    daily = "p.daily_mg" if number == 1 else "p.daily_mg / 2"
    return Insert(
        "anakinra_segment",
        numbers.key(f"segment {number}"),
        "p.anakinra_id",
        {
            "segment_no": str(number),
            "segment_started_on": f"p.infused_on + {first}",
            "segment_ended_on": f"p.infused_on + {last}",
            "dose_mg": "p.dose_mg",
            "interval_h": interval,
            "route": "p.route",
            "daily_mg": daily,
            "mg_per_kg_day": f"{daily} / {_dose_weight(numbers)}",
        },
        _with_course("true" if number == 1 else is_tapered),
    )


def _adverse_event(numbers: Numbers) -> Insert:
    return Insert(
        "adverse_event",
        numbers.key("event"),
        "p.anakinra_id",
        {
            "ae_no": "1",
            "term": numbers.pick(370, list(TERMS)),
            "began_on": f"least(p.started_on + {numbers.whole(371, 0, 6)}, p.last_on)",
            "grade": numbers.whole(372, 1, 4),
            "relation": numbers.pick(373, ["UNLIKELY", "POSSIBLE", "POSSIBLE", "PROBABLE"]),
            "action": f"CASE WHEN {numbers.happens(362, 0.07)} THEN 'STOPPED' ELSE 'NONE' END",
            "is_serious": numbers.happens(374, 0.1),
            "outcome": numbers.pick(375, ["RESOLVED", "RESOLVED", "ONGOING"]),
        },
        f"generated_plan p WHERE {numbers.happens(376, 0.25)} OR {numbers.happens(362, 0.06)}",
        {"grade": (numbers.happens(377, 0.03), "UNK")},
    )


def _therapies(numbers: Numbers) -> Insert:
    """Dexamethasone or methylprednisolone, tocilizumab once for CRS, levetiracetam for prophylaxis."""
    row = "p.n * 10 + t.no"
    listed = (
        "(1, 'DEXAMETHASONE', 'ICANS', greatest(0, p.entry - 2), p.entry + 6, 10.0, 6.0, 'IV', 40.0),"
        " (2, 'METHYLPREDNISOLONE', 'ICANS', p.entry, p.entry + 2, 1000.0, 24.0, 'IV', 187.5),"
        " (3, 'TOCILIZUMAB', 'CRS', p.crs_onset + 1, p.crs_onset + 1, least(800, round(8 * p.weight_kg)),"
        " NULL, 'IV', NULL),"
        " (4, 'LEVETIRACETAM', 'PROPHYLAXIS', 0, 30, 500.0, 12.0, 'PO', NULL)"
    )
    chosen = (
        f"CASE t.no WHEN 1 THEN {numbers.happens(380, 0.9)} WHEN 2 THEN {numbers.happens(381, 0.2)} "
        f"WHEN 3 THEN p.has_crs AND {numbers.happens(382, 0.7)} ELSE {numbers.happens(383, 0.6)} END"
    )
    return Insert(
        "toxicity_therapy",
        numbers.key("therapy", row),
        "p.course_id",
        {
            "therapy_no": "t.no",
            "drug": "t.drug",
            "reason": "t.reason",
            "started_on": "p.infused_on + least(t.first, p.t_os)",
            "ended_on": "p.infused_on + least(t.last, p.t_os)",
            "dose": "t.dose",
            "dose_unit": "'MG'",
            "interval_h": "t.hours",
            "route": "t.route",
            "dexeq_mg_per_day": "t.dexeq",
        },
        f"generated_plan p CROSS JOIN LATERAL (VALUES {listed})"
        f" AS t(no, drug, reason, first, last, dose, hours, route, dexeq) WHERE {chosen}",
        {"interval_h": ("t.hours IS NULL", "NA")},
    )
