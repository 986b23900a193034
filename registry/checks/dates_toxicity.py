"""Dates of the toxicities: onset, peak and resolution of their episodes, and the start of anakinra."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_noop

from registry.checks.declared import Limits, Rows, Severity, edit_check, threshold
from registry.checks.episodes import CRS, END, EPISODE_KINDS, GRADED_BY_DAY, ICANS, EpisodeKind
from registry.checks.partial import is_partial, latest, latest_outer, surely_before, surely_further
from registry.models import AnakinraCourse, CrsEpisode, IcansEpisode
from registry.rules.anakinra import Intent
from registry.rules.dates import PartialDate, Precision


@edit_check(
    "DT11_CRS_PRE",
    CrsEpisode,
    fields=["onset_on"],
    severity=Severity.BLOCKING,
    message=gettext_noop("CRS begins before the CAR-T infusion. Check both dates."),
)
def crs_before_infusion(rows: Rows) -> Rows:
    """CRS is a toxicity of the cells and cannot precede them."""
    return rows.filter(surely_before("onset_on", "course__infused_on"))


@edit_check(
    "DT12_CRS_LATE",
    CrsEpisode,
    fields=["onset_on"],
    severity=Severity.SOFT,
    message=gettext_noop("CRS begins more than %(days)s days after the infusion. Confirm that it is due to the cells."),
    thresholds=[threshold("days", 21, "d", gettext_noop("Most days from infusion to onset"), low=7, high=365)],
)
def crs_late(rows: Rows, limits: Limits) -> Rows:
    """CRS begins within three weeks; later fever mostly has another cause."""
    return rows.filter(onset_on__gt=F("course__infused_on") + dt.timedelta(days=int(limits["days"])))


@edit_check(
    "DT13_ICANS_PRE",
    IcansEpisode,
    fields=["onset_on"],
    severity=Severity.BLOCKING,
    message=gettext_noop("ICANS begins before the CAR-T infusion. Check both dates."),
)
def icans_before_infusion(rows: Rows) -> Rows:
    """ICANS is a toxicity of the cells and cannot precede them."""
    return rows.filter(surely_before("onset_on", "course__infused_on"))


@edit_check(
    "DT14_ICANS_LATE",
    IcansEpisode,
    fields=["onset_on"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "ICANS begins more than %(days)s days after the infusion. Confirm that it is due to the cells."
    ),
    thresholds=[threshold("days", 28, "d", gettext_noop("Most days from infusion to onset"), low=7, high=365)],
)
def icans_late(rows: Rows, limits: Limits) -> Rows:
    """ICANS begins within four weeks; later neurotoxicity mostly has another cause."""
    return rows.filter(onset_on__gt=F("course__infused_on") + dt.timedelta(days=int(limits["days"])))


def episode_long(rows: Rows, limits: Limits) -> Rows:
    """An episode of more than two months is mostly two episodes, or a slip in a date."""
    return rows.filter(surely_further("onset_on", "resolved_on", int(limits["days"])))


def episodes_overlap(rows: Rows, kind: EpisodeKind) -> Rows:
    """Two episodes of one kind after one infusion at one time are one episode, or a date is wrong.

    The one entered later is found. An episode that begins on the day the other resolves follows it.
    """
    earlier = kind.model.objects.filter(course=OuterRef("course"), **{f"{kind.number}__lt": OuterRef(kind.number)})
    both_active = Q(ends__gt=latest_outer("onset_on"), begins__lt=OuterRef("ends"))
    whole_days = Q(onset_on_precision=Precision.DAY.value) & Q(onset_on_precision=OuterRef("onset_on_precision"))
    same_onset = Q(onset_on=OuterRef("onset_on")) & whole_days
    clash = earlier.alias(ends=END, begins=latest("onset_on")).filter(both_active | same_onset)
    return rows.alias(ends=END).filter(Exists(clash))


def peak_outside(rows: Rows) -> Rows:
    """The highest grade is reached between onset and resolution."""
    return rows.filter(Q(max_grade_on__lt=F("onset_on")) | surely_before("resolved_on", "max_grade_on"))


def first_day_of_highest_grade(row: Any, kind: EpisodeKind) -> Mapping[str, Any]:
    """Suggest the first day of the episode on which the clinician gave the highest grade."""
    days = kind.assessments.objects.filter(episode=row.pk, grade_reported=row.max_grade)  # type: ignore[union-attr]
    begins = row.onset_on or dt.date.min
    ends = row.resolved_on and PartialDate.of(row.resolved_on, Precision[row.resolved_on_precision]).latest()
    within = days.filter(assessed_on__gte=begins, assessed_on__lte=ends or dt.date.max).order_by("assessed_on")
    first = None if row.max_grade is None else within.first()
    return {} if first is None else {"max_grade_on": first.assessed_on}


def resolution_without_day(rows: Rows) -> Rows:
    """Time to resolution is counted in days."""
    return rows.filter(is_partial("resolved_on"))


for _kind in EPISODE_KINDS:
    edit_check(
        f"DT16_EP_DUR_{_kind.name}",
        _kind.model,
        fields=["resolved_on", "onset_on"],
        severity=Severity.SOFT,
        message=gettext_noop("The episode lasts more than %(days)s days. Confirm onset and resolution."),
        thresholds=[threshold("days", 60, "d", gettext_noop("Most days from onset to resolution"), low=7, high=730)],
    )(episode_long)
    edit_check(
        f"DT17_EP_OVERLAP_{_kind.name}",
        _kind.model,
        fields=["onset_on", "resolved_on"],
        severity=Severity.BLOCKING,
        message=gettext_noop(
            "The episode overlaps an earlier one of the same kind. Correct the dates, or merge the two episodes."
        ),
    )(partial(episodes_overlap, kind=_kind))
    edit_check(
        f"DT28_PREC_{_kind.name}",
        _kind.model,
        fields=["resolved_on"],
        severity=Severity.SOFT,
        message=gettext_noop("The resolution lacks its day. Time to resolution needs it: look it up if you can."),
    )(resolution_without_day)

for _kind in GRADED_BY_DAY:
    edit_check(
        f"DT18_PEAK_IN_{_kind.name}",
        _kind.model,
        fields=["max_grade_on", "onset_on", "resolved_on"],
        severity=Severity.BLOCKING,
        message=gettext_noop("The first day of the highest grade lies outside the episode. Check the dates."),
        suggest=partial(first_day_of_highest_grade, kind=_kind),
    )(peak_outside)


@edit_check(
    "DT19_ANA_PRE",
    AnakinraCourse,
    fields=["started_on", "intent"],
    severity=Severity.BLOCKING,
    message=gettext_noop(
        "Anakinra starts before the CAR-T infusion, and not as prophylaxis. Check the dates and the intent."
    ),
)
def anakinra_before_infusion(rows: Rows) -> Rows:
    """Before the cells anakinra can only prevent."""
    treating = sorted(Intent.codes() - {Intent.PROPHYLAXIS.value})
    return rows.filter(surely_before("started_on", "course__infused_on"), intent__in=treating)


@edit_check(
    "DT20_ANA_EP",
    AnakinraCourse,
    fields=["started_on", "intent"],
    severity=Severity.BLOCKING,
    message=gettext_noop(
        "Anakinra starts before the toxicity that it treats. Check its first day, the onset and the intent."
    ),
)
def anakinra_before_toxicity(rows: Rows) -> Rows:
    """Refractory CRS or ICANS has begun before anakinra; with both as intent, both have."""
    for_crs = Q(intent__in=[Intent.REFRACTORY_CRS.value, Intent.BOTH.value])
    for_icans = Q(intent__in=[Intent.REFRACTORY_ICANS.value, Intent.BOTH.value])
    before_crs, before_icans = (_begins_after_start(rows, kind) for kind in (CRS, ICANS))
    return rows.filter((for_crs & before_crs) | (for_icans & before_icans))


def _begins_after_start(rows: Rows, kind: EpisodeKind) -> Q:
    """Say that the kind has episodes after the infusion, all of them surely after the first day of anakinra."""
    episode = f"course__{kind.related_name}"
    after = rows.filter(**{f"{episode}__onset_on__gt": latest("started_on")})
    unknown = Q(**{f"{episode}__isnull": False, f"{episode}__onset_on": None})
    perhaps_before = rows.filter(unknown | Q(**{f"{episode}__onset_on__lte": latest("started_on")}))
    return Q(pk__in=after.values("pk")) & ~Q(pk__in=perhaps_before.values("pk"))


@edit_check(
    "DT22_ANA_LATE",
    AnakinraCourse,
    fields=["started_on"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Anakinra starts more than %(days)s days after the infusion. Check the date; is IEC-HS the indication?"
    ),
    thresholds=[threshold("days", 45, "d", gettext_noop("Most days from infusion to anakinra"), low=7, high=365)],
)
def anakinra_late(rows: Rows, limits: Limits) -> Rows:
    """CRS and ICANS are over by then; anakinra given so late mostly treats IEC-HS."""
    return rows.filter(started_on__gt=F("course__infused_on") + dt.timedelta(days=int(limits["days"])))


@edit_check(
    "DT28_PREC_ANAKINRA",
    AnakinraCourse,
    fields=["started_on"],
    severity=Severity.SOFT,
    message=gettext_noop("The first day of anakinra lacks its day. Every endpoint needs it: look it up if you can."),
)
def anakinra_start_without_day(rows: Rows) -> Rows:
    """Most endpoints are counted in days from the start of anakinra."""
    return rows.filter(is_partial("started_on"))
