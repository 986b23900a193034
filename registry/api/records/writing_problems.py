"""Why a row was not written, as a problem of one row: the same whether it came alone or among many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _

from registry.api.serializers.topic_words import wanted
from registry.metadata import Topic
from registry.services.lock_sql import LOCKED, REASON_NEEDED
from registry.services.refusals import WriteRefused
from registry.services.rows import Became, Outcome
from sites.api.problems import FieldError, Problem, not_found, stale, wrong_fields

DONE = frozenset({Became.SAVED, Became.SAME, Became.DELETED})
REASON, REASON_HEADER = "reason", "Change-Reason"


def problem_of(outcome: Outcome, present: Mapping[str, Any] | None = None) -> Problem | None:
    """Return why a row was not written, None where it was; `present` is the row as it is now, if it has moved on."""
    match outcome.became:
        case became if became in DONE:
            return None
        case Became.GONE:
            return not_found()
        case Became.CONFLICT:
            return stale(present or {}) if present else not_found()
        case Became.TAKEN:
            return key_taken(outcome)
        case Became.HELD if outcome.refusal:
            return held(outcome.refusal)
    return wrong_fields(list(_errors(outcome)))


def held(refusal: WriteRefused, reason: str = REASON) -> Problem:
    """Say that a lock, a missing reason or somebody else keeps the form as it is; `reason` names where one is sent."""
    words, code = " ".join(refusal.messages), refusal.code if hasattr(refusal, "code") else None
    if code == REASON_NEEDED:
        remedy = _("Send in “%(field)s” why it changes.") % {"field": reason}
        errors = [FieldError(reason, _("It is missing."), remedy)]
        return Problem("reason-wanted", HTTPStatus.CONFLICT, _("Reason wanted"), words, errors)
    if code == LOCKED:
        return Problem("locked", HTTPStatus.CONFLICT, _("Locked"), words)
    return Problem("busy", HTTPStatus.CONFLICT, _("Others are writing"), words)


def key_taken(outcome: Outcome) -> Problem:
    """Say that another row has the key, and which one it is."""
    words = _("There is a row with this key already. Change the one that “existing” names, or send another key.")
    record = outcome.record
    existing = {} if record._state.adding else {"existing": {"id": str(record.pk), "version": record.version}}
    errors = [FieldError(name, sentence, words) for name, told in outcome.errors.items() for sentence in told]
    return Problem("key-taken", HTTPStatus.CONFLICT, _("Key taken"), words, errors, further=existing)


def _errors(outcome: Outcome) -> Iterator[FieldError]:
    for name, told in outcome.errors.items():
        for words in told:
            yield FieldError(name, words, _remedy(outcome.write.topic, name) or words)


def _remedy(topic: Topic, name: str) -> str:
    declared = {field.name: field for field in topic.entered_fields}
    return str(wanted(declared[name])) if name in declared else ""
