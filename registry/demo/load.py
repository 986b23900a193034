"""Loads the demonstration: hospitals with their papers, people, and the case files through the real upload."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid5

from django.utils import timezone

from registry.demo.files import cohort_files
from registry.demo.hospitals import HOSPITALS, Hospital
from registry.demo.only import require_simulated_only
from registry.demo.people import DEMO_PEOPLE, DemoPerson, demo_password, uploader_of
from registry.intake import run, submit
from registry.models import CheckRun, RunState
from registry.models.uploads import Upload, UploadState
from registry.services.check_runs import run_claimed
from sites.context import acting_as_system
from sites.models import Agreement, AgreementKind, Membership, Site, SiteStatus, User

NAME = "demo_load"
REASON = "simulated hospitals and people of the demonstration"
NAMESPACE = UUID("5f0f7a80-52f7-4d0c-9d6c-2f6f6a8a9c11")
SIGNED_ON = dt.date(2018, 11, 5)
# One hospital's ethics approval ends soon, so that those who look after the papers have something to do.
ENDS_SOON = ("LPA", AgreementKind.ETHICS)
ENDS_IN_DAYS = 45


class DemoRefused(Exception):  # noqa: N818 - the name says what happened
    """The files of a hospital were not saved; the message says which and how many problems were found."""


def people_load() -> int:
    """Add the hospitals, agreements and people that are missing and return how many rows were added.

    RealDataHere where the registry is not a simulated one. What is there already stays as it is.
    """
    require_simulated_only()
    with acting_as_system(NAME, reason=REASON):
        added = sum(_add_hospital(hospital) for hospital in HOSPITALS)
        return added + sum(_add_person(person) for person in DEMO_PEOPLE)


def cases_load() -> list[Upload]:
    """Upload each hospital's files in the name of its coordinator and return the uploads.

    A second run finds every row the same. DemoRefused when a file is not accepted.
    """
    require_simulated_only()
    return [_upload(code, files) for code, files in cohort_files().items()]


def checks_run() -> int:
    """Run at once the checks that the uploads asked for, and return how many queries they raised.

    A run that a worker has begun meanwhile is left to it.
    """
    waiting = CheckRun.objects.filter(state=RunState.QUEUED).order_by("created_at")
    keys = list(waiting.values_list("pk", flat=True))
    for key in keys:
        run_claimed(key)
    return sum(CheckRun.objects.filter(pk__in=keys).values_list("opened", flat=True))


def _add_hospital(hospital: Hospital) -> int:
    site, is_new = Site.objects.get_or_create(
        code=hospital.code,
        defaults={
            "id": uuid5(NAMESPACE, hospital.code),
            "name": hospital.name,
            "country": hospital.country,
            "time_zone": hospital.time_zone,
            "status": SiteStatus.ACTIVE,
        },
    )
    return is_new + sum(_add_agreement(site, kind) for kind in AgreementKind)


def _add_agreement(site: Site, kind: AgreementKind) -> bool:
    ends_on = timezone.localdate() + dt.timedelta(days=ENDS_IN_DAYS) if (site.code, kind) == ENDS_SOON else None
    return Agreement.objects.get_or_create(
        site=site,
        kind=kind,
        reference=f"SIM-{site.code}-{kind}",
        defaults={"signed_on": SIGNED_ON, "valid_from": SIGNED_ON, "valid_until": ends_on},
    )[1]


def _add_person(person: DemoPerson) -> int:
    user = User.objects.filter(email=person.email).first()
    is_new = user is None
    if user is None:
        user = User.objects.create_user(
            person.email,
            demo_password(),
            id=uuid5(NAMESPACE, person.email),
            full_name=person.full_name,
            language=person.language,
        )
    return is_new + (sum(_add_role(user, person, code) for code in person.sites or (None,)) if person.role else 0)


def _add_role(user: User, person: DemoPerson, code: str | None) -> bool:
    site = Site.objects.get(code=code) if code else None
    return Membership.objects.get_or_create(user=user, site=site, role=person.role, defaults={"starts_on": SIGNED_ON})[
        1
    ]


def _upload(code: str, files: dict[str, bytes]) -> Upload:
    by = User.objects.get(email=uploader_of(code).email)
    upload = submit(site=Site.objects.get(code=code), by=by, files=files, reason="simulated case files")
    run(upload.pk)
    with acting_as_system(NAME, reason=REASON):
        upload.refresh_from_db()
        if upload.state != UploadState.DONE:
            problems = sum(file.problems for file in upload.files.all())
            raise DemoRefused(f"The files of {code} were not saved: {upload.get_state_display()}, {problems} problems.")
    return upload
