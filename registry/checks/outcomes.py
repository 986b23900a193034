"""Response, relapse and death: their dates against each other, and the cause of death against the rest."""

from __future__ import annotations

import datetime as dt
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_noop

from registry.checks.declared import Limits, Rows, Severity, edit_check, threshold
from registry.checks.partial import LatestDay, latest, latest_outer
from registry.models import Death, Infection, Relapse, ResponseAssessment
from registry.rules.dates import Precision
from registry.rules.disease import GROUPS
from registry.rules.outcome import CAUSE_CLASSES, DeathCause, RelapseKind, TrmClass
from registry.rules.response import RANKING, RESPONDERS, Criteria, Response, criteria_for

TREATMENT_RELATED = sorted(cause.value for cause, group in CAUSE_CLASSES.items() if group == TrmClass.TRM)
INFECTIONS = sorted(cause.value for cause in DeathCause if cause.value.startswith("INF_"))
COMPLETE = sorted(r.value for r in (Response.CMR, Response.SCR, Response.CR, Response.CRH, Response.CRI))
RESPONDED = sorted({response.value for responses in RESPONDERS.values() for response in responses})
PROGRESSED = sorted({response.value for places in RANKING.values() for response in places[-1]})


@edit_check(
    "OU01_TRM_REL",
    Death,
    fields=["cause", "trm_class_site"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "The death counts as treatment-related, but the malignancy had progressed before. "
        "Confirm the cause; the death goes to adjudication."
    ),
)
def treatment_related_after_progression(rows: Rows) -> Rows:
    """By the rule of the EBMT a death after relapse is one of the malignancy, unless two adjudicators say otherwise."""
    relapses = Relapse.objects.order_by().filter(
        course__patient=OuterRef("patient"), relapsed_on__lte=latest_outer("died_on")
    )
    progressions = ResponseAssessment.objects.order_by().filter(
        course__patient=OuterRef("patient"), response__in=PROGRESSED, assessed_on__lte=latest_outer("died_on")
    )
    treatment_related = Q(cause__in=TREATMENT_RELATED) | Q(trm_class_site=TrmClass.TRM.value)
    return rows.filter(Q(Exists(relapses)) | Q(Exists(progressions)), treatment_related)


def cause_missing(rows: Rows) -> Rows:
    """Every mortality endpoint rests on the primary cause; a reason why it is missing is an answer."""
    return rows.filter(~Q(missing__has_key="cause"), cause=None)


for _code, _severity in (("OU02_CAUSE", Severity.SOFT), ("OU02_CAUSE_LOCK", Severity.LOCKING)):
    edit_check(
        _code,
        Death,
        fields=["cause"],
        severity=_severity,
        message=gettext_noop("The death has no primary cause. Enter it; unknown is an answer, too."),
        waits=_severity is Severity.SOFT,
    )(cause_missing)


@edit_check(
    "OU03_REL_RESP",
    Relapse,
    fields=["kind"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "A relapse follows a response, but none is recorded before it. Add the response, or call it progression."
    ),
    waits=True,
)
def relapse_without_response(rows: Rows) -> Rows:
    """Without a response the malignancy has progressed; a response without a date may have come first."""
    responses = ResponseAssessment.objects.order_by().filter(course=OuterRef("course"), response__in=RESPONDED)
    may_precede = Q(assessed_on=None) | Q(assessed_on__lte=latest_outer("relapsed_on"))
    relapses = rows.filter(kind=RelapseKind.RELAPSE.value, relapsed_on__isnull=False)
    return relapses.filter(~Exists(responses.filter(may_precede)))


@edit_check(
    "OU04_RESP_DT",
    ResponseAssessment,
    fields=["assessed_on"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "The response was assessed less than %(days)s days after the infusion. Check the date, or confirm."
    ),
    thresholds=[threshold("days", 14, "d", gettext_noop("Fewest days from infusion to response"), low=1, high=90)],
)
def response_early(rows: Rows, limits: Limits) -> Rows:
    """Before the second week there is hardly a response to assess."""
    earliest = F("course__infused_on") + dt.timedelta(days=int(limits["days"]))
    return rows.alias(last_day=latest("assessed_on")).filter(last_day__lt=earliest)


@edit_check(
    "OU04_RESP_DT_LC",
    ResponseAssessment,
    fields=["assessed_on"],
    severity=Severity.BLOCKING,
    message=gettext_noop("The response was assessed after the last contact. Check both dates."),
)
def response_after_last_contact(rows: Rows) -> Rows:
    """An assessment is a contact."""
    contact = "course__patient__follow_ups__last_contact_on"
    return rows.filter(assessed_on__gt=LatestDay(F(contact), F(f"{contact}_precision")))


@edit_check(
    "OU05_RESP_SYS",
    ResponseAssessment,
    fields=["criteria"],
    severity=Severity.BLOCKING,
    message=gettext_noop(
        "These response criteria are not those of the disease. Correct the criteria or the diagnosis."
    ),
)
def criteria_of_another_disease(rows: Rows) -> Rows:
    """Lymphoma is judged by Lugano, CLL by iwCLL, myeloma by IMWG, leukaemia by its own; other diseases by any."""
    return rows.filter(reduce(or_, map(_unfit, Criteria)))


def _unfit(criteria: Criteria) -> Q:
    """Say that these criteria are used for a diagnosis that has others."""
    others = [code.value for code, group in GROUPS.items() if criteria_for(group) not in (None, criteria)]
    return Q(criteria=criteria.value, course__patient__diseases__diagnosis__in=sorted(others))


@edit_check(
    "OU07_CR_PROG",
    ResponseAssessment,
    fields=["response", "assessed_on"],
    severity=Severity.BLOCKING,
    message=gettext_noop(
        "A complete response and a progression are recorded for one day. Correct a date or a response."
    ),
)
def complete_response_and_progression(rows: Rows) -> Rows:
    """One of the two is wrong; the complete response is shown. A month or a year may hold both."""
    same_day = Q(assessed_on=OuterRef("assessed_on"), assessed_on_precision=Precision.DAY.value)
    progressions = _assessments().filter(same_day, response__in=PROGRESSED)
    complete = rows.filter(response__in=COMPLETE, assessed_on_precision=Precision.DAY.value)
    return complete.filter(Exists(progressions))


def _assessments() -> QuerySet[Any]:
    return ResponseAssessment.objects.order_by().filter(course=OuterRef("course"))


@edit_check(
    "OU08_INF_DEATH",
    Death,
    fields=["cause"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "The patient died of an infection, but none is recorded in the %(days)s days before. "
        "Add the infection, or confirm."
    ),
    thresholds=[threshold("days", 30, "d", gettext_noop("Most days from infection to death"), low=1, high=365)],
    waits=True,
)
def fatal_infection_not_recorded(rows: Rows, limits: Limits) -> Rows:
    """An infection that kills was diagnosed shortly before; one without a day may have been."""
    window = dt.timedelta(days=int(limits["days"]))
    infections = Infection.objects.order_by().alias(last_day=latest("diagnosed_on"))
    of_patient = infections.filter(course__patient=OuterRef("patient"))
    recent = Q(last_day__gte=OuterRef("died_on") - window, diagnosed_on__lte=latest_outer("died_on"))
    fatal = rows.filter(cause__in=INFECTIONS, died_on__isnull=False)
    return fatal.filter(~Exists(of_patient.filter(Q(diagnosed_on=None) | recent)))
