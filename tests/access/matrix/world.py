"""What the matrix asks for: one of each thing at Sevilla ("A") and at Houston ("B"), with words that give it away."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from exports import services
from exports.models import ExportJob, JobState, Release, ReleasePackage, ReleaseState, ReleaseToken, StudyReport
from exports.report.plan import Plan
from exports.report.plan_digest import plan_sha256
from registry.models import (
    CheckRun,
    CrsEpisode,
    DataQuery,
    DeathReview,
    LinkageCase,
    Patient,
    RunCause,
    Upload,
    UploadFile,
    UploadFinding,
)
from registry.models.uploads import UploadState
from registry.selectors.cases import case_topics
from sites.context import acting_as, acting_as_system
from sites.invitations import invite, token_of
from sites.models import Invitation, Membership, Site, User
from sites.roles import Role
from sites.tokens import token_create
from tests.cast import Cast, create_cast, long_ago
from tests.factories.risk import asked, assessed
from tests.factories.whole_case import whole_case

MARKS = {"A": "sevillana", "B": "houstonian"}
ABSENT = {
    "topic": "nosuchtopic",
    "part of the interface": "nosuchpart",
    "form": "nosuchform",
    "product": "NONE",
    "anything": "no/such/page/",
    "application": "nosuchapplication",
}
Arguments = dict[str, Any]


@dataclass(frozen=True)
class World:
    """The cast, and the arguments of addresses by kind of thing and side."""

    cast: Cast
    things: dict[str, dict[str, Arguments]]

    def arguments(self, objects: str, side: str) -> Arguments:
        """Return the arguments of an address for an object of a side, or for one that does not exist."""
        if not objects:
            return {}
        return self.things[objects].get(side) or _absent(objects, self.things[objects]["A"])


def _absent(objects: str, like: Arguments) -> Arguments:
    """Return arguments of the same kinds that lead nowhere."""
    return {name: ABSENT.get(objects) or _other(name, value) for name, value in like.items()}


def _other(name: str, value: Any) -> Any:
    if name == "form":
        return value  # the form exists, the case does not
    return 987654321 if isinstance(value, int) else uuid.uuid4()


def create_world() -> World:
    """Write the world into the database."""
    cast = create_cast()
    with acting_as_system("tests", reason="a closed account"):
        User.objects.create(email="closed@example.org", full_name="Closed", is_active=False)
    things: dict[str, dict[str, Arguments]] = {}
    for side, site in (("A", cast.sev), ("B", cast.hou)):
        for objects, arguments in {**_clinical(cast, site, MARKS[side]), **_others(cast, site)}.items():
            things.setdefault(objects, {})[side] = arguments
    return World(
        cast,
        {**things, **_releases(cast), **_requests(cast), **_decisions(cast), **_own_things(cast), **_linkages(cast)},
    )


def _linkages(cast: Cast) -> dict[str, dict[str, Arguments]]:
    """Return two pairs of cases that may be one patient; both concern both sites."""
    found: dict[str, Arguments] = {}
    with acting_as_system("tests", reason="pairs of cases"):
        for side in MARKS:
            first, second = sorted([uuid.uuid4(), uuid.uuid4()])
            pair = {"first_patient": first, "second_patient": second, "first_site": cast.sev, "second_site": cast.hou}
            found[side] = {"linkage_id": LinkageCase.objects.create(matched_on="NAME", **pair).pk}
    return {"linkage": found}


def _own_things(cast: Cast) -> dict[str, dict[str, Arguments]]:
    """Return what a person has of their own: "A" is alice's, "B" is bob's."""
    found: dict[str, Arguments] = {}
    tokens: dict[str, Arguments] = {}
    with acting_as_system("tests", reason="sign-ins"):
        for side, person in (("A", cast.alice), ("B", cast.bob)):
            sign_in = UserSession.objects.create(user=person, session_key=f"elsewhere{side}", ip="127.0.0.1")
            found[side] = {"pk": sign_in.pk}
            tokens[side] = {"pk": token_create(by=person, label="import", scopes=["read"], days=7)[0].pk}
    asked = [_invitation(cast, f"new{side}@example.org") for side in "AB"]
    return {
        "sign-in": found,
        "token": tokens,
        "passkey": {"A": {"pk": 1}, "B": {"pk": 2}},
        "invitation": {side: {"pk": one.pk} for side, one in zip("AB", asked, strict=True)},
        "letter": {side: {"token": token_of(one)} for side, one in zip("AB", asked, strict=True)},
    }


def _invitation(cast: Cast, email: str) -> Invitation:
    return invite(by=cast.adam, email=email, reason="a new data manager", role=Role.DATA_MANAGER)


def _clinical(cast: Cast, site: Site, mark: str) -> dict[str, Arguments]:
    patient = whole_case(site, f"{mark}-1", words=mark, judge=cast.judy)
    upload, file = _upload(cast, site, mark)
    about = {"topic": "patient", "row_id": patient.pk, "text": mark, "opened_at": timezone.now()}
    with acting_as_system("tests", reason="look"):
        query = DataQuery.objects.create(site=site, patient=patient, asked_at=timezone.now(), **about)
        review = DeathReview.objects.get(death__patient=patient)
        episode = CrsEpisode.objects.get(course__patient=patient)
    return {
        **_rows_of_topics(patient),
        "case form": {"patient_id": patient.pk, "form": "disease"},
        "case form of pages": {"patient_id": patient.pk, "form": "crs_episode"},
        "case page": {"patient_id": patient.pk, "form": "crs_episode", "row_id": episode.pk},
        "case": {"patient_id": patient.pk},
        "query": {"query_id": query.pk},
        "scorecard": {"code": site.code},
        "case value": {"patient_id": patient.pk, "code": "patient", "row_id": patient.pk, "name": "birth_year"},
        "site of cases": {"site_id": site.pk},
        "death": {"death_id": review.death_id},
        "review": {"review_id": review.pk},
        "upload": {"upload_id": upload.pk},
        "upload file": {"upload_id": upload.pk, "file_id": file.pk},
    }


def _rows_of_topics(patient: Patient) -> dict[str, Arguments]:
    """Return a row of each topic of a case."""
    with acting_as_system("tests", reason="look"):
        return {
            f"row of {topic.code}": {
                "pk": topic.model._default_manager.get(**{topic.path_to("patient") or "pk": patient.pk}).pk
            }
            for topic in case_topics()
        }


def _upload(cast: Cast, site: Site, mark: str) -> tuple[Upload, UploadFile]:
    with acting_as(cast.carol):
        upload = Upload.objects.create(site=site, uploaded_by=cast.carol, state=UploadState.CHECKED)
        content = f"study_id,sex\r\n{mark}-2,X\r\n".encode()
        file = UploadFile.objects.create(
            upload=upload,
            site=site,
            name=f"{mark}.csv",
            topic="patient",
            content=content,
            rejected_rows=[2],
            problems=1,
        )
        UploadFinding.objects.create(file=file, site=site, row=2, column="sex", value=mark, code="choice")
    return upload, file


def _others(cast: Cast, site: Site) -> dict[str, Arguments]:
    run = CheckRun.objects.create(cause=RunCause.NIGHTLY, created_at=timezone.now())
    content_type = ContentType.objects.get_for_model(Site).pk
    return {
        "topic": {"code": "patient"},
        "part of the interface": {"tag": "queries"},
        "edit check": {"code": "DT12_CRS_LATE"},
        "run of checks": {"run_id": run.pk},
        "form": {"form": "disease"},
        "site": {"object_id": site.pk},
        "person": {"object_id": cast.eve.pk},
        "product": {"object_id": "AXI"},
        "admin link": {"content_type_id": content_type, "object_id": site.pk},
        "anything": {"url": "nowhere/"},
        "application": {"app_label": "study_sites"},
        "provider": {"provider_id": "nosuchhospital"},
        "reset key": {"uidb36": "1", "key": "set-password"},
    }


def _releases(cast: Cast) -> dict[str, dict[str, Arguments]]:
    until = timezone.localdate() + dt.timedelta(days=30)
    with acting_as(cast.dana):
        project = services.project_create(title="Anakinra", by=cast.dana)
        given, other = (_release(cast, project, number) for number in (1, 2))
        grant = services.release_grant(release=given, investigator=cast.ivan, valid_until=until, by=cast.dana)
    sides = {"A": given, "B": other}
    reports = {side: _report(release, cast.dana) for side, release in sides.items()}
    return {
        "release": {side: {"pk": release.pk} for side, release in sides.items()},
        "package": {side: _package(release) for side, release in sides.items()},
        "report": reports,
        "report_file": {side: {**arguments, "file": "json"} for side, arguments in reports.items()},
        "redcap token": _tokens(given, {"A": cast.ivan, "B": cast.dana}),
        "grant": {"A": {"pk": given.pk, "grant_pk": grant.pk}, "B": {"pk": other.pk, "grant_pk": grant.pk}},
    }


def _requests(cast: Cast) -> dict[str, dict[str, Arguments]]:
    """Return a submitted request of ivan ("A") and one of another investigator ("B")."""
    with acting_as_system("tests", reason="another investigator"):
        other = User.objects.create(email="other@example.org", full_name="Other")
        Membership.objects.create(user=other, site=cast.hou, role=Role.INVESTIGATOR, starts_on=long_ago())
    found: dict[str, Arguments] = {}
    for side, person in (("A", cast.ivan), ("B", other)):
        with acting_as(person):
            told = {"aim": "Why", "approval_reference": "CEI 1", "agreement_reference": "DUA 1"}
            draft = services.request_save(by=person, title=f"Request {side}", **told)
            found[side] = {"pk": services.request_submit(request=draft, by=person).pk}
    return {"request": found}


def _decisions(cast: Cast) -> dict[str, dict[str, Arguments]]:
    """Return two requests that wait for a decision, and the releases that were assessed for them."""
    asked_for = {side: asked(cast, f"Aim {side}") for side in MARKS}
    held = {side: assessed(request, cast) for side, request in asked_for.items()}
    return {
        "decision": {side: {"pk": request.pk} for side, request in asked_for.items()},
        "held release": {side: {"pk": release.pk} for side, release in held.items()},
    }


def _report(release: Release, by: User) -> Arguments:
    told = {"plan": Plan().told(), "plan_sha256": plan_sha256(Plan()), "code_revision": "test"}
    return {"pk": release.pk, "report_pk": StudyReport.objects.create(release=release, requested_by=by, **told).pk}


def _tokens(release: Release, owners: Mapping[str, User]) -> dict[str, Arguments]:
    """Return a token of a release for each of two people."""
    found: dict[str, Arguments] = {}
    for side, owner in owners.items():
        told = {"level": "AGREEMENT", "label": side, "digest": side * 64, "hint": side * 4}
        with acting_as(owner):
            token = ReleaseToken.objects.create(release=release, owner=owner, expires_at=timezone.now(), **told)
        found[side] = {"pk": release.pk, "token_pk": token.pk}
    return found


def _package(release: Release) -> Arguments:
    with acting_as_system("tests", reason="a package without a file"):
        facts = {"path": "none.zip", "sha256": "0" * 64, "size": 1}
        package = ReleasePackage.objects.create(release=release, level="AGREEMENT", format="CSV", **facts)
    return {"pk": release.pk, "package_pk": package.pk}


def _release(cast: Cast, project: Any, number: int) -> Release:
    release = services.release_request(project=project, name=f"QUELL-2026.{number}", by=cast.dana)
    facts = {"data_cut_at": timezone.now(), "published_at": timezone.now(), "content_hash": "c", "package_bytes": 1}
    tables = {"tables": [], "excluded": [], "withheld": []}
    Release.objects.filter(pk=release.pk).update(
        state=ReleaseState.PUBLISHED, manifest=tables, package_path="none.zip", package_sha256="0" * 64, **facts
    )
    ExportJob.objects.filter(release=release).update(state=JobState.SUCCEEDED)
    return Release.objects.get(pk=release.pk)
