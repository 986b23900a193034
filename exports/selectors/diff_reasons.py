"""Why two releases differ, from the record as it is now and the audit trail in between. For data managers alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Case, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from exports.diff import Kind
from exports.freeze.eligibility import Exclusion, conditions, sites_with_papers
from exports.freeze.errors import KeyMissing
from exports.freeze.privacy import released_columns
from exports.freeze.pseudonyms import project_key, subject_key
from exports.models import Release
from exports.selectors.diff_trail import Edit, Trail, trail_of
from exports.selectors.releases import blocked_cases
from registry.metadata import DateVariable, topics
from registry.metadata.release import leaves
from registry.models import Patient
from sites.access import require
from sites.audit import event_model_of
from sites.models import User
from sites.roles import Permission

# Cases whose audit trail is read at a time.
AT_ONCE: Final = 200
Line = Mapping[str, Any]


@dataclass(frozen=True)
class Why:
    """Why a line is there: in words, and for an edit who made it, when, and the reason that they gave."""

    words: str = ""
    who: str = ""
    at: dt.datetime | None = None
    reason: str = ""


def reasons_of(lines: Sequence[Line], before: Release, after: Release, user: User) -> list[Why]:
    """Return for each line of a comparison why it is there; PermissionDenied for whoever may not freeze."""
    require(user, Permission.RELEASE_FREEZE)
    people = patients_of(after, {line["subject"] for line in lines if line["subject"]}, user)
    found = _of_people(lines, people, before, user)
    edited = [line for line in lines if line["subject"] in people and not _is_person(line)]
    subjects = sorted({line["subject"] for line in edited})
    for start in range(0, len(subjects), AT_ONCE):
        chunk = {subject: people[subject] for subject in subjects[start : start + AT_ONCE]}
        codes = {line["sheet"] for line in edited if line["subject"] in chunk}
        trail = trail_of(chunk.values(), codes, moment_of(before), moment_of(after))
        for number, line in enumerate(lines):
            if line["subject"] in chunk and not _is_person(line):
                found[number] = _of_line(line, chunk[line["subject"]], trail)
    return [found.get(number, Why()) for number in range(len(lines))]


def patients_of(release: Release, subjects: Collection[str], user: User) -> dict[str, UUID]:
    """Return the cases behind some subject keys of a project; none that are gone, nor where the link is cut."""
    try:
        key = project_key(settings.QUELL_PROJECT_KEK, bytes(release.project.salt))
    except KeyMissing:
        return {}
    ids = Patient.objects.visible_to(user).order_by().values_list("pk", flat=True)
    named = ((subject_key(key, patient), patient) for patient in ids.iterator()) if subjects else iter(())
    return {subject: patient for subject, patient in named if subject in subjects}


def moment_of(release: Release) -> dt.datetime:
    """Return until when edits are in a release: its data cut, unless one of long ago was given."""
    return max(release.data_cut_at or release.created_at, release.created_at)


def _is_person(line: Line) -> bool:
    return line["what"] in {Kind.PATIENT_IN, Kind.PATIENT_OUT}


def _of_people(lines: Sequence[Line], people: Mapping[str, UUID], before: Release, user: User) -> dict[int, Why]:
    chosen = {number: line for number, line in enumerate(lines) if _is_person(line)}
    if not chosen:
        return {}
    known = {people[line["subject"]] for line in chosen.values() if line["subject"] in people}
    exclusion, entered = _excluded_now(known, user), _entered_since(known, moment_of(before))
    told: dict[int, Why] = {}
    for number, line in chosen.items():
        patient = people.get(line["subject"])
        is_out = line["what"] == Kind.PATIENT_OUT
        told[number] = _why_out(patient, exclusion) if is_out else _why_in(patient, entered)
    return told


def _why_out(patient: UUID | None, exclusion: Mapping[UUID, str]) -> Why:
    if patient is None:
        return Why(_("The case is not in the registry any more."))
    if reason := exclusion.get(patient):
        return Why(str(Exclusion(reason).label))
    return Why(_("Nothing keeps the case back now: it was left out then, or the release asks for other cases."))


def _why_in(patient: UUID | None, entered: Mapping[UUID, Edit]) -> Why:
    edit = entered.get(patient) if patient is not None else None
    if edit is not None:
        return _edit_told(_("The case was entered since."), edit)
    return Why(_("The case was in the registry already, and may leave now."))


def _excluded_now(patients: Collection[UUID], user: User) -> dict[UUID, str]:
    """Return the first reason for which each of these cases would stay out of a release of today."""
    today = timezone.localdate()
    ordered = conditions(sites_with_papers(today), blocked_cases(user, today))
    whens = [When(~condition, then=Value(reason.value)) for reason, condition in ordered]
    reason = Case(*whens, default=None, output_field=models.CharField(null=True))
    found = Patient.objects.visible_to(user).filter(pk__in=patients).order_by().annotate(exclusion=reason)
    return {pk: why for pk, why in found.values_list("pk", "exclusion") if why}


def _entered_since(patients: Collection[UUID], since: dt.datetime) -> dict[UUID, Edit]:
    model: Any = event_model_of(Patient)
    events = model.objects.filter(pgh_obj_id__in=patients, pgh_label="insert")
    return {event.pgh_obj_id: _edit_of(event) for event in events.filter(pgh_created_at__gt=since)}


def _edit_of(event: Any) -> Edit:
    told = event.pgh_context
    return Edit("insert", frozenset(), event.pgh_created_at, told.get("user_label", ""), told.get("reason", ""))


def _of_line(line: Line, patient: UUID, trail: Trail) -> Why:
    edits = trail.rows.get((line["sheet"], patient, line["key"]), [])
    field = _fields().get((line["sheet"], line["column"]))
    match line["what"]:
        case Kind.ROW_ADDED:
            return _last(edits, lambda edit: edit.kind != "delete", _("The row was entered."))
        case Kind.ROW_REMOVED:
            return _last(edits, lambda edit: edit.kind != "insert", _("The row was deleted or got another key."))
        case Kind.VALUE_CHANGED if field is not None:
            changed = _last(edits, lambda edit: field.name in edit.fields, _("The value was changed."))
            if changed.at is None and isinstance(field, DateVariable):
                return _last(
                    trail.infusions.get(patient, []), lambda _edit: True, _("The day of infusion was changed.")
                )
            return changed
    return Why(_followed())


def _last(edits: Sequence[Edit], is_it: Callable[[Edit], bool], words: str) -> Why:
    chosen = [edit for edit in edits if is_it(edit)]
    return _edit_told(words, max(chosen, key=lambda edit: edit.at)) if chosen else Why(_followed())


def _edit_told(words: str, edit: Edit) -> Why:
    return Why(words, edit.who, edit.at, edit.why)


def _followed() -> str:
    return _("Nobody changed this value itself: it follows from others, or from the rules of the release.")


@lru_cache(maxsize=1)
def _fields() -> Mapping[tuple[str, str], Any]:
    """Return table, column -> the field of the record that the column is made from."""
    return dict(_columns())


def _columns() -> Iterator[tuple[tuple[str, str], Any]]:
    for topic in topics():
        for field in topic.fields:
            for column in released_columns(field) if leaves(field) else ():
                yield (topic.code, column.name), field
