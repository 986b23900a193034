"""Releases, packages and requests as programs read them: codes alike in all languages, words in the person's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request

from exports.api.views import person
from exports.models import (
    DataRequest,
    ExportJob,
    JobState,
    Level,
    Project,
    Release,
    ReleaseGrant,
    ReleasePackage,
    RequestMessage,
    TermsAcceptance,
)
from exports.selectors import releases_visible
from exports.terms import TERMS, VERSION, terms_sha256
from sites.access import can
from sites.roles import Permission

# Told of every release; the rest is told where one is asked for.
CONTENTS = (
    "is_simulated", "policy_version", "code_revision", "codebook_version", "cohort", "selection", "coarsening",
    "excluded", "withheld", "sites", "open_queries", "tables", "datasets",
)  # fmt: skip


def release_lines(request: Request, releases: Iterable[Release]) -> list[dict[str, Any]]:
    """Return releases as a list tells them; of those that they superseded, the names that the person may know.

    How its making stands is told to those who may freeze: with whom a failed or cancelled job can be tried again.
    """
    names = dict(releases_visible(person(request)).order_by().values_list("pk", "name"))
    with_jobs = can(person(request), Permission.RELEASE_FREEZE)
    return [
        {**_release_line(request, release, names), "job": job_told(release.job) if with_jobs else None}
        for release in releases
    ]


def job_told(job: ExportJob) -> dict[str, Any]:
    """Return how far a job is, and why it could not be done."""
    words = job.error_words if job.state == JobState.FAILED else job.step_words
    names = ("state", "phase", "step", "steps", "attempts", "error_reference", "started_at", "finished_at")
    return {**{name: getattr(job, name) for name in names}, "words": _(words) if words else ""}


def project_line(project: Project) -> dict[str, Any]:
    """Return a project."""
    return {"id": project.pk, "title": project.title, "created_at": project.created_at}


def _release_line(request: Request, release: Release, names: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "id": release.pk,
        "name": release.name,
        "project": {"id": release.project_id, "title": release.project.title},
        "profile": release.profile,
        "state": release.state,
        "data_cut_at": release.data_cut_at,
        "published_at": release.published_at,
        "content_sha256": release.content_hash,
        "supersedes": names.get(release.supersedes_id) if release.supersedes_id else None,
        "withdrawn_at": release.withdrawn_at,
        "withdrawal_reason": release.withdrawal_reason,
        "url": _whole(request, "api_release", release.pk),
        "page": _whole(request, "release", release.pk),
    }


def release_whole(
    request: Request,
    release: Release,
    *,
    level: str,
    levels: list[str],
    grant: ReleaseGrant | None,
    acceptance: TermsAcceptance | None,
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a release with what it holds at a level and what it does not, its terms, and until when it is given."""
    [line] = release_lines(request, [release])
    return {
        **line,
        "level": level,
        "levels": levels,
        "valid_until": grant.valid_until if grant else None,
        "terms": {
            "version": VERSION,
            "sha256": terms_sha256(),
            "sentences": [_(sentence) for sentence in TERMS],
            "accepted_at": acceptance.accepted_at if acceptance else None,
        },
        **{name: facts[name] for name in CONTENTS if name in facts},
        "packages_url": _whole(request, "api_packages", release.pk),
        "accept_terms": _whole(request, "api_terms", release.pk),
    }


def package_line(request: Request, package: ReleasePackage) -> dict[str, Any]:
    """Return a package: what its bytes are, what its format cannot say, or why the level may not leave."""
    return {
        "id": package.pk,
        "level": package.level,
        "format": package.format,
        "filename": package.filename,
        "bytes": package.size,
        "sha256": package.sha256,
        "content_sha256": package.content_hash,
        # A twin has no patients; the rows of its tables are nobody's.
        "patients": None if package.level == Level.TWIN else package.patients,
        "losses": package.losses,
        "refusal": _(package.refusal) if package.refusal else "",
        "file": _whole(request, "api_package_file", package.release_id, package.pk) if not package.refusal else None,
    }


def request_line(request: Request, asked: DataRequest) -> dict[str, Any]:
    """Return a request for data as a list tells it."""
    return {
        "id": asked.pk,
        "number": asked.number,
        "title": asked.title,
        "state": asked.state,
        "profile": asked.profile,
        "requested_by": str(asked.requested_by),
        "created_at": asked.created_at,
        "submitted_at": asked.submitted_at,
        "decided_at": asked.decided_at,
        "url": _whole(request, "api_request", asked.pk),
    }


def request_whole(request: Request, asked: DataRequest, releases: list[Release]) -> dict[str, Any]:
    """Return a request with what was asked for, what was decided, and the releases of it that the person may see."""
    return {
        **request_line(request, asked),
        "aim": asked.aim,
        "cohort": asked.cohort,
        "selection": asked.selection,
        "formats": asked.formats,
        "approval_reference": asked.approval_reference,
        "agreement_reference": asked.agreement_reference,
        "decision_reason": asked.decision_reason,
        "valid_until": asked.valid_until,
        "messages": [message_line(message) for message in asked.messages.select_related("written_by")],
        "releases": release_lines(request, releases),
    }


def message_line(message: RequestMessage) -> dict[str, Any]:
    """Return a message about a request."""
    return {"written_by": str(message.written_by), "written_at": message.written_at, "text": message.text}


def _whole(request: Request, name: str, *keys: Any) -> str:
    return str(request.build_absolute_uri(reverse(name, args=keys)))
