"""Reads of the work around edit checks: decisions on their settings, what became of their queries, their runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from registry.models import CheckRun, CheckSetting, DataQuery, Patient, QueryState, Resolution, RunState, Upload
from registry.models.uploads import UploadState
from sites.models import Site

RECENTLY = timedelta(days=14)
# What people say of a query that asked about nothing wrong.
FALSE_ALARMS = (Resolution.VERIFIED, Resolution.EXCLUDED, Resolution.CANCELLED, Resolution.SETTLED)


@dataclass(frozen=True)
class Asked:
    """To how many queries of a check an answer is owed, and how many rows it has ever asked about."""

    open: int = 0
    ever: int = 0


def latest_decisions() -> dict[str, CheckSetting]:
    """Return code -> the latest decision on its setting, for those that somebody has decided on."""
    latest = CheckSetting.objects.order_by("check_code", "-id").distinct("check_code").select_related("set_by")
    return {row.check_code: row for row in latest}


def decisions_on(code: str) -> list[CheckSetting]:
    """Return all decisions on a setting, the newest first."""
    return list(CheckSetting.objects.filter(check_code=code).select_related("set_by"))


def asked_by_check(user: Any) -> dict[str, Asked]:
    """Return code -> what its queries are, over the sites that a person may see."""
    rows = DataQuery.objects.visible_to(user).exclude(check_code="").order_by().values("check_code")
    counted = rows.annotate(open=Count("pk", filter=Q(state=QueryState.OPEN)), ever=Count("pk"))
    return {row["check_code"]: Asked(row["open"], row["ever"]) for row in counted}


@dataclass(frozen=True)
class Became:
    """What became of the queries of a check: how many stand in each state, and how the closed ones were settled."""

    states: Mapping[str, int]
    resolutions: Mapping[str, int]

    @property
    def closed(self) -> int:
        """Return how many are settled."""
        return self.states.get(QueryState.CLOSED, 0)

    @property
    def false_alarms(self) -> int:
        """Return how many of those asked about nothing wrong."""
        return sum(self.resolutions.get(resolution, 0) for resolution in FALSE_ALARMS)

    @property
    def false_alarm_percent(self) -> float | None:
        """Return their share of the closed ones, None where none is closed."""
        return 100 * self.false_alarms / self.closed if self.closed else None


def became_of(user: Any, code: str) -> Became:
    """Return what became of the queries of a check, over the sites that a person may see."""
    rows = DataQuery.objects.visible_to(user).filter(check_code=code).order_by()
    states: dict[str, int] = {}
    resolutions: dict[str, int] = {}
    for state, resolution, count in rows.values_list("state", "resolution").annotate(count=Count("pk")):
        states[state] = states.get(state, 0) + count
        if resolution:
            resolutions[resolution] = count
    return Became(states, resolutions)


def cases_count(user: Any) -> int:
    """Return how many cases a person may see, by which counts of queries are judged."""
    return Patient.objects.visible_to(user).order_by().count()


def queries_open(user: Any, code: str, limit: int) -> list[DataQuery]:
    """Return the queries of a check to which an answer is owed, the oldest first."""
    rows = DataQuery.objects.visible_to(user).filter(check_code=code, state=QueryState.OPEN)
    return list(rows.select_related("patient", "site").order_by("asked_at", "id")[:limit])


def runs() -> QuerySet[CheckRun]:
    """Return the runs of the checks, the newest first. They count, and name no patient."""
    return CheckRun.objects.select_related("about_site", "asked_by").order_by("-created_at")


def runs_failed(limit: int) -> list[CheckRun]:
    """Return the runs of the last two weeks that failed and were not made good by a later one of the same kind."""
    later = CheckRun.objects.filter(
        Q(about_site=OuterRef("about_site")) | Q(about_site=None),
        Q(codes=OuterRef("codes")) | Q(codes=[]),
        state=RunState.DONE,
        created_at__gt=OuterRef("created_at"),
    )
    failed = runs().filter(state=RunState.FAILED, created_at__gte=timezone.now() - RECENTLY)
    return list(failed.filter(~Exists(later))[:limit])


def run_of(code: str) -> CheckRun | None:
    """Return the latest run that a check was part of."""
    return runs().filter(Q(codes=[]) | Q(codes__contains=[code])).first()


def run_latest() -> CheckRun | None:
    """Return the latest run of all checks over all sites that came to its end."""
    return runs().filter(state=RunState.DONE, about_site=None, codes=[]).order_by("-finished_at").first()


def run_after(upload: Upload) -> CheckRun | None:
    """Return the run of all checks at the site of an upload that looked, or will look, at what it saved.

    The row of the run may be older: a run that waits is not doubled.
    """
    if upload.state != UploadState.DONE:
        return None
    of_site = CheckRun.objects.filter(about_site=upload.site_id, codes=[])
    looked = of_site.filter(Q(started_at=None) | Q(started_at__gte=upload.finished_at))
    return looked.order_by("created_at").first()


def sites_to_check(user: Any) -> list[Site]:
    """Return the sites of which a person may have the checks run."""
    return list(Site.objects.visible_to(user).order_by("code"))
