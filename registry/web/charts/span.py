"""How far the axis of a course reaches: what is recorded day by day, single events, and what may come early."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from registry.rules.therapy import STEROIDS, TherapyDrug
from registry.selectors.timeline import TimelineRows
from registry.web.charts.moments import day_of


def _known(days: Iterable[dt.date | None]) -> list[dt.date]:
    return [on for on in days if on is not None]


def dense_days(rows: TimelineRows) -> list[dt.date]:
    """Return the days of what is recorded day by day: grades, doses, stays."""
    followed = STEROIDS | {TherapyDrug.TOCILIZUMAB}
    therapies = [row for row in rows.therapies if row.drug in followed]
    episodes = [*rows.crs_episodes, *rows.icans_episodes, *rows.iechs_episodes]
    return _known([
        *(row.assessed_on for row in (*rows.crs_days, *rows.icans_days)),
        *(day_of(row, name) for row in episodes for name in ("onset_on", "resolved_on")),
        *(on for row in rows.segments for on in (row.segment_started_on, row.segment_ended_on)),
        *(day_of(row, name) for row in rows.anakinra_courses for name in ("started_on", "ended_on")),
        *(on for row in therapies for on in (row.started_on, row.ended_on)),
        *(on for row in rows.stays for on in (row.began_on, row.ended_on)),
        *(row.infused_on for row in rows.further_infusions),
    ])  # fmt: skip


def sparse_days(rows: TimelineRows) -> list[dt.date]:
    """Return the days of single events: samples, responses, other drugs, the end."""
    return _known([
        *(row.sampled_on for row in rows.labs),
        *(on for row in rows.therapies for on in (row.started_on, row.ended_on)),
        *(day_of(row, "assessed_on") for row in rows.responses),
        *(day_of(row, "relapsed_on") for row in rows.relapses),
        *(day_of(row, "died_on") for row in rows.deaths),
        *(day_of(row, "last_contact_on") for row in rows.follow_ups),
    ])  # fmt: skip


def early_days(rows: TimelineRows) -> list[dt.date]:
    """Return the first days of what may come before day -6: lymphodepletion, and what was recorded too early."""
    early = [day_of(row, "onset_on") for row in (*rows.crs_episodes, *rows.icans_episodes)]
    doses = [row.segment_started_on for row in rows.segments]
    return _known([rows.course.ld_started_on, *early, *doses])


def first_anakinra(rows: TimelineRows) -> dt.date | None:
    """Return the day of the first dose of anakinra, where it is known."""
    doses = [row.segment_started_on for row in rows.segments]
    starts = [on for course in rows.anakinra_courses if (on := day_of(course, "started_on"))]
    return min([*doses, *starts], default=None)
