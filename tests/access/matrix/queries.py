"""Rows of data queries, of the edit checks that raise them, and of the quality of data."""

from __future__ import annotations

from tests.access.matrix.row import CASE_VIEWERS, COORDINATORS, DATA_MANAGERS, OWN_SITES, Outcome, Row

_QUERY = "queries/<uuid:query_id>/"
_TALKERS = COORDINATORS | DATA_MANAGERS

ROWS = [
    Row("queries/", "GET", CASE_VIEWERS, is_clinical=True),
    # What is sent here is an answer; closing takes the right to close.
    Row("queries/bulk/", "POST", COORDINATORS, post={"act": "answer"}, is_clinical=True),
    Row("queries/queries.csv", "GET", CASE_VIEWERS, is_clinical=True),
    Row("queries/next/", "GET", CASE_VIEWERS, is_clinical=True),
    Row("queries/digest/", "GET POST", CASE_VIEWERS, post={"frequency": "DAILY"}, is_clinical=True),
    Row("queries/new/", "GET POST", DATA_MANAGERS, is_clinical=True),
    Row("queries/new/csv/", "GET POST", DATA_MANAGERS, is_clinical=True),
    Row(_QUERY, "GET", CASE_VIEWERS, "query", OWN_SITES, is_clinical=True),
    Row(
        _QUERY + "act/",
        "POST",
        _TALKERS,
        "query",
        OWN_SITES,
        post={"act": "comment", "text": "seen"},
        is_clinical=True,
    ),
    Row("quality/", "GET", CASE_VIEWERS, is_clinical=True),
    Row("quality/ageing.csv", "GET", CASE_VIEWERS, is_clinical=True),
    Row("quality/completeness.csv", "GET", CASE_VIEWERS, is_clinical=True),
    Row("quality/compute/", "POST", DATA_MANAGERS),
    Row("quality/grades/", "GET", CASE_VIEWERS, is_clinical=True),
    Row("quality/missing/", "GET", CASE_VIEWERS, is_clinical=True),
    # Without saying of which measure there are no rows.
    Row(
        "quality/rows/",
        "GET",
        CASE_VIEWERS,
        is_clinical=True,
        instead=dict.fromkeys(CASE_VIEWERS, Outcome.ABSENT),
    ),
    Row("quality/sites/<slug:code>/", "GET", CASE_VIEWERS, "scorecard", OWN_SITES, is_clinical=True),
    Row("checks/", "GET", DATA_MANAGERS),
    Row("checks/checks.csv", "GET", DATA_MANAGERS),
    Row("checks/runs/", "GET POST", DATA_MANAGERS, post={"site": ""}),
    Row("checks/runs/<uuid:run_id>/", "GET POST", DATA_MANAGERS, "run of checks"),
    Row("checks/<slug:code>/", "GET POST", DATA_MANAGERS, "edit check", is_clinical=True),
]
