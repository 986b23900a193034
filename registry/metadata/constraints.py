"""Constraints that declarations imply: hard limits, closed lists, missing reasons, one site per family of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import CheckConstraint, F, Q
from django.db.models.constraints import BaseConstraint
from django.utils.translation import gettext_lazy as _

from registry.metadata.fields import CodedVariable, DateVariable, VariableField, limits_message
from registry.rules.dates import Precision
from registry.rules.missing import MissingReason

Message = Any  # a string or a lazy translation


class _RawConstraint(BaseConstraint):
    """A table constraint whose body PostgreSQL reads as we write it."""

    def body(self, model: Any, schema_editor: Any) -> str:
        raise NotImplementedError

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        return f"CONSTRAINT {schema_editor.quote_name(self.name)} {self.body(model, schema_editor)}"

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        table = schema_editor.quote_name(model._meta.db_table)
        name = schema_editor.quote_name(self.name)
        return f"ALTER TABLE {table} ADD CONSTRAINT {name} {self.body(model, schema_editor)}"

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(self.name)}"


class SameSiteAsParent(_RawConstraint):
    """The row's site is its parent's: (site, parent) points at (site, id) of the parent table."""

    def __init__(self, *, name: str, parent: str) -> None:
        self.parent = parent
        super().__init__(name=name, violation_error_message=_("This row belongs to another site than its parent."))

    def body(self, model: Any, schema_editor: Any) -> str:
        q = schema_editor.quote_name
        field: Any = model._meta.get_field(self.parent)
        target = q(field.related_model._meta.db_table)
        return f"FOREIGN KEY ({q('site_id')}, {q(field.column)}) REFERENCES {target} ({q('site_id')}, {q('id')})"

    def constraint_sql(self, model: Any, schema_editor: Any) -> str | None:  # type: ignore[override]
        """Leave it to the end of the migration, as Django does with its own keys: the parent's must exist first."""
        self.create_sql(model, schema_editor)
        return None

    def create_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]
        """See `constraint_sql`."""
        schema_editor.deferred_sql.append(super().create_sql(model, schema_editor))

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: Any = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        parent = getattr(instance, self.parent, None)
        if parent is not None and parent.site_id != instance.site_id:  # type: ignore[attr-defined]
            raise ValidationError(self.get_violation_error_message(), code="ID03_SITE")

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        kwargs.pop("violation_error_message", None)
        return path, tuple(args), {**kwargs, "parent": self.parent}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameSiteAsParent) and (self.name, self.parent) == (other.name, other.parent)

    def __hash__(self) -> int:
        return hash((self.name, self.parent))


class MissingReasons(_RawConstraint):
    """`missing` names only fields that are empty, each with a reason of the closed list."""

    def __init__(self, *, name: str, fields: Sequence[str]) -> None:
        self.fields = tuple(fields)
        super().__init__(name=name, violation_error_message=_("A field holds a value or a missing reason, not both."))

    def body(self, model: Any, schema_editor: Any) -> str:
        q = schema_editor.quote_name
        names = ", ".join(f"'{name}'" for name in self.fields)
        reasons = " || ".join(f'@ == "{reason}"' for reason in MissingReason)
        column = q("missing")
        filled = [
            f"({q(model._meta.get_field(name).column)} IS NULL OR NOT {column} ? '{name}')" for name in self.fields
        ]
        known = f"{column} - ARRAY[{names}]::text[] = '{{}}'::jsonb"
        listed = f"NOT jsonb_path_exists({column}, '$.* ? (!({reasons}))')"
        return "CHECK (" + " AND ".join([f"jsonb_typeof({column}) = 'object'", known, listed, *filled]) + ")"

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: Any = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        missing: dict[str, str] = getattr(instance, "missing", {}) or {}
        for name, reason in missing.items():
            if name not in self.fields or reason not in MissingReason.codes():
                raise ValidationError({"missing": _("Unknown field or reason: %s.") % f"{name}={reason}"})
            if getattr(instance, name) is not None:
                raise ValidationError({name: self.get_violation_error_message()})

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        kwargs.pop("violation_error_message", None)
        return path, tuple(args), {**kwargs, "fields": list(self.fields)}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MissingReasons) and (self.name, self.fields) == (other.name, other.fields)

    def __hash__(self) -> int:
        return hash((self.name, self.fields))


