"""Statements for what became of the patients: care, infections, response, relapse, last contact, death."""

from __future__ import annotations

from collections.abc import Iterator

from registry.demo.bulk.inserting import Insert
from registry.demo.bulk.numbers import Numbers
from registry.rules.outcome import CAUSE_CLASSES

TRM_CAUSES = ("INF_BACTERIAL", "INF_FUNGAL", "ICANS", "IEC_HS", "MULTI_ORGAN_FAILURE", "LUNG_FAILURE", "BLEEDING_CNS")
# Deaths of another cause after relapse: the algorithm and the cause then disagree.
OTHER_CAUSES = ("MALIGNANCY",) * 9 + ("INF_COVID_19",)


def outcome_inserts(numbers: Numbers) -> Iterator[Insert]:
    """Yield the statements in no particular order: each hangs on patient or course alone."""
    yield _stays(numbers)
    yield _infection(numbers)
    yield _responses(numbers)
    yield _relapse(numbers)
    yield _follow_up(numbers)
    yield _death(numbers)


def _stays(numbers: Numbers) -> Insert:
    row = "p.n * 10 + s.no"
    needs_icu = "p.has_icans AND p.icans_peak >= 3"
    return Insert(
        "stay",
        numbers.key("stay", row),
        "p.course_id",
        {
            "stay_no": "s.no",
            "kind": "s.kind",
            "began_on": "p.infused_on + s.first",
            "ended_on": "p.infused_on + least(s.last, p.t_os)",
        },
        "generated_plan p CROSS JOIN LATERAL (VALUES (1, 'HOSPITAL', -5, p.anakinra_end + 5),"
        " (2, 'ICU', p.entry, least(p.entry + 4, p.anakinra_end))) AS s(no, kind, first, last)"
        f" WHERE s.no = 1 OR ({needs_icu})",
    )


def _infection(numbers: Numbers) -> Insert:
    return Insert(
        "infection",
        numbers.key("infection"),
        "p.course_id",
        {
            "infection_no": "1",
            "diagnosed_on": f"least(p.infused_on + {numbers.whole(400, 1, 120)}, p.last_on)",
            "infection_class": "'BACTERIAL'",
            "organism": numbers.pick(401, ["E_COLI", "KLEBSIELLA", "STAPH_COAG_NEG", "PSEUDOMONAS", "ENTEROCOCCUS"]),
            "infection_site": numbers.pick(402, ["BLOOD", "LUNG", "URINARY_LOWER", "GI_LOWER"]),
            "is_confirmed": numbers.happens(403, 0.8),
            "grade": numbers.whole(404, 2, 4),
            "was_treated_iv": numbers.happens(405, 0.6),
            "needed_icu": numbers.happens(406, 0.1),
            "outcome": numbers.pick(407, ["RESOLVED", "RESOLVED", "ONGOING"]),
        },
        f"generated_plan p WHERE {numbers.happens(408, 0.35)}",
        {
            "organism": (numbers.happens(409, 0.2), "UNK"),
            "grade": (numbers.happens(410, 0.04), "UNK"),
        },
    )


def _responses(numbers: Numbers) -> Insert:
    row = "p.n * 10 + r.no"
    is_myeloma, slips = "p.diagnosis = 'MM'", numbers.happens(420, 0.02)
    code = (
        f"CASE WHEN p.has_responded THEN CASE WHEN {is_myeloma} THEN 'VGPR' ELSE 'CMR' END "
        f"WHEN {is_myeloma} THEN 'SD' ELSE 'NMR' END"
    )
    return Insert(
        "response",
        numbers.key("response", row),
        "p.course_id",
        {
            "response_no": "r.no",
            "assessed_on": "p.infused_on + r.day",
            "planned_timepoint": "r.timepoint",
            # A slip: criteria of another disease.
            "criteria": f"CASE WHEN {is_myeloma} AND NOT {slips} THEN 'IMWG' ELSE 'LUGANO_2014' END",
            "response": code,
            "deauville": f"CASE WHEN NOT {is_myeloma} THEN CASE WHEN p.has_responded THEN 2 ELSE 4 END END",
        },
        "generated_plan p CROSS JOIN LATERAL (VALUES (1, 'D28', 28), (2, 'D90', 88), (3, 'D365', 365))"
        " AS r(no, timepoint, day) WHERE r.day < least(p.t_os, coalesce(p.t_progression, p.t_os))",
        {"deauville": (f"{is_myeloma} OR {numbers.happens(421, 0.1, row)}", "NA")},
    )


def _relapse(numbers: Numbers) -> Insert:
    return Insert(
        "relapse",
        numbers.key("relapse"),
        "p.course_id",
        {
            "relapse_no": "1",
            "kind": "CASE WHEN p.has_responded THEN 'RELAPSE' ELSE 'PROGRESSION' END",
            "relapsed_on": "p.infused_on + p.t_progression",
            "relapse_site": numbers.pick(430, ["NODAL", "NODAL", "MULTIPLE", "EXTRAMEDULLARY"]),
            "antigen_status": numbers.pick(431, ["POSITIVE", "POSITIVE", "NEGATIVE", "DIM"]),
            "had_new_therapy": numbers.happens(432, 0.6),
        },
        "generated_plan p WHERE p.t_progression IS NOT NULL",
        {"antigen_status": (numbers.happens(433, 0.5), "ND")},
    )


def _follow_up(numbers: Numbers) -> Insert:
    return Insert(
        "follow_up",
        numbers.key("follow-up"),
        "p.patient_id",
        {
            # A slip: a last contact that is not the day of death.
            "last_contact_on": f"p.last_on - CASE WHEN p.s_trm > 0 AND {numbers.happens(440, 0.02)} THEN 5 ELSE 0 END",
            "vital_status": f"CASE WHEN p.s_trm > 0 THEN 'DEAD' WHEN {numbers.happens(441, 0.05)} THEN 'LOST' "
            "ELSE 'ALIVE' END",
        },
    )


def _death(numbers: Numbers) -> Insert:
    """The class by algorithm: by the cause, except that all who relapsed before (plan: cause 2) died of malignancy."""
    classes = ", ".join(f"('{cause}', '{of}')" for cause, of in CAUSE_CLASSES.items())
    trm, other = numbers.pick(450, list(TRM_CAUSES)), numbers.pick(451, list(OTHER_CAUSES))
    return Insert(
        "death",
        numbers.key("death"),
        "p.patient_id",
        {
            "died_on": "p.last_on",
            "cause": "k.cause",
            "is_anakinra_related": "false",
            "autopsy": numbers.pick(452, ["NO", "NO", "NO", "YES", "PENDING"]),
            "trm_class_site": "CASE WHEN p.s_trm = 1 THEN 'TRM' ELSE 'MALIGNANCY' END",
            "trm_class_algorithm": "CASE WHEN p.s_trm = 1 THEN k.class ELSE 'MALIGNANCY' END",
            "has_class_conflict": "p.s_trm = 2 AND k.class <> 'MALIGNANCY'",
        },
        f"generated_plan p JOIN (VALUES {classes}) AS k(cause, class)"
        f" ON k.cause = CASE WHEN p.s_trm = 1 THEN {trm} ELSE {other} END WHERE p.s_trm > 0",
    )
