"""A release made from cases, people and hospitals that carry one word in every place for words, as a job makes it."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import logging
import platform
import socket
import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.core import mail
from django.db import models
from django.db.models import F
from django.utils import timezone, translation

from exports import services
from exports.freeze.pseudonyms import project_key, subject_key
from exports.models import (
    DataRequest,
    ExportJob,
    Format,
    Level,
    PolicySetting,
    Project,
    Release,
    ReleasePackage,
    RequestMessage,
)
from exports.package import build_package
from exports.services.places import leaving_folder
from registry.metadata import DateVariable, topics
from registry.models import (
    CaseLock,
    CheckSetting,
    DataQuery,
    Draft,
    LinkageCase,
    Patient,
    Product,
    ProductApproval,
    QueryEntry,
    Signature,
    SiteLock,
    Upload,
    UploadFile,
    UploadFinding,
)
from sites.context import acting_as, acting_as_system
from sites.models import Agreement, ApiReply, ApiToken, Invitation, Site, User
from tests.cast import Cast, create_cast
from tests.factories.whole_case import INFUSED, whole_case

# With a 9 and an 8, which no subject key has.
MARK = "ZQ9XJ8V"
AGES = {**{f"{MARK}-{number:02d}": 74 + number for number in range(2, 12)},
        f"{MARK}-88": 88, f"{MARK}-93": 93, f"{MARK}-97": 97}  # fmt: skip
OLD = [study_id for study_id, age in AGES.items() if age >= 90]
# Written with a word of ours in each of their fields that take words.
WITH_WORDS: Mapping[type[models.Model], Mapping[str, Any]] = {
    DataQuery: {"check_code": "", "state": "OPEN", "resolution": "", "topic": "patient", "closed_at": None},
    QueryEntry: {},
    CaseLock: {"topic": ""},
    SiteLock: {},
    Signature: {"record_sha256": "a" * 64},
    Draft: {},
    LinkageCase: {"first_patient": uuid.UUID(int=1), "second_patient": uuid.UUID(int=2)},
    CheckSetting: {"check_code": "no_such_check", "thresholds": {}},
    Upload: {},
    UploadFile: {"content": MARK.encode()},
    UploadFinding: {},
    ProductApproval: {},
    Invitation: {"email": f"{MARK}@example.org".lower(), "role": "DATA_MANAGER"},
    ApiToken: {"scopes": ["read"], "expires_at": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)},
    ApiReply: {},
}
# Models whose words have another way in here: cases, people, hospitals, the request and its release.
WRITTEN_APART = {Agreement, DataRequest, PolicySetting, Product, Project, Release, RequestMessage, Site, User}
# What stands in these is written by the registry itself.
WORDLESS = {
    "AccessLog", "CheckRun", "Download", "ExportJob", "FeasibilityBasis", "FormStatus", "LinkageToken", "NoneOccurred",
    "PeerScore", "ReleasePackage", "ReleaseToken", "Seal", "SealCheck", "SiteScore", "StudyReport", "TermsAcceptance",
}  # fmt: skip


@dataclass
class World:
    """What was made, and everything that was said while it was made."""

    zips: dict[tuple[str, str], Path] = field(default_factory=dict)
    release_folder: Path = Path()
    dates: set[dt.date] = field(default_factory=set)
    secrets: set[bytes] = field(default_factory=set)
    old: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    recorded: set[str] = field(default_factory=set)
    said: dict[str, str] = field(default_factory=dict)
    data_cut: dt.datetime | None = None
    name: str = ""


class Listening(logging.Handler):
    """Keeps every line that is logged, with the text of its error."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter("%(name)s %(message)s").format(record))


def full_of_words(folder: Path) -> World:
    """Have a release of every level and format made in this database, in a folder whose name has the word too."""
    made = World()
    with ExitStack() as stack:
        stack.enter_context(translation.override("en"))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        _plant_machine(patch, folder)
        cast = create_cast()
        _plant_people_and_cases(cast)
        _remember(made)
        _remember_release(made, _release(cast, patch, made))
    return made


