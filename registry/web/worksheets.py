"""Blank forms for paper: the questions of a form with their units and codes, and room to write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from registry.metadata import Topic
from registry.metadata.fields import VariableField
from registry.metadata.forms import CaseForm
from registry.metadata.units import shown_unit
from registry.rules.labs import ANALYTES, Analyte
from registry.web.entry.boxes import Lists, kind_of
from registry.web.entry.lines import shown_fields

ROWS = {"crs_assessment": 10, "icans_assessment": 12, "lab": 14}
ROWS_OTHERWISE = 8
# Up to so many answers are printed to tick; a longer list is looked up on the page.
TICKED_MOST = 12


@dataclass(frozen=True)
class Question:
    """One field on paper: its words, its unit, the answers to tick."""

    label: str
    unit: str
    help: str
    kind: str
    answers: Sequence[str]


@dataclass(frozen=True)
class Table:
    """One grid on paper: its columns and how many empty rows it has."""

    title: str
    columns: Sequence[Question]
    rows: range


@dataclass(frozen=True)
class Worksheet:
    """One form on paper."""

    form: CaseForm
    title: str
    questions: Sequence[tuple[str, Sequence[Question]]]
    tables: Sequence[Table]


def worksheet_of(form: CaseForm) -> Worksheet:
    """Return the blank form."""
    lists = Lists()
    heads = [(_(topic.label), _questions(topic, lists)) for topic in form.head_topics]
    return Worksheet(form, _(form.label), heads, [_table(topic, lists) for topic in form.list_topics])


def _questions(topic: Topic, lists: Lists) -> list[Question]:
    return [_question(field, lists) for field in shown_fields(topic)]


def _table(topic: Topic, lists: Lists) -> Table:
    columns = _lab_columns(topic, lists) if topic.code == "lab" else _questions(topic, lists)
    return Table(_(topic.label), columns, range(ROWS.get(topic.code, ROWS_OTHERWISE)))


def _lab_columns(topic: Topic, lists: Lists) -> list[Question]:
    sample = [_question(field, lists) for field in topic.fields if field.name in ("sampled_on", "sampled_at")]
    results = [
        Question(_(analyte.label), shown_unit(ANALYTES[analyte].unit.value), "", "number", ()) for analyte in Analyte
    ]
    return [*sample, *results]


def _question(field: VariableField, lists: Lists) -> Question:
    unit = field.variable.unit if field.variable else ""
    answers = [words for value, words in lists.of(field) if value and not value.startswith("?")]
    shown = answers if len(answers) <= TICKED_MOST else ()
    plain_unit = "" if unit.startswith("{") else shown_unit(unit)
    return Question(str(field.verbose_name), plain_unit, str(field.help_text), kind_of(field), shown)
