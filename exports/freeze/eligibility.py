"""Which cases may leave, and why the others do not. The preview, the freeze and the manifest all ask here."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from registry.models import InfusionCourse, Patient
from sites.models import Agreement, AgreementKind, Site, SiteStatus

INDEX_COURSE = 1
NO_SITE = NOBODY = UUID(int=0)


class Exclusion(models.TextChoices):
    """Why a case stays out; the first that applies is counted."""

    SITE = "SITE", _("Site without a valid data use agreement and ethics approval at the data cut")
    WITHDRAWN = "WITHDRAWN", _("Patient withdrew")
    OBJECTED = "OBJECTED", _("Patient objected")
    NO_BASIS = "NO_BASIS", _("No consent, waiver or other basis recorded")
    NO_COURSE = "NO_COURSE", _("No index infusion course, so no day 0")
    BLOCKED = "BLOCKED", _("A blocking edit check stands against the case")


Condition = Q | Exists


def conditions(site_ids: Iterable[UUID], blocked: Collection[UUID] = ()) -> list[tuple[Exclusion, Condition]]:
    """Return what must be true of a case that leaves, in the order in which failures are counted."""
    index_course = InfusionCourse.objects.order_by().filter(patient_id=OuterRef("pk"), course_no=INDEX_COURSE)
    return [
        # A site that does not exist stands for none: an empty list would be no query at all.
        (Exclusion.SITE, Q(site_id__in=sorted(site_ids) or [NO_SITE])),
        (Exclusion.WITHDRAWN, Q(withdrawn_on__isnull=True)),
        (Exclusion.OBJECTED, Q(objected_on__isnull=True)),
        (Exclusion.NO_BASIS, Q(consent_basis__isnull=False)),
        (Exclusion.NO_COURSE, Exists(index_course)),
        (Exclusion.BLOCKED, ~Q(pk__in=sorted(blocked) or [NOBODY])),
    ]


def sites_with_papers(on: dt.date, using: str = "default") -> frozenset[UUID]:
    """Return the sites whose agreement and ethics approval are valid on a day."""
    return frozenset(Site.objects.using(using).with_valid_agreement(on).order_by().values_list("id", flat=True))


class SiteStanding(models.TextChoices):
    """Why the cases of a site may leave, or may not."""

    INCLUDED = "INCLUDED", _("Included")
    PREPARING = "PREPARING", _("The site has not opened yet")
    NO_AGREEMENT = "NO_AGREEMENT", _("No data use agreement was valid at the data cut")
    NO_ETHICS = "NO_ETHICS", _("No ethics approval was valid at the data cut")
    NO_PAPERS = "NO_PAPERS", _("Neither a data use agreement nor an ethics approval was valid at the data cut")


def site_standings(on: dt.date, using: str = "default") -> Mapping[UUID, SiteStanding]:
    """Return for every site of the registry whether its cases may leave on a day, or what is missing."""
    valid = Agreement.objects.using(using).valid_on(on).order_by().values_list("site_id", "kind")
    papers = set(valid)
    sites = Site.objects.using(using).order_by().values_list("id", "status")
    return {site: _standing(site, status, papers) for site, status in sites}


def _standing(site: UUID, status: str, papers: Collection[tuple[UUID, str]]) -> SiteStanding:
    if status == SiteStatus.PREPARING:
        return SiteStanding.PREPARING
    has_agreement = (site, AgreementKind.DATA_USE) in papers
    has_ethics = (site, AgreementKind.ETHICS) in papers
    if has_agreement and has_ethics:
        return SiteStanding.INCLUDED
    if has_agreement or has_ethics:
        return SiteStanding.NO_ETHICS if has_agreement else SiteStanding.NO_AGREEMENT
    return SiteStanding.NO_PAPERS


def eligible(
    patients: QuerySet[Patient], site_ids: Iterable[UUID], blocked: Collection[UUID] = ()
) -> QuerySet[Patient]:
    """Keep the cases that may leave; `blocked` are those that blocking checks keep back."""
    for _reason, condition in conditions(site_ids, blocked):
        patients = patients.filter(condition)
    return patients.order_by()


def exclusions(
    patients: QuerySet[Patient], site_ids: Iterable[UUID], blocked: Collection[UUID] = ()
) -> Mapping[Exclusion, int]:
    """Count the cases that stay out by their first reason; every reason is there, also with 0."""
    cases = [When(~condition, then=Value(reason.value)) for reason, condition in conditions(site_ids, blocked)]
    reason = Case(*cases, default=None, output_field=models.CharField(null=True))
    rows = patients.order_by().annotate(exclusion=reason).values("exclusion").annotate(n=Count("pk"))
    found = Counter({row["exclusion"]: row["n"] for row in rows if row["exclusion"]})
    return {entry: found[entry.value] for entry in Exclusion}