def _plant_machine(patch: pytest.MonkeyPatch, folder: Path) -> None:
    for module, name in ((socket, "gethostname"), (platform, "node"), (getpass, "getuser")):
        patch.setattr(module, name, lambda: f"{MARK}host")
    for name in ("USER", "LOGNAME", "HOSTNAME", "USERNAME"):
        patch.setenv(name, f"{MARK}user")
    patch.setattr(settings, "QUELL_RELEASE_DIR", str(folder / f"{MARK}-releases"))
    patch.setattr("registry.checks.blocking._standing", lambda _found: [])


def _plant_people_and_cases(cast: Cast) -> None:
    with acting_as_system("tests", reason=MARK):
        for site in (cast.sev, cast.hou):
            site.code, site.name = f"{MARK}{site.code}", f"{MARK} Hospital of {site.name}"
            site.save()
        Agreement.objects.update(reference=f"{MARK}-agreement")
        for user in User.objects.all():
            User.objects.filter(pk=user.pk).update(
                full_name=f"{MARK} {user.full_name}", email=f"{MARK}.{user.email}".lower()
            )
    for number, (study_id, age) in enumerate(AGES.items()):
        site = cast.hou if number % 2 else cast.sev
        whole_case(site, study_id, words=MARK, judge=cast.judy, age_at_infusion=age, birth_year=2021 - age)
        _move(study_id, dt.timedelta(days=-211 * number))
    with acting_as_system("tests", reason=MARK):
        Product.objects.update(generic_name=MARK, brand_name=MARK, code_names=MARK, source=MARK)
        for model, given in WITH_WORDS.items():
            _plant(model, cast, given)


def _move(study_id: str, by: dt.timedelta) -> None:
    """Move all days of a case, so that every case has its own; one who was 88 is followed past 90."""
    with acting_as_system("tests", reason=MARK):
        for topic in topics():
            dates = [one.name for one in topic.fields if isinstance(one, DateVariable) and topic.code != "identity"]
            of_case = topic.model.objects.filter(
                **{"__".join(filter(None, [topic.path_to("patient"), "study_id"])): study_id}
            )
            if dates:
                of_case.update(**{name: F(name) + by for name in dates})
            if study_id.endswith("88") and topic.code == "follow_up":
                of_case.update(last_contact_on=INFUSED + by + dt.timedelta(days=1100))


def _plant(model: type[models.Model], cast: Cast, given: Mapping[str, Any]) -> None:
    """Write one row with a word of ours wherever words fit."""
    values = {
        one.name: value for one in model._meta.local_concrete_fields if (value := _filling(one, cast)) is not None
    }
    model._base_manager.bulk_create([model(**{**values, **given})])


def _filling(one: Any, cast: Cast) -> Any:
    """Return what a field is filled with, None where it may stay as it is."""
    match one:
        case models.ForeignKey():
            known = {Site: cast.sev, User: cast.dana}
            return None if one.null else known.get(one.related_model) or one.related_model.objects.first()
        case models.DateTimeField() | models.DateField() if not one.null:
            return timezone.now() if isinstance(one, models.DateTimeField) else INFUSED
        case models.CharField() | models.TextField() if one.choices:
            return None if one.has_default() or one.blank else one.choices[0][0]
        case models.CharField() | models.TextField():
            return MARK[: one.max_length]
        case models.JSONField():
            return {MARK: MARK}
        case models.UUIDField():
            return None if one.has_default() else uuid.uuid4()
    return None


