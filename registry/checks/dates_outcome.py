"""Dates of care, last contact and death, and how everything else stands to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import partial, reduce
from operator import or_
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_noop

from registry.checks.declared import Limits, Rows, Severity, edit_check, threshold
from registry.checks.event_dates import EventDates, event_dates
from registry.checks.partial import LatestDay, is_partial, latest, surely_before
from registry.models import CareStay, Death, FollowUp
from registry.rules.anakinra import COHORT_INTENTS
from registry.rules.outcome import VitalStatus
from registry.rules.stays import CareKind


def after_death(rows: Rows, events: EventDates) -> Rows:
    """Nothing happens to a patient after death."""
    died = f"{events.to_patient}__deaths__died_on"
    return rows.filter(events.any_after(LatestDay(F(died), F(f"{died}_precision"))))


for _events in event_dates():
    edit_check(
        f"DT23_AFTER_DEATH_{_events.topic.code.upper()}",
        _events.topic.model,
        fields=_events.fields,
        severity=Severity.BLOCKING,
        message=gettext_noop("A date lies after the death of the patient. Check it and the date of death."),
    )(partial(after_death, events=_events))


def day_of_death(row: Any) -> Mapping[str, Any]:
    """Suggest the date of death, as exactly as it is known, as that of the last contact."""
    death = Death.objects.filter(patient=row.patient_id, died_on__isnull=False).first()
    if death is None:
        return {}
    return {"last_contact_on": death.died_on, "last_contact_on_precision": death.died_on_precision}


@edit_check(
    "DT24_DEATH_LC",
    FollowUp,
    fields=["last_contact_on"],
    severity=Severity.BLOCKING,
    message=gettext_noop("The last contact with a patient who died is the day of death. Make both dates equal."),
    suggest=day_of_death,
)
def contact_differs_from_death(rows: Rows) -> Rows:
    """By the rule of the CIBMTR the date of last contact of the dead is the date of death."""
    died = "patient__deaths__died_on"
    too_late = Q(last_contact_on__gt=LatestDay(F(died), F(f"{died}_precision")))
    return rows.filter(surely_before("last_contact_on", died) | too_late)


@edit_check(
    "DT25_LC_EVENTS",
    FollowUp,
    fields=["last_contact_on"],
    severity=Severity.BLOCKING,
    message=gettext_noop("The last contact is earlier than an event of the case. Check the date of last contact."),
)
def contact_before_event(rows: Rows) -> Rows:
    """Whatever was recorded was seen at a contact."""
    return rows.filter(reduce(or_, (Q(pk__in=_contacts_before(rows, events)) for events in event_dates())))


def _contacts_before(rows: Rows, events: EventDates) -> Rows:
    prefix = f"patient__{events.from_patient}__"
    return rows.filter(events.any_after(latest("last_contact_on"), prefix)).values("pk")


@edit_check(
    "DT26_FU_SHORT",
    FollowUp,
    fields=["last_contact_on", "vital_status"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Alive, and followed for less than %(from_anakinra)s days from anakinra or %(from_infusion)s days from "
        "infusion. Add a later contact if any."
    ),
    thresholds=[
        threshold("from_anakinra", 28, "d", gettext_noop("Days of follow-up from anakinra"), low=1, high=3650),
        threshold("from_infusion", 60, "d", gettext_noop("Days of follow-up from infusion"), low=1, high=3650),
    ],
)
def follow_up_short(rows: Rows, limits: Limits) -> Rows:
    """Without contact at day 28 and day 60 the endpoints of these days are censored early."""
    day_60 = {"patient__infusion_courses__infused_on__gt": _before_contact(limits["from_infusion"])}
    from_infusion = rows.filter(patient__infusion_courses__course_no=1, **day_60).values("pk")
    too_short = Q(pk__in=from_infusion) | _first_anakinra_after(rows, _before_contact(limits["from_anakinra"]))
    return rows.filter(too_short, vital_status=VitalStatus.ALIVE.value)


def _before_contact(days: Decimal) -> Any:
    return latest("last_contact_on") - dt.timedelta(days=int(days))


def _first_anakinra_after(rows: Rows, day: Any) -> Q:
    """Say that the first anakinra against a refractory toxicity after the first infusion starts surely after a day."""
    courses = "patient__infusion_courses__anakinra_courses"
    cohort = {f"{courses}__intent__in": sorted(COHORT_INTENTS), "patient__infusion_courses__course_no": 1}
    after = rows.filter(**cohort, **{f"{courses}__started_on__gt": day})
    perhaps_not = Q(**{f"{courses}__started_on": None}) | Q(**{f"{courses}__started_on__lte": day})
    return Q(pk__in=after.values("pk")) & ~Q(pk__in=rows.filter(perhaps_not, **cohort).values("pk"))


@edit_check(
    "DT27_HOSP",
    CareStay,
    fields=["began_on", "ended_on", "kind"],
    severity=Severity.BLOCKING,
    message=gettext_noop(
        "Intensive care lies outside every hospital stay. Correct the dates, or add the stay in hospital."
    ),
)
def intensive_care_outside_hospital(rows: Rows) -> Rows:
    """Intensive care begins and ends within a stay in hospital; a stay without its last day goes on."""
    intensive = rows.filter(kind=CareKind.ICU.value)
    ends_outside = Q(ended_on__isnull=False) & ~Q(pk__in=_in_hospital(intensive, "ended_on"))
    return intensive.filter(~Q(pk__in=_in_hospital(intensive, "began_on")) | ends_outside)


def _in_hospital(rows: Rows, day: str) -> Rows:
    stays = "course__patient__infusion_courses__stays"
    goes_on = Q(**{f"{stays}__ended_on": None}) | Q(**{f"{stays}__ended_on__gte": F(day)})
    in_hospital = {f"{stays}__kind": CareKind.HOSPITAL.value, f"{stays}__began_on__lte": F(day)}
    return rows.filter(goes_on, **in_hospital).values("pk")


@edit_check(
    "DT28_PREC_DEATH",
    Death,
    fields=["died_on"],
    severity=Severity.SOFT,
    message=gettext_noop("The death lacks its day. Survival is counted in days: look it up if you can."),
)
def death_without_day(rows: Rows) -> Rows:
    """Mortality at day 28 and day 60 needs the day of death."""
    return rows.filter(is_partial("died_on"))
