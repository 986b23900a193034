"""What a client asks of the records: of whom, which fields, and how they are to be written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exports.redcap.project import Field, Form, Project


class UnknownNamesError(ValueError):
    """Some names under a parameter are none of the project's."""

    def __init__(self, parameter: str, names: Sequence[str]) -> None:
        self.parameter, self.names = parameter, list(names)
        super().__init__(parameter)


@dataclass(frozen=True)
class Asked:
    """One request for records. Where neither fields nor forms are named, all are meant; so with records."""

    records: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    with_groups: bool = False
    is_labelled: bool = False
    has_decimal_comma: bool = False


@dataclass(frozen=True)
class Chosen:
    """What is wanted of one form: some of its fields in their order, and whether it is said that it is complete."""

    form: Form
    fields: tuple[Field, ...]
    with_complete: bool

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self.fields) + self.with_complete


def chosen_of(project: Project, asked: Asked) -> list[Chosen]:
    """Return what is wanted of each form, in the order of the project; UnknownNamesError for what is not there."""
    _refuse_unknown("forms", asked.forms, [form.name for form in project.forms])
    completes = {form.complete for form in project.forms}
    _refuse_unknown("fields", asked.fields, [*(found.name for found in project.fields), *completes])
    found = [_of_form(form, asked) for form in project.forms]
    return [chosen for chosen in found if chosen.width]


def _of_form(form: Form, asked: Asked) -> Chosen:
    if form.name in asked.forms or not (asked.fields or asked.forms):
        return Chosen(form, form.fields, with_complete=True)
    wanted = set(asked.fields)
    fields = tuple(found for found in form.fields if found.name in wanted)
    return Chosen(form, fields, with_complete=form.complete in wanted)


def fields_of(project: Project, fields: Sequence[str], forms: Sequence[str]) -> list[Field]:
    """Return the lines of the dictionary that are wanted; UnknownNamesError for what is not there."""
    _refuse_unknown("forms", forms, [form.name for form in project.forms])
    _refuse_unknown("fields", fields, [found.name for found in project.fields])
    if not (fields or forms):
        return list(project.fields)
    return [found for found in project.fields if found.name in fields or found.form in forms]


def _refuse_unknown(parameter: str, named: Iterable[str], known: Sequence[str]) -> None:
    if unknown := sorted(set(named) - set(known)):
        raise UnknownNamesError(parameter, unknown)