class Refusal(CheckConstraint):
    """A check constraint whose message stays out of migrations: words change more often than rules."""

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        _path, args, kwargs = super().deconstruct()
        kwargs.pop("violation_error_message", None)
        return "django.db.models.CheckConstraint", tuple(args), kwargs

    def clone(self) -> Refusal:
        """Return a copy with its message: a model class works with copies of what its Meta declares."""
        return Refusal(condition=self.condition, name=self.name, violation_error_message=self.violation_error_message)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CheckConstraint) and (self.name, self.condition) == (other.name, other.condition)

    def __hash__(self) -> int:
        return hash(self.name)


def impossible(name: str, *, unless: Q, message: Message) -> CheckConstraint:
    """Return a constraint that refuses a row for which `unless` is false; an empty value never refuses."""
    return Refusal(condition=unless, name=name, violation_error_message=message)


class MonthStart(models.Func):
    """First day of the month of a date."""

    template = "CAST(date_trunc('month', CAST(%(expressions)s AS timestamp)) AS date)"
    output_field = models.DateField()


class YearStart(models.Func):
    """First day of the year of a date."""

    template = "CAST(date_trunc('year', CAST(%(expressions)s AS timestamp)) AS date)"
    output_field = models.DateField()


def in_order(name: str, first: str, then: str, message: Message) -> CheckConstraint:
    """Refuse `then` surely before `first`, both compared at the precision that is known of `then`."""
    exact = Q(**{f"{then}__gte": F(first)})
    month = Q(**{f"{then}_precision": Precision.MONTH.value, f"{then}__gte": MonthStart(F(first))})
    year = Q(**{f"{then}_precision": Precision.YEAR.value, f"{then}__gte": YearStart(F(first))})
    return impossible(name, unless=exact | month | year, message=message)


def implied_constraints(model: type[models.Model], prefix: str) -> list[BaseConstraint]:
    """Return the constraints that follow from the model's declared variables."""
    fields = [field for field in model._meta.local_concrete_fields if isinstance(field, VariableField)]
    found: list[BaseConstraint] = []
    for field in fields:
        found += _limits(field, prefix) + _codes(field, prefix) + _precision(field, prefix)
    nullable = [field.name for field in fields if field.null and field.variable and not field.variable.derived]
    return [*found, MissingReasons(name=f"{prefix}_missing", fields=nullable)]


def _limits(field: VariableField, prefix: str) -> list[BaseConstraint]:
    variable = field.variable
    if variable is None or variable.limits is None:
        return []
    message = limits_message(variable)
    return [
        impossible(
            f"{prefix}_{field.name}_limits", unless=Q(**{f"{field.name}__range": variable.limits}), message=message
        )
    ]


def _codes(field: VariableField, prefix: str) -> list[BaseConstraint]:
    if not isinstance(field, CodedVariable) or field.coding is None:
        return []
    listed = Q(**{f"{field.name}__in": sorted(field.coding.codes())})
    return [impossible(f"{prefix}_{field.name}_code", unless=listed, message=_("This code is not on the list."))]


def _precision(field: VariableField, prefix: str) -> list[BaseConstraint]:
    if not isinstance(field, DateVariable) or not field.partial:
        return []
    whole = Q(**{f"{field.name}_precision": Precision.DAY.value})
    month = Q(**{f"{field.name}_precision": Precision.MONTH.value, field.name: MonthStart(F(field.name))})
    year = Q(**{f"{field.name}_precision": Precision.YEAR.value, field.name: YearStart(F(field.name))})
    message = _("A month or a year is stored as its first day.")
    return [impossible(f"{prefix}_{field.name}_precision_fits", unless=whole | month | year, message=message)]
