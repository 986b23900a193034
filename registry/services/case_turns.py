"""Writing to one case in turns: whoever comes second waits, for a while, until the first one is done.

Saving a page computes other rows of the case anew, so two saves at once would each hold what the other one needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from registry.models import Patient
from registry.services.refusals import WriteRefused

WAIT_FOR_OTHERS = "10s"
_DEADLOCK, _OVERTAKEN, _WAITED_TOO_LONG = "40P01", "40001", "55P03"


def wait_for_turn(patient: Patient) -> None:
    """Hold the case until the transaction ends; WriteRefused where others keep it for too long."""
    wait_for_turns([patient.pk])


def wait_for_turns(patient_ids: Iterable[UUID]) -> None:
    """Hold some cases until the transaction ends, in one order for everybody; WriteRefused as above."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT_FOR_OTHERS])
    try:
        cases = Patient.objects.order_by("pk").filter(pk__in=list(patient_ids))
        list(cases.select_for_update(of=("self",), no_key=True).values_list("pk"))
    except OperationalError as error:
        if _state(error) != _WAITED_TOO_LONG:
            raise
        raise busy() from error


def may_try_again(error: OperationalError) -> bool:
    """Tell whether the same work may succeed at once; WriteRefused where others have kept a row for too long."""
    if _state(error) == _WAITED_TOO_LONG:
        raise busy() from error
    return _state(error) in (_DEADLOCK, _OVERTAKEN)


def busy() -> WriteRefused:
    """Return the refusal that says that others are writing here."""
    return WriteRefused(_("Somebody else is saving data of this case right now. Save again in a moment."))


def _state(error: OperationalError) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""
