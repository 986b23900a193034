"""Having a site to oneself for a moment: whoever writes there is waited for, and new ones wait."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from registry.services.lock_sql import SITE_KEY
from registry.services.refusals import WriteRefused

WAIT_FOR_WRITERS = "5s"


def wait_for_writers(site_ids: Iterable[Any]) -> None:
    """Let the writes that are under way at the sites end, and keep new ones out until the transaction ends."""
    key = SITE_KEY.format(site="%s::uuid")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT_FOR_WRITERS])
            for site_id in sorted(map(str, site_ids)):
                cursor.execute(f"SELECT pg_advisory_xact_lock({key})", [site_id])
            cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    except OperationalError as error:
        raise WriteRefused(_("Data of this site are being saved right now. Try again in a moment.")) from error
