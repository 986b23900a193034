"""A file of questions: one line a question about a field of a row, checked whole before anything is asked.

A row is named by its id or by its key: the values of its key columns after the study id, from the course down, with
"/" between them, as in "1/1/2024-05-03" for a day of the first CRS episode of the first course.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from registry.intake.reading import FileRefused, Reader
from registry.intake.words import wording
from registry.metadata import Topic
from registry.models import DataQuery, Patient, QueryState
from registry.selectors.cases import case_rows, case_topics
from registry.services.query_asking import LONGEST, Question

COLUMNS = ("study_id", "topic", "row", "field", "text")
MAY_HAVE = ("site",)
MOST_ROWS, MOST_BYTES = 2_000, 1_000_000


@dataclass(frozen=True)
class Line:
    """One good line of a file: its number, how it names the row, and what it asks."""

    number: int
    row: str
    question: Question


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line, or with the file where the number is 0: the column, what stands there, what to do."""

    number: int
    column: str
    value: str
    words: str


@dataclass
class QuestionFile:
    """What a file asks, and what is wrong with it."""

    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """Tell whether the file itself cannot be read."""
        return any(problem.number == 0 for problem in self.problems)


def question_file_read(user: Any, content: bytes) -> QuestionFile:
    """Read a file of questions about cases that this person may see; nothing is asked."""
    found = QuestionFile()
    if len(content) > MOST_BYTES:
        found.problems.append(_of_file(_("The file is larger than 1 MB. Split it.")))
        return found
    try:
        reader = Reader(content, semicolon=_is_semicolon(content))
        if problems := list(_wrong_columns(reader.header)):
            found.problems += problems
            return found
        lines = list(reader.rows())
    except FileRefused as refused:
        found.problems += [_of_file(wording(finding.code, finding.params)) for finding in refused.found]
        return found
    if len(lines) > MOST_ROWS:
        found.problems.append(_of_file(_("The file has more than %(most)s rows. Split it.") % {"most": MOST_ROWS}))
        return found
    _Reading(user, reader.header, found).read(lines)
    return found


def key_words(topic: Topic) -> str:
    """Return how the key of a row is written: the names of its columns; "" where a case has only one row."""
    return "/".join(topic.key_columns[1:])


def key_of(topic: Topic, record: Any) -> str:
    """Return the key of a row as it is written in a file."""
    parts: list[str] = []
    level: Topic | None = topic
    while level is not None and level.parent is not None:
        parts = [_text(getattr(record, name)) for name in level.key] + parts
        record, level = getattr(record, level.parent), level.parent_topic
    return "/".join(parts)


def _text(value: Any) -> str:
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return "" if value is None else str(value)


def _of_file(words: str) -> Problem:
    return Problem(0, "", "", words)


def _is_semicolon(content: bytes) -> bool:
    """Tell whether the header is written with semicolons, as where the decimal sign is a comma."""
    first = content.split(b"\n", 1)[0]
    return b";" in first and b"," not in first


def _wrong_columns(header: Sequence[str]) -> Iterator[Problem]:
    for name in COLUMNS:
        if name not in header:
            yield _of_file(wording("missing_column", {"column": name}))
    for name in dict.fromkeys(header):
        if name not in (*COLUMNS, *MAY_HAVE):
            yield _of_file(wording("unknown_column", {"column": name}))
        elif header.count(name) > 1:
            yield _of_file(wording("column_twice", {"column": name}))


class _Wrong(Exception):  # noqa: N818 -- the name says what happened
    def __init__(self, column: str, words: str) -> None:
        self.column, self.words = column, words
        super().__init__(words)


