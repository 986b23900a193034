"""The demonstration's job: nine hospitals' files through a real worker, out of it a verified package and a report."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from exports.freeze.eligibility import eligible, sites_with_papers
from exports.models import ExportJob, JobState, Project, Release, ReleaseState, StudyReport
from exports.report.plan import Plan
from exports.selectors import next_name
from exports.services import project_create, release_accept_risk, release_continue, release_request, report_request
from exports.services.places import report_folder
from registry.demo import calendar
from registry.demo.files import write_cohort
from registry.demo.people import DEMO_PEOPLE, uploader_of
from registry.intake import enqueue, submit
from registry.metadata import topic_named
from registry.models import Patient
from registry.models.uploads import Upload, UploadState
from sites.context import acting_as, acting_as_system
from sites.models import Site, User
from sites.roles import Role

TITLE = "Demonstration: anakinra after CAR-T, simulated"
# The one "now" of the demonstration, so that its package is always the same.
DATA_CUT = dt.datetime.combine(calendar.DATA_CUT, dt.time(), dt.UTC)
PATIENCE_SECONDS = 100.0
POLL_SECONDS = 0.2
NAME = "demo_run"


class DemonstrationFailed(Exception):  # noqa: N818 - the message is what counts
    """A step did not end as it should; the message says which and why."""


@dataclass(frozen=True)
class Outcome:
    """What came of a demonstration, for its summary."""

    sites: int
    patients: int
    rows_in: int
    problems: int
    release: Release
    abstract: Sequence[Mapping[str, Any]] = ()

    @property
    def rows_out(self) -> int:
        """Return the rows of all tables of the package."""
        return sum(table["rows"] for table in self.release.manifest["tables"])

    def lines(self) -> list[str]:
        """Return the summary, one fact a line."""
        return [
            "All data are simulated.",
            f"sites             {self.sites}",
            f"patients          {self.patients}",
            f"rows in           {self.rows_in}",
            f"problems found    {self.problems}",
            f"rows out          {self.rows_out}",
            f"withheld columns  {len(self.release.manifest['withheld'])}",
            f"smallest group    {self.release.risk['k']} (signed for, as all data are simulated)",
            f"packages          {self._packages()}",
            f"release           {self.release.name}",
            f"checksum          sha256 {self.release.package_sha256}",
            *self._abstract(),
        ]

    def _abstract(self) -> list[str]:
        """Return the figures of the published abstract beside those found, one a line."""
        width, room = (max((len(line[name]) for line in self.abstract), default=0) for name in ("label", "published"))
        return [
            "",
            "Figures of PMID 37031746 beside those of this release (simulated: built to these figures):",
            *(
                f"  {line['label']:<{width}}  published {line['published']:<{room}}  found {line['found']}"
                f"{'' if line['agrees'] else '   DIFFERS'}"
                for line in self.abstract
            ),
        ]

    def _packages(self) -> str:
        """Return the formats of each level."""
        formats: dict[str, list[str]] = {}
        for package in self.release.packages.exclude(path=""):
            formats.setdefault(package.level, []).append(package.format)
        return "; ".join(f"{level} {' '.join(codes)}" for level, codes in formats.items())


def demonstrate(out: Path, say: Callable[[str], None]) -> Outcome:
    """Upload the raw files, freeze a release, put package, manifest and report into `out`, and prove them right."""
    say("Writing nine hospitals' raw files …")
    write_cohort(out / "raw")
    say("Uploading them; the worker checks and saves …")
    uploads = _upload_all(out / "raw")
    say("Asking for a release; the worker freezes and packs …")
    release = _release()
    _hand_over(release, out)
    say("Comparing the package with the registry …")
    _verify(release, out)
    say("Asking for the study report; the worker computes it from the release …")
    abstract = _report(release, out)
    files = [file for upload in uploads for file in upload.files.all()]
    tables = {table["name"]: table for table in release.manifest["tables"]}
    return Outcome(
        sites=tables["patient"]["sites"],
        patients=tables["patient"]["rows"],
        rows_in=sum(file.rows for file in files),
        problems=sum(file.problems for file in files),
        release=release,
        abstract=abstract,
    )


def _upload_all(raw: Path) -> list[Upload]:
    sent = [_send(folder) for folder in sorted(raw.iterdir()) if folder.is_dir()]
    return [_saved(upload) for upload in sent]


def _send(folder: Path) -> Upload:
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}
    by = User.objects.get(email=uploader_of(folder.name).email)
    upload = submit(site=Site.objects.get(code=folder.name), by=by, files=files, reason="simulated case files")
    enqueue(upload)
    return upload


def _saved(upload: Upload) -> Upload:
    def look() -> Upload | None:
        found = Upload.objects.prefetch_related("files").get(pk=upload.pk)
        return found if found.is_finished else None

    ended: Upload = _wait(look, "The upload")
    if ended.state != UploadState.DONE:
        raise DemonstrationFailed(f"An upload was not saved: {ended.get_state_display()} {ended.error_code}")
    return ended


def _release() -> Release:
    dana = User.objects.get(email=_manager())
    with acting_as(dana, reason="demonstration", source="command"):
        project = Project.objects.filter(title=TITLE).first() or project_create(title=TITLE, by=dana, seed=TITLE)
        asked = release_request(project=project, name=next_name(DATA_CUT.year), by=dana, data_cut_at=DATA_CUT)
    release = _ended(asked)
    if release.state == ReleaseState.HELD:
        # 43 cases of nine hospitals are few enough to be singled out: somebody has to sign for that, also here.
        with acting_as(dana, reason="demonstration", source="command"):
            release_accept_risk(release=release, reason="All data are simulated.", by=dana)
            release_continue(release=release, by=dana)
        release = _ended(asked)
    return release


def _ended(asked: Release) -> Release:
    """Wait until the job of a release has ended well."""

    def look() -> ExportJob | None:
        found = ExportJob.objects.select_related("release").get(release=asked)
        return None if found.is_under_way else found

    job: ExportJob = _wait(look, "The release")
    if job.state != JobState.SUCCEEDED:
        raise DemonstrationFailed(f"The release failed: {job.error_words} Reference {job.error_reference}.")
    return job.release


def _report(release: Release, out: Path) -> list[dict[str, Any]]:
    """Have the study report made, put report.html and report.json into `out`, and return the lines of the abstract."""
    dana = User.objects.get(email=_manager())
    with acting_as(dana, reason="demonstration", source="command"):
        asked = report_request(release=release, plan=Plan(), by=dana)

    def look() -> StudyReport | None:
        found = StudyReport.objects.get(pk=asked.pk)
        return None if found.is_under_way else found

    report: StudyReport = _wait(look, "The study report")
    if report.state != JobState.SUCCEEDED:
        raise DemonstrationFailed(f"The report failed: {report.error_words} Reference {report.error_reference}.")
    for name in ("report.html", "report.json"):
        shutil.copyfile(report_folder(release.pk, report.pk) / name, out / name)
    lines: list[dict[str, Any]] = json.loads((out / "report.json").read_bytes())["abstract"]
    differing = [line["label"] for line in lines if not line["agrees"]]
    _require(not differing, f"the figures of the abstract: {', '.join(differing)}")
    return lines


def _manager() -> str:
    return next(person.email for person in DEMO_PEOPLE if person.role == Role.DATA_MANAGER)


def _wait(look: Callable[[], Any], what: str) -> Any:
    """Look at a row until it has ended."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        with acting_as_system(NAME, reason="watching the jobs of the demonstration"):
            found = look()
        if found is not None:
            return found
        time.sleep(POLL_SECONDS)
    raise DemonstrationFailed(f"{what} is not done after {PATIENCE_SECONDS:.0f} s. Is a worker running?")


