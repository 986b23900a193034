"""Statements for the topics that describe the patient before infusion."""

from __future__ import annotations

from collections.abc import Iterator

from registry.demo.bulk.identities import born
from registry.demo.bulk.inserting import Insert
from registry.demo.bulk.numbers import Numbers


def baseline_inserts(numbers: Numbers) -> Iterator[Insert]:
    """Yield patient, disease and infusion course."""
    yield _patient(numbers)
    yield _disease(numbers)
    yield _course(numbers)


def _patient(numbers: Numbers) -> Insert:
    return Insert(
        "patient",
        "p.patient_id",
        None,
        {
            "study_id": f"'G{numbers.seed}-' || p.n",
            "birth_year": f"extract(year FROM {born(numbers)})::int",
            "age_at_infusion": "p.age",
            "sex": "p.sex",
            "race": numbers.pick(101, ["WHITE", "WHITE", "WHITE", "BLACK", "ASIAN", "MULTIPLE"]),
            "ethnicity": numbers.pick(102, ["HISPANIC", "NOT_HISPANIC", "NOT_HISPANIC"]),
            "country": "p.country",
            "has_developmental_delay": "false",
            "consent_basis": numbers.pick(103, ["CONSENT", "CONSENT", "WAIVER"]),
            "consented_on": f"p.infused_on - {numbers.whole(104, 10, 50)}",
            "withdrawn_on": f"CASE WHEN {numbers.happens(105, 0.005)} THEN p.last_on END",
        },
        absent={
            "race": (numbers.happens(106, 0.25), "UNK"),
            "ethnicity": (numbers.happens(107, 0.3), "UNK"),
            "consented_on": (numbers.happens(108, 0.02), "ND"),
        },
    )


def _disease(numbers: Numbers) -> Insert:
    stages = ["ANN_ARBOR_I", "ANN_ARBOR_II", "ANN_ARBOR_III", "ANN_ARBOR_IV"]
    is_myeloma = "p.diagnosis = 'MM'"
    return Insert(
        "disease",
        numbers.key("disease"),
        "p.patient_id",
        {
            "diagnosis": "p.diagnosis",
            "diagnosed_on": f"date_trunc('month', p.infused_on - {numbers.whole(110, 200, 2500)})::date",
            "diagnosed_on_precision": numbers.pick(111, ["MONTH"]),
            "stage": f"CASE WHEN {is_myeloma} THEN {numbers.pick(112, ['R_ISS_I', 'R_ISS_II', 'R_ISS_III'])} "
            f"ELSE {numbers.pick(113, stages)} END",
            "prior_lines": f"CASE WHEN {numbers.happens(114, 0.003)} THEN 15 ELSE {numbers.whole(115, 1, 6)} END",
            "prior_transplant": numbers.pick(116, ["NONE", "NONE", "AUTO", "ALLO"]),
            "cns_involvement": numbers.pick(117, ["NONE"] * 12 + ["PAST", "ACTIVE"]),
            "is_bulky": numbers.happens(118, 0.3),
            "has_extramedullary": numbers.happens(119, 0.4),
            "status_pre_ld": numbers.pick(120, ["PD", "PD", "SD", "PR", "CR"]),
            "status_assessed_on": f"p.infused_on - {numbers.whole(121, 6, 20)}",
        },
        absent={
            "stage": (numbers.happens(122, 0.06), "UNK"),
            "prior_lines": (numbers.happens(123, 0.02), "UNK"),
            "is_bulky": (is_myeloma, "NA"),
            "has_extramedullary": (numbers.happens(124, 0.1), "UNK"),
        },
    )


def _course_absent(numbers: Numbers, by_weight: str) -> dict[str, tuple[str, str]]:
    """Return which values of a course are missing, when, and why."""
    return {
        "cell_dose_10e6_per_kg": (f"NOT ({by_weight})", "NA"),
        "kps": (numbers.happens(146, 0.06), "ND"),
        "ecog": (numbers.happens(147, 0.3), "ND"),
        "height_cm": (numbers.happens(148, 0.03), "UNK"),
        "hct_ci": (numbers.happens(149, 0.2), "UNK"),
        "creatinine_clearance_ml_min": (numbers.happens(150, 0.12), "ND"),
        "had_red_cells_30d": (numbers.happens(151, 0.1), "UNK"),
    }


def _course(numbers: Numbers) -> Insert:
    by_weight = "p.product IN ('AXI', 'BREXU')"
    ld_day = f"(CASE WHEN {numbers.happens(130, 0.01)} THEN 17 ELSE 5 END)"
    # Now and then a weight was typed in pounds.
    slip = f"CASE WHEN {numbers.happens(132, 0.004)} THEN 2.2 ELSE 1 END"
    total = f"CASE WHEN {by_weight} THEN least(200, 2 * p.weight_kg) ELSE {numbers.whole(134, 60, 450)} END"
    return Insert(
        "infusion_course",
        "p.course_id",
        "p.patient_id",
        {
            "course_no": "1",
            "product": "p.product",
            "setting": numbers.pick(133, ["COMMERCIAL"] * 9 + ["TRIAL"]),
            "infused_on": "p.infused_on",
            "cell_dose_10e6": total,
            "cell_dose_10e6_per_kg": f"CASE WHEN {by_weight} THEN 2 END",
            "apheresis_on": f"p.infused_on - {numbers.whole(135, 22, 60)}",
            "bridging": numbers.pick(136, ["NONE", "CHEMOTHERAPY", "STEROIDS", "RADIOTHERAPY", "COMBINED"]),
            "ld_regimen": "'FLU_CY'",
            "ld_started_on": f"p.infused_on - {ld_day}",
            "ld_ended_on": "p.infused_on - 3",
            "fludarabine_mg_m2": "90",
            "cyclophosphamide_mg_m2": "CASE WHEN " + by_weight + " THEN 1500 ELSE 900 END",
            "kps": "p.kps",
            "kps_scale": "'KPS'",
            "kps_on": f"p.infused_on - {numbers.whole(137, 6, 20)}",
            "kps_source": numbers.pick(138, ["CHART", "CHART", "NOTES"]),
            "ecog": f"CASE WHEN {numbers.happens(139, 0.01)} THEN 4 ELSE (100 - p.kps) / 20 END",
            "weight_kg": f"least(300, p.weight_kg * (1 + 0.02 * {numbers.bell(131)}) * {slip})::numeric(5,1)",
            "height_cm": f"(CASE p.sex WHEN 'FEMALE' THEN 163 ELSE 176 END + 7 * {numbers.bell(140)})::numeric(5,1)",
            "hct_ci": numbers.whole(141, 0, 6),
            "creatinine_clearance_ml_min": f"greatest(15, 85 + 22 * {numbers.bell(142)})::int",
            "had_platelets_7d": numbers.happens(143, 0.15),
            "had_red_cells_30d": numbers.happens(144, 0.3),
            "had_gcsf_7d": numbers.happens(145, 0.1),
        },
        absent=_course_absent(numbers, by_weight),
    )
