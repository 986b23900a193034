"""What people do with data queries: ask, answer, discuss, assign, settle, ask again.

A hospital answers and corrects; the registry settles. Every act is an entry of the thread, which nobody edits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.checks.compiled import fingerprints
from registry.checks.declared import Severity, check_named
from registry.checks.importance import rank_of_field
from registry.metadata import Topic, topic_named
from registry.models import AnswerCause, DataQuery, Patient, QueryAct, QueryEntry, QueryState, Resolution
from registry.services.case_turns import wait_for_turns
from registry.services.records import patient_of
from registry.services.refusals import WriteRefused
from sites.access import can, require
from sites.context import acting_as
from sites.roles import Permission

# What a person may say when closing; the others are the registry's own.
CLOSINGS = (Resolution.VERIFIED, Resolution.EXCLUDED, Resolution.SETTLED, Resolution.FIXED, Resolution.CANCELLED)
NEEDS_WORDS = frozenset({Resolution.VERIFIED, Resolution.EXCLUDED, Resolution.CANCELLED})


def query_open(
    *, patient: Patient, topic: str, row_id: UUID, field: str = "", text: str, by: Any, assignee: Any = None
) -> DataQuery:
    """Ask the hospital about one field of a row, or about the row, and return the query.

    PermissionDenied without the right; ValidationError without words; LookupError for what is no row of the case.
    """
    require(by, Permission.QUERY_OPEN, patient.site_id)
    words, now = _words(text, needed=_("Say what is to be checked.")), timezone.now()
    if assignee is not None:
        _require_answerer(assignee, patient.site_id)
    with acting_as(by, reason=_("query opened")):
        entry = _row_of(patient, topic, row_id, field)
        return DataQuery.objects.create(
            site_id=patient.site_id, patient=patient, topic=entry.code, row_id=row_id, field=field, text=words,
            rank=rank_of_field(entry.code, field), opened_at=now, asked_at=now, opened_by=by, assignee=assignee,
        )  # fmt: skip


def value_verify(*, patient: Patient, topic: str, row_id: UUID, field: str, text: str, by: Any) -> DataQuery:
    """Mark a value as checked against its source, without a question; a change of the value ends that.

    Soft checks that speak of the value first keep quiet meanwhile; what they have asked already is settled with it.
    """
    require(by, Permission.QUERY_CLOSE, patient.site_id)
    words, now = _words(text, needed=_("Say how it was checked.")), timezone.now()
    with acting_as(by, reason=_("value verified")):
        wait_for_turns([patient.pk])
        entry = _row_of(patient, topic, row_id, field)
        _settle_soft(row_id, field, words, by)
        return DataQuery.objects.create(
            site_id=patient.site_id, patient=patient, topic=entry.code, row_id=row_id, field=field, text=words,
            rank=rank_of_field(entry.code, field), opened_at=now, asked_at=now, opened_by=by, closed_at=now,
            closed_by=by, state=QueryState.CLOSED, resolution=Resolution.VERIFIED,
            fingerprint=fingerprints(entry, [row_id], [field] if field else [])[row_id],
        )  # fmt: skip


def _settle_soft(row_id: UUID, field: str, words: str, by: Any) -> None:
    """Settle what soft checks ask about a value that was compared with its source."""
    asked = DataQuery.objects.filter(row_id=row_id, field=field).exclude(check_code="").exclude(state=QueryState.CLOSED)
    for query in asked:
        if check_named(query.check_code).severity is Severity.SOFT:
            query_close(query=query, resolution=Resolution.VERIFIED, text=words, by=by)


def query_answer(*, query: DataQuery, cause: str, text: str = "", by: Any) -> DataQuery:
    """Answer a query with a coded cause and words; it then waits for the registry."""
    require(by, Permission.QUERY_ANSWER, query.site_id)
    if cause not in AnswerCause.values:
        raise ValidationError({"cause": _("Choose why the value was as it was.")})
    words = _words(text, needed=_("Say it in words.") if cause == AnswerCause.OTHER else "")
    with _acting_on(query, by, _("query answered"), (QueryState.OPEN, QueryState.ANSWERED)) as current:
        now = timezone.now()
        current.state, current.answered_at = QueryState.ANSWERED, now
        current.first_answered_at = current.first_answered_at or now
        _write(current, QueryAct.ANSWERED, by, words, cause=cause)
    return current


def query_comment(*, query: DataQuery, text: str, by: Any) -> DataQuery:
    """Add words to the thread of a query, from either side, without settling anything."""
    if not can(by, Permission.QUERY_OPEN, query.site_id):
        require(by, Permission.QUERY_ANSWER, query.site_id)
    words = _words(text, needed=_("Write a comment."))
    with _acting_on(query, by, _("query discussed"), tuple(QueryState)) as current:
        _write(current, QueryAct.COMMENTED, by, words)
    return current


def query_assign(*, query: DataQuery, assignee: Any, by: Any) -> DataQuery:
    """Say who at the hospital is to answer; nobody in particular with None."""
    if not can(by, Permission.QUERY_OPEN, query.site_id):
        require(by, Permission.QUERY_ANSWER, query.site_id)
    if assignee is not None:
        _require_answerer(assignee, query.site_id)
    with _acting_on(query, by, _("query assigned"), (QueryState.OPEN, QueryState.ANSWERED)) as current:
        current.assignee = assignee
        _write(current, QueryAct.ASSIGNED, by, str(assignee) if assignee else "")
    return current


def query_close(*, query: DataQuery, resolution: str, text: str = "", by: Any, seen: int | None = None) -> DataQuery:
    """Settle a query. Its check stays quiet about the row until the values change.

    `seen` is the version of the row that the person looked at. ValidationError for a resolution that people do not
    give, or one without its reason; WriteRefused where the row has changed since.
    """
    require(by, Permission.QUERY_CLOSE, query.site_id)
    if resolution not in CLOSINGS:
        raise ValidationError({"resolution": _("Choose how the query is settled.")})
    words = _words(text, needed=_("Say why.") if resolution in NEEDS_WORDS else "")
    with _acting_on(query, by, _("query closed"), (QueryState.OPEN, QueryState.ANSWERED)) as current:
        if seen is not None and _version_of(current) not in (seen, None):
            raise WriteRefused(_("Somebody changed this row just now. Look at it once more."), code="moved_on")
        current.state, current.resolution = QueryState.CLOSED, resolution
        current.closed_at, current.closed_by = timezone.now(), by
        current.fingerprint = _fingerprint(current)
        _write(current, QueryAct.CLOSED, by, words, resolution=resolution)
    return current


def query_reopen(*, query: DataQuery, text: str, by: Any) -> DataQuery:
    """Ask again, with the reason; the thread goes on."""
    require(by, Permission.QUERY_CLOSE, query.site_id)
    words = _words(text, needed=_("Say why."))
    with _acting_on(query, by, _("query re-opened"), (QueryState.ANSWERED, QueryState.CLOSED)) as current:
        current.state, current.resolution, current.fingerprint = QueryState.OPEN, "", ""
        current.closed_at = current.closed_by = current.answered_at = None
        current.asked_at = timezone.now()
        current.times_reopened += 1
        _write(current, QueryAct.REOPENED, by, words)
    return current


@contextmanager
def _acting_on(query: DataQuery, by: Any, reason: str, states: tuple[QueryState, ...]) -> Iterator[DataQuery]:
    """Hold the query as it is now; WriteRefused where it has moved on to a state in which this makes no sense."""
    with acting_as(by, reason=reason):
        # With the case as well: a save that changes the value meanwhile would look past a decision not yet through.
        wait_for_turns([query.patient_id])
        current = DataQuery.objects.select_for_update(of=("self",)).filter(pk=query.pk).first()
        if current is None:
            raise WriteRefused(_("This query does not exist any more."))
        if current.state not in states:
            words = _("This query is “%(state)s” by now. Look at it once more.")
            raise WriteRefused(words % {"state": QueryState(current.state).label}, code="moved_on")
        yield current


def _write(query: DataQuery, act: QueryAct, by: Any, text: str, *, cause: str = "", resolution: str = "") -> None:
    query.version += 1
    query.save(force_update=True)
    QueryEntry.objects.create(
        site_id=query.site_id, query=query, at=timezone.now(), by=by, act=act, cause=cause, resolution=resolution,
        text=text,
    )  # fmt: skip


def _version_of(query: DataQuery) -> int | None:
    rows = topic_named(query.topic).model._default_manager.filter(pk=query.row_id)
    return rows.values_list("version", flat=True).first()


def _fingerprint(query: DataQuery) -> str:
    topic = topic_named(query.topic)
    fields = check_named(query.check_code).fields if query.check_code else [query.field] if query.field else []
    return fingerprints(topic, [query.row_id], fields).get(query.row_id, "")


def _row_of(patient: Patient, code: str, row_id: UUID, field: str) -> Topic:
    topic = topic_named(code)
    if field and field not in {entry.name for entry in topic.fields}:
        raise LookupError(f"{code} has no field {field}.")
    row = topic.model._default_manager.filter(pk=row_id, site_id=patient.site_id).first()
    if row is None or patient_of(topic, row) != patient.pk:
        raise LookupError(f"No row {row_id} of {code} in this case.")
    return topic


def _require_answerer(user: Any, site_id: UUID) -> None:
    if not can(user, Permission.QUERY_ANSWER, site_id):
        raise ValidationError({"assignee": _("This person cannot answer queries of this hospital.")})


def _words(text: str, *, needed: str) -> str:
    words = text.strip()
    if needed and not words:
        raise ValidationError({"text": needed})
    if len(words) > 500:
        raise ValidationError({"text": _("Use at most 500 characters.")})
    return words
