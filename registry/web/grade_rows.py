"""The days or episodes that a number of the agreement of grades stands for, as plain values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from registry.rules.dates import day_number
from registry.selectors.grade_agreement import GRADED, Grain, grade_rows
from registry.web.charts.links import entry_url
from registry.web.grade_asked import AgreementAsked

LIMIT = 200


@dataclass(frozen=True)
class GradeRow:
    """One day or episode with both of its grades, and the form on which it was entered."""

    site: str
    study_id: str
    patient_id: Any
    episode: str
    day: str
    computed: int | None
    reported: int | None
    url: str

    @property
    def differs(self) -> bool:
        """Tell whether there are two grades and they are not the same."""
        return None not in (self.computed, self.reported) and self.computed != self.reported


@dataclass(frozen=True)
class GradeRows:
    """The rows that were asked for, and whether there are more of them."""

    rows: list[GradeRow]
    is_cut: bool


def rows_page(user: Any, asked: AgreementAsked) -> GradeRows:
    """Return the first of the rows with the grades that are asked for, in one query."""
    if asked.toxicity is None:
        return GradeRows([], is_cut=False)
    wanted = {"site": asked.site, "computed": asked.computed, "reported": asked.reported}
    found = list(grade_rows(user, asked.toxicity, asked.grain, **wanted)[: LIMIT + 1])
    return GradeRows([_row(asked, row) for row in found[:LIMIT]], is_cut=len(found) > LIMIT)


def _row(asked: AgreementAsked, row: Any) -> GradeRow:
    by_day = asked.grain is Grain.DAY
    episode = row.episode if by_day else row
    course = episode.course
    number = getattr(episode, GRADED[asked.toxicity].number)
    return GradeRow(
        site=row.site.code,
        study_id=course.patient.study_id,
        patient_id=course.patient_id,
        episode=f"{course.course_no}.{number}",
        day=_day(row.assessed_on if by_day else row.max_grade_on, course.infused_on),
        computed=row.computed,
        reported=row.reported,
        url=entry_url(course.patient_id, row),
    )


def _day(on: dt.date | None, infused_on: dt.date) -> str:
    if on is None:
        return ""
    return _("Day %(day)s") % {"day": f"{day_number(on, infused_on):+d}".replace("+0", "0")}