def _remember(made: World) -> None:
    """Note every day and every internal number of the cases, people and hospitals."""
    with acting_as_system("tests", reason="looking on"):
        for topic in topics():
            for row in topic.model.objects.all():
                made.secrets |= {str(row.pk).encode(), row.pk.hex.encode(), row.pk.bytes}
                values = {one.name: getattr(row, one.attname) for one in topic.fields}
                made.dates |= {value for value in values.values() if isinstance(value, dt.date)}
                made.recorded |= {f"{topic.code}.{name}" for name, value in values.items() if MARK in str(value)}
        for row in [*Site.objects.all(), *User.objects.all()]:
            made.secrets |= {str(row.pk).encode(), row.pk.hex.encode(), row.pk.bytes}
    made.secrets |= {str(place).encode() for place in (settings.BASE_DIR, Path.home()) if len(str(place)) > 6}
    made.secrets |= {settings.QUELL_PROJECT_KEK.encode(), settings.SECRET_KEY.encode()}


def _release(cast: Cast, patch: pytest.MonkeyPatch, made: World) -> Release:
    """Ask for everything, decide and publish as people and a worker do, and note what is said meanwhile."""
    listening, sent = Listening(), list[Any]()
    patch.setattr(current_app, "send_task", lambda *told, **more: sent.append([told, more]))
    patch.setattr(logging.root, "handlers", [*logging.root.handlers, listening])
    patch.setattr(logging.root, "level", logging.DEBUG)
    words = {name: f"{MARK} {name}" for name in ("title", "aim", "approval_reference", "agreement_reference")}
    with acting_as(cast.ivan):
        draft = services.request_save(by=cast.ivan, formats=Format.values, **words)
        request = services.request_submit(request=draft, by=cast.ivan)
        services.request_message(request=request, text=MARK, by=cast.ivan)
    with acting_as(cast.dana):
        services.policy_set(name="small_below", value=11, reason=MARK, by=cast.dana)
        project = services.project_create(title=f"{MARK} project", by=cast.dana)
        release = services.request_assess(request=request, by=cast.dana, project=project)
    services.job_run(ExportJob.objects.get(release=release).pk)
    with acting_as(cast.dana):
        services.release_accept_risk(release=release, reason=MARK, by=cast.dana)
        services.request_approve(request=request, reason=MARK, by=cast.dana)
    services.job_run(ExportJob.objects.get(release=release).pk)
    made.said = {"log": "\n".join(listening.lines), "messages": repr(sent)}
    made.said["letters"] = "\n".join(f"{letter.subject}\n{letter.body}" for letter in mail.outbox)
    return Release.objects.get(pk=release.pk)


def _remember_release(made: World, release: Release) -> None:
    """Note the release, its packages and its keys; make the packages that people did not ask for."""
    assert release.state == "PUBLISHED", ExportJob.objects.get(release=release).error_words
    made.release_folder = Path(settings.QUELL_RELEASE_DIR) / str(release.pk)
    made.data_cut, made.name = release.data_cut_at, release.name
    written_by_people = {"risk_reason"}
    told = {name: value for name, value in vars(release).items() if name not in written_by_people | {"_state"}}
    job = vars(ExportJob.objects.get(release=release))
    rows = [vars(row) for row in ReleasePackage.objects.filter(release=release)]
    made.said["rows"] = json.dumps([told, job, rows], default=str)
    key = project_key(settings.QUELL_PROJECT_KEK, bytes(release.project.salt))
    made.secrets |= {key, key.hex().encode(), bytes(release.project.salt), bytes(release.project.salt).hex().encode()}
    with acting_as_system("tests", reason="looking on"):
        found = dict(Patient.objects.values_list("study_id", "pk"))
    made.keys = {subject_key(key, pk) for pk in found.values()}
    made.old = {subject_key(key, found[study_id]) for study_id in OLD}
    for row in ReleasePackage.objects.filter(release=release):
        assert not row.refusal, row.refusal
        made.zips[row.level, row.format] = Path(settings.QUELL_RELEASE_DIR) / row.path
    for level in Level.values:
        for code in set(Format.values) - {code for of, code in made.zips if of == level}:
            path = made.release_folder / f"{level}-{code}.zip"
            made.zips[level, code] = build_package(leaving_folder(made.release_folder, level), code, path).path
