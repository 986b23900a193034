"""Rows of the data managers' side: deciding on requests, releases that wait ("A" and "B" alike), and the policy."""

from __future__ import annotations

from tests.access.matrix.row import DATA_MANAGERS, Row

ALL = {"dana": "AB"}

ROWS = [
    Row("requests/<uuid:pk>/decide/", "GET POST", DATA_MANAGERS, "decision", ALL),
    Row("requests/<uuid:pk>/assess/", "POST", DATA_MANAGERS, "decision", ALL),
    Row("releases/policy/", "GET POST", DATA_MANAGERS),
    Row("releases/<uuid:pk>/risk/", "GET", DATA_MANAGERS, "held release", ALL),
    Row("releases/<uuid:pk>/risk.csv", "GET", DATA_MANAGERS, "held release", ALL),
    Row("releases/<uuid:pk>/coarsen/", "POST", DATA_MANAGERS, "held release", ALL),
    Row("releases/<uuid:pk>/sign/", "GET POST", DATA_MANAGERS, "held release", ALL),
    Row("releases/<uuid:pk>/continue/", "POST", DATA_MANAGERS, "held release", ALL),
    Row("releases/<uuid:pk>/refuse/", "POST", DATA_MANAGERS, "held release", ALL),
]
