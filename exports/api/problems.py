"""What went wrong, told to programs (RFC 9457), where releases have words of their own for it."""

from __future__ import annotations

from http import HTTPStatus

from django.utils.translation import gettext as _

from sites.api.problems import CONTENT_TYPE, FieldError, Problem


def refusals(*statuses: HTTPStatus) -> dict[tuple[int, str], dict[str, str]]:
    """Return how an address is described that refuses in more ways than every address does."""
    return {(int(status), CONTENT_TYPE): {"$ref": "#/components/schemas/Problem"} for status in statuses}


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
    error = FieldError("level", words, _("Send one of those under “levels”, or leave it out."))
    return Problem("wrong-parameters", HTTPStatus.BAD_REQUEST, _("Parameters to correct"), words, (error,))


def wrong_plan(words: str) -> Problem:
    """Say what is wrong with the plan of a report."""
    remedy = _("Send dose_rule, indications, products, year_from, year_to, min_follow_up_days, or leave them out.")
    error = FieldError("plan", words, remedy)
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
