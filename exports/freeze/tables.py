"""The tidy tables of a release: one per topic of which anything leaves, with the topic's grain and keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl
from psycopg import sql

from exports.freeze.errors import PrivacyError
from exports.freeze.privacy import ReleasedColumn, released_columns, released_name
from registry.metadata import IntegerVariable, Privacy, Topic, Transform, topics
from registry.metadata.fields import VariableField
from registry.metadata.release import leaves

SUBJECT = "subject_key"
SITE = "site"
ROW_NO = "row_no"
# The two of the tables on the way up that every query needs under a fixed name.
ALIASES = {"patient": "p", "infusion_course": "o"}


@dataclass(frozen=True)
class ReleasedTable:
    """One table of a release, built from its topic."""

    topic: Topic

    @property
    def name(self) -> str:
        """Return the name of the table, which is that of the topic."""
        return self.topic.code

    @cached_property
    def read(self) -> list[ReleasedColumn]:
        """Return the columns that are read, keys first; what is added outside the database is not among them."""
        own = [column for field in self.topic.fields for column in released_columns(field)]
        keys = {name: place for place, name in enumerate(self.own_key)}
        own.sort(key=lambda column: keys.get(column.name, len(keys)))
        return [*(_of_ancestor(field, entry) for entry, field in _ancestor_keys(self.topic)), *own]

    @cached_property
    def own_key(self) -> list[str]:
        """Return the topic's own key columns that leave."""
        fields = (_field(self.topic, name) for name in self.topic.key)
        return [released_name(field) for field in fields if leaves(field)]

    @property
    def needs_row_no(self) -> bool:
        """Say whether a part of the key is withheld, so that a number must keep rows apart."""
        return self.topic.parent is not None and any(not leaves(_field(self.topic, name)) for name in self.topic.key)

    @cached_property
    def key(self) -> list[str]:
        """Return the columns that name a row: the subject, the ordinals above, the own key."""
        above = [field.name for _entry, field in _ancestor_keys(self.topic)]
        return [SUBJECT, *above, *self.own_key, *([ROW_NO] if self.needs_row_no else [])]

    @cached_property
    def columns(self) -> list[ReleasedColumn]:
        """Return every column of the released table in its order."""
        names = {column.name: column for column in [*added_columns(self), *self.read]}
        if len(names) != len(added_columns(self)) + len(self.read):
            raise PrivacyError(f"{self.name}: two columns have one name.")
        first = [*self.key[:1], *([SITE] if SITE in names else []), *self.key[1:]]
        return [names[name] for name in [*first, *(name for name in names if name not in first)]]


def released_tables() -> Iterator[ReleasedTable]:
    """Yield the tables of a release, the patient first."""
    for topic in topics():
        if any(leaves(field) for field in topic.fields):
            yield ReleasedTable(topic)


def added_columns(table: ReleasedTable) -> list[ReleasedColumn]:
    """Return the columns that are made outside the database, where the project's key is."""
    added = [_added(SUBJECT, "Subject key of the project", "code", pl.String(), "keyed pseudonym")]
    if table.topic.parent is None:
        added.append(_added(SITE, "Site code of the project", "code", pl.String(), "keyed pseudonym"))
    if table.needs_row_no:
        row_no = _added(ROW_NO, "Row number within the key", "integer", pl.Int64(), "assigned at the freeze")
        added.append(replace(row_no, note="Keeps rows of one key apart; it is not their order in time"))
    return added


def _added(name: str, label: str, kind: str, dtype: pl.DataType, leaves_as: str) -> ReleasedColumn:
    return ReleasedColumn(name, kind, sql.SQL("NULL"), dtype, label, "1" if kind == "integer" else "", (), leaves_as)


def _ancestor_keys(topic: Topic) -> Iterator[tuple[Topic, VariableField]]:
    for entry in topic.ancestors:
        for name in entry.key:
            field = _field(entry, name)
            if field.variable is not None and field.variable.privacy is not Privacy.DIRECT:
                yield entry, field


def _of_ancestor(field: VariableField, entry: Topic) -> ReleasedColumn:
    """Return an ordinal of a row above, read from that row."""
    column = released_columns(field)[0]
    if not isinstance(field, IntegerVariable) or column.leaves_as != Transform.KEEP.value:
        raise PrivacyError(f"{field}: a key that rows below carry must be a plain ordinal.")
    return replace(column, expression=sql.SQL("{}.{}").format(alias_of(entry), sql.Identifier(str(field.column))))


def alias_of(entry: Topic) -> sql.Identifier:
    """Return the alias under which a row above stands in a query."""
    return sql.Identifier(ALIASES.get(entry.code, entry.code))


def _field(topic: Topic, name: str) -> VariableField:
    return next(field for field in topic.fields if field.name == name)
