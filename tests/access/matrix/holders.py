"""Rows of who holds a release, and of releases and requests for programs."""

from __future__ import annotations

from tests.access.matrix.releases import GRANTED, READERS
from tests.access.matrix.row import DATA_MANAGERS, Row

_RELEASE = "releases/<uuid:pk>/"
_PACKAGE = f"api/{_RELEASE}packages/<uuid:package_pk>/file/"

ROWS = [
    Row(f"{_RELEASE}holders.csv", "GET", DATA_MANAGERS, "release", GRANTED),
    Row(f"{_RELEASE}withdraw/", "GET POST", DATA_MANAGERS, "release", GRANTED),
    Row("api/releases/", "GET", READERS),
    Row(f"api/{_RELEASE}", "GET", READERS, "release", GRANTED),
    Row(f"api/{_RELEASE}terms/", "POST", READERS, "release", GRANTED),
    Row(f"api/{_RELEASE}packages/", "GET", READERS, "release", GRANTED),
    Row(_PACKAGE, "GET", READERS, "package", GRANTED),
    Row(f"api/{_RELEASE}reports/", "GET POST", READERS, "release", GRANTED),
    Row(f"api/{_RELEASE}reports/<uuid:report_pk>/", "GET", READERS, "report", GRANTED),
    Row(f"api/{_RELEASE}reports/<uuid:report_pk>/appendix/", "GET", READERS, "report", GRANTED),
    Row("api/requests/", "GET", READERS),
    Row("api/requests/<uuid:pk>/", "GET", READERS, "request", GRANTED),
]
