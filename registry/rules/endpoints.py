"""Numbers that the endpoints and first values of the study rest on; the definitions around them are ours.

Each is listed with its definition in `registry.rules.provenance` until the study confirms it.
"""

from __future__ import annotations

# Grade of CRS or ICANS (ASTCT) at the first dose from which a course of anakinra enters the study.
# Source: Gazeau et al., Transplant Cell Ther 2023, DOI 10.1016/j.jtct.2023.04.001.
ENTRY_GRADE = 2
# Days after the day of resolution that must stay without a higher grade: whole days stand for 48 and 24 hours.
RESOLUTION_HOLD_DAYS = 2
GRADE_1_HOLD_DAYS = 1
# Whole days without corticosteroids that stand for 72 hours.
STEROID_OFF_DAYS = 3
# CTCAE grade from which an infection is severe, and days from the start of anakinra in which it counts.
SEVERE_INFECTION_GRADE = 3
INFECTION_DAYS = 60
# Days from infusion in which the best response is looked for.
BEST_RESPONSE_DAYS = 90
# Days up to lymphodepletion in which a performance status counts.
PERFORMANCE_STATUS_DAYS = 30
