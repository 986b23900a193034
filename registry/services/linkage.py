"""The same patient at two sites: found by the registry itself, decided by a data manager, told to neither site.

The comparison runs in a worker after the write is saved, under the registry's own context: nothing in the answer to the
person who wrote, neither words nor time, tells whether another site has the patient.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from celery import current_app
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import LinkageCase, LinkageState, LinkageToken, Patient
from registry.services.linkage_tokens import tokens_of
from sites.access import require
from sites.context import acting_as, acting_as_system
from sites.roles import Permission

logger = logging.getLogger(__name__)
TASK = "registry.linkage_compare"
SOURCES = frozenset({"patient", "identity", "infusion_course"})
PATIENTS_AT_ONCE = 2000
# More than this go into the nightly comparison of all.
WOKEN_MOST = 2000

_PAIRS = """
SELECT least(a.patient_id, b.patient_id), greatest(a.patient_id, b.patient_id), max(a.kind)
FROM registry_linkagetoken a
JOIN registry_linkagetoken b ON b.token = a.token AND b.kind = a.kind AND b.site_id <> a.site_id
WHERE a.patient_id = ANY (%s) GROUP BY 1, 2
"""


def wake(patient_ids: Iterable[UUID], topics: Collection[str] | None) -> None:
    """Have the patients compared once the write is saved, if it touched what is compared."""
    found = [str(patient_id) for patient_id in islice(patient_ids, WOKEN_MOST)]
    if found and (topics is None or SOURCES & set(topics)):
        transaction.on_commit(lambda: _send(found), robust=True)


def _send(patient_ids: list[str]) -> None:
    try:
        current_app.send_task(TASK, args=[patient_ids], retry=False)
    except Exception as error:  # every night all are compared; a message is only a wake-up
        logger.warning("No broker took the message to compare patients (%s).", type(error).__name__)


def compare(patient_ids: Collection[UUID | str]) -> int:
    """Compute the tokens of these patients anew, open the linkage cases that follow and return how many are new.

    An open case that rested on a mistake since corrected is withdrawn; what was decided stays.
    """
    ids = sorted({UUID(str(patient_id)) for patient_id in patient_ids})
    with acting_as_system("linkage", reason="find the same patient at two sites"):
        _one_at_a_time()
        _refresh_tokens(ids)
        pairs = _pairs(ids)
        _withdraw(ids, pairs)
        return _open(pairs)


def compare_all() -> int:
    """Compare all patients, a part at a time; return how many linkage cases are new."""
    with acting_as_system("linkage", reason="list all patients"):
        ids = sorted({*Patient.objects.values_list("pk", flat=True), *_in_open_cases()})
    return sum(compare(chunk) for chunk in _chunks(ids))


def linkage_decide(case: LinkageCase, *, state: LinkageState, reason: str, by: Any) -> None:
    """Write down whether the two are one patient. A decision may be changed later; the audit trail keeps each."""
    require(by, Permission.LINKAGE_RESOLVE)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    with acting_as(by, reason=reason):
        decided = LinkageCase.objects.select_for_update().get(pk=case.pk)
        decided.state, decided.reason = state, reason.strip()
        decided.decided_by, decided.decided_at = by, timezone.now()
        decided.full_clean()
        decided.save()


def _chunks(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    left = iter(ids)
    while chunk := list(islice(left, PATIENTS_AT_ONCE)):
        yield chunk


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('linkage', 0))")


def _refresh_tokens(ids: Collection[UUID]) -> None:
    wanted = {
        (patient_id, kind, token): site_id
        for patient_id, (site_id, tokens) in tokens_of(ids).items()
        for kind, token in tokens
    }
    stored = {
        (token.patient_id, token.kind, token.token): token.pk for token in LinkageToken.objects.filter(patient__in=ids)
    }
    LinkageToken.objects.filter(pk__in=[stored[key] for key in stored.keys() - wanted.keys()]).delete()
    LinkageToken.objects.bulk_create(
        LinkageToken(site_id=wanted[key], patient_id=key[0], kind=key[1], token=key[2])
        for key in sorted(wanted.keys() - stored.keys())
    )


def _pairs(ids: Collection[UUID]) -> dict[tuple[UUID, UUID], str]:
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, [list(ids)])
        return {(first, second): kind for first, second, kind in cursor.fetchall()}


def _in_open_cases() -> set[UUID]:
    pairs = LinkageCase.objects.filter(state=LinkageState.OPEN).values_list("first_patient", "second_patient")
    return {patient_id for pair in pairs for patient_id in pair}


def _withdraw(ids: Collection[UUID], pairs: Collection[tuple[UUID, UUID]]) -> None:
    concerned = LinkageCase.objects.filter(Q(first_patient__in=ids) | Q(second_patient__in=ids))
    gone = [
        case.pk
        for case in concerned.filter(state=LinkageState.OPEN)
        if (case.first_patient, case.second_patient) not in pairs
    ]
    LinkageCase.objects.filter(pk__in=gone).delete()


def _open(pairs: dict[tuple[UUID, UUID], str]) -> int:
    known = set(
        LinkageCase.objects.filter(first_patient__in=[first for first, _second in pairs]).values_list(
            "first_patient", "second_patient"
        )
    )
    new = {pair: kind for pair, kind in pairs.items() if pair not in known}
    sites = dict(Patient.objects.filter(pk__in={key for pair in new for key in pair}).values_list("pk", "site_id"))
    cases = [
        LinkageCase(
            first_patient=first,
            second_patient=second,
            first_site_id=sites[first],
            second_site_id=sites[second],
            matched_on=kind,
        )
        for (first, second), kind in sorted(new.items())
    ]
    return len(LinkageCase.objects.bulk_create(cases))
