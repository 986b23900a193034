"""The SQL that lays a staged file over the record: what each row would become, and what forbids it.

Every name in these statements comes from the declarations, never from a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import CheckConstraint, Q

from registry.metadata import DateVariable, Topic, topics
from registry.metadata.fields import VariableField
from registry.services.rowwise import RowWise, rowwise
from registry.services.staging import has_stage, stage_table

PLAIN_SUFFIXES = ("_limits", "_code", "_precision_fits")


class Merge:
    """The statements for one topic. `given` are the columns of the file; `overwrite` makes empty cells count."""

    def __init__(self, topic: Topic, given: frozenset[str], *, overwrite: bool, key_seed: str = "") -> None:
        self.topic, self.given, self.overwrite, self.key_seed = topic, given, overwrite, key_seed
        self.model = topic.model
        self.rowwise: RowWise = rowwise(topic.code)
        self.table = f"merge_{topic.code}"

    @cached_property
    def fields(self) -> list[VariableField]:
        """The entered fields below the key."""
        return [field for field in self.topic.entered_fields if field.name not in self.topic.key]

    @cached_property
    def value_columns(self) -> list[str]:
        """Columns of the record that come from the file, keys left out, precisions included."""
        return [name for field in self.fields for name in _columns_of(field)]

    @cached_property
    def key_columns(self) -> list[str]:
        """Columns of the record that name the row below its parent."""
        return [str(self.model._meta.get_field(name).column) for name in self.topic.key]

    @property
    def parent_column(self) -> str:
        """The column that points up; "site_id" for the patient."""
        return f"{self.topic.parent}_id" if self.topic.parent else "site_id"

    def create(self) -> str:
        """Return the statement that makes the merged table; takes the site as its parameter."""
        return f"CREATE TEMP TABLE {self.table} ON COMMIT DROP AS {self._judged()}"

    def _judged(self) -> str:
        row = ", ".join(f'q."{name}"' for name in [*self.value_columns, "missing"])
        old = ", ".join(f'(q.old)."{name}"' for name in [*self.value_columns, "missing"])
        derived = "".join(f', {sql} AS "{name}"' for name, sql in self.rowwise.derived.items())
        is_changed = f"({row}) IS DISTINCT FROM ({old})"
        kind = f"CASE WHEN (q.old).id IS NULL THEN 'new' WHEN {is_changed} THEN 'changed' ELSE 'same' END"
        shown = ", ".join(f'q."{name}"' for name in self._shown)
        problems = f"array_remove({_text_array(self._problems())}, NULL)"
        return (
            f"SELECT {shown}{derived}, {kind} AS q_kind, {problems} AS q_problems"
            f" FROM ({self._laid_over()}) q{self.rowwise.join}"
        )

    @cached_property
    def _shown(self) -> list[str]:
        own_keys = [name for name in self.key_columns if name not in self.topic.key_columns]
        names = ["row_no", "id", "patient_id", "parent_id", *self.topic.key_columns, *own_keys]
        return [*names, *self.value_columns, "missing", "copies"]

    def _laid_over(self) -> str:
        stage, parents = stage_table(self.topic), self._parents()
        keys = ", ".join(f's."{name}"' for name in self.topic.key_columns)
        own = "".join(
            f', s."{name}" AS "{column}"'
            for name, column in zip(self.topic.key, self.key_columns, strict=True)
            if name != column
        )
        values = "".join(f', {sql} AS "{name}"' for name, sql in self._values().items())
        return (
            f"SELECT s.row_no, COALESCE(t.id, {self._new_id()}) AS id, {self._patient()} AS patient_id,"
            f" {self._parent()} AS parent_id, {keys}{own}{values}, {self._missing()} AS missing, t AS old, c.copies,"
            f" {self._absent()} AS absent"
            f" FROM {stage} s{parents}{self._staged_parents()}"
            f' LEFT JOIN "{self.model._meta.db_table}" t ON {self._same_row()}'
            f" LEFT JOIN ({self._copies(stage)}) c ON c.row_no = s.row_no WHERE NOT s.is_refused"
        )

    def _parents(self) -> str:
        """Join up from the patient, who belongs to the uploader's site; so a row of another site is not there."""
        joins, above = [], ""
        for number, ancestor in enumerate(self.topic.ancestors):
            scope = f"a{number}.site_id = %(site)s" if not above else f"a{number}.{ancestor.parent}_id = {above}.id"
            same = "".join(f' AND a{number}."{name}" = s."{name}"' for name in ancestor.key)
            joins.append(f' LEFT JOIN "{ancestor.model._meta.db_table}" a{number} ON {scope}{same}')
            above = f"a{number}"
        return "".join(joins)

    def _staged_parents(self) -> str:
        """Join the parent's rows of the same upload, to tell a parent with problems from one that is nowhere."""
        parent = self.topic.parent_topic
        if parent is None or not has_stage(parent):
            return ""
        names = ", ".join(f'"{name}"' for name in parent.key_columns)
        same = " AND ".join(f'p."{name}" = s."{name}"' for name in parent.key_columns)
        return f" LEFT JOIN (SELECT DISTINCT {names} FROM {stage_table(parent)}) p ON {same}"

    def _absent(self) -> str:
        """Return the code of the nearest ancestor that is missing, as SQL; NULL where all are there."""
        parent = self.topic.parent_topic
        if parent is None:
            return "NULL::text"
        known = self._parent()
        staged = (
            f"WHEN p.\"{parent.key_columns[0]}\" IS NOT NULL THEN 'parent_refused:{parent.code}' "
            if has_stage(parent)
            else ""
        )
        steps = "".join(
            f"WHEN a{number}.id IS NULL THEN 'parent_missing:{ancestor.code}' "
            for number, ancestor in enumerate(self.topic.ancestors)
        )
        return f"CASE WHEN {known} IS NOT NULL THEN NULL {staged}{steps}END"

    def _same_row(self) -> str:
        scope = f"t.{self.topic.parent}_id = {self._parent()}" if self.topic.parent else "t.site_id = %(site)s"
        return scope + "".join(f" AND {self._equal(name)}" for name in self.topic.key)

    def _equal(self, name: str) -> str:
        field: Any = self.model._meta.get_field(name)
        operator = "IS NOT DISTINCT FROM" if field.null else "="
        return f't."{field.column}" {operator} s."{name}"'

    def _copies(self, stage: str) -> str:
        """Return the rows whose key stands more than once in the file, with the numbers of all copies."""
        keys = ", ".join(f'"{name}"' for name in self.topic.key_columns)
        return (
            f"SELECT unnest(d.copies) AS row_no, d.copies FROM (SELECT array_agg(row_no ORDER BY row_no) AS copies"
            f" FROM {stage} WHERE NOT is_refused GROUP BY {keys} HAVING count(*) > 1) d"
        )

    def _parent(self) -> str:
        depth = len(self.topic.ancestors)
        return f"a{depth - 1}.id" if depth else "%(site)s::uuid"

    def _patient(self) -> str:
        return "a0.id" if self.topic.ancestors else "t.id"

    def _new_id(self) -> str:
        """Random, but for the demonstration, whose patients have the same keys each time it is made."""
        if not self.key_seed or self.topic.parent:
            return "gen_random_uuid()"
        named = " || '|' || ".join(["%(key_seed)s", *(f's."{name}"' for name in self.topic.key)])
        return f"encode(substr(sha256(convert_to({named}, 'UTF8')), 1, 16), 'hex')::uuid"

    def _values(self) -> dict[str, str]:
        merged: dict[str, str] = {}
        for field in self.fields:
            merged.update(self._value(field))
        for name, template in self.rowwise.fills.items():
            filled = template.format_map(merged)
            unsaid = f"NOT COALESCE(s.missing ? '{name}', FALSE)"
            merged[name] = f"COALESCE({merged[name]}, CASE WHEN {unsaid} THEN {filled} END)"
        return merged

    def _value(self, field: VariableField) -> Iterator[tuple[str, str]]:
        name, column = field.name, str(field.column)
        is_emptied = f"s.missing IS NOT NULL AND s.missing ? '{name}'"
        is_taken = self.overwrite and name in self.given
        yield (
            column,
            f's."{name}"'
            if is_taken
            else f'CASE WHEN {is_emptied} THEN NULL ELSE COALESCE(s."{name}", t."{column}") END',
        )
        if isinstance(field, DateVariable) and field.partial:
            own, old = f'"{name}_precision"', f'"{column}_precision"'
            kept = "'DAY'" if is_taken else f"CASE WHEN {is_emptied} THEN 'DAY' ELSE COALESCE(t.{old}, 'DAY') END"
            yield f"{column}_precision", f"COALESCE(s.{own}, {kept})"

    def _missing(self) -> str:
        said = "COALESCE(s.missing, '{}'::jsonb)"
        names = [field.name for field in self.fields]
        if self.overwrite:
            kept = _text_array(f"'{name}'" for name in names if name in self.given)
        else:
            kept = _text_array(f"CASE WHEN s.\"{name}\" IS NOT NULL THEN '{name}' END" for name in names)
            kept = f"array_remove({kept}, NULL)"
        return f"CASE WHEN t.missing IS NULL OR t.missing = '{{}}' THEN {said} ELSE (t.missing - {kept}) || {said} END"

    def _problems(self) -> Iterator[str]:
        yield "q.absent"
        yield "CASE WHEN q.copies IS NOT NULL THEN 'duplicate' END"
        for field in self.fields:
            if not field.null:
                yield f"CASE WHEN q.\"{field.column}\" IS NULL THEN 'required:{field.name}' END"
        for constraint in self.constraints.values():
            yield f"CASE WHEN ({_check_sql(constraint, self.model)}) IS FALSE THEN 'constraint:{constraint.name}' END"
        for rule in self.rowwise.problems:
            yield f"CASE WHEN {rule.condition} THEN 'rule:{rule.code}' END"

    @cached_property
    def constraints(self) -> dict[str, CheckConstraint]:
        """The constraints between the cells of a row; those of a single cell were met when it was read."""
        return {
            constraint.name: constraint
            for constraint in self.model._meta.constraints
            if isinstance(constraint, CheckConstraint) and not constraint.name.endswith(PLAIN_SUFFIXES)
        }

    def insert(self) -> str:
        """Return the statement that writes the good rows that are new or changed, from one row number to another."""
        parent = [(self.parent_column, "m.parent_id")] if self.topic.parent else []
        columns = [*self.key_columns, *self.value_columns, "missing", *self.rowwise.derived]
        pairs = [("id", "m.id"), ("site_id", "%(site)s::uuid"), ("version", "1"), *parent]
        pairs += [(name, f'm."{name}"') for name in columns]
        changes = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in columns if name not in self.key_columns)
        conflict = ", ".join(f'"{name}"' for name in [self.parent_column, *self.key_columns])
        target = self.model._meta.db_table
        return (
            f'INSERT INTO "{target}" AS t ({", ".join(f"{chr(34)}{name}{chr(34)}" for name, _ in pairs)})'
            f" SELECT {', '.join(sql for _, sql in pairs)} FROM {self.table} m"
            f" WHERE m.q_kind <> 'same' AND m.q_problems = '{{}}' AND m.row_no BETWEEN %(first)s AND %(last)s"
            f" ON CONFLICT ({conflict}) DO UPDATE SET {changes}, version = t.version + 1"
        )


