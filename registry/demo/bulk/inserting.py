"""One INSERT..SELECT per topic: values as SQL, some of them left out with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.metadata import topic_named
from registry.metadata.fields import PrecisionField
from registry.rules.dates import Precision


@dataclass(frozen=True)
class Insert:
    """Rows of one topic.

    `key` and `parent` are SQL for the keys, `values` column -> SQL, `absent` field -> (SQL condition, reason) for
    values that are left out, `source` what follows FROM; the plan of the cases is `p` in it.
    """

    topic: str
    key: str
    parent: str | None
    values: Mapping[str, str]
    source: str = "generated_plan p"
    absent: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def sql(self) -> str:
        """Return the statement."""
        columns = self._columns()
        names = ", ".join(f'"{name}"' for name in columns)
        return f'INSERT INTO "{self._table}" ({names}) SELECT {", ".join(columns.values())} FROM {self.source}'

    @property
    def _table(self) -> str:
        return str(topic_named(self.topic).model._meta.db_table)

    def _columns(self) -> dict[str, str]:
        entry = topic_named(self.topic)
        columns = {"id": self.key, "site_id": "p.site_id", "version": "1", "missing": self._missing()}
        if entry.parent and self.parent:
            columns[f"{entry.parent}_id"] = self.parent
        for name, expression in self.values.items():
            declared: Any = entry.model._meta.get_field(name)
            columns[str(declared.column)] = self._unless_absent(name, expression)
        return columns | dict.fromkeys(self._precisions() - columns.keys(), f"'{Precision.DAY.value}'")

    def _precisions(self) -> set[str]:
        fields = topic_named(self.topic).model._meta.local_concrete_fields
        return {field.name for field in fields if isinstance(field, PrecisionField)}

    def _unless_absent(self, name: str, expression: str) -> str:
        condition, _reason = self.absent.get(name, ("", ""))
        return f"CASE WHEN {condition} THEN NULL ELSE {expression} END" if condition else expression

    def _missing(self) -> str:
        if not self.absent:
            return "'{}'::jsonb"
        reasons = ", ".join(
            f"'{name}', CASE WHEN {condition} THEN '{reason}' END" for name, (condition, reason) in self.absent.items()
        )
        return f"jsonb_strip_nulls(jsonb_build_object({reasons}))"
