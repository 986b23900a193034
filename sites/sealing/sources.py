"""What is sealed: every table of events and the log of reads, with the SQL that gives the digest of a row.

The digest of a row is made of one digest per field, so a single value can later be proved or blanked on its own.
Empty fields add nothing: a new column, empty in old events, leaves their digests as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models
from pghistory.models import Event

from sites.models import AccessLog

# What the text of a value depends on besides the value.
FIXED_FORMS = """
select set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, MDY', true),
       set_config('IntervalStyle', 'postgres', true), set_config('bytea_output', 'hex', true),
       set_config('extra_float_digits', '1', true), set_config('work_mem', '64MB', true)
"""


@dataclass(frozen=True)
class Source:
    """A sealed table: its key, the column that says when a row was written, and all its columns."""

    table: str
    key: str
    written: str
    columns: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Return the SQL of a row's digest, for the table under the alias `e`."""
        fields = (f"sha256(convert_to('{name}=' || e.\"{name}\"::text, 'UTF8'))" for name in sorted(self.columns))
        return "sha256(" + " || ".join(f"coalesce({field}, '')" for field in fields) + ")"


def event_models() -> list[type[models.Model]]:
    """Return the models of all events, by the name of their table."""
    found = [model for model in apps.get_models() if issubclass(model, Event) and model._meta.managed]
    return sorted((model for model in found if not model._meta.proxy), key=lambda model: model._meta.db_table)


def sources() -> list[Source]:
    """Return every sealed table, by name."""
    events = [_source(model, "pgh_created_at") for model in event_models()]
    return sorted([*events, _source(AccessLog, "at")], key=lambda source: source.table)


def _source(model: type[models.Model], written: str) -> Source:
    columns = tuple(field.column for field in model._meta.concrete_fields)
    return Source(model._meta.db_table, model._meta.pk.column, written, columns)


def fix_forms() -> None:
    """Make this transaction write every value the same way wherever it runs."""
    with connection.cursor() as cursor:
        cursor.execute(FIXED_FORMS)
