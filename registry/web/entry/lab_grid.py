"""The laboratory page: a row a sample, a column an analyte, the unit of a column chosen once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.metadata import Topic
from registry.metadata.units import shown_unit
from registry.models import AnakinraCourse, CrsEpisode, InfusionCourse, LabResult
from registry.rules.labs import ANALYTES, Analyte, allowed_units
from registry.web.entry.boxes import Lists, field_box, saved_text
from registry.web.entry.case import Case
from registry.web.entry.control import Box
from registry.web.entry.days import day_title
from registry.web.entry.grid import Column, Grid
from registry.web.entry.heads import as_number, place
from registry.web.entry.lab_lines import SAMPLE, LabCell, LabLine
from registry.web.entry.parents import parents_of
from registry.web.entry.slots import Texts, slot_name
from registry.web.entry.typed import Setting, written
from registry.web.entry.typed_labs import read_lab, written_lab

LAB = "lab"
BLANK_AT_FIRST, BLANK_ROWS = 8, 2
AFTER_ANAKINRA = (0, 1, 2, 3, 5, 7, 14, 28)
RECENT_CASES = 5
EPISODE_LONGEST = 14


def lab_grid(
    case: Case,
    topic: Topic,
    rows: Sequence[Any],
    slots: Mapping[int, Texts],
    typed: Mapping[str, str],
    setting: Setting,
    more: int,
) -> Grid:
    """Build the grid of results."""
    making = _Making(case, topic, rows, typed, setting)
    grid = Grid(topic, _(topic.label), [], [], head=_("Day"), more=more, more_words=_("Add 5 more rows"))
    if not parents_of(case, topic):
        grid.empty_words = _("Enter “%(form)s” first: rows here belong to one.") % {"form": _("Infusion course")}
        return grid
    grid.lines = making.lines(slots, (BLANK_ROWS if rows else BLANK_AT_FIRST) + more)
    grid.columns = list(_columns(making, grid.lines))
    grid.units = list(making.unit_boxes())
    return grid


def _columns(making: _Making, lines: Sequence[LabLine]) -> Iterator[Column]:
    if any("above" in line.boxes for line in lines):
        yield Column("above", _("Belongs to"))
    for field in making.sample_fields:
        yield Column(field.name, str(field.verbose_name), is_wide=field.name == "sampled_on")
    for analyte in Analyte:
        yield Column(analyte.value, _(analyte.label), shown_unit(making.units[analyte]))


class _Making:
    """The samples of one page in the making."""

    def __init__(
        self, case: Case, topic: Topic, rows: Sequence[Any], typed: Mapping[str, str], setting: Setting
    ) -> None:
        self.case, self.topic, self.setting, self.typed = case, topic, setting, typed
        self.rows = rows
        self.lists = Lists()
        fields = {field.name: field for field in topic.fields}
        self.sample_fields = [fields[name] for name in SAMPLE]
        self.usual = usual_units(case, rows)
        self.units = {analyte: self._unit(analyte) for analyte in Analyte}
        self.by_id = {str(row.pk): row for row in rows}
        self.next = 0

    def _unit(self, analyte: Analyte) -> str:
        chosen = self.typed.get(f"lab-unit-{analyte.value}", "")
        return chosen if chosen in set(allowed_units(analyte)) else self.usual[analyte]

    def unit_boxes(self) -> Iterator[Box]:
        """Yield the control of each column's unit."""
        for analyte in Analyte:
            choices = [(unit.value, shown_unit(unit.value)) for unit in allowed_units(analyte)]
            label = _("Unit of %(analyte)s") % {"analyte": _(analyte.label)}
            yield Box(
                name=f"lab-unit-{analyte.value}", key=analyte.value, label=label, kind="choice", aria=label,
                text=self.units[analyte], was=self.usual[analyte], choices=choices,
                refreshes=LAB,
            )  # fmt: skip

    def lines(self, slots: Mapping[int, Texts], blank: int) -> list[LabLine]:
        """Return the samples typed, those saved, the planned days, and empty rows."""
        found = [self.line(number, texts, {}) for number, texts in slots.items()]
        self.next = max(slots, default=-1) + 1
        there = {cell.typed_id for line in found for cell in line.cells.values() if cell.typed_id}
        for results in _samples(row for row in self.rows if str(row.pk) not in there):
            found.append(self._added({}, results))
        days = {line.boxes["sampled_on"].state.value for line in found}
        key = self.topic.model._meta.get_field("sampled_on")
        planned = [] if slots else planned_samples(self.case)
        for day in planned:
            if day not in days:
                found.append(self._added({"sampled_on": written(key, day, self.setting)}, {}))
        found.sort(key=lambda line: line.boxes["sampled_on"].state.value or dt.date.max)
        empty = sum(not line.boxes["sampled_on"].text and line.is_blank for line in found)
        found += [self._added({}, {}) for _number in range(max(blank - empty, 0))]
        for number, line in enumerate(found):
            _name(line, number, self.setting)
        return found

    def _added(self, prefill: Texts, results: Mapping[str, Any]) -> LabLine:
        self.next += 1
        return self.line(self.next - 1, {}, results, prefill)

    def line(
        self, number: int, texts: Mapping[str, str], results: Mapping[str, Any], prefill: Texts | None = None
    ) -> LabLine:
        """Return one sample with its controls."""
        line = LabLine(slot_name(LAB, number), self.topic)
        line.is_deleted = texts.get("delete") == "yes"
        saved = dict(results) or self._results(texts)
        any_result = next(iter(saved.values()), None)
        if any_result is None:
            place(line, self.case, self.topic, texts)
        else:
            line.above = str(any_result.course_id)
        for field in self.sample_fields:
            was = saved_text(any_result, field, self.setting) or (prefill or {}).get(field.name, "")
            text = texts.get(field.name, was)
            line.boxes[field.name] = field_box(
                line.slot, field, was, text, self.setting, self.lists, aria=str(number + 1)
            )
        for analyte in Analyte:
            self._cell(line, analyte, texts, saved.get(analyte.value))
        return line

    def _results(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """Return the saved results that a typed row speaks of."""
        named = {analyte.value: self.by_id.get(texts.get(f"{analyte.value}-id", "")) for analyte in Analyte}
        return {analyte: row for analyte, row in named.items() if row is not None}

    def _cell(self, line: LabLine, analyte: Analyte, texts: Mapping[str, str], record: Any) -> None:
        code = analyte.value
        was = self._saved(analyte, record, self.units[analyte])
        text = texts.get(code, was)
        if record is not None and text == texts.get(f"{code}-shown"):
            text = was  # nobody touched it: the result stays what it is, also where the column has another unit now
        typed = read_lab(analyte, text, self.units[analyte], self.setting)
        when = line.boxes["sampled_on"].text or line.title
        label = _(analyte.label)
        line.boxes[code] = Box(
            name=f"{line.slot}-{code}", key=code, label=label, kind="number", text=text, was=was,
            aria=f"{when}, {label}, {shown_unit(self.units[analyte])}",
            echo=typed.echo, warning=typed.warning, errors=[typed.error] if typed.error else [],
        )  # fmt: skip
        typed_id = texts.get(f"{code}-id", str(record.pk) if record else "")
        version = as_number(texts.get(f"{code}-version", ""), record.version if record else 0)
        line.cells[code] = LabCell(analyte, record, typed_id, version, typed)

    def _saved(self, analyte: Analyte, record: Any, column_unit: str) -> str:
        """Write a saved result, with its own unit where that is not the column's."""
        if record is None:
            return ""
        reason = record.missing.get("value", "")
        return written_lab(record.value, record.comparator, record.unit, reason, column_unit)


def _name(line: LabLine, number: int, setting: Setting) -> None:
    """Name a sample by its day, or count it where the day is not known yet."""
    box = line.boxes["sampled_on"]
    day = box.state.value
    line.title = day_title(day, setting.day_0) if day else f"({number + 1})"
    box.echo = "" if day and box.text == box.was else box.echo


def _samples(rows: Any) -> Iterator[dict[str, Any]]:
    """Yield the results of each sample: the same day and time of the same course."""
    found: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
    for row in rows:
        found[row.course_id, row.sampled_on, row.sampled_at][row.analyte] = row
    yield from found.values()


def usual_units(case: Case, rows: Sequence[Any]) -> dict[Analyte, str]:
    """Return the unit of each column: that of the case's results, else of the site's latest cases, else canonical."""
    found = {analyte: ANALYTES[analyte].unit.value for analyte in Analyte}
    for analyte, unit in (*_recent_units(case), *((row.analyte, row.unit) for row in rows)):
        if unit and unit in set(allowed_units(Analyte(analyte))):
            found[Analyte(analyte)] = unit
    return found


def _recent_units(case: Case) -> list[tuple[str, str]]:
    courses = InfusionCourse.objects.visible_to(case.user).filter(site_id=case.patient.site_id, course_no=1)
    latest = list(courses.order_by("-infused_on").values_list("pk", flat=True)[:RECENT_CASES])
    labs = LabResult.objects.visible_to(case.user).filter(course__in=latest).exclude(unit=None)
    used = labs.values("analyte", "unit").annotate(last=Max("sampled_on")).order_by("last")
    return list(used.values_list("analyte", "unit"))


def planned_samples(case: Case) -> list[dt.date]:
    """Return the days for which results are expected: lymphodepletion, day 0, the days of CRS, after anakinra start."""
    if case.index is None:
        return []
    days = {day for day in (case.index.ld_started_on, case.index.infused_on) if day}
    episodes = CrsEpisode.objects.visible_to(case.user).filter(course=case.index, onset_on__isnull=False)
    for onset, resolved in episodes.values_list("onset_on", "resolved_on"):
        last = min(resolved or onset + dt.timedelta(days=7), onset + dt.timedelta(days=EPISODE_LONGEST))
        days |= {onset + dt.timedelta(days=number) for number in range((last - onset).days + 1)}
    starts = AnakinraCourse.objects.visible_to(case.user).filter(course=case.index, started_on__isnull=False)
    for start in starts.values_list("started_on", flat=True):
        days |= {start + dt.timedelta(days=number) for number in AFTER_ANAKINRA}
    return sorted(day for day in days if day <= timezone.localdate())
