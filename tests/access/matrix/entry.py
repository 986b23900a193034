"""Rows of entering a case: its forms, what is typed there, its timeline, and the blank forms to print."""

from __future__ import annotations

from tests.access.matrix.row import CASE_VIEWERS, COORDINATORS, OWN_SITES, Row

FORM, PAGE = "cases/<uuid:patient_id>/forms/<slug:form>/", "cases/<uuid:patient_id>/forms/<slug:form>/<uuid:row_id>/"

ROWS = [
    Row("cases/new/", "GET POST", COORDINATORS, post={"study_id": "NEW-1"}, is_clinical=True),
    Row(
        FORM,
        "GET POST",
        CASE_VIEWERS,
        "case form",
        OWN_SITES,
        post={"disease-0-prior_lines": "7"},
        is_clinical=True,
        writers=COORDINATORS,
    ),
    Row(
        FORM + "new/",
        "GET POST",
        CASE_VIEWERS,
        "case form of pages",
        OWN_SITES,
        post={"crs_episode-0-onset_on": "%2B1"},
        is_clinical=True,
        writers=COORDINATORS,
    ),
    Row(
        PAGE,
        "GET POST",
        CASE_VIEWERS,
        "case page",
        OWN_SITES,
        post={"crs_episode-0-max_grade": "2"},
        is_clinical=True,
        writers=COORDINATORS,
    ),
    Row(
        PAGE + "delete/",
        "GET POST",
        COORDINATORS,
        "case page",
        OWN_SITES,
        post={"reason": "entered+twice"},
        is_clinical=True,
    ),
    Row(
        "cases/<uuid:patient_id>/drafts/<slug:form>/",
        "POST",
        COORDINATORS,
        "case form",
        OWN_SITES,
        post={"disease-0-prior_lines": "7"},
        is_clinical=True,
    ),
    Row(
        "cases/<uuid:patient_id>/none/<slug:form>/",
        "POST",
        COORDINATORS,
        "case form of pages",
        OWN_SITES,
        post={"act": "none"},
        is_clinical=True,
    ),
    Row("cases/<uuid:patient_id>/identity/enter/", "GET POST", COORDINATORS, "case", OWN_SITES, is_clinical=True),
    Row("cases/<uuid:patient_id>/timeline/", "GET", CASE_VIEWERS, "case", OWN_SITES, is_clinical=True),
    Row("cases/<uuid:patient_id>/timeline.csv", "GET", CASE_VIEWERS, "case", OWN_SITES, is_clinical=True),
    Row("worksheets/", "GET", CASE_VIEWERS),
    Row("worksheets/<slug:form>/", "GET", CASE_VIEWERS, "form"),
]
