"""What went wrong, told to programs (RFC 9457), where releases have words of their own for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _

CONTENT_TYPE = "application/problem+json"
TYPE = "urn:quell:problem:"


@dataclass(frozen=True)
class Problem:
    """One answer that is no success. `kind` is for programs, title and detail are for people, in their language."""

    kind: str
    status: int
    title: str
    detail: str
    errors: tuple[Mapping[str, str], ...] = field(default=())

    def as_data(self) -> dict[str, Any]:
        """Return it as it is sent."""
        told = {"type": TYPE + self.kind, "title": self.title, "status": int(self.status), "detail": self.detail}
        return {**told, "errors": [dict(error) for error in self.errors]}


class Refused(Exception):  # noqa: N818 -- the name says what happened
    """Raised to answer with a problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.kind)


def terms_not_accepted() -> Problem:
    """Say that the terms of the release come first."""
    words = _("Read the terms under “terms” of the release and accept them with a POST to its address “accept_terms”.")
    return Problem("terms-not-accepted", HTTPStatus.CONFLICT, _("Terms not accepted"), words)


def file_missing() -> Problem:
    """Say that the file is not where it was put."""
    words = _("The file of this package is missing or damaged. Tell whoever runs the server.")
    return Problem("file-missing", HTTPStatus.GONE, _("File missing"), words)


def old_sign_in() -> Problem:
    """Say that the person has to prove anew who they are."""
    words = _("Packages are handed out within five minutes of signing in. Confirm who you are, then ask again.")
    return Problem("sign-in-old", HTTPStatus.FORBIDDEN, _("Confirm who you are"), words)


def no_level() -> Problem:
    """Say that the level asked for is none that the person may have."""
    words = _("There is no such level of this release, or it is above yours.")
    error = {"field": "level", "message": words, "remedy": _("Send one of those under “levels”, or leave it out.")}
    return Problem("wrong-parameters", HTTPStatus.BAD_REQUEST, _("Parameters to correct"), words, (error,))


def unknown_parameter(name: str, known: tuple[str, ...]) -> Problem:
    """Say that a parameter of the address is not known."""
    words = _("Some parameters of the address are not known. “errors” names each of them and what to send.")
    remedy = _("Leave it out. The parameters are: %(names)s.") % {"names": ", ".join(known) or "-"}
    error = {"field": name, "message": _("There is no such parameter here."), "remedy": remedy}
    return Problem("wrong-parameters", HTTPStatus.BAD_REQUEST, _("Parameters to correct"), words, (error,))


def wrong_plan(words: str) -> Problem:
    """Say what is wrong with the plan of a report."""
    remedy = _("Send dose_rule, indications, products, year_from, year_to, min_follow_up_days, or leave them out.")
    error = {"field": "plan", "message": words, "remedy": remedy}
    return Problem("wrong-plan", HTTPStatus.BAD_REQUEST, _("Plan to correct"), words, (error,))


def not_out() -> Problem:
    """Say that the release is not out, so that nothing can be computed from it."""
    words = _("Only a published release has a report.")
    return Problem("not-published", HTTPStatus.CONFLICT, _("Not published"), words)


def too_many_reports(words: str) -> Problem:
    """Say that so many reports of the person are under way that they have to wait."""
    return Problem("too-many-reports", HTTPStatus.CONFLICT, _("Wait for a report"), words)


def report_not_done() -> Problem:
    """Say that a report has no files yet."""
    words = _("The report is not done. Its address says how far it is, or why it could not be made.")
    return Problem("not-done", HTTPStatus.CONFLICT, _("Not done"), words)


def report_missing() -> Problem:
    """Say that the files of a report are not as they were written."""
    words = _("The files of this report are missing or damaged. Ask for it again with a POST to the list of reports.")
    return Problem("file-missing", HTTPStatus.GONE, _("File missing"), words)