def constraint_columns(constraint: CheckConstraint) -> tuple[str, ...]:
    """Return the fields that a constraint speaks of, in its own order."""
    names = [name for name in _leaves(constraint.condition) if not name.endswith("_precision")]
    return tuple(dict.fromkeys(names))


def constraint_named(name: str) -> CheckConstraint | None:
    """Return a constraint of the clinical record by its name."""
    found = (item for topic in topics() for item in topic.model._meta.constraints if item.name == name)
    return next((item for item in found if isinstance(item, CheckConstraint)), None)


def _leaves(node: Any) -> Iterator[str]:
    if isinstance(node, Q):
        for child in node.children:
            yield from _leaves(child)
    elif isinstance(node, tuple):
        yield node[0].split("__")[0]
        yield from _leaves(node[1])
    elif hasattr(node, "name") and not hasattr(node, "condition"):
        yield node.name
    elif hasattr(node, "get_source_expressions"):
        for source in node.get_source_expressions():
            yield from _leaves(source)


def _check_sql(constraint: CheckConstraint, model: Any) -> str:
    sql = constraint._get_check_sql(model, connection.schema_editor())
    return str(sql).replace("%", "%%")


def _columns_of(field: VariableField) -> list[str]:
    precise = isinstance(field, DateVariable) and field.partial
    return [str(field.column), f"{field.column}_precision"] if precise else [str(field.column)]


def _text_array(items: Any) -> str:
    listed = ", ".join(items)
    return f"ARRAY[{listed}]::text[]"
