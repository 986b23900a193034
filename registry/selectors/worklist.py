"""What waits for a person: each list reads a bounded number of rows, whatever the size of the registry.

Lists that cannot be read from an index in their order look through the latest infusions of the person's sites and say
so: a case that was never finished years ago is found in the list of cases.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from registry.metadata.forms import FORMS
from registry.models import (
    AnakinraCourse,
    AnakinraSegment,
    Death,
    Draft,
    FollowUp,
    FormStatus,
    InfusionCourse,
    LabResult,
    NoneOccurred,
    Signature,
    Upload,
)
from registry.rules.labs import Analyte
from registry.rules.outcome import VitalStatus
from sites.access import can, visible_site_ids
from sites.models import Site, SiteStatus
from sites.roles import Permission

LATEST = 200
FIRST_CONTACT, SECOND_CONTACT, LAST_DAY = 28, 60, 120
QUIET_DAYS = 60
# The model's covariates (CO01_MVA) and the form on which each is entered; the product is always there.
COVARIATES = {"no_age": "patient", "no_ferritin": "lab", "no_kps": "infusion_course", "no_dose": "anakinra_course"}


def sites_where(user: Any, permission: Permission) -> list[UUID]:
    """Return the sites at which a person may do something."""
    return sorted(site_id for site_id in visible_site_ids(user) if can(user, permission, site_id))


def drafts_to_finish(user: Any, limit: int) -> list[Draft]:
    """Return what the person has typed and not saved, the newest first."""
    own = Draft.objects.visible_to(user).filter(owner=user.pk, site_id__in=sites_where(user, Permission.CASE_EDIT))
    return list(own.select_related("patient").order_by("-saved_at")[:limit])


def _courses(user: Any, permission: Permission) -> QuerySet[InfusionCourse]:
    rows = InfusionCourse.objects.visible_to(user).filter(course_no=1, site_id__in=sites_where(user, permission))
    return rows.select_related("patient")


def follow_ups_due(user: Any, today: date, limit: int) -> list[InfusionCourse]:
    """Return index infusions of 28 to 120 days ago without a contact since day 28, or 60 once that has come.

    Those who died or are lost to follow-up are left out. Each has `due_day`; the earliest infusion comes first.
    """
    second = today - timedelta(days=SECOND_CONTACT)
    window = (today - timedelta(days=LAST_DAY), today - timedelta(days=FIRST_CONTACT))
    over = FollowUp.objects.filter(patient=OuterRef("patient"), vital_status__in=(VitalStatus.DEAD, VitalStatus.LOST))
    ended = Exists(over) | Exists(Death.objects.filter(patient=OuterRef("patient")))
    wanted = (Q(infused_on__gt=second) & ~_contact(FIRST_CONTACT)) | (
        Q(infused_on__lte=second) & ~_contact(SECOND_CONTACT)
    )
    rows = _courses(user, Permission.CASE_EDIT).filter(~ended, wanted, infused_on__range=window)
    found = list(rows.order_by("infused_on", "patient_id")[:limit])
    for course in found:
        course.due_day = SECOND_CONTACT if course.infused_on <= second else FIRST_CONTACT
    return found


def _contact(days: int) -> Exists:
    day = ExpressionWrapper(OuterRef("infused_on") + timedelta(days=days), output_field=DateField())
    return Exists(FollowUp.objects.filter(patient=OuterRef("patient"), last_contact_on__gte=day))


def covariates_missing(user: Any, limit: int) -> list[tuple[InfusionCourse, list[str]]]:
    """Return the latest infusions that lack a covariate of the models, each with the names of COVARIATES it lacks.

    What is empty with a reason is not missing. Looks through the latest infusions alone.
    """
    rows = _latest(_courses(user, Permission.CASE_EDIT)).annotate(**_covariates())
    lacking = Q(no_age=True) | Q(no_ferritin=True) | Q(no_kps=True) | Q(no_dose=True)
    found = rows.filter(lacking).order_by("-infused_on", "-patient_id")[:limit]
    return [(course, [name for name in COVARIATES if getattr(course, name)]) for course in found]


def _latest(courses: QuerySet[InfusionCourse]) -> QuerySet[InfusionCourse]:
    newest = courses.order_by("-infused_on", "-patient_id").values("pk")[:LATEST]
    return InfusionCourse.objects.filter(pk__in=newest).select_related("patient")


def _covariates() -> dict[str, Any]:
    before = Coalesce(OuterRef("ld_started_on"), OuterRef("infused_on"))
    ferritin = LabResult.objects.filter(course=OuterRef("pk"), analyte=Analyte.FERRITIN.value, sampled_on__lte=before)
    answered = Q(value__isnull=False) | Q(missing__has_key="value")
    dosed = AnakinraCourse.objects.filter(course=OuterRef("pk"), first_mg_per_kg_day__isnull=False)
    no_dose = AnakinraSegment.objects.filter(
        anakinra_course__course=OuterRef("pk"), missing__has_any_keys=["dose_mg", "interval_h"]
    )
    never = NoneOccurred.objects.filter(patient=OuterRef("patient"), topic="anakinra_course")
    age = Q(patient__age_at_infusion__isnull=True) & ~Q(patient__missing__has_key="age_at_infusion")
    return {
        "no_age": _is(age),
        "no_kps": _is(Q(kps__isnull=True) & ~Q(missing__has_key="kps")),
        "no_ferritin": ~Exists(ferritin.filter(answered)),
        "no_dose": _is(~Exists(dosed) & ~Exists(no_dose) & ~Exists(never)),
    }


def _is(condition: Any) -> Any:
    return ExpressionWrapper(condition, output_field=BooleanField())


def complete_unsigned(user: Any, limit: int) -> list[InfusionCourse]:
    """Return the latest cases of which every form is complete or did not occur, and that nobody has signed."""
    firsts = [form.first.code for form in FORMS]
    done = FormStatus.objects.filter(patient=OuterRef("patient"), is_complete=True, topic__in=firsts)
    same = FormStatus.objects.filter(patient=OuterRef("patient"), topic=OuterRef("topic"), is_complete=True)
    none = NoneOccurred.objects.filter(~Exists(same), patient=OuterRef("patient"), topic__in=firsts)
    signed = Signature.objects.filter(patient=OuterRef("patient"), voided_at=None)
    rows = _latest(_courses(user, Permission.CASE_SIGN)).filter(~Exists(signed))
    counted = rows.annotate(answered=_count(done) + _count(none)).filter(answered__gte=len(firsts))
    return list(counted.order_by("-infused_on", "-patient_id")[:limit])


def _count(rows: QuerySet[Any]) -> Any:
    counted = rows.order_by().values("patient").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@dataclass(frozen=True)
class QuietSite:
    """A site and its latest infusion, None where it has no case."""

    site: Site
    infused_on: date | None


def quiet_sites(user: Any, today: date, limit: int) -> list[QuietSite]:
    """Return the active sites with neither an infusion nor an upload in the last 60 days, the longest quiet first.

    The latest infusion stands in for the latest entry: no index leads from a site to the last change of its cases.
    """
    since = today - timedelta(days=QUIET_DAYS)
    courses = InfusionCourse.objects.filter(course_no=1, site=OuterRef("pk")).order_by("-infused_on")
    upload = Upload.objects.filter(site=OuterRef("pk"), created_at__date__gte=since)
    sites = Site.objects.visible_to(user).filter(~Exists(upload), status=SiteStatus.ACTIVE)
    quiet = sites.annotate(latest=Subquery(courses.values("infused_on")[:1])).filter(
        Q(latest=None) | Q(latest__lt=since)
    )
    found: Iterable[Site] = quiet.order_by(F("latest").asc(nulls_first=True), "code")[:limit]
    return [QuietSite(site, site.latest) for site in found]
