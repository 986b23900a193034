"""What stops a form from being completed, a case from being locked, and a release from being frozen.

Blocking checks never stop a save. A data manager who has looked at one and says why it does not apply, or that the
value is right, lets it pass until the values change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from registry.checks.declared import Severity
from registry.checks.engine import AT_COMPLETION, AT_LOCK, Finding, findings_at, findings_of
from registry.checks.settings import settings_now
from registry.models import DataQuery, QueryState, Resolution

PASSES = (Resolution.VERIFIED, Resolution.EXCLUDED)
# A check for the lock alone leaves asking to its twin, whose settled query speaks for both.
TWIN = "_LOCK"


def blockers_of(patient_ids: Sequence[UUID], *, at_lock: bool = False) -> list[Finding]:
    """Return the violations that stop these cases, but for those that a data manager has let pass."""
    return _standing(findings_of(patient_ids, severities=AT_LOCK if at_lock else AT_COMPLETION))


def blockers_at(site_ids: Sequence[UUID], severities: Collection[Severity] = AT_COMPLETION) -> list[Finding]:
    """Return the violations that stop the cases of some sites, as above."""
    checks = [check for check in settings_now().running() if check.severity in severities]
    return _standing(findings_at(site_ids, checks))


def _standing(found: Iterable[Finding]) -> list[Finding]:
    found = list(found)
    rows = {finding.row_id for finding in found}
    settled = DataQuery.objects.filter(row_id__in=rows, state=QueryState.CLOSED, resolution__in=PASSES)
    passed = set(settled.values_list("check_code", "row_id", "fingerprint")) if found else set()
    return [
        finding
        for finding in found
        if (finding.check.code.removesuffix(TWIN), finding.row_id, finding.fingerprint) not in passed
    ]
