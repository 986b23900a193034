"""Published releases with small files, written by hand, and people who have just signed in."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from exports import services
from exports.models import ExportJob, JobState, Project, Release, ReleasePackage, ReleaseState
from sites.context import acting_as
from sites.models import User

BOTH: Mapping[str, Sequence[str]] = {"AGREEMENT": ("CSV", "SPSS"), "SHAREABLE": ("CSV",), "TWIN": ("CSV",)}
MANIFEST: Mapping[str, Any] = {
    "tables": [
        {"name": "patient", "label": "Patients", "grain": "one row per patient", "rows": 7, "patients": 7, "sites": 2}
    ],
    "datasets": [],
    "excluded": [{"reason": "WITHDRAWN", "words": "Patient withdrew", "patients": 3}],
    "withheld": [{"table": "patient", "column": "study_id", "why": "direct identifier"}],
    "sites": [
        {"code": "S01", "included": True, "standing": "INCLUDED", "words": "Included", "patients": 7},
        {"code": "S02", "included": True, "standing": "INCLUDED", "words": "Included", "patients": 0},
    ],
    "open_queries": {"OPEN": 4, "ANSWERED": 0},
}


def content_of(level: str, code: str, name: str = "") -> bytes:
    """Return the bytes that stand for a package."""
    return f"the bytes of {name}{level} in {code}".encode()


def asked_for(by: User, name: str = "QUELL-2026.1", project: Project | None = None) -> Release:
    """Ask for a release of a project, a new one unless one is given."""
    with acting_as(by):
        project = project or services.project_create(title="Anakinra", by=by)
        return services.release_request(project=project, name=name, by=by)


def publish(
    release: Release, by: User, packages: Mapping[str, Sequence[str]] = BOTH, *, refused: str = "", **facts: Any
) -> Release:
    """Publish a release with a small file for each package; of a refused level there is none."""
    root, now = Path(settings.QUELL_RELEASE_DIR), timezone.now()
    told = {
        "data_cut_at": now,
        "published_at": now,
        "content_hash": "c",
        "package_bytes": 9,
        "package_sha256": "9f" * 32,
    }
    with acting_as(by):
        Release.objects.filter(pk=release.pk).update(
            **{"state": ReleaseState.PUBLISHED, "manifest": dict(MANIFEST), **told, **facts}
        )
        for level, codes in packages.items():
            for code in codes:
                _package(release, root, level, code, refused)
        ExportJob.objects.filter(release=release).update(state=JobState.SUCCEEDED)
    return Release.objects.get(pk=release.pk)


def _package(release: Release, root: Path, level: str, code: str, refused: str) -> None:
    row = ReleasePackage(release=release, level=level, format=code, patients=7, content_hash="c")
    if level == "SHAREABLE" and refused:
        row.refusal = refused
    else:
        content = content_of(level, code)
        row.path, row.size = f"{release.pk}/packages/{level}-{code}.zip", len(content)
        row.sha256 = hashlib.sha256(content).hexdigest()
        row.losses = [{"file": "patient", "column": "sex", "what": "no value label"}] if code == "SPSS" else []
        (root / row.path).parent.mkdir(parents=True, exist_ok=True)
        (root / row.path).write_bytes(content)
    row.full_clean()
    row.save()


def give(release: Release, to: User, by: User, *, days: int = 30, level: str = "") -> Any:
    """Give a release to somebody for some days."""
    until = timezone.localdate() + dt.timedelta(days=days)
    with acting_as(by):
        return services.release_grant(release=release, investigator=to, valid_until=until, by=by, level=level)


def client_of(user: User, *, seconds_ago: int = 0) -> Client:
    """Return a client of somebody who signed in that long ago."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - seconds_ago}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client
