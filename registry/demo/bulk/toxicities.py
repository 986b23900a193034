"""Statements for CRS and ICANS: episodes, and daily components made so that the rule gives the planned grade."""

from __future__ import annotations

from collections.abc import Iterator

from registry.demo.bulk.inserting import Insert
from registry.demo.bulk.numbers import Numbers
from registry.rules.crs import RULE_VERSION as CRS_RULE
from registry.rules.icans import RULE_VERSION as ICANS_RULE
from registry.rules.iechs import REASON_GRADES
from registry.rules.iechs import RULE_VERSION as IECHS_RULE

_CRS_LAST = "least(p.crs_onset + p.crs_days, p.t_os)"
_ICANS_FIRST = "greatest(1, p.entry - 2)"
_ICANS_LAST = "least(p.entry + least(p.t_res, 4), p.t_os)"


def toxicity_inserts(numbers: Numbers) -> Iterator[Insert]:
    """Yield episodes before their days."""
    yield _crs_episode(numbers)
    yield _crs_days(numbers)
    yield _icans_episode(numbers)
    yield _icans_days(numbers)
    yield _iechs_episode(numbers)


def _crs_episode(numbers: Numbers) -> Insert:
    is_over = f"{_CRS_LAST} = p.crs_onset + p.crs_days"
    return Insert(
        "crs_episode",
        numbers.key("crs"),
        "p.course_id",
        {
            "crs_no": "1",
            # A slip: an onset before the infusion.
            "onset_on": f"p.infused_on + CASE WHEN {numbers.happens(300, 0.003)} THEN -2 ELSE p.crs_onset END",
            "is_resolved": is_over,
            "resolved_on": f"CASE WHEN {is_over} THEN p.infused_on + {_CRS_LAST} END",
            "max_grade": "p.crs_peak",
        },
        "generated_plan p WHERE p.has_crs",
        {"max_grade": (numbers.happens(301, 0.03), "UNK")},
    )


def _crs_source(numbers: Numbers, row: str) -> str:
    """Return SQL for the days of CRS: the grade rises to its peak and falls to 0 on the last one."""
    middle = "p.crs_onset + p.crs_days / 2"
    grade = (
        f"CASE WHEN d.day = p.crs_onset + p.crs_days THEN 0 ELSE greatest(1, p.crs_peak - abs(d.day - ({middle}))) END"
    )
    no_temperature = f"(d.day > p.crs_onset AND {numbers.happens(310, 0.03, row)})"
    return (
        f"generated_plan p CROSS JOIN LATERAL generate_series(p.crs_onset, {_CRS_LAST}) AS d(day)"
        f" CROSS JOIN LATERAL (SELECT {grade} AS grade, {no_temperature} AS no_temperature,"
        f" {numbers.happens(311, 0.6, row)} AS by_pressure) g WHERE p.has_crs"
    )


def _crs_days(numbers: Numbers) -> Insert:
    row = "p.n * 1000 + d.day"
    low = "(g.grade >= 2 AND g.by_pressure)"
    support = "(CASE WHEN g.by_pressure THEN 0 ELSE g.grade END)"
    return Insert(
        "crs_assessment",
        numbers.key("crs day", row),
        numbers.key("crs"),
        {
            "assessed_on": "p.infused_on + d.day",
            "temp_max_c": f"CASE WHEN g.grade = 0 THEN {numbers.whole(312, 362, 376, row)} "
            f"ELSE {numbers.whole(313, 380, 403, row)} END / 10.0",
            "has_other_fever_cause": "false",
            "had_antipyretic": "g.grade > 0",
            "systolic_min_mmhg": f"CASE WHEN {low} THEN {numbers.whole(314, 66, 89, row)} "
            f"ELSE {numbers.whole(315, 98, 140, row)} END",
            "has_hypotension": low,
            "vasopressors": f"CASE WHEN {low} THEN greatest(g.grade - 2, 0) ELSE 0 END",
            "has_vasopressin": "false",
            "oxygen": f"CASE {support} WHEN 2 THEN 'LOW_FLOW' WHEN 3 THEN 'HIGH_FLOW' WHEN 4 THEN 'VENTILATION' "
            "ELSE 'ROOM_AIR' END",
            "has_other_oxygen_reason": "false",
            "oxygen_flow_l_min": f"CASE {support} WHEN 2 THEN {numbers.whole(316, 1, 6, row)} "
            f"WHEN 3 THEN {numbers.whole(317, 8, 15, row)} END",
            "grade_reported": _reported(numbers, 318, row),
            # Without a temperature the grade rests on support alone, which must then be of grade 2 or more.
            "grade_computed": "CASE WHEN NOT g.no_temperature OR g.grade >= 2 THEN g.grade END",
            "grade_rule": f"'{CRS_RULE}'",
        },
        _crs_source(numbers, row),
        {
            "temp_max_c": ("g.no_temperature", "ND"),
            "systolic_min_mmhg": (numbers.happens(320, 0.05, row), "ND"),
            "oxygen_flow_l_min": (f"{support} NOT IN (2, 3)", "NA"),
            "grade_reported": (numbers.happens(321, 0.02, row), "UNK"),
        },
    )


def _reported(numbers: Numbers, place: int, row: str) -> str:
    """Return SQL for the clinician's grade: as computed, now and then one away."""
    above, below = numbers.happens(place, 0.03, row), numbers.happens(place, 0.06, row)
    return f"least(4, greatest(0, g.grade + CASE WHEN {above} THEN 1 WHEN {below} THEN -1 ELSE 0 END))"


