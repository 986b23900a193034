"""The rows of an export: for each subject the row of its single forms, then one row for each repeat of a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import polars as pl

from exports.redcap.asking import Asked, Chosen, chosen_of
from exports.redcap.project import COMPLETE, COMPLETE_WORDS, RECORD, Field, Project

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One row of one subject: of the single forms (`chosen` is None) or of the repeat of a form, numbered from 1."""

    record: str
    chosen: Chosen | None
    instance: int
    cells: Sequence[Cells]


@dataclass(frozen=True)
class Selection:
    """What is wanted of a project, form by form, after it was found to be there."""

    project: Project
    asked: Asked
    single: list[Chosen]
    repeating: list[Chosen]

    @property
    def chosen(self) -> list[Chosen]:
        """Return what is wanted in the order of the forms."""
        wanted = {chosen.form.name: chosen for chosen in [*self.single, *self.repeating]}
        return [wanted[form.name] for form in self.project.forms if form.name in wanted]

    @property
    def has_groups(self) -> bool:
        """Say whether the group of a subject is told."""
        return self.asked.with_groups and bool(self.project.groups)


def select(project: Project, asked: Asked) -> Selection:
    """Return what is wanted; UnknownNamesError for names that are not there."""
    chosen = chosen_of(project, asked)
    single = [one for one in chosen if not one.form.is_repeating]
    return Selection(project, asked, single, [one for one in chosen if one.form.is_repeating])


def flat_cells(selection: Selection) -> int:
    """Return how many cells a flat export has at most, blank ones included: every row has the columns of all forms."""
    rows = len(selection.asked.records or selection.project.subjects)
    rows += sum(_frame(one, selection.asked).height for one in selection.repeating)
    return rows * (1 + sum(one.width for one in selection.chosen))


def single_cells(selection: Selection) -> int:
    """Return how many cells the rows have at most, without the columns of other forms."""
    return sum(_frame(one, selection.asked).height * one.width for one in selection.chosen)


def rows(selection: Selection) -> Iterator[Row]:
    """Yield the rows in the order of subjects, forms and instances.

    The row of the single forms is there where one of their fields is wanted, or nothing but the record id.
    """
    wanted = set(selection.asked.records)
    single = [_by_subject(one, selection.asked) for one in selection.single]
    repeats = [(one, _by_subject(one, selection.asked)) for one in selection.repeating]
    for subject in selection.project.subjects:
        if wanted and subject not in wanted:
            continue
        if selection.single or not selection.repeating:
            yield Row(subject, None, 0, [(found.get(subject) or [()])[0] for found in single])
        for one, found in repeats:
            for instance, cells in enumerate(found.get(subject, ()), 1):
                yield Row(subject, one, instance, [cells])


def _by_subject(chosen: Chosen, asked: Asked) -> Mapping[str, list[Cells]]:
    """Return the cells of every row by subject, as they are to be written."""
    frame = _frame(chosen, asked).select(RECORD, *(_written(field, asked) for field in chosen.fields))
    done = ((COMPLETE_WORDS if asked.is_labelled else COMPLETE),) if chosen.with_complete else ()
    grouped = groupby(frame.iter_rows(), key=lambda row: str(row[0]))
    return {subject: [(*row[1:], *done) for row in found] for subject, found in grouped}


def _frame(chosen: Chosen, asked: Asked) -> pl.DataFrame:
    rows = chosen.form.rows
    return rows.filter(pl.col(RECORD).is_in(asked.records)) if asked.records else rows


def _written(field: Field, asked: Asked) -> pl.Expr:
    column = pl.col(field.name)
    if asked.is_labelled and field.choices:
        return column.replace(dict(field.choices))
    if asked.has_decimal_comma and field.is_decimal:
        return column.str.replace(".", ",", literal=True)
    return column
