"""Runs the checks: those of a few cases as one query, those of whole sites check by check, inside the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from registry.checks.compiled import single, union_of
from registry.checks.declared import EditCheck, Severity, check_named
from registry.checks.settings import CheckSettings, settings_now

AT_COMPLETION = frozenset({Severity.BLOCKING})
AT_LOCK = frozenset({Severity.BLOCKING, Severity.LOCKING})
EVERY = frozenset(Severity)


@dataclass(frozen=True)
class Finding:
    """One violation: the check, the row that violates it, its case and site, and the digest of the row's values."""

    check: EditCheck
    row_id: UUID
    patient_id: UUID
    site_id: UUID
    fingerprint: str


def findings_of(
    patient_ids: Sequence[UUID],
    *,
    severities: Collection[Severity] = EVERY,
    checks: Sequence[EditCheck] | None = None,
    is_asking: bool = False,
    settings: CheckSettings | None = None,
) -> list[Finding]:
    """Return the violations of these cases, by one query, in the order of codes; of some checks where they are named.

    With `is_asking`, what is missing in a form that is still being filled in is left out. Call it in a context that
    may see the cases: rows that the walls hide violate nothing.
    """
    settings = settings or settings_now()
    if checks is None:
        checks = [check for check in settings.running() if check.severity in severities]
    if not patient_ids or not checks:
        return []
    text = union_of(checks, settings, is_asking=is_asking)
    with connection.cursor() as cursor:
        cursor.execute(text.sql, text.given(patient_ids))
        found = [_finding(row) for row in cursor.fetchall()]
    return sorted(found, key=lambda finding: (finding.check.code, str(finding.row_id)))


def findings_at(site_ids: Sequence[UUID], checks: Sequence[EditCheck], *, is_asking: bool = False) -> Iterator[Finding]:
    """Yield the violations of some checks at some sites, check by check."""
    settings = settings_now()
    for check in checks:
        text = single(check, settings, by_site=True, is_asking=is_asking)
        with connection.cursor() as cursor:
            cursor.execute(text.sql, text.given(site_ids))
            yield from [_finding(row) for row in cursor.fetchall()]


def _finding(row: tuple[Any, ...]) -> Finding:
    code, row_id, patient_id, site_id, fingerprint = row
    return Finding(check_named(code), row_id, patient_id, site_id, fingerprint)
