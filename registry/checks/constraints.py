"""The edit checks that need no query: refused by the database itself, or about what the record does not hold."""

from __future__ import annotations

from collections.abc import Mapping

# No constraint can know which day it is: the declaration of every date refuses days to come, on forms and in files.
DATE_VALIDATOR = "validate_not_future"

# Code -> what refuses the row: names of constraints with commas between, or the validator of dates. Every topic has
# a constraint `<topic>_site_of_parent`; the infusion course's stands here for all of them.
HELD_BY_CONSTRAINTS: Mapping[str, str] = {
    "DT03_APH_LD": "infusion_course_apheresis_before_ld",
    "DT05_LD_ORDER": "infusion_course_ld_order",
    "DT06_LD_INF": "infusion_course_ld_before_cells",
    "DT08_INF_FUT": DATE_VALIDATOR,
    "DT15_RES_ORDER": "crs_episode_order, icans_episode_order, iechs_episode_order",
    "DT21_ANA_ORDER": "anakinra_course_order",
    "GR03_ICE_SUM": "icans_assessment_ice_sum, icans_assessment_ice_total_limits",
    "GR04_ICE0": "icans_assessment_ice_zero",
    "GR07_O2": "crs_assessment_flow_fits_device",
    "KP01": "infusion_course_kps_step, infusion_course_kps_limits",
    "ID03_SITE": "infusion_course_site_of_parent",
    "WT01": "infusion_course_weight_kg_limits, anakinra_course_weight_kg_limits",
}

# Code -> why no query can find it, in words.
NOT_IN_THE_RECORD: Mapping[str, str] = {
    "DO01_FREQ_SUM": "The daily dose is computed from dose and interval; nobody enters it.",
    "DO02_MGKG": "The dose per kilogram is computed from daily dose and weight; nobody enters it.",
    "OU06_BEST": "The best response is computed from the response assessments; nobody enters it.",
    "PR04_COST": "The costimulatory domain is read from the list of products; nobody enters it.",
}
