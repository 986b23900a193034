"""Rows of the pages of requests: "A" is ivan's, "B" another investigator's; both were submitted."""

from __future__ import annotations

from tests.access.matrix.row import DATA_MANAGERS, INVESTIGATORS, Row

READERS = DATA_MANAGERS | INVESTIGATORS
SEEN = {"dana": "AB", "ivan": "A"}
OWN = {"ivan": "A"}
DRAFT = {"act": "save", "title": "Dose", "profile": "AGREEMENT"}

ROWS = [
    Row("requests/", "GET", READERS),
    Row("requests/new/", "GET POST", INVESTIGATORS, post=DRAFT),
    Row("requests/count/", "POST", INVESTIGATORS, post={"PROD": "AXI"}),
    Row("requests/<uuid:pk>/", "GET", READERS, "request", SEEN),
    Row("requests/<uuid:pk>/edit/", "GET POST", INVESTIGATORS, "request", OWN, post=DRAFT),
    Row("requests/<uuid:pk>/progress/", "GET", READERS, "request", SEEN),
    Row("requests/<uuid:pk>/messages/", "POST", READERS, "request", SEEN, post={"text": "seen"}),
    Row("requests/<uuid:pk>/recall/", "POST", INVESTIGATORS, "request", OWN),
]
