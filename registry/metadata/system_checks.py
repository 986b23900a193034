"""System checks: nothing starts while a field lacks its declaration or its privacy class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core import checks
from django.db import models

from registry.metadata.elsewhere import declared_class, declared_paths
from registry.metadata.fields import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    FlagVariable,
    IntegerVariable,
    TextVariable,
    TimeVariable,
    VariableField,
)
from registry.metadata.topics import topics
from registry.metadata.variable import ALLOWED_TRANSFORMS, Privacy, Variable

CARRIED_BY_EVERY_ROW = frozenset({"id", "site", "missing", "version"})
WORDS = frozenset({Privacy.DIRECT, Privacy.FREE_TEXT, Privacy.SYSTEM})
DAYS = frozenset({Privacy.DATE, Privacy.DIRECT})


def check_variables(app_configs: Any = None, **_kwargs: Any) -> list[checks.CheckMessage]:
    """Check every declared variable of every topic."""
    return [
        checks.Error(problem, obj=field, id="registry.E001")
        for entry in topics()
        for field in entry.model._meta.local_concrete_fields
        for problem in variable_problems(field, entry.parent)
    ]


def variable_problems(field: models.Field[Any, Any], parent: str | None) -> Iterator[str]:
    """Yield what is wrong with the declaration of one field of a topic."""
    if not isinstance(field, VariableField):
        if field.name not in CARRIED_BY_EVERY_ROW | {parent} and declared_class(_path(field)) is None:
            yield "A clinical field has no Variable."
        return
    if field.variable is None:
        yield "A clinical field has no Variable."
        return
    yield from _type_problems(field, field.variable)
    yield from _range_problems(field.variable)
    yield from _branch_problems(field, field.variable)
    yield from transform_problems(field.variable)


def _type_problems(field: VariableField, variable: Variable) -> Iterator[str]:
    if isinstance(field, IntegerVariable | DecimalVariable) and not variable.unit:
        yield "A number has no unit."
    if isinstance(field, DateVariable | TimeVariable) and variable.privacy not in DAYS:
        yield "A date or time has neither the class DATE nor DIRECT."
    if isinstance(field, TextVariable) and variable.privacy not in WORDS:
        yield "Text has neither the class FREE_TEXT nor DIRECT."
    if isinstance(field, CodedVariable) and (field.coding is None or not all(field.coding.codes())):
        yield "A coded answer has no list of codes."
    if isinstance(field, FlagVariable) and variable.unit:
        yield "A yes or no has a unit."


def _branch_problems(field: VariableField, variable: Variable) -> Iterator[str]:
    """Yield what is wrong with the branch and the normal answer: fields and codes that do not exist."""
    if variable.normal and variable.normal not in _answers(field):
        yield f"The normal answer {variable.normal} is no answer of the field."
    if variable.asked_if is None:
        return
    name, codes = variable.asked_if
    asked = next((other for other in field.model._meta.local_concrete_fields if other.name == name), None)
    if not isinstance(asked, VariableField):
        yield f"It is asked by {name}, which is no field of the topic."
    elif codes != ("*",) and (unknown := sorted(set(codes) - _answers(asked))):
        yield f"It is asked by answers that {name} does not have: {', '.join(unknown)}."


def _answers(field: VariableField) -> frozenset[str]:
    """Return the answers that a branch may name: codes, yes and no, the numbers within small limits."""
    if isinstance(field, CodedVariable):
        return field.coding.codes() if field.coding else frozenset()
    if isinstance(field, FlagVariable):
        return frozenset({"yes", "no"})
    limits = field.variable.limits if field.variable else None
    if isinstance(field, IntegerVariable) and limits and limits[1] <= 100:
        return frozenset(str(number) for number in range(int(limits[0]), int(limits[1]) + 1))
    return frozenset()


def _range_problems(variable: Variable) -> Iterator[str]:
    for name, interval in (("limits", variable.limits), ("plausible range", variable.plausible)):
        if interval is not None and interval[0] > interval[1]:
            yield f"The {name} are empty."
    if variable.limits is None or variable.plausible is None:
        return
    if variable.plausible[0] < variable.limits[0] or variable.plausible[1] > variable.limits[1]:
        yield "The plausible range lies outside the hard limits."


def transform_problems(variable: Variable) -> Iterator[str]:
    """Yield what keeps this variable from a decision on how it leaves."""
    if variable.leaves_as is None:
        yield f"The class {variable.privacy.name} has no transform."
    elif variable.leaves_as not in ALLOWED_TRANSFORMS[variable.privacy]:
        yield f"The class {variable.privacy.name} does not allow {variable.leaves_as.name}."


def check_privacy(app_configs: Any = None, **_kwargs: Any) -> list[checks.CheckMessage]:
    """Check that every concrete field of every installed model has a privacy class, and that no entry is stale."""
    found = {_path(field): field for model in _models() for field in model._meta.local_concrete_fields}
    missing: list[checks.CheckMessage] = [
        checks.Error(f"{path} has no privacy class.", obj=field, id="registry.E002")
        for path, field in sorted(found.items())
        if not is_classed(field)
    ]
    stale = declared_paths() - found.keys()
    return [
        *missing,
        *(checks.Error(f"{path} is classed but does not exist.", id="registry.E003") for path in sorted(stale)),
    ]


def is_classed(field: models.Field[Any, Any]) -> bool:
    """Say whether a field's privacy class is known: by its Variable, by its role in a topic, or by the list."""
    if isinstance(field, VariableField) and field.variable is not None:
        return True
    return _is_structure(field) or _is_of_event(field) or declared_class(_path(field)) is not None


def _models() -> list[type[models.Model]]:
    return list(apps.get_models(include_auto_created=True))


def _path(field: models.Field[Any, Any]) -> str:
    return f"{field.model._meta.label}.{field.name}"


def _is_structure(field: models.Field[Any, Any]) -> bool:
    return any(entry.model is field.model and field.name in CARRIED_BY_EVERY_ROW | {entry.parent} for entry in topics())


def _is_of_event(field: models.Field[Any, Any]) -> bool:
    """Say whether the field stands in an event table: it then has the class of the field that it recorded."""
    tracked = getattr(field.model, "pgh_tracked_model", None)
    if tracked is None:
        return False
    return field.name.startswith("pgh_") or is_classed(tracked._meta.get_field(field.name))