def _hand_over(release: Release, out: Path) -> None:
    shutil.copyfile(Path(settings.QUELL_RELEASE_DIR) / release.package_path, out / "package.zip")
    with zipfile.ZipFile(out / "package.zip") as package:
        (out / "manifest.json").write_bytes(package.read("manifest.json"))


def _verify(release: Release, out: Path) -> None:
    """Compare the package with its checksums, and its rows with fresh counts of the registry."""
    _require(_sha256((out / "package.zip").read_bytes()) == release.package_sha256, "the checksum of the package")
    manifest = json.loads((out / "manifest.json").read_bytes())
    with zipfile.ZipFile(out / "package.zip") as package:
        for file in manifest["files"]:
            _require(_sha256(package.read(file["path"])) == file["sha256"], f"the checksum of {file['path']}")
        lines = {
            table["name"]: package.read(f"tables/{table['name']}.csv").count(b"\n") - 1 for table in manifest["tables"]
        }
    with acting_as_system(NAME, reason="counting what should have left"):
        for name, rows in _expected(lines).items():
            _require(rows == lines[name], f"the rows of {name}: {lines[name]} in the package, {rows} in the registry")


def _expected(names: Mapping[str, int]) -> dict[str, int]:
    leaving = eligible(Patient.objects.all(), sites_with_papers(DATA_CUT.date())).values("pk")
    topics = {name: topic_named(name) for name in names}
    return {
        name: topic.model._default_manager.filter(**{f"{topic.path_to('patient') or 'pk'}__in": leaving}).count()
        for name, topic in topics.items()
    }


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise DemonstrationFailed(f"Verification failed: {what}.")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
