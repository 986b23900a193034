"""Rows of completing, locking, signing and adjudicating."""

from __future__ import annotations

from tests.access.matrix.row import (
    ADJUDICATORS,
    COORDINATORS,
    DATA_MANAGERS,
    INVESTIGATORS,
    OWN_SITES,
    Row,
)

ASSIGNED = {"judy": "AB"}

ROWS = [
    Row(
        "cases/<uuid:patient_id>/forms/",
        "POST",
        COORDINATORS,
        "case",
        OWN_SITES,
        post={"act": "complete", "topic": "disease"},
        is_clinical=True,
    ),
    Row(
        "cases/<uuid:patient_id>/locks/",
        "POST",
        DATA_MANAGERS,
        "case",
        OWN_SITES,
        post={"act": "lock", "reason": "analysis"},
        is_clinical=True,
    ),
    Row("cases/<uuid:patient_id>/sign/", "GET POST", INVESTIGATORS, "case", OWN_SITES, is_clinical=True),
    Row("locks/", "GET", DATA_MANAGERS, is_clinical=True),
    Row("locks/<uuid:site_id>/", "POST", DATA_MANAGERS, "site of cases", OWN_SITES),
    Row("adjudication/", "GET", DATA_MANAGERS, is_clinical=True),
    Row("adjudication/<uuid:death_id>/", "POST", DATA_MANAGERS, "death", OWN_SITES, is_clinical=True),
    Row("reviews/", "GET", ADJUDICATORS, is_clinical=True),
    Row("reviews/<uuid:review_id>/", "GET POST", ADJUDICATORS, "review", ASSIGNED, is_clinical=True),
]
