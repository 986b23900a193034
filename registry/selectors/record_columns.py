"""What a row of the record is to a program: its names in their order, and the SQL of each value in the form it is sent.

Numbers are numbers, dates are cut to what is known of them, references are their codes; the database writes it down.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db.models import Case, CharField, Expression, F, Func, IntegerField, TextField, UUIDField, Value, When
from django.db.models.functions import Cast

from registry.metadata import DateVariable, DecimalVariable, Topic
from registry.metadata.fields import VariableField
from registry.rules.dates import Precision

# What every row begins with: its key, its version, its site, and where it hangs.
HEAD = ("id", "version", "site", "case", "patient", "parent")
MISSING = "missing"
ALWAYS = ("id", "version")
KNOWN_OF_A_DATE: Mapping[str, int] = {Precision.YEAR: len("2021"), Precision.MONTH: len("2021-03")}
WHOLE_DATE = len("2021-03-05")


def row_names(topic: Topic) -> tuple[str, ...]:
    """Return the names of everything that is told of a row, in their order."""
    return (*HEAD, *(field.name for field in topic.fields), MISSING)


@cache
def row_columns(topic: Topic) -> Mapping[str, Expression]:
    """Return name -> the expression of its value, in the order of the names."""
    fields = {field.name: _value(field) for field in topic.fields}
    return {**_head(topic), **fields, MISSING: F(MISSING)}


def chosen_names(topic: Topic, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that are asked for in their order, key and version always among them; all where none is."""
    return tuple(name for name in row_names(topic) if not asked or name in asked or name in ALWAYS)


def _head(topic: Topic) -> dict[str, Expression]:
    path = topic.path_to("patient")
    parent: Expression = F(f"{topic.parent}_id") if topic.parent else Cast(Value(None), UUIDField())
    return {
        "id": F("id"),
        "version": F("version"),
        "site": F("site__code"),
        "case": F(f"{path}__study_id" if path else "study_id"),
        "patient": F(f"{path}_id" if path else "id"),
        "parent": parent,
    }


def _value(field: VariableField) -> Expression:
    if isinstance(field, DateVariable) and field.partial:
        return _as_known(field.name)
    if isinstance(field, DecimalVariable):
        return Func(F(field.name), function="trim_scale", output_field=field)
    return F(field.attname)


def _as_known(name: str) -> Expression:
    """Return a partial date as text, as long as what is known of it."""
    shorter = [
        When(**{f"{name}_precision": known.value}, then=Value(length)) for known, length in KNOWN_OF_A_DATE.items()
    ]
    length = Case(*shorter, default=Value(WHOLE_DATE), output_field=IntegerField())
    text: Any = Func(F(name), Value("YYYY-MM-DD"), function="to_char", output_field=CharField())
    return Func(text, length, function="left", output_field=TextField())
