"""Suggested values: where the record itself holds what would settle a violation, one act takes it over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from registry.checks.catalogue import load
from registry.checks.declared import check_named
from registry.models import DataQuery, QueryState
from registry.services.records import record_change
from registry.services.refusals import WriteRefused
from sites.access import require
from sites.roles import Permission


def suggestion_of(query: DataQuery, record: Any = None) -> Mapping[str, Any]:
    """Return field -> value that the check of a query proposes for its row, empty for none."""
    load()
    if not query.check_code:
        return {}
    check = check_named(query.check_code)
    if check.suggest is None:
        return {}
    record = record or check.topic.model._default_manager.filter(pk=query.row_id).first()
    return check.suggest(record) if record is not None else {}


def suggestion_accept(*, query: DataQuery, by: Any) -> Any:
    """Write the suggested values into the row and return it; the check then closes the query itself.

    PermissionDenied without the right to edit there; WriteRefused where nothing is suggested any more, or a lock
    holds the form.
    """
    require(by, Permission.CASE_EDIT, query.site_id)
    check = check_named(query.check_code) if query.check_code else None
    record = check.topic.model._default_manager.filter(pk=query.row_id).first() if check else None
    is_settled = DataQuery.objects.filter(pk=query.pk, state=QueryState.CLOSED).exists()
    values = suggestion_of(query, record) if record is not None and not is_settled else {}
    if check is None or record is None or not values:
        raise WriteRefused(_("Nothing is suggested here any more. Look at the query once more."))
    reason = _("suggested value accepted: %(check)s") % {"check": check.code}
    return record_change(topic=check.topic, record=record, values=values, by=by, version=record.version, reason=reason)
