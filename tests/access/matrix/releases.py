"""Rows of the pages of releases: "A" is a release granted to ivan, "B" one that is not."""

from __future__ import annotations

from tests.access.matrix.row import DATA_MANAGERS, INVESTIGATORS, NOBODY, STRANGERS, Outcome, Row

READERS = DATA_MANAGERS | INVESTIGATORS
GRANTED = {"dana": "AB", "ivan": "A"}

ROWS = [
    Row("releases/", "GET", READERS),
    Row("releases/new/", "GET POST", DATA_MANAGERS),
    Row("releases/<uuid:pk>/", "GET", READERS, "release", GRANTED),
    Row("releases/<uuid:pk>/progress/", "GET", READERS, "release", GRANTED),
    Row("releases/<uuid:pk>/terms/", "POST", READERS, "release", GRANTED),
    Row("releases/<uuid:pk>/packages/<uuid:package_pk>/", "POST", READERS, "package", GRANTED),
    Row("releases/<uuid:pk>/reports/", "GET", READERS, "release", GRANTED),
    Row("releases/<uuid:pk>/reports/new/", "POST", READERS, "release", GRANTED),
    Row("releases/<uuid:pk>/reports/<uuid:report_pk>/", "GET", READERS, "report", GRANTED),
    Row("releases/<uuid:pk>/reports/<uuid:report_pk>/progress/", "GET", READERS, "report", GRANTED),
    Row("releases/<uuid:pk>/reports/<uuid:report_pk>/figures.json", "GET", READERS, "report", GRANTED),
    Row("releases/<uuid:pk>/reports/<uuid:report_pk>/files/<slug:file>/", "POST", READERS, "report_file", GRANTED),
    Row("releases/<uuid:pk>/redcap/", "GET", READERS, "release", GRANTED),
    Row("releases/<uuid:pk>/redcap/new/", "POST", READERS, "release", GRANTED),
    Row("releases/<uuid:pk>/redcap/<uuid:token_pk>/revoke/", "POST", READERS, "redcap token", GRANTED),
    # Opened by a token in the form, never by who is signed in.
    Row("redcap/api/", "POST", NOBODY, instead=dict.fromkeys(STRANGERS, Outcome.REFUSED)),
    Row("releases/<uuid:pk>/diff/", "GET", READERS, "release", GRANTED),
    Row("releases/<uuid:pk>/diff.csv", "GET", READERS, "release", GRANTED),
    Row("releases/<uuid:pk>/retry/", "POST", DATA_MANAGERS, "release", GRANTED),
    Row("releases/<uuid:pk>/cancel/", "POST", DATA_MANAGERS, "release", GRANTED),
    Row("releases/<uuid:pk>/grant/", "POST", DATA_MANAGERS, "release", GRANTED),
    Row("releases/<uuid:pk>/grants/<uuid:grant_pk>/revoke/", "POST", DATA_MANAGERS, "grant", {"dana": "A"}),
]