def _icans_episode(numbers: Numbers) -> Insert:
    return Insert(
        "icans_episode",
        numbers.key("icans"),
        "p.course_id",
        {
            "icans_no": "1",
            "onset_on": f"p.infused_on + {_ICANS_FIRST}",
            "is_resolved": "p.s_res = 1",
            "resolved_on": "CASE WHEN p.s_res = 1 THEN p.started_on + p.t_res END",
            "max_grade": "p.icans_peak",
            "had_haemorrhage": numbers.happens(330, 0.01),
        },
        "generated_plan p WHERE p.has_icans",
        {"max_grade": (numbers.happens(331, 0.03), "UNK")},
    )


def _icans_source(numbers: Numbers, row: str) -> str:
    """Return SQL for the days of ICANS: the grade peaks where anakinra begins; the score follows the grade."""
    grade = (
        "CASE WHEN p.s_res = 1 AND d.day = p.entry + p.t_res THEN 0 WHEN d.day = p.entry THEN p.icans_peak"
        " WHEN d.day < p.entry THEN greatest(1, p.icans_peak - (p.entry - d.day))"
        " ELSE greatest(1, p.icans_peak - (d.day - p.entry)) END"
    )
    return (
        f"generated_plan p CROSS JOIN LATERAL generate_series({_ICANS_FIRST}, {_ICANS_LAST}) AS d(day)"
        f" CROSS JOIN LATERAL (SELECT {grade} AS grade, {numbers.happens(340, 0.03, row)} AS is_partial) g"
        f" CROSS JOIN LATERAL (SELECT (CASE g.grade WHEN 0 THEN 10 WHEN 1 THEN {numbers.whole(341, 7, 9, row)}"
        f" WHEN 2 THEN {numbers.whole(342, 3, 6, row)} ELSE {numbers.whole(343, 0, 2, row)} END) AS ice) i"
        " WHERE p.has_icans"
    )


def _icans_days(numbers: Numbers) -> Insert:
    row = "p.n * 1000 + d.day"
    return Insert(
        "icans_assessment",
        numbers.key("icans day", row),
        numbers.key("icans"),
        {
            "assessed_on": "p.infused_on + d.day",
            "ice_assessable": "CASE WHEN g.grade = 4 THEN 'UNAROUSABLE' ELSE 'YES' END",
            "ice_orientation": "least(i.ice, 4)",
            "ice_naming": "least(greatest(i.ice - 4, 0), 3)",
            "ice_command": "least(greatest(i.ice - 7, 0), 1)",
            "ice_writing": "least(greatest(i.ice - 8, 0), 1)",
            "ice_attention": "least(greatest(i.ice - 9, 0), 1)",
            "ice_total": "i.ice",
            "consciousness": "(ARRAY['ALERT', 'SPONTANEOUS', 'VOICE', 'TACTILE', 'UNAROUSABLE'])[1 + g.grade]",
            "seizure": f"CASE WHEN g.grade = 3 AND {numbers.happens(344, 0.15, row)} THEN 'CLINICAL_RESOLVING' "
            "ELSE 'NONE' END",
            "motor": "'NONE'",
            "oedema": "'NONE'",
            "icp_sign": "'NONE'",
            "has_other_cause": "false",
            "grade_reported": _reported(numbers, 345, row),
            # A missing item leaves the score unknown, and with it every grade that no other row settles.
            "grade_computed": "CASE WHEN NOT g.is_partial OR g.grade = 4 THEN g.grade END",
            "grade_rule": f"'{ICANS_RULE}'",
        },
        _icans_source(numbers, row),
        {
            **{f"ice_{item}": ("g.grade = 4", "ND") for item in ("orientation", "naming", "command", "writing")},
            "ice_attention": ("g.grade = 4 OR g.is_partial", "ND"),
            "ice_total": ("g.grade = 4 OR g.is_partial", "ND"),
            "grade_reported": (numbers.happens(347, 0.02, row), "UNK"),
        },
    )


def _iechs_episode(numbers: Numbers) -> Insert:
    """One in twenty; the last manifestation of the list, death, is left to the death records."""
    graded = enumerate(REASON_GRADES.items(), start=1)
    manifestations = ", ".join(f"({no}, '{reason}', {grade})" for no, (reason, grade) in graded)
    return Insert(
        "iechs_episode",
        numbers.key("iechs"),
        "p.course_id",
        {
            "iechs_no": "1",
            "onset_on": f"least(p.started_on + {numbers.whole(360, 1, 8)}, p.last_on)",
            "is_resolved": "p.s_trm <> 1",
            "has_raised_ferritin": "true",
            "has_raised_transaminases": numbers.happens(350, 0.7),
            "has_low_fibrinogen": numbers.happens(351, 0.6),
            "has_new_cytopenia": numbers.happens(352, 0.8),
            "has_other_explanation": "false",
            "worst_manifestation": "w.code",
            "max_grade": "w.grade",
            "grade_computed": "w.grade",
            "grade_rule": f"'{IECHS_RULE}'",
        },
        f"generated_plan p JOIN (VALUES {manifestations}) AS w(no, code, grade)"
        f" ON w.no = {numbers.whole(353, 1, len(REASON_GRADES) - 1)} WHERE {numbers.happens(354, 0.05)}",
        {"has_low_fibrinogen": (numbers.happens(355, 0.1), "ND")},
    )