class _Reading:
    """The lines of one file in the reading; what several of them ask for is looked up once."""

    def __init__(self, user: Any, header: Sequence[str], into: QuestionFile) -> None:
        self.user, self.header, self.into = user, header, into
        self.topics = {topic.code: topic for topic in case_topics()}
        self.rows: dict[tuple[UUID, str], dict[str, UUID]] = {}
        self.seen: dict[tuple[UUID, str, str], int] = {}

    def read(self, lines: Sequence[tuple[int, list[str]]]) -> None:
        cells = [(number, dict(zip(self.header, map(str.strip, row), strict=False))) for number, row in lines]
        self.cases = self._cases({line.get("study_id", "") for _number, line in cells})
        for number, line in cells:
            try:
                self.into.lines.append(self._line(number, line))
            except _Wrong as wrong:
                value = line.get(wrong.column, "")
                self.into.problems.append(Problem(number, wrong.column, value[:100], wrong.words))
        self._refuse_asked_already()

    def _cases(self, names: set[str]) -> dict[str, list[Patient]]:
        found: defaultdict[str, list[Patient]] = defaultdict(list)
        for patient in Patient.objects.visible_to(self.user).filter(study_id__in=names).select_related("site"):
            found[patient.study_id].append(patient)
        return found

    def _line(self, number: int, line: dict[str, str]) -> Line:
        patient, topic = self._case(line), self.topics.get(line.get("topic", ""))
        if topic is None:
            raise _Wrong("topic", _("Write one of the topics listed below."))
        row_id = self._row(patient, topic, line.get("row", ""))
        name, text = line.get("field", ""), line.get("text", "")
        if name and name not in {declared.name for declared in topic.fields}:
            raise _Wrong("field", _("“%(topic)s” has no such field. Leave it empty for the row as a whole.") % {
                "topic": topic.code})  # fmt: skip
        if not text:
            raise _Wrong("text", _("Say what is to be checked."))
        if len(text) > LONGEST:
            raise _Wrong("text", _("Use at most 500 characters."))
        if (first := self.seen.setdefault((row_id, name, text), number)) != number:
            raise _Wrong("text", _("Line %(number)s asks the same. Keep one of them.") % {"number": first})
        return Line(number, line.get("row", ""), Question(patient, topic.code, row_id, name, text))

    def _case(self, line: dict[str, str]) -> Patient:
        found = [patient for patient in self.cases.get(line.get("study_id", ""), [])
                 if line.get("site", "") in ("", patient.site.code)]  # fmt: skip
        if not found:
            raise _Wrong("study_id", _("There is no case with this study id."))
        if len(found) > 1:
            raise _Wrong("study_id", _("Several sites have a case with this study id. Add a column “site”."))
        return found[0]

    def _row(self, patient: Patient, topic: Topic, named: str) -> UUID:
        rows = self._rows_of(patient, topic)
        if row := rows.get(named) or rows.get(named.lower()):
            return row
        only = set(rows.values())
        if not named and len(only) == 1:
            return only.pop()
        if not only:
            raise _Wrong("row", _("The case has no row of “%(topic)s”.") % {"topic": topic.code})
        words = _("The case has no such row. Write its id or its key, %(key)s.")
        raise _Wrong("row", words % {"key": key_words(topic) or _("left empty")})

    def _rows_of(self, patient: Patient, topic: Topic) -> dict[str, UUID]:
        place = (patient.pk, topic.code)
        if place not in self.rows:
            rows = case_rows(self.user, topic, patient)
            by_key = {key_of(topic, row): row.pk for row in rows}
            self.rows[place] = by_key | {str(row.pk): row.pk for row in rows}
        return self.rows[place]

    def _refuse_asked_already(self) -> None:
        """A question that stands already in the same words is not asked twice."""
        asked = DataQuery.objects.visible_to(self.user).filter(check_code="").exclude(state=QueryState.CLOSED)
        rows = [line.question.row_id for line in self.into.lines]
        standing = set(asked.filter(row_id__in=rows).values_list("row_id", "field", "text"))
        for line in list(self.into.lines):
            question = line.question
            if (question.row_id, question.field, question.text) in standing:
                self.into.lines.remove(line)
                words = _("This is asked already and not settled.")
                self.into.problems.append(Problem(line.number, "text", question.text[:100], words))
        self.into.problems.sort(key=lambda problem: problem.number)
