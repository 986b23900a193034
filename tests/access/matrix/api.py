"""Rows of the interface for programs. What is posted here is no JSON: whoever comes in is told so, and that will do."""

from __future__ import annotations

from tests.access.matrix.row import CASE_VIEWERS, COORDINATORS, DATA_MANAGERS, OWN_SITES, Row

_QUERY = "api/queries/<uuid:query_id>/"
_TALKERS = COORDINATORS | DATA_MANAGERS
_ACTS = {
    "answer": COORDINATORS,
    "comment": _TALKERS,
    "assign": _TALKERS,
    "close": DATA_MANAGERS,
    "reopen": DATA_MANAGERS,
    "accept-suggestion": COORDINATORS,
}
_UPLOAD = "api/uploads/<uuid:upload_id>/"

ROWS = [
    Row("api/queries/", "GET POST", CASE_VIEWERS, writers=DATA_MANAGERS, is_clinical=True),
    Row("api/queries/bulk/answer/", "POST", COORDINATORS, is_clinical=True),
    Row("api/queries/bulk/close/", "POST", DATA_MANAGERS, is_clinical=True),
    Row(_QUERY, "GET", CASE_VIEWERS, "query", OWN_SITES, is_clinical=True),
    *(Row(f"{_QUERY}{act}/", "POST", may, "query", OWN_SITES, is_clinical=True) for act, may in _ACTS.items()),
    Row("api/uploads/", "GET POST", COORDINATORS, is_clinical=True),
    Row("api/uploads/templates/<slug:code>/", "GET", COORDINATORS, "topic"),
    Row(_UPLOAD, "GET", COORDINATORS, "upload", OWN_SITES, is_clinical=True),
    Row(f"{_UPLOAD}findings/", "GET", COORDINATORS, "upload", OWN_SITES, is_clinical=True),
    Row(f"{_UPLOAD}commit/", "POST", COORDINATORS, "upload", OWN_SITES, is_clinical=True),
    Row(f"{_UPLOAD}discard/", "POST", COORDINATORS, "upload", OWN_SITES, is_clinical=True),
]
