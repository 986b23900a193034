"""Rows of Django's administration: for administrators, over reference lists, sites and people; nothing clinical."""

from __future__ import annotations

from collections.abc import Iterator

from tests.access.matrix.row import ADMINISTRATORS, EVERYBODY, Outcome, Row

_NEVER = {"adam": Outcome.REFUSED}


def _model(path: str, objects: str, *, deletes: bool) -> Iterator[Row]:
    """Yield the rows of one model. What does not exist is answered with a message on the first page."""
    for act in ("", "add/"):
        yield Row(f"admin/{path}/{act}", "GET POST", ADMINISTRATORS, lenient=True)
    for act in ("history/", "change/", "", "delete/"):
        instead = _NEVER if act == "delete/" and not deletes else {}
        route = f"admin/{path}/<path:object_id>/{act}"
        yield Row(route, "GET POST", ADMINISTRATORS, objects, lenient=True, absent=Outcome.DONE, instead=instead)


ROWS = [
    Row("admin/", "GET", ADMINISTRATORS, lenient=True),
    Row("admin/login/", "GET POST", ADMINISTRATORS, lenient=True),
    Row("admin/logout/", "POST", EVERYBODY, lenient=True),
    Row("admin/password_change/", "GET POST", ADMINISTRATORS, lenient=True),
    Row("admin/password_change/done/", "GET", ADMINISTRATORS, lenient=True),
    Row("admin/autocomplete/", "GET", ADMINISTRATORS, lenient=True, instead=_NEVER),
    Row("admin/jsi18n/", "GET", ADMINISTRATORS, lenient=True),
    Row("admin/r/<path:content_type_id>/<path:object_id>/", "GET", ADMINISTRATORS, "admin link", {}, lenient=True),
    Row("admin/^(?P<app_label>…)/$", "GET POST", ADMINISTRATORS, "application", lenient=True),
    Row("admin/(?P<url>.*)$", "GET", ADMINISTRATORS, "anything", {}, lenient=True),
    *_model("study_sites/site", "site", deletes=False),
    *_model("study_sites/user", "person", deletes=False),
    *_model("registry/product", "product", deletes=True),
]
