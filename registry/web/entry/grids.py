"""What repeats on an entry page: a grid with a row a day, a dose, an event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from registry.metadata import DateVariable, Topic
from registry.metadata.fields import VariableField
from registry.metadata.units import shown_unit
from registry.rules.dates import Precision
from registry.rules.icans import uses_capd
from registry.services.rowwise import ICE_ITEMS
from registry.web.entry.boxes import Lists, field_box, saved_text
from registry.web.entry.case import Case
from registry.web.entry.days import day_title, planned_days, short_date, weekday
from registry.web.entry.grid import Column, Grid
from registry.web.entry.heads import as_number, place
from registry.web.entry.lab_grid import LAB, lab_grid
from registry.web.entry.lines import Line, shown_fields
from registry.web.entry.parents import parents_of
from registry.web.entry.slots import Texts, slot_name
from registry.web.entry.typed import Setting, read, written

BLANK_AT_FIRST, BLANK_ROWS, MORE_ROWS = 5, 2, 5
DAY_KEY = "assessed_on"
# A mark among the texts of the laboratory page: a row a result with all of its fields, instead of a row a sample.
ONE_BY_ONE = "one-by-one"


def grid_of(
    case: Case,
    topic: Topic,
    rows: Sequence[Any],
    slots: Mapping[int, Texts],
    typed: Mapping[str, str],
    heads: Sequence[Line],
    setting: Setting,
    lists: Lists,
) -> Grid:
    """Build the grid of a topic: rows of the record, rows typed, and empty rows to fill in."""
    more = as_number(typed.get(f"more-{topic.code}", ""), 0)
    if topic.code == LAB and not typed.get(ONE_BY_ONE):
        return lab_grid(case, topic, rows, slots, typed, setting, more)
    making = _Making(case, topic, rows, setting, lists, is_below=bool(heads))
    making.prefill = _prefill(topic, heads)
    lines = making.lines(slots)
    grid = Grid(topic, _(topic.label), [], lines, more=more)
    if topic.key == (DAY_KEY,):
        _by_day(grid, making, heads[0])
    else:
        _by_row(grid, making, heads)
    grid.columns = list(_columns(topic, making.fields, lines))
    return grid


class _Making:
    """The rows of one grid in the making."""

    def __init__(
        self, case: Case, topic: Topic, rows: Sequence[Any], setting: Setting, lists: Lists, *, is_below: bool
    ) -> None:
        self.case, self.topic, self.setting, self.lists, self.is_below = case, topic, setting, lists, is_below
        self.records = {str(row.pk): row for row in rows}
        self.is_by_day = topic.key == (DAY_KEY,)
        hidden = {DAY_KEY} if self.is_by_day else set()
        hidden |= _other_score(case, rows) if topic.code == "icans_assessment" else set()
        self.fields = [entered for entered in shown_fields(topic) if entered.name not in hidden]
        self.prefill: Texts = {}
        self.next = 0

    def lines(self, slots: Mapping[int, Texts]) -> list[Line]:
        """Return what was typed, row by row, and after it the rows of the record that were not on the page then."""
        found = [self.line(number, texts, prefill=self._untouched(texts)) for number, texts in slots.items()]
        there = {line.typed_id for line in found}
        self.next = max(slots, default=-1) + 1
        found += [self.added(record) for key, record in self.records.items() if key not in there]
        return found

    def _untouched(self, texts: Texts) -> Texts:
        """Return what stood in a new row before anybody typed, and still does: by itself it is nothing to save."""
        return {} if texts.get("id") else {name: text for name, text in self.prefill.items() if texts.get(name) == text}

    def added(self, record: Any = None, texts: Mapping[str, str] | None = None, prefill: Texts | None = None) -> Line:
        """Return one row more on the page."""
        self.next += 1
        return self.line(self.next - 1, texts or {}, record, prefill)

    def line(self, number: int, texts: Mapping[str, str], record: Any = None, prefill: Texts | None = None) -> Line:
        """Return one row with its controls."""
        record = record or self.records.get(texts.get("id", ""))
        line = Line(slot_name(self.topic.code, number), self.topic, record)
        line.typed_id = texts.get("id", str(record.pk) if record else "")
        line.version = as_number(texts.get("version", ""), record.version if record else 0)
        line.is_deleted = texts.get("delete") == "yes"
        self._name(line, texts, number)
        if record is None and not self.is_below:
            place(line, self.case, self.topic, texts)
        for entered in self.fields:
            was = saved_text(record, entered, self.setting) or (prefill or {}).get(entered.name, "")
            text = texts.get(entered.name, was)
            line.boxes[entered.name] = field_box(
                line.slot, entered, was, text, self.setting, self.lists, aria=line.title
            )
        return line

    def _name(self, line: Line, texts: Mapping[str, str], number: int) -> None:
        """Name the row by its day, or count it."""
        if not self.is_by_day:
            line.title = str(number + 1)
            return
        key = self.topic.model._meta.get_field(DAY_KEY)
        text = texts.get(DAY_KEY) or saved_text(line.record, key, self.setting)
        line.hidden[DAY_KEY] = text
        if day := read(key, text, self.setting).value:
            name_by_day(line, day, self.setting)

    def day_of(self, line: Line) -> dt.date | None:
        """Return the day of a row."""
        return read(self.topic.model._meta.get_field(DAY_KEY), line.hidden[DAY_KEY], self.setting).value


def _other_score(case: Case, rows: Sequence[Any]) -> set[str]:
    """Return the fields of the score that is not asked: CAPD from 12 years on, ICE below; kept where it has values."""
    age, delay = case.patient.age_at_infusion, case.patient.has_developmental_delay
    if age is None:
        return set()
    names = {*ICE_ITEMS, "ice_total"} if uses_capd(age, bool(delay)) else {"capd"}
    return set() if any(getattr(row, name) is not None for row in rows for name in names) else names


def name_by_day(line: Line, day: dt.date, setting: Setting) -> None:
    """Name a row by its day: the number first, then the date; the weekday only as a tip."""
    line.title = day_title(day, setting.day_0)
    line.title_note = short_date(day) if setting.day_0 else ""
    line.title_tip = f"{weekday(day)} {day:%Y-%m-%d}"


def _by_day(grid: Grid, making: _Making, head: Line) -> None:
    """Add the days that the episode's dates ask for and that are not on the page yet."""
    for name in ("onset_on", "resolved_on"):
        head.boxes[name].refreshes = making.topic.code
    onset, resolved = head.value("onset_on"), head.value("resolved_on")
    there: dict[dt.date, Line] = {}
    for line in grid.lines:  # what was typed comes first: a row that somebody added meanwhile does not displace it
        if (day := making.day_of(line)) and (day not in there or there[day].is_blank):
            there[day] = line
    key = making.topic.model._meta.get_field(DAY_KEY)
    known = {day for day, line in there.items() if not line.is_blank}
    for day in planned_days(onset, resolved, grid.more, known):
        if day not in there:
            there[day] = making.added(texts={DAY_KEY: written(key, day, making.setting)})
    wanted = set(planned_days(onset, resolved, grid.more, known))
    grid.lines = [there[day] for day in sorted(there) if day in wanted or not there[day].is_blank]
    grid.is_by_day = True
    grid.head = _("Day")
    grid.more_words = _("Add 7 more days") if onset else ""
    grid.empty_words = "" if grid.lines else _("Type the onset above: the days appear here.")


