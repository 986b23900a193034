"""Risk reports for tests of pages: made by the report itself from six invented people, so that their shape is true."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.utils import timezone

from exports import services
from exports.models import DataRequest, ExportJob, JobState, Release, ReleaseState
from exports.risk.figures import Previous, Question, risk_report
from sites.context import acting_as
from tests.cast import Cast

AGE, SEX, YEAR = "AGE_65", "NO_SEX", "NO_YEAR"


def risk(k: int = 1, limit: int = 5) -> dict[str, Any]:
    """Return the report of a release whose smallest group has `k` cases, with steps that would help."""
    report = risk_report(_question(k, limit), Previous("QUELL-2025.9", {"patients": 5, "k": 2, "unique": 0}, {"S0"}))
    now = {"steps": [], "people": report["patients"], "k": k, "below_k_min": report["below_k_min"]}
    single = [{**now, "steps": [AGE], "k": k}, {**now, "steps": [YEAR], "k": 7}]
    sequence = [{**now, "steps": [YEAR], "k": 7}] if k < limit else []
    columns = [
        {"sheet": "adsl", "column": "USUBJID", "class": "KEY", "leaves_as": ""},
        {"sheet": "adsl", "column": "AGEGR", "class": "QUASI: AGE", "leaves_as": "under 65 years, or 65 and over"},
        {"sheet": "patient", "column": "died_day", "class": "DAY", "leaves_as": "days from infusion"},
    ]
    suggestions = {"now": now, "single": single, "sequence": sequence, "shareable": [YEAR]}
    return {**report, "level": "AGREEMENT", "coarsening": [], "columns": columns, "suggestions": suggestions}


def _question(k: int, limit: int) -> Question:
    """Return people of whom `k` differ from all others in age group and sex."""
    others = 8
    frame = pl.DataFrame(
        {
            "subject_key": [f"S{number}" for number in range(k + others)],
            "AGEGR": ["GE75"] * k + ["40_64"] * others,
            "SEX": ["FEMALE"] * k + ["MALE"] * others,
            "SITEPSEUD": ["S01"] * k + ["S02"] * others,
            "DTHFL": [1] * k + [0, 1] * (others // 2),
            "FUPDAYS": list(range(k + others)),
        }
    )
    return Question(
        frame,
        "subject_key",
        {"AGE": ["AGEGR"], "SEX": ["SEX"]},
        limit,
        sensitive=["DTHFL"],
        intervals=["FUPDAYS"],
        site="SITEPSEUD",
    )


def asked(cast: Cast, title: str = "Dose and survival", **given: Any) -> DataRequest:
    """Return a request that ivan has handed in."""
    wanted = {
        "aim": "Whether early high doses are associated with survival.",
        "cohort": {"PROD": {"in": ["AXI"]}, "FUPDAYS": {"min": 28}},
        "selection": {"datasets": {"adsl": "*", "adtte": ["PARAMCD", "AVAL"]}},
        "formats": ["CSV", "STATA"],
        "approval_reference": "CEIC-2026-11",
        "agreement_reference": "DUA-7",
        **given,
    }
    with acting_as(cast.ivan):
        draft = services.request_save(by=cast.ivan, title=title, **wanted)
        return services.request_submit(request=draft, by=cast.ivan)


def put(release: Release, cast: Cast, **facts: Any) -> Release:
    """Write facts of a release as they stand, and return it."""
    with acting_as(cast.dana):
        Release.objects.filter(pk=release.pk).update(**facts)
    return Release.objects.select_related("request").get(pk=release.pk)


def hold(release: Release, cast: Cast, report: dict[str, Any] | None = None) -> Release:
    """Let a release wait for a decision, as its job would."""
    ExportJob.objects.filter(release=release).update(state=JobState.SUCCEEDED)
    return put(release, cast, state=ReleaseState.HELD, risk=report or risk(), data_cut_at=timezone.now())


def being_made(release: Release, cast: Cast, **job: Any) -> None:
    """Let the job of a release stand as given, before there is a report."""
    put(release, cast, state=ReleaseState.PENDING, risk={})
    ExportJob.objects.filter(release=release).update(**job)


def assessed(request: DataRequest, cast: Cast, report: dict[str, Any] | None = None) -> Release:
    """Let a request be assessed and wait for the decision."""
    with acting_as(cast.dana):
        project = services.project_create(title=request.title, by=cast.dana)
        release = services.request_assess(request=request, by=cast.dana, project=project)
    return hold(release, cast, report)
