"""The pictures of requests and releases: how the demonstration stands while a request goes its way, page by page.

Every figure in them is made by the real jobs from the 43 simulated cases.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from exports import services
from exports.models import DataRequest, Project, Release, StudyReport
from exports.report.plan import Plan
from exports.services.feasibility import feasibility_refresh
from registry.metadata import topic_named
from registry.models import CrsAssessment
from registry.services import record_change
from sites.context import acting_as, acting_as_system
from sites.models import User
from tests.releases import run_job

People = Mapping[str, User]
Picture = tuple[str, str, str]
ASKED: Mapping[str, Any] = {
    "title": "Early anakinra and resolution of ICANS",
    "aim": (
        "Whether a first dose of anakinra within one day of ICANS grade 3 is associated with a shorter time to "
        "resolution. Outcome: days from the first dose to grade 0, death as a competing event."
    ),
    "cohort": {"COSTIM": {"in": ["CD28"]}, "FUPDAYS": {"min": 28}},
    "selection": {
        "datasets": {"adsl": "*", "adtte": "*", "adtox": ["ICE", "ANAMG", "ICUFL"]},
        "tables": {"icans_assessment": ["grade_reported", "ice_total"], "anakinra_course": "*"},
    },
    "formats": ["CSV", "SPSS", "STATA"],
    "approval_reference": "IRB 2026-114",
    "agreement_reference": "DUA-HOU-7",
}
REPORT, AGREED, TOLD = ("PARQUET",), "One group under an agreement, and one aim.", "The aim is sound."


def pictures_of_releases(people: People) -> Iterator[Picture]:
    """Yield (name, who looks, address) and go on with the story between them, in a folder of its own."""
    with _folder():
        feasibility_refresh(at_once=True)
        yield from _asking(people)
        yield from _reporting(people)
        yield from _ending(people)


@contextmanager
def _folder() -> Iterator[None]:
    before = settings.QUELL_RELEASE_DIR
    with tempfile.TemporaryDirectory(prefix="quell-pictures-") as folder:
        settings.QUELL_RELEASE_DIR = folder
        try:
            yield
        finally:
            settings.QUELL_RELEASE_DIR = before


def _asking(people: People) -> Iterator[Picture]:
    """A request from its draft to its packages."""
    yield "request-new", "fiona", reverse("request_new")
    asked = _submitted(people["fiona"], **ASKED)
    yield "request-count", "fiona", f"{reverse('request_new')}?like={asked.pk}#cases"
    yield "decision-new", "dana", reverse("request_decide", args=[asked.pk])
    release = _assessed(asked, people["dana"])
    yield "decision", "dana", reverse("request_decide", args=[asked.pk])
    yield "risk-sign", "dana", reverse("release_sign", args=[release.pk])
    yield "decision-steps", "dana", reverse("request_decide", args=[asked.pk]) + "#coarsen"
    release = _approved(asked, release, people["dana"])
    _submitted(people["ivan"], **{**ASKED, "title": "Infections while on anakinra"})
    yield "request", "fiona", reverse("request", args=[asked.pk])
    yield "release-terms", "fiona", reverse("release", args=[release.pk])
    _taken(release, people["fiona"])
    yield "release", "fiona", reverse("release", args=[release.pk])
    yield "requests", "fiona", reverse("requests")
    yield "requests-data-manager", "dana", reverse("requests")
    yield "release-holders", "dana", reverse("release", args=[release.pk]) + "#grants"


def _reporting(people: People) -> Iterator[Picture]:
    """A release of everything, and the next one of the same project."""
    dana = people["dana"]
    yield "release-new", "dana", reverse("release_new")
    with acting_as(dana):
        project = services.project_create(title="Report of the registry", by=dana)
    first = _waiting(project, "QUELL-2026.2", dana)
    yield "release-held", "dana", reverse("release", args=[first.pk])
    _released(first, dana)
    _corrected(people["bob"])
    second = _released(_waiting(project, "QUELL-2026.3", dana), dana)
    yield "release-differences", "dana", reverse("release_diff", args=[second.pk])
    yield "releases", "dana", reverse("releases")
    yield "risk-report", "dana", reverse("release_risk", args=[second.pk])
    report = _study_report(second, dana)
    yield "study-reports", "dana", reverse("study_reports", args=[second.pk])
    address = reverse("study_report", args=[second.pk, report.pk])
    for name, place in (("", ""), ("-curves", "#sr-incidence"), ("-models", "#sr-models")):
        yield f"study-report{name}", "dana", address + place


def _ending(people: People) -> Iterator[Picture]:
    """A number of the policy changed, and a release withdrawn."""
    dana = people["dana"]
    with acting_as(dana):
        services.policy_set(name="k_agreement", value=6, reason="Advice of the ethics committee.", by=dana)
        taken = Release.objects.get(request__requested_by=people["fiona"])
    yield "release-policy", "dana", reverse("release_policy")
    yield "release-withdraw", "dana", reverse("release_withdraw", args=[taken.pk])
    with acting_as(dana):
        services.release_withdraw(release=taken, reason="Two cases were entered twice.", by=dana)
    yield "releases-withdrawn", "fiona", reverse("releases")
    yield "release-withdrawn", "fiona", reverse("release", args=[taken.pk])


def _corrected(by: User) -> None:
    """A hospital corrects the temperature of three days, so that the next release differs."""
    with acting_as_system("tests", reason="pictures"):
        days = list(CrsAssessment.objects.filter(site__code="HOU", temp_max_c__isnull=False).order_by("id")[:3])
    for day in days:
        record_change(
            topic=topic_named("crs_assessment"),
            record=day,
            values={"temp_max_c": day.temp_max_c + Decimal("0.3")},
            by=by,
            version=day.version,
            reason="Read again from the chart.",
        )


def _submitted(by: User, **asked: Any) -> DataRequest:
    with acting_as(by):
        return services.request_submit(request=services.request_save(by=by, **asked), by=by)


def _assessed(asked: DataRequest, by: User) -> Release:
    with acting_as(by):
        project = services.project_create(title=asked.title, by=by)
        release = services.request_assess(request=asked, by=by, project=project, leaves_out_blocked=True)
        text = "Is the day of the first dose enough, or do you need every day?"
        services.request_message(request=asked, text=text, by=by)
    with acting_as(asked.requested_by):
        services.request_message(request=asked, text="The day of the first dose is enough.", by=asked.requested_by)
    return run_job(release).release


def _approved(asked: DataRequest, release: Release, by: User) -> Release:
    with acting_as(by):
        services.release_coarsen(release=release, steps=["NO_YEAR"], by=by)
        services.release_accept_risk(release=release, reason=AGREED, by=by)
        services.request_approve(request=asked, reason=TOLD, by=by)
    return run_job(release).release


def _taken(release: Release, by: User) -> None:
    with acting_as(by):
        services.terms_accept(release=release, by=by)
        services.package_download(package=release.packages.get(level="AGREEMENT", format="CSV"), by=by)


def _waiting(project: Project, name: str, by: User) -> Release:
    with acting_as(by):
        release = services.release_request(
            project=project, name=name, by=by, formats=list(REPORT), leaves_out_blocked=True
        )
    return run_job(release).release


def _study_report(release: Release, by: User) -> StudyReport:
    with acting_as(by):
        report = services.report_request(release=release, plan=Plan(), by=by)
    services.report_run(report.pk)
    report.refresh_from_db()
    assert report.is_done, report.error_words
    return report


def _released(release: Release, by: User) -> Release:
    with acting_as(by):
        services.release_accept_risk(release=release, reason=AGREED, by=by)
        services.release_continue(release=release, by=by)
    return run_job(release).release
