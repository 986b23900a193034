"""The timeline of a case put together: axis, lanes in reading order, facts, table, and what stands beside the chart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext as _

from registry.rules.labs import Analyte
from registry.selectors.timeline import TimelineRows
from registry.web.charts.anakinra import anakinra_columns, anakinra_days, anakinra_lane
from registry.web.charts.axis import Axis, Tick, axis_of
from registry.web.charts.beside import Aside, outside, undrawn
from registry.web.charts.care import care_column, care_lane
from registry.web.charts.days import Column
from registry.web.charts.depletion import depletion_column, depletion_lane
from registry.web.charts.doses import DoseDay
from registry.web.charts.drugs import (
    Given,
    other_column,
    other_lane,
    tocilizumab_column,
    tocilizumab_days,
    tocilizumab_lane,
)
from registry.web.charts.facts import Fact, facts_of, seen_until
from registry.web.charts.grades import GradeDay, crs_words, grade_columns, grade_days, grade_lane, icans_words
from registry.web.charts.ice import recorded, score_columns, score_lanes
from registry.web.charts.iechs import iechs_column, iechs_lane
from registry.web.charts.labs import analytes_with_values, lab_column, lab_lane
from registry.web.charts.orders import faults_of
from registry.web.charts.outcomes import Outcome, outcome_column, outcome_lane, outcomes_of
from registry.web.charts.shapes import Label, Lane, lifted, stacked
from registry.web.charts.sheet import Fault, Sheet
from registry.web.charts.span import dense_days, early_days, first_anakinra, sparse_days
from registry.web.charts.steroids import steroid_column, steroid_days, steroid_lane

HEAD = 46
FOOT = 6
BAND_TOP = 32


class Origin(StrEnum):
    """What the days are counted from."""

    INFUSION = "infusion"
    ANAKINRA = "anakinra"


@dataclass(frozen=True)
class Band:
    """A column that stands out over the whole height: day 0, every infusion."""

    x: float
    width: float


@dataclass(frozen=True)
class Timeline:
    """Everything that the page prints."""

    sheet: Sheet
    origin: Origin
    lanes: list[Lane]
    height: float
    bands: list[Band]
    band_labels: list[Label]
    facts: list[Fact]
    columns: list[Column]
    undrawn: list[Aside]
    outside: list[Aside]

    @property
    def axis(self) -> Axis:
        """Return the axis of days."""
        return self.sheet.axis

    @property
    def ticks(self) -> list[Tick]:
        """Return the labels of the axis."""
        return self.axis.ticks()

    @property
    def band_height(self) -> float:
        """Return how far the columns reach that stand out."""
        return round(self.height - BAND_TOP, 1)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Return the impossible orders of events."""
        return self.sheet.faults

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to draw."""
        return not any(lane.marks for lane in self.lanes) and not self.undrawn and not self.outside

    @property
    def counted_from(self) -> str:
        """Return the words of the axis."""
        return _("Days from infusion") if self.origin is Origin.INFUSION else _("Days from first anakinra")


def timeline_of(rows: TimelineRows, origin: Origin, analytes: Sequence[Analyte]) -> Timeline:
    """Return the timeline of a course. Without a known first dose of anakinra, days are counted from infusion."""
    first_dose = first_anakinra(rows)
    origin = origin if first_dose else Origin.INFUSION
    day_0 = rows.course.infused_on
    zero = first_dose if origin is Origin.ANAKINRA and first_dose else day_0
    axis = axis_of(day_0, zero, dense_days(rows), sparse_days(rows), early_days(rows))
    bare = Sheet(rows, axis)
    return _drawn(replace(bare, faults=faults_of(bare)), origin, analytes)


@dataclass(frozen=True)
class Days:
    """What is derived from the rows once and then drawn, told as facts and written as a table."""

    crs: dict[dt.date, GradeDay]
    icans: dict[dt.date, GradeDay]
    tocilizumab: dict[dt.date, list[Given]]
    steroid: dict[dt.date, DoseDay]
    anakinra: dict[dt.date, DoseDay]
    events: list[Outcome]

    @classmethod
    def of(cls, sheet: Sheet) -> Days:
        """Derive everything from the rows of a sheet."""
        rows, until = sheet.rows, seen_until(sheet.rows.deaths, sheet.rows.follow_ups)
        return cls(
            crs=grade_days(rows.crs_episodes, rows.crs_days, until),
            icans=grade_days(rows.icans_episodes, rows.icans_days, until),
            tocilizumab=tocilizumab_days(sheet),
            steroid=steroid_days(sheet),
            anakinra=anakinra_days(sheet),
            events=outcomes_of(sheet),
        )


def _drawn(sheet: Sheet, origin: Origin, analytes: Sequence[Analyte]) -> Timeline:
    days = Days.of(sheet)
    lanes, bottom = stacked(_lanes(sheet, days, analytes), HEAD)
    return Timeline(
        sheet=sheet,
        origin=origin,
        lanes=lanes,
        height=bottom + FOOT,
        bands=_bands(sheet),
        band_labels=_band_labels(sheet, origin),
        facts=facts_of(sheet, days.crs, days.icans, days.anakinra),
        columns=_columns(sheet, days, analytes),
        undrawn=undrawn(sheet, days.events),
        outside=outside(sheet, days.events, [(crs_words(), days.crs), (icans_words(), days.icans)], analytes),
    )


def _lanes(sheet: Sheet, days: Days, analytes: Sequence[Analyte]) -> list[Lane]:
    """Return the lanes in reading order: setting, toxicity, score, treatment, laboratory, outcome."""
    lanes = [
        care_lane(sheet),
        grade_lane(sheet, crs_words(), days.crs),
        grade_lane(sheet, icans_words(), days.icans),
        *score_lanes(sheet, recorded(days.icans)),
        iechs_lane(sheet),
        depletion_lane(sheet),
        tocilizumab_lane(sheet, days.tocilizumab),
        other_lane(sheet),
        steroid_lane(sheet, days.steroid),
        anakinra_lane(sheet, days.anakinra),
        *(lab_lane(sheet, analyte) for analyte in analytes),
        outcome_lane(sheet, days.events),
    ]
    return [lane for lane in lanes if lane]


def _columns(sheet: Sheet, days: Days, analytes: Sequence[Analyte]) -> list[Column]:
    """Return the columns in the order of the lanes; the file has every result, the table those shown."""
    columns = [
        care_column(sheet),
        *grade_columns(sheet, crs_words(), days.crs),
        *grade_columns(sheet, icans_words(), days.icans),
        *score_columns(sheet, recorded(days.icans)),
        iechs_column(sheet),
        depletion_column(sheet),
        tocilizumab_column(sheet, days.tocilizumab),
        other_column(sheet),
        steroid_column(days.steroid),
        *anakinra_columns(sheet, days.anakinra),
        *(lab_column(sheet, one, in_table=one in analytes) for one in analytes_with_values(sheet.rows.labs)),
        outcome_column(sheet, days.events),
    ]
    return [column for column in columns if column]


def _infusions(sheet: Sheet) -> list[tuple[dt.date, str]]:
    further = [
        (row.infused_on, _("Infusion %(number)s") % {"number": row.infusion_no}) for row in sheet.rows.further_infusions
    ]
    return [(sheet.day_0, _("Infusion")), *further]


def _bands(sheet: Sheet) -> list[Band]:
    days = {on for on, _words in _infusions(sheet)} | {sheet.axis.origin}
    return [Band(sheet.axis.x(on), sheet.axis.day_px) for on in sorted(days) if sheet.axis.has(on)]


def _band_labels(sheet: Sheet, origin: Origin) -> list[Label]:
    named = _infusions(sheet)
    if origin is Origin.ANAKINRA:
        named.append((sheet.axis.origin, _("First anakinra")))
    labels = [
        Label(sheet.axis.centre(on), 26, words, is_bold=True) for on, words in sorted(named) if sheet.axis.has(on)
    ]
    return lifted(labels, line=13)
