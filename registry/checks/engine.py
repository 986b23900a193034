"""Runs the checks: those of a few cases as one query, those of everything check by check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, QuerySet, Value

from registry.checks.declared import EditCheck, Severity, check_named, edit_checks
from registry.metadata import Topic


@dataclass(frozen=True)
class Finding:
    """One violation: the check, the row that violates it, and its case."""

    check: EditCheck
    row_id: UUID
    patient_id: UUID


def findings_of(patient_ids: Sequence[UUID], *, severity: Severity | None = None) -> list[Finding]:
    """Return the violations of these cases, by one query, in the order of codes.

    Call it in a context that may see the cases: rows that the walls hide violate nothing.
    """
    wanted = [check for check in edit_checks() if severity in (None, check.severity)]
    if not wanted or not patient_ids:
        return []
    first, *others = (_branch(check, patient_ids) for check in wanted)
    found = first.union(*others, all=True) if others else first
    return sorted((_finding(row) for row in found), key=lambda finding: (finding.check.code, str(finding.row_id)))


def all_findings() -> Iterator[Finding]:
    """Yield the violations of every case that the context may see, check by check."""
    for check in edit_checks():
        for row in _branch(check, None).iterator():
            yield _finding(row)


def case_path(topic: Topic) -> str:
    """Return the lookup from a row of a topic to the key of its patient."""
    path = topic.path_to("patient")
    return f"{path}_id" if path else "pk"


def _branch(check: EditCheck, patient_ids: Sequence[UUID] | None) -> QuerySet[Any]:
    path = case_path(check.topic)
    rows = check.topic.model._default_manager.order_by()
    if patient_ids is not None:
        rows = rows.filter(**{f"{path.removesuffix('_id')}__in": list(patient_ids)})
    violating = check.violations(rows).order_by()
    named = violating.annotate(check_code=Value(check.code, output_field=CharField()), case_id=F(path))
    return named.values_list("check_code", "pk", "case_id")


def _finding(row: tuple[str, UUID, UUID]) -> Finding:
    code, row_id, patient_id = row
    return Finding(check_named(code), row_id, patient_id)
