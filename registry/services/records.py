"""One row at a time: what a form or an interface saves, with the same rules and computed values as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError, OperationalError, models, transaction

from registry.metadata import Topic
from registry.rules.icans import ice_total
from registry.rules.labs import Analyte, to_canonical
from registry.services.case_turns import may_try_again, wait_for_turns
from registry.services.changed import rounded
from registry.services.lab_rules import validate_lab
from registry.services.locks import refusal_of
from registry.services.refresh import record_written
from registry.services.rowwise import ICE_ITEMS
from sites.access import require
from sites.context import acting_as
from sites.roles import Permission


class VersionConflict(Exception):  # noqa: N818 -- the name says what happened
    """Somebody else changed the row in between. `differing` is field -> (their value, the value to be saved)."""

    def __init__(self, record: models.Model, differing: Mapping[str, tuple[Any, Any]]) -> None:
        self.record, self.differing = record, dict(differing)
        super().__init__(
            f"{type(record).__name__} was changed by somebody else: {', '.join(differing) or 'same values'}"
        )


def record_create(
    *,
    topic: Topic,
    parent: Any,
    values: Mapping[str, Any],
    missing: Mapping[str, str] | None = None,
    by: Any,
    reason: str = "",
    source: str = "",
) -> Any:
    """Create one row below its parent (below a site for a patient) and return it.

    The row's site is its parent's. PermissionDenied without the right to edit there; ValidationError, by field, for
    what cannot be stored; WriteRefused for a locked form, and for a completed one without a reason.
    """
    site = parent if topic.parent is None else parent.site
    require(by, Permission.CASE_EDIT, site)
    above = {} if topic.parent is None else {topic.parent: parent}
    record = topic.model(site=site, missing=dict(missing or {}), **above)
    with writing(by, reason, source):
        if topic.parent is not None:
            wait_for_turns([patient_of(topic, record)])
        fill_in(topic, record, values)
        record.full_clean()
        record.save(force_insert=True)
        record_written([patient_of(topic, record)], [topic.code])
        record.refresh_from_db()
    return record


def record_change(
    *,
    topic: Topic,
    record: Any,
    values: Mapping[str, Any],
    missing: Mapping[str, str] | None = None,
    by: Any,
    version: int,
    reason: str = "",
    source: str = "",
) -> Any:
    """Change fields of one row that the person saw as `version` and return it; what is the same is not written.

    `missing` replaces the row's reasons where given. Raises VersionConflict with both values when the row has moved
    on, PermissionDenied, ValidationError.
    """
    require(by, Permission.CASE_EDIT, record.site_id)
    with writing(by, reason, source):
        wait_for_turns([patient_of(topic, record)])
        current = topic.model.objects.select_for_update().get(pk=record.pk)
        _refuse_stale(current, values, version)
        before = _stored(current)
        current.missing = dict(missing) if missing is not None else _still_missing(current, values)
        fill_in(topic, current, values)
        if _stored(current) == before:
            return current
        current.version += 1
        current.full_clean()
        current.save(force_update=True)
        record_written([patient_of(topic, current)], [topic.code])
        current.refresh_from_db()
    return current


def record_delete(*, topic: Topic, record: Any, by: Any, reason: str, source: str = "") -> None:
    """Delete one row and what hangs on it; the audit trail keeps both, with the reason."""
    require(by, Permission.CASE_EDIT, record.site_id)
    with writing(by, reason, source):
        patient_id = patient_of(topic, record)
        wait_for_turns([patient_id])
        topic.model.objects.get(pk=record.pk).delete()
        record_written([patient_id])


def patient_of(topic: Topic, record: Any) -> UUID:
    """Return the patient that a row belongs to."""
    path = topic.path_to("patient")
    for step in filter(None, path.split("__")):
        record = getattr(record, step)
    return record.pk


@contextmanager
def writing(by: Any, reason: str, source: str) -> Iterator[None]:
    """A person's context and a transaction of one's own inside it, so that a refusal undoes only this write."""
    with acting_as(by, reason=reason, source=source):
        try:
            with transaction.atomic():
                yield
        except IntegrityError as error:
            if refused := refusal_of(error):
                raise refused from error
            raise
        except OperationalError as error:
            may_try_again(error)
            raise


def fill_in(topic: Topic, record: Any, values: Mapping[str, Any]) -> None:
    """Set entered fields of a record and what follows from its own row; ValidationError for an impossible result."""
    entered = {field.name for field in topic.entered_fields}
    allowed = entered | {
        f"{field.name}_precision" for field in topic.entered_fields if getattr(field, "partial", False)
    }
    for name, value in values.items():
        if name not in allowed:
            raise ValueError(f"{topic.code} has no field {name} to fill in.")
        setattr(record, _attribute(topic, name, value), value)
    if topic.code == "lab":
        _convert(record)
    if topic.code == "icans_assessment" and record.ice_total is None and "ice_total" not in record.missing:
        record.ice_total = ice_total(*(getattr(record, item) for item in ICE_ITEMS))


def _attribute(topic: Topic, name: str, value: Any) -> str:
    """Return where a value goes: the key of a reference into its column."""
    field = topic.model._meta.get_field(name)
    return name if not field.is_relation or isinstance(value, models.Model) else field.attname


def _convert(record: Any) -> None:
    validate_lab(record.analyte, record.unit, record.value)
    if record.value is None or not record.unit or not record.analyte:
        record.canonical_value = None
    else:
        record.canonical_value = rounded(to_canonical(Analyte(record.analyte), record.value, record.unit), 6)


def _refuse_stale(current: Any, values: Mapping[str, Any], version: int) -> None:
    if current.version == version:
        return
    differing = {
        name: (getattr(current, name), value) for name, value in values.items() if getattr(current, name) != value
    }
    raise VersionConflict(current, differing)


def _still_missing(record: Any, values: Mapping[str, Any]) -> dict[str, str]:
    given = {name for name, value in values.items() if value is not None}
    return {name: why for name, why in record.missing.items() if name not in given}


def _stored(record: Any) -> dict[str, Any]:
    return {field.attname: getattr(record, field.attname) for field in _concrete(record)}


def _concrete(record: Any) -> Iterable[Any]:
    return record._meta.concrete_fields