def _by_row(grid: Grid, making: _Making, heads: Sequence[Line]) -> None:
    """Add empty rows."""
    if not heads and not parents_of(making.case, making.topic):
        above = making.topic.parent_topic
        grid.lines = []
        grid.empty_words = _("Enter “%(form)s” first: rows here belong to one.") % {
            "form": _(above.label if above else "")
        }
        return
    blank = BLANK_ROWS if making.records else BLANK_AT_FIRST
    lacking = blank + grid.more - sum(line.is_blank for line in grid.lines)
    for _number in range(max(lacking, 0)):
        prefill = making.prefill if not grid.lines else None
        grid.lines.append(making.added(prefill=prefill))
    for number, line in enumerate(grid.lines):
        line.title = str(number + 1)
    grid.head = _("No.")
    grid.more_words = _("Add 5 more rows")


def _prefill(topic: Topic, heads: Sequence[Line]) -> Texts:
    """The first dose of a course starts with the course, where the day of that is known."""
    course = heads[0].record if topic.code == "anakinra_segment" else None
    if course is None or course.started_on is None or course.started_on_precision != Precision.DAY:
        return {}
    return {"segment_started_on": heads[0].boxes["started_on"].was}


COMPUTED_AFTER: Mapping[str, tuple[str, ...]] = {
    "crs_assessment": ("grade_computed",),
    "icans_assessment": ("grade_computed",),
    "anakinra_segment": ("daily_mg", "mg_per_kg_day"),
    "toxicity_therapy": ("dexeq_mg_per_day",),
    "lab": ("canonical_value",),
}
# The computed value stands right before the control that it is compared with, or at the end.
BEFORE = "grade_reported"


def _columns(topic: Topic, fields: Sequence[VariableField], lines: Sequence[Line]) -> Iterator[Column]:
    if any("above" in line.boxes for line in lines):
        yield Column("above", _("Belongs to"))
    computed = [_computed(topic, key) for key in COMPUTED_AFTER.get(topic.code, ())]
    for entered in fields:
        if entered.name == BEFORE:
            yield from computed
            computed = []
        yield _column(entered)
    yield from computed


def _column(entered: VariableField) -> Column:
    unit = entered.variable.unit if entered.variable else ""
    shown = "" if unit.startswith("{") else shown_unit(unit)
    words = ". ".join(filter(None, [str(entered.verbose_name), str(entered.help_text)]))
    is_wide = entered.name == "note" or isinstance(entered, DateVariable)
    return Column(entered.name, _heading(entered), shown, words, is_wide=is_wide)


def _heading(entered: Any) -> str:
    return _(entered.variable.short) if entered.variable.short else str(entered.verbose_name)


def _computed(topic: Topic, key: str) -> Column:
    entered: Any = topic.model._meta.get_field(key)
    unit, words = entered.variable.unit, str(entered.verbose_name)
    # A unit in braces follows from the row, and stands there.
    return Column(key, _heading(entered), "" if unit.startswith("{") else shown_unit(unit), words, is_computed=True)
