"""How soon after the infusion cases are entered, and how soon after that their forms are complete."""

# ruff: noqa: S608 -- names in the statements are constants of this module, values are parameters

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate

from registry.metadata.forms import FORMS
from registry.models import FormStatus, InfusionCourse, NoneOccurred, Patient
from registry.selectors.grouped_sql import counted
from sites.audit import event_model_of
from sites.models import Site

COMPLETE_WITHIN_DAYS = 90
A_DAY = timedelta(days=1)
DONE_WITHIN = timedelta(days=COMPLETE_WITHIN_DAYS)


@dataclass(frozen=True)
class Times:
    """Timeliness of a site: medians in days, each with the number of cases behind it.

    `due` cases were entered 90 days ago or earlier; of them, the forms of `done` were complete within those 90 days.
    """

    entry_days: float | None
    entered: int
    first_form_days: float | None
    begun: int
    due: int
    done: int


def times(patients: QuerySet[Patient], now: datetime) -> dict[UUID, Times]:
    """Return site -> its timeliness, all in one statement."""
    rows = with_forms_done(with_times(patients), now)
    found = counted(
        rows.values("site_id", "entry_time", "first_form_time", "forms_done"),
        "SELECT g.site_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY g.entry_time), count(g.entry_time),"
        " percentile_cont(0.5) WITHIN GROUP (ORDER BY g.first_form_time), count(g.first_form_time),"
        f" count(g.forms_done), count(*) FILTER (WHERE g.forms_done >= {len(FORMS)}) FROM g GROUP BY 1",
    )
    return {
        site: Times(in_days(entry), entered, in_days(first), begun, due, done)
        for site, entry, entered, first, begun, due, done in found
    }


def in_days(time: timedelta | None) -> float | None:
    """Return a time in days with their fraction."""
    return None if time is None else time / A_DAY


def with_times(patients: QuerySet[Patient]) -> QuerySet[Patient]:
    """Add when a case was entered, and the times from infusion to entry and from there to the first complete form.

    A case is entered by the event of its first row; it may have been before the infusion. A form is complete from the
    first time that somebody said so, also where it was opened again since.
    """
    entry = (
        event_model_of(Patient).objects.filter(pgh_obj=OuterRef("pk"), pgh_label="insert").order_by("pgh_created_at")
    )
    index = InfusionCourse.objects.filter(patient=OuterRef("pk"), course_no=1).order_by()
    begun = FormStatus.objects.filter(patient=OuterRef("pk"), audit_events__pgh_label="insert").order_by()
    first = begun.values("patient").annotate(first=Min("audit_events__pgh_created_at")).values("first")
    dated = patients.annotate(
        entered_at=Subquery(entry.values("pgh_created_at")[:1]),
        infused_on=Subquery(index.values("infused_on")[:1]),
        first_form_at=Subquery(first),
    )
    return dated.annotate(
        entry_time=_time(TruncDate("entered_at") - F("infused_on")),
        first_form_time=_time(F("first_form_at") - F("entered_at")),
    )


def with_forms_done(patients: QuerySet[Patient], now: datetime) -> QuerySet[Patient]:
    """Add to cases with their times how many forms were complete 90 days after entry and are so now.

    "None occurred" is as good as complete. None where 90 days have not passed.
    """
    until = ExpressionWrapper(OuterRef("entered_at") + Value(DONE_WITHIN), output_field=DateTimeField())
    own = {"patient": OuterRef("pk"), "topic__in": [form.first.code for form in FORMS]}
    complete = FormStatus.objects.filter(
        **own, is_complete=True, audit_events__pgh_label="insert", audit_events__pgh_created_at__lte=until
    )
    same = FormStatus.objects.filter(patient=OuterRef("patient"), topic=OuterRef("topic"), is_complete=True)
    none = NoneOccurred.objects.filter(~Exists(same), **own, said_at__lte=until)
    done = _count(complete) + _count(none)
    return patients.annotate(
        forms_done=Case(When(entered_at__lte=now - DONE_WITHIN, then=done), output_field=IntegerField())
    )


def _time(expression: Any) -> Any:
    return ExpressionWrapper(expression, output_field=DurationField())


def _count(rows: QuerySet[Any]) -> Any:
    grouped = rows.order_by().values("patient").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(grouped, output_field=IntegerField()), 0)


def cases_by_time(user: Any, site: Site, column: str) -> QuerySet[Patient]:
    """Return the cases of a site that have this time ("entry_time" or "first_form_time"), the slowest first."""
    own = with_times(Patient.objects.visible_to(user).filter(site=site))
    return own.filter(**{f"{column}__isnull": False}).order_by(F(column).desc(), "study_id")


def cases_due(user: Any, site: Site, now: datetime) -> QuerySet[Patient]:
    """Return the cases of a site that were entered 90 days ago or earlier, those with the fewest forms done first."""
    own = with_forms_done(with_times(Patient.objects.visible_to(user).filter(site=site)), now)
    return own.filter(forms_done__isnull=False).order_by("forms_done", "study_id")
