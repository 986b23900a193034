"""Comparing the rows as they stand with the last event of each: a change past the triggers shows here."""

from __future__ import annotations

from django.db import connection, models

from sites.sealing.findings import Break, Trouble
from sites.sealing.sources import event_models

OWN_COLUMNS = "pgh_"


def compare_rows() -> tuple[int, list[Break]]:
    """Compare every audited table with its events; return how many rows there are and what differs, by table."""
    total, found = 0, []
    for event in event_models():
        count, breaks = _compare(event)
        total, found = total + count, found + breaks
    return total, found


def _compare(event: type[models.Model]) -> tuple[int, list[Break]]:
    tracked = event.pgh_tracked_model
    with connection.cursor() as cursor:
        cursor.execute(_statement(event, tracked), [])
        groups = cursor.fetchall()
    table = tracked._meta.db_table
    breaks = [Break(Trouble(trouble), None, table, str(row), count) for trouble, count, row in groups if trouble]
    return sum(count for trouble, count, _row in groups if trouble != Trouble.ROW_MISSING), breaks


def _statement(event: type[models.Model], tracked: type[models.Model]) -> str:
    key = tracked._meta.pk.column
    names = [field.column for field in event._meta.concrete_fields if not field.column.startswith(OWN_COLUMNS)]
    row, last = (", ".join(f'{alias}."{name}"' for name in names) for alias in ("t", "e"))
    return f"""
        with e as (
            select distinct on (pgh_obj_id) * from "{event._meta.db_table}" order by pgh_obj_id, pgh_id desc
        ), compared as (
            select coalesce(t."{key}"::text, e.pgh_obj_id::text) as id, case
                when e.pgh_obj_id is null or (e.pgh_label = 'delete' and t."{key}" is not null)
                    then '{Trouble.ROW_UNRECORDED}'
                when t."{key}" is null and e.pgh_label <> 'delete' then '{Trouble.ROW_MISSING}'
                when t."{key}" is not null and ({row}) is distinct from ({last}) then '{Trouble.ROW_CHANGED}'
                when t."{key}" is not null then ''
            end as trouble
            from "{tracked._meta.db_table}" t full join e on e.pgh_obj_id = t."{key}"
        )
        select trouble, count(*), min(id) from compared where trouble is not null group by trouble order by trouble
    """  # noqa: S608 - names come from the models
