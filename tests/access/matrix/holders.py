"""Rows of who holds a release, and of releases and requests for programs."""

from __future__ import annotations

from tests.access.matrix.releases import GRANTED, READERS
from tests.access.matrix.row import DATA_MANAGERS, INVESTIGATORS, Row

_RELEASE = "releases/<uuid:pk>/"
_REQUEST = "api/requests/<uuid:pk>/"
_OWN = {"ivan": "A"}
_PACKAGE = f"api/{_RELEASE}packages/<uuid:package_pk>/file/"

ROWS = [
    Row(f"{_RELEASE}holders.csv", "GET", DATA_MANAGERS, "release", GRANTED),
    Row(f"{_RELEASE}withdraw/", "GET POST", DATA_MANAGERS, "release", GRANTED),
    Row("api/projects/", "GET", DATA_MANAGERS),
    Row("api/releases/", "GET POST", READERS, writers=DATA_MANAGERS),
    Row(f"api/{_RELEASE}", "GET", READERS, "release", GRANTED),
    Row(f"api/{_RELEASE}cancel/", "POST", DATA_MANAGERS, "release", GRANTED),
    Row(f"api/{_RELEASE}retry/", "POST", DATA_MANAGERS, "release", GRANTED),
    Row(f"api/{_RELEASE}terms/", "POST", READERS, "release", GRANTED),
    Row(f"api/{_RELEASE}packages/", "GET", READERS, "release", GRANTED),
    Row(_PACKAGE, "GET", READERS, "package", GRANTED),
    Row(f"api/{_RELEASE}reports/", "GET POST", READERS, "release", GRANTED),
    Row(f"api/{_RELEASE}reports/<uuid:report_pk>/", "GET", READERS, "report", GRANTED),
    Row(f"api/{_RELEASE}reports/<uuid:report_pk>/appendix/", "GET", READERS, "report", GRANTED),
    Row("api/requests/", "GET POST", READERS, writers=INVESTIGATORS),
    Row("api/requests/options/", "GET", READERS),
    Row(_REQUEST, "GET PATCH", READERS, "request", GRANTED, writers=INVESTIGATORS, refuses_first=True),
    Row(f"{_REQUEST}submit/", "POST", INVESTIGATORS, "request", _OWN),
    Row(f"{_REQUEST}recall/", "POST", INVESTIGATORS, "request", _OWN),
    Row(f"{_REQUEST}messages/", "GET POST", READERS, "request", GRANTED),
]
