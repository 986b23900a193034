"""Writing a file of identities: row by row in this process, because the database never sees what stands in them.

The rules are those of every other file: all rows are judged, the good ones written, and the same row is not touched.
Values are compared decrypted, and a hospital number with those of the site by its digest.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction

from registry.metadata import Topic
from registry.models import Patient, PatientIdentity
from registry.models.patient import NAME_FIELDS
from registry.models.record_index import record_index
from registry.services.lock_sql import LOCKED, REASON_NEEDED
from registry.services.staging import StageRow, has_stage, stage_table
from registry.services.written import Problem, Written

KEY = "study_id"
NUMBER = "local_record_number"


@dataclass
class IdentityRow:
    """One row of the file, and what it would become. `problem` is the first reason why it is not written."""

    number: int
    study_id: str
    given: dict[str, Any]
    reasons: dict[str, str]
    record: PatientIdentity | None = None
    kind: str = "new"
    problem: Problem | None = None
    number_index: str | None = field(default=None, repr=False)

    def refuse(self, code: str, detail: str = "", columns: Sequence[str] = (KEY,), **values: Any) -> None:
        """Note why the row is not written; the first reason stands. The number itself is never part of it."""
        if self.problem is None:
            self.problem = Problem(self.number, code, detail, tuple(columns), {KEY: self.study_id, **values})


def identities_write(
    *, topic: Topic, rows: Iterable[StageRow], columns: Sequence[str], site: Any, overwrite: bool, problem_limit: int
) -> Written:
    """Write the rows of a file of identities that are new or changed; see `records_write`."""
    found = [_row(topic, row) for row in rows if not row[1]]
    if not site.names_enabled and (named := _named(found)):
        return _names_refused(found, named)
    _refuse_copies(found)
    _place(topic, found, site)
    taken_columns = frozenset(columns) if overwrite else frozenset()
    for row in _good(found):
        _lay_over(topic, row, taken_columns)
    _refuse_known_numbers(found, site)
    _write(found)
    return _summary(found, problem_limit)


def _row(topic: Topic, row: StageRow) -> IdentityRow:
    number, _is_refused, reasons, study_id, *texts = row
    fields = [field for field in topic.entered_fields if field.name not in topic.key]
    given = {
        field.name: None if text is None else field.to_python(text) for field, text in zip(fields, texts, strict=True)
    }
    return IdentityRow(number, study_id, given, json.loads(reasons) if reasons else {})


def _named(rows: Iterable[IdentityRow]) -> list[str]:
    return sorted({name for row in rows for name in NAME_FIELDS if row.given[name]})


def _names_refused(rows: Sequence[IdentityRow], columns: Sequence[str]) -> Written:
    problems = [Problem(None, "names_off", "", (name,), {}) for name in columns]
    return Written(problem_count=len(problems), problems=problems, rejected=[row.number for row in rows])


def _good(rows: Iterable[IdentityRow]) -> Iterator[IdentityRow]:
    return (row for row in rows if row.problem is None)


def _refuse_copies(rows: Iterable[IdentityRow]) -> None:
    by_key: defaultdict[str, list[IdentityRow]] = defaultdict(list)
    for row in rows:
        by_key[row.study_id].append(row)
    for copies in by_key.values():
        for row in copies if len(copies) > 1 else ():
            row.refuse("duplicate", copies=[copy.number for copy in copies])


def _place(topic: Topic, rows: Sequence[IdentityRow], site: Any) -> None:
    """Find the patient of each row among those of the site, and the identity that is recorded already."""
    patients = {patient.study_id: patient for patient in Patient.objects.filter(site=site)}
    known = {
        record.patient_id: record for record in PatientIdentity.objects.select_for_update().filter(site=site).iterator()
    }
    refused = _staged_patients(topic)
    for row in rows:
        patient = patients.get(row.study_id)
        if patient is None:
            row.refuse("parent_refused" if row.study_id in refused else "parent_missing", "patient")
            continue
        row.record = known.get(patient.pk) or PatientIdentity(site=site, patient=patient)


def _staged_patients(topic: Topic) -> set[str]:
    """Return the study ids of the patients' file of the same upload: one without a patient now was refused there."""
    parent = topic.parent_topic
    if parent is None or not has_stage(parent):
        return set()
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{KEY}" FROM {stage_table(parent)}')
        return {key for (key,) in cursor.fetchall()}


def _lay_over(topic: Topic, row: IdentityRow, taken: frozenset[str]) -> None:
    record: Any = row.record
    before = _state(topic, record)
    for name, value in row.given.items():
        if name in taken or value is not None or name in row.reasons:
            setattr(record, name, value)
    said = {name for name, value in row.given.items() if value is not None} | taken
    record.missing = {name: why for name, why in record.missing.items() if name not in said} | row.reasons
    row.number_index = record_index(record.site_id, record.local_record_number)
    if not record._state.adding:
        row.kind = "same" if _state(topic, record) == before else "changed"


def _state(topic: Topic, record: Any) -> tuple[Any, ...]:
    return (*(getattr(record, field.name) for field in topic.entered_fields if field.name != KEY), dict(record.missing))


def _refuse_known_numbers(rows: Sequence[IdentityRow], site: Any) -> None:
    """Refuse a hospital number that another case of the site has, in the record or in an earlier row of the file."""
    wanted = {row.number_index for row in _good(rows) if row.number_index}
    known = PatientIdentity.objects.filter(site=site, record_index__in=wanted)
    holders = dict(known.values_list("record_index", "patient__study_id"))
    for row in _good(rows):
        holder = holders.setdefault(row.number_index, row.study_id) if row.number_index else row.study_id
        if holder != row.study_id:
            row.refuse("record_number_taken", holder, (NUMBER,))


def _write(rows: Sequence[IdentityRow]) -> None:
    new = [row for row in _good(rows) if row.kind == "new"]
    try:
        with transaction.atomic():
            PatientIdentity.objects.bulk_create([row.record for row in new if row.record], batch_size=1000)
    except IntegrityError:
        for row in new:
            _write_one(row)
    for row in _good(rows):
        if row.kind == "changed":
            _write_one(row)


def _write_one(row: IdentityRow) -> None:
    """Write one row; what the database itself refuses, a locked case for example, is a problem of that row."""
    record: Any = row.record
    record.version += row.kind == "changed"
    try:
        with transaction.atomic():
            record.save(force_insert=row.kind == "new", force_update=row.kind == "changed")
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        row.refuse(*((name,) if name in (LOCKED, REASON_NEEDED) else ("constraint", name, ())))


def _summary(rows: Sequence[IdentityRow], limit: int) -> Written:
    written = Written()
    for row in rows:
        if row.problem is not None:
            written.problem_count += 1
            written.rejected.append(row.number)
            written.problems += [row.problem] if len(written.problems) < limit else []
            continue
        setattr(written, row.kind, getattr(written, row.kind) + 1)
        if row.kind != "same" and row.record is not None:
            written.patients.add(row.record.patient_id)
    return written
