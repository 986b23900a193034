"""What is recorded of days after the death: one sentence a kind, however many rows it concerns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.rules.dates import PartialDate
from registry.web.charts.moments import moment
from registry.web.charts.sheet import Fault, Hit, Sheet

ONE_DAY = dt.timedelta(days=1)
# A row, the key of the row that its marks belong to, its dates.
Dated = tuple[Any, UUID, list[PartialDate]]


def faults_after_death(sheet: Sheet) -> Iterator[Fault]:
    """Yield a fault for each kind of record that surely lies after the death."""
    died = next((at for death in sheet.rows.deaths if (at := moment(death, "died_on"))), None)
    if died is None:
        return
    for name, dated in _kinds(sheet):
        late = [(row, owner, at) for row, owner, dates in dated for at in dates if at.surely_after(died)]
        if late:
            yield _fault(sheet, name, late, died)


def _fault(sheet: Sheet, name: str, late: list[Any], died: PartialDate) -> Fault:
    row, _owner, first = min(late, key=lambda entry: entry[2].earliest())
    rows = {entry[0].pk for entry in late}
    words = {"what": name, "day": sheet.when(first), "death": sheet.when(died), "count": len(rows)}
    sentence = ngettext(
        "%(what)s after the death on %(death)s: one record (%(day)s).",
        "%(what)s after the death on %(death)s: %(count)s records (the first on %(day)s).",
        len(rows),
    )
    since = died.latest() + ONE_DAY
    hits = {Hit(pk, since=since) for late_row, owner, _at in late for pk in (late_row.pk, owner)}
    return Fault(sentence % words, sheet.url(row), tuple(hits))


def _kinds(sheet: Sheet) -> list[tuple[str, list[Dated]]]:
    rows = sheet.rows
    return [
        (_("CRS assessment"), _of(rows.crs_days, "assessed_on", owner=lambda row: row.episode_id)),
        (_("ICANS assessment"), _of(rows.icans_days, "assessed_on", owner=lambda row: row.episode_id)),
        (_("CRS"), _of(rows.crs_episodes, "onset_on", "resolved_on")),
        (_("ICANS"), _of(rows.icans_episodes, "onset_on", "resolved_on")),
        (_("IEC-HS"), _of(rows.iechs_episodes, "onset_on", "resolved_on")),
        (_("Toxicity therapy"), _of(rows.therapies, "started_on", "ended_on")),
        (_("Anakinra"), [*_of(rows.anakinra_courses, "started_on", "ended_on"), *_of_segments(sheet)]),
        (_("Laboratory result"), _of(rows.labs, "sampled_on")),
        (_("Care"), _of(rows.stays, "began_on", "ended_on")),
        (_("Response"), _of(rows.responses, "assessed_on")),
        (_("Relapse or progression"), _of(rows.relapses, "relapsed_on")),
        (_("Last contact"), _of(rows.follow_ups, "last_contact_on")),
    ]


def _of_segments(sheet: Sheet) -> list[Dated]:
    return _of(sheet.rows.segments, "segment_started_on", "segment_ended_on")


def _of(rows: Any, *names: str, owner: Callable[[Any], UUID] = lambda row: row.pk) -> list[Dated]:
    return [(row, owner(row), [at for name in names if (at := moment(row, name))]) for row in rows]
