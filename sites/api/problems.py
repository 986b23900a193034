"""What went wrong, told to programs: problem details (RFC 9457) that name each field and what to send instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _

CONTENT_TYPE = "application/problem+json"
# Names a kind of problem for ever; nothing is to be fetched there.
TYPE = "urn:quell:problem:"


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field, and what to do about it; the field is empty for the whole."""

    field: str
    message: str
    remedy: str = ""

    def as_data(self) -> dict[str, str]:
        """Return it as it is sent."""
        return {"field": self.field, "message": self.message, "remedy": self.remedy}


@dataclass(frozen=True)
class Problem:
    """One answer that is no success. `kind` is for programs, title and detail are for people, in their language."""

    kind: str
    status: int
    title: str
    detail: str
    errors: Sequence[FieldError] = ()
    further: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """Return it as it is sent."""
        told = {"type": TYPE + self.kind, "title": self.title, "status": self.status, "detail": self.detail}
        return {**told, "errors": [error.as_data() for error in self.errors], **self.further}


class Refused(Exception):  # noqa: N818 -- the name says what happened
    """Raised to answer with a problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.kind)


def not_found() -> Problem:
    """Say that there is no such thing, or none that this person may see; the two look the same."""
    words = _("There is nothing at this address, or nothing that you may see. Check the address and the key in it.")
    return Problem("not-found", HTTPStatus.NOT_FOUND, _("Not found"), words)


def no_right() -> Problem:
    """Say that the person's role does not allow it."""
    words = _("Your role does not allow this here. Ask the administrator of the registry if it should.")
    return Problem("no-right", HTTPStatus.FORBIDDEN, _("No right"), words)


def wrong_fields(errors: Sequence[FieldError]) -> Problem:
    """Say which fields of what was sent cannot be taken."""
    words = _("Some of what was sent cannot be taken. “errors” names each field and what to send. Nothing was saved.")
    return Problem("wrong-fields", HTTPStatus.UNPROCESSABLE_ENTITY, _("Fields to correct"), words, errors)


def wrong_address(errors: Sequence[FieldError]) -> Problem:
    """Say which parameters of an address cannot be taken."""
    words = _("Some parameters of the address are not known. “errors” names each of them and what to send.")
    return Problem("wrong-parameters", HTTPStatus.BAD_REQUEST, _("Parameters to correct"), words, errors)


def stale(present: Mapping[str, Any]) -> Problem:
    """Say that the record is not the one that the program has seen, and give it as it is."""
    words = _("It has changed since you read it. “present” holds it as it is now: look at it and decide again.")
    return Problem(
        "stale", HTTPStatus.PRECONDITION_FAILED, _("Changed meanwhile"), words, further={"present": dict(present)}
    )


def of_status(status: int, number: str = "") -> Problem:
    """Return the problem that a bare status stands for, where a page was about to be sent to a program."""
    if status == HTTPStatus.NOT_FOUND:
        return not_found()
    if status == HTTPStatus.FORBIDDEN:
        return no_right()
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        words = _("The server cannot read this request. Compare it with the description of the interface.")
        return Problem("bad-request", status, _("Not understood"), words)
    words = _("Something broke here, and nothing was saved. Report the number %(number)s to the registry.")
    return Problem("broken", status, _("Broken"), words % {"number": number or "-"})


def too_large(limit: int) -> Problem:
    """Say that more was sent at once than is read."""
    words = _("At most %(limit)s bytes can be sent at once. Send it in several parts.") % {"limit": limit}
    return Problem("too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("Too large"), words)


def moved_on(words: str) -> Problem:
    """Say that the record has moved on to a state in which this cannot be done."""
    return Problem("moved-on", HTTPStatus.CONFLICT, _("Not as it was"), words)


def second_factor() -> Problem:
    """Say that the sign-in lacks its second factor."""
    words = _(
        "This sign-in has not proved its second factor. Do that on the pages of the registry, then send it again."
    )
    return Problem("second-factor", HTTPStatus.FORBIDDEN, _("Second factor missing"), words)


def key_used() -> Problem:
    """Say that the key of a request was given to another one."""
    words = _("This key was sent with another request. Give each thing that is to be done a key of its own.")
    error = FieldError("Idempotency-Key", _("It is used already."), words)
    return Problem("key-used", HTTPStatus.UNPROCESSABLE_ENTITY, _("Key used before"), words, [error])


def no_scope(scope: str) -> Problem:
    """Say that the token lacks a scope."""
    words = _("The token lacks the scope “%(scope)s”. Make one that has it, on the page of your tokens.")
    return Problem("scope", HTTPStatus.FORBIDDEN, _("Scope missing"), words % {"scope": scope})


def no_version() -> Problem:
    """Say that a change needs the version that was seen."""
    words = _("Send the ETag of what you have read in the header If-Match, so that nobody's change is overwritten.")
    error = FieldError("If-Match", _("It is missing."), words)
    return Problem("version-wanted", HTTPStatus.PRECONDITION_REQUIRED, _("Version wanted"), words, [error])
