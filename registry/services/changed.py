"""Writing computed values: only rows whose value is another one than before are touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection, models

from registry.metadata import topic_of
from registry.services.lock_sql import is_locked, patient_of_row

Row = Mapping[str, Any]


def rounded(value: Decimal | None, places: int) -> Decimal | None:
    """Round as the database does when it stores a number: halves away from zero."""
    return None if value is None else value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def update_changed(model: type[models.Model], pairs: Iterable[tuple[Row, Row]]) -> int:
    """Write the computed columns of (row as stored, computed values) pairs that differ; return how many did.

    One statement for all. `version` stays: it counts what people changed. Locked rows stay as they are, and what they
    rest on may still change; unlocking computes them anew.
    """
    changed = [(old["id"], new) for old, new in pairs if any(old[name] != value for name, value in new.items())]
    if not changed:
        return 0
    names = list(changed[0][1])
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, names), _arrays(model, names, changed))
        return int(cursor.rowcount)


def _statement(model: type[models.Model], names: Sequence[str]) -> str:
    sets = ", ".join(f'"{name}" = v."{name}"' for name in names)
    types = ", ".join(f"%s::{_array_type(model, name)}" for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    return (
        f'UPDATE "{model._meta.db_table}" t SET {sets} FROM unnest(%s::uuid[], {types}) AS v(id, {listed})'
        f" WHERE t.id = v.id AND NOT EXISTS ({_locked(model)})"
    )


def _locked(model: type[models.Model]) -> str:
    """Return the query that finds the row `t` among the locked ones."""
    topic = topic_of(model)
    joins, patient = patient_of_row(topic, "r")
    locked = is_locked(topic, patient=patient, site="r.site_id")
    return f"SELECT FROM public.{model._meta.db_table} r{joins} WHERE r.id = t.id AND {locked}"


def _arrays(model: type[models.Model], names: Sequence[str], changed: Sequence[tuple[Any, Row]]) -> list[Any]:
    return [[row_id for row_id, _ in changed], *([new[name] for _, new in changed] for name in names)]


def _array_type(model: type[models.Model], name: str) -> str:
    kind = str(model._meta.get_field(name).db_type(connection))
    return f"{kind.partition('(')[0]}[]"
