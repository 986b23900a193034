"""Releases made by programs: asked for, watched to the end, stopped, tried again; packages need their own scope."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from exports import services
from exports.freeze.eligibility import Exclusion
from exports.models import ExportJob, JobState, Project, Release
from exports.services.jobs import job_claim
from sites.context import acting_as, acting_as_system
from sites.models import Membership, User
from sites.roles import Role
from tests.cast import Cast, long_ago
from tests.factories.releases import asked_for, give, publish
from tests.factories.risk import asked
from tests.factories.whole_case import whole_case
from tests.integration.api.asking import Program, problem
from tests.integration.api.test_api_requests import fits
from tests.releases import RISK_SIGNED, run_job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_blocks")]
LIST, PROJECTS = "/api/releases/", "/api/projects/"
EXPORT = ("read", "export")


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> Path:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The messages that would wake a worker."""
    sent: list[str] = []
    monkeypatch.setattr("exports.services.wake.current_app.send_task", lambda name, args, **_: sent.extend(args))
    return sent


@pytest.fixture
def project(cast: Cast) -> Project:
    with acting_as(cast.dana):
        return services.project_create(title="CAR-T and anakinra", by=cast.dana)


@pytest.fixture
def program(cast: Cast) -> Program:
    return Program(cast.dana, EXPORT)


def at(told: Any, *act: Any) -> str:
    key = told["id"] if isinstance(told, dict) else told.pk
    return LIST + "".join(f"{part}/" for part in (key, *act))


def frozen(program: Program, project: Project, **given: Any) -> dict[str, Any]:
    response = program.send(LIST, {"project": str(project.pk), "formats": ["CSV"], **given})
    assert response.status_code == 202, response.content
    return response.json()


def job_at(program: Program, told: dict[str, Any]) -> tuple[str, str, str]:
    release = program.read(at(told))
    fits("ReleaseWhole", release)
    return release["state"], release["job"]["phase"], release["job"]["state"]


def test_a_release_is_asked_for_under_the_next_name_and_a_worker_is_woken(
    program: Program, project: Project, woken: list[str], cast: Cast, django_capture_on_commit_callbacks: Any
):
    with django_capture_on_commit_callbacks(execute=True):
        response = program.send(LIST, {"project": str(project.pk)})
    told, release = response.json(), Release.objects.get()
    assert (response.status_code, response.headers["Location"]) == (202, told["url"])
    assert told["name"].startswith("QUELL-")
    assert (told["project"]["id"], told["profile"], told["state"]) == (str(project.pk), "AGREEMENT", "PENDING")
    assert (told["job"]["state"], told["job"]["phase"], told["job"]["attempts"]) == ("QUEUED", "ASSESS", 0)
    assert (release.job.requested_by, len(release.formats), release.leaves_out_blocked) == (cast.dana, 6, False)
    assert woken == [str(release.job.pk)]
    fits("ReleaseLine", told)


def test_what_was_chosen_is_what_is_made(program: Program, project: Project):
    told = frozen(
        program, project, name="QUELL-2030.1", profile="SHAREABLE", formats=["SPSS", "CSV"],
        coarsening=["NO_SEX", "AGE_65"], leaves_out_blocked=True,
    )  # fmt: skip
    release = Release.objects.get()
    assert (told["name"], told["profile"], release.formats) == ("QUELL-2030.1", "SHAREABLE", ["CSV", "SPSS"])
    assert (release.coarsening, release.leaves_out_blocked) == (["AGE_65", "NO_SEX"], True)


@pytest.mark.django_db(transaction=True, databases=["default", "export"])
def test_a_job_is_watched_to_its_end(program: Program, project: Project, cast: Cast):
    whole_case(cast.sev, "SEV-1", judge=cast.judy)
    told = frozen(program, project)
    assert job_at(program, told) == ("PENDING", "ASSESS", "QUEUED")
    release = Release.objects.get()
    run_job(release)
    assert job_at(program, told) == ("HELD", "ASSESS", "SUCCEEDED")
    with acting_as(cast.dana):
        services.release_accept_risk(release=release, reason=RISK_SIGNED, by=cast.dana)
        services.release_continue(release=release, by=cast.dana)
    assert job_at(program, told) == ("PENDING", "PACK", "QUEUED")
    run_job(release)
    assert job_at(program, told) == ("PUBLISHED", "PACK", "SUCCEEDED")
    job = program.read(at(told))["job"]
    assert (job["step"], job["attempts"], job["error_reference"]) == (job["steps"], 1, "")
    assert job["started_at"] < job["finished_at"]
    packages = program.read(at(told, "packages"))
    fits("PackageList", packages)
    assert program.send(at(told, "terms"), {}).status_code == 201
    response = program.get(packages["results"][0]["file"])
    assert response.headers["Content-Type"] == "application/zip"
    response.close()


def test_a_running_job_says_its_step_and_a_failed_one_why_in_words(program: Program, project: Project):
    told = frozen(program, project)
    job = ExportJob.objects.get()
    claim = job_claim(job.pk)
    assert claim is not None
    claim.note(step=2, steps=9, step_words="Reading the registry")
    running = program.read(at(told))["job"]
    assert (running["state"], running["step"], running["steps"]) == ("RUNNING", 2, 9)
    assert running["words"] == "Reading the registry"
    ExportJob.objects.update(state=JobState.FAILED, error_words="No space is left.", error_reference="ab12cd34")
    failed = program.read(at(told))["job"]
    assert (failed["state"], failed["words"], failed["error_reference"]) == ("FAILED", "No space is left.", "ab12cd34")


def test_a_job_is_stopped_and_tried_again_each_where_it_can_be(program: Program, project: Project):
    told = frozen(program, project)
    problem(program.send(at(told, "retry"), {}), 409, "moved-on")
    assert program.send(at(told, "cancel"), {}).json()["job"]["state"] == "CANCELLED"
    problem(program.send(at(told, "cancel"), {}), 409, "moved-on")
    response = program.send(at(told, "retry"), {})
    assert (response.status_code, response.json()["job"]["state"]) == (200, "QUEUED")
    fits("ReleaseLine", response.json())
    problem(program.send(f"{LIST}{uuid.uuid4()}/cancel/", {}), 404, "not-found")


def test_nobody_stops_the_release_of_their_own_request(cast: Cast):
    with acting_as_system("tests", reason="ivan also manages data"):
        Membership.objects.create(user=cast.ivan, role=Role.DATA_MANAGER, starts_on=long_ago())
    request = asked(cast)
    with acting_as(cast.dana):
        project = services.project_create(title="Anakinra", by=cast.dana)
        release = services.request_assess(request=request, project=project, by=cast.dana)
    for act in ("cancel", "retry"):
        problem(Program(cast.ivan, EXPORT).send(at(release, act), {}), 403, "no-right")
    assert ExportJob.objects.get().state == JobState.QUEUED


def test_blocked_cases_are_left_out_only_where_that_is_said(
    program: Program, project: Project, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("exports.api.release_making.preview", lambda _user, _on: (5, {Exclusion.BLOCKED: 2}))
    found = problem(program.send(LIST, {"project": str(project.pk)}), 422, "wrong-fields")
    assert "Send true" in found["leaves_out_blocked"]
    assert not Release.objects.exists()
    frozen(program, project, leaves_out_blocked=True)
    assert Release.objects.get().leaves_out_blocked


@pytest.mark.parametrize(
    ("given", "field", "remedy"),
    [
        ({"project": None}, "project", "list of projects"),
        ({"project": 7}, "project", "list of projects"),
        ({"project": str(uuid.uuid4())}, "project", "list of projects"),
        ({"name": "Mine"}, "name", "QUELL-2026.1"),
        ({"name": ""}, "name", "QUELL-2026.1"),
        ({"profile": "OPEN"}, "profile", "AGREEMENT, SHAREABLE"),
        ({"formats": []}, "formats", "at least one"),
        ({"formats": ["WORD"]}, "formats", "CSV"),
        ({"formats": {"CSV": 1}}, "formats", "CSV"),
        ({"coarsening": ["NOTHING"]}, "coarsening", "NO_SEX"),
        ({"leaves_out_blocked": "yes"}, "leaves_out_blocked", "Send true"),
        ({"cohort": {}}, "cohort", "leaves_out_blocked"),
        ({"data_cut_at": "2020-01-01"}, "data_cut_at", "leaves_out_blocked"),
    ],
)
def test_what_cannot_be_made_is_named_with_what_can(
    program: Program, project: Project, given: dict[str, Any], field: str, remedy: str
):
    found = problem(program.send(LIST, {"project": str(project.pk), **given}), 422, "wrong-fields")
    assert set(found) == {field}
    assert remedy in found[field]
    assert not Release.objects.exists()


def test_a_name_is_taken_once(program: Program, project: Project):
    frozen(program, project, name="QUELL-2030.1")
    response = program.send(LIST, {"project": str(project.pk), "name": "QUELL-2030.1"})
    assert "name" in problem(response, 422, "wrong-fields")
    assert Release.objects.count() == 1


def test_the_same_key_is_one_release(program: Program, project: Project):
    key, body = {"idempotency-key": str(uuid.uuid4())}, {"project": str(project.pk)}
    first, second = (program.send(LIST, body, **key) for _time in range(2))
    assert (first.status_code, second.status_code, first.json()) == (202, 202, second.json())
    assert Release.objects.count() == 1


def test_projects_are_listed_the_latest_first(program: Program, cast: Cast):
    with acting_as(cast.dana):
        titles = [services.project_create(title=f"Project {number}", by=cast.dana).title for number in range(3)]
    told = program.read(PROJECTS, limit=2)
    fits("ProjectPage", told)
    assert [one["title"] for one in (*told["results"], *program.read(told["next"])["results"])] == titles[::-1]


def test_the_list_is_narrowed_and_read_to_its_end(program: Program, project: Project, cast: Cast):
    names = [frozen(program, project)["name"] for _number in range(5)]
    other = asked_for(cast.dana, "QUELL-2030.9")
    told, found = program.read(LIST, limit=2, project=str(project.pk)), []
    while True:
        fits("ReleasePage", told)
        found += [one["name"] for one in told["results"]]
        if told["next"] is None:
            break
        told = program.read(told["next"])
    assert found == names[::-1]
    with acting_as(cast.dana):
        Release.objects.filter(pk=other.pk).update(state="HELD")
    assert [one["name"] for one in program.all_of(LIST, state="HELD")] == ["QUELL-2030.9"]


@pytest.mark.parametrize(
    "asked_of", [{"state": "LOST"}, {"project": "x"}, {"limit": "0"}, {"after": "5"}, {"level": "TWIN"}]
)
def test_an_address_that_says_what_there_is_not_is_refused(program: Program, asked_of: dict[str, str]):
    assert set(problem(program.get(LIST, **asked_of), 400, "wrong-parameters")) == set(asked_of)


def test_parameters_of_reading_are_none_of_writing(program: Program, project: Project):
    response = program.send(f"{LIST}?state=HELD", {"project": str(project.pk)})
    assert set(problem(response, 400, "wrong-parameters")) == {"state"}


def test_how_a_job_stands_is_told_to_those_who_freeze_alone(cast: Cast):
    release = publish(asked_for(cast.dana), cast.dana)
    give(release, cast.ivan, cast.dana)
    [told] = Program(cast.ivan).read(LIST)["results"]
    assert (told["id"], told["job"]) == (str(release.pk), None)
    whole = Program(cast.ivan).read(at(release))
    assert whole["job"] is None
    fits("ReleaseWhole", whole)
    assert Program(cast.dana).read(at(release))["job"]["state"] == "SUCCEEDED"


def test_reports_are_read_page_by_page(program: Program, cast: Cast):
    release = publish(asked_for(cast.dana), cast.dana)
    plans = [{"year_from": 2019}, {"year_from": 2020}, {}]
    asked_of = [program.send(at(release, "reports"), plan) for plan in plans]
    assert [response.status_code for response in asked_of] == [202, 202, 202]
    assert asked_of[0].headers["Location"] == asked_of[0].json()["url"]
    for response in asked_of:
        fits("ReportLine", response.json())
    told = program.read(at(release, "reports"), limit=2)
    fits("ReportPage", told)
    found = [one["id"] for one in (*told["results"], *program.read(told["next"])["results"])]
    assert found == [response.json()["id"] for response in asked_of][::-1]
    fits("ReportWhole", program.read(at(release, "reports", found[0])))


def test_making_and_taking_need_the_scope_for_it(project: Project, cast: Cast):
    release = publish(asked_for(cast.dana, "QUELL-2030.1", project), cast.dana)
    package = release.packages.get(level="AGREEMENT", format="CSV")
    file = at(release, "packages", package.pk, "file")
    writer = Program(cast.dana, ("read", "write"))
    assert writer.get(at(release, "packages")).status_code == 200
    problem(writer.get(file), 403, "scope")
    problem(writer.send(LIST, {"project": str(project.pk)}), 403, "scope")
    for act in ("cancel", "retry", "terms", "reports"):
        problem(writer.send(at(release, act), {}), 403, "scope")
    exporter = Program(cast.dana, ("export",))
    for path in (LIST, PROJECTS, at(release), at(release, "packages")):
        problem(exporter.get(path), 403, "scope")
    assert exporter.send(at(release, "terms"), {}).status_code == 201
    response = exporter.get(file)
    assert response.status_code == 200
    response.close()


def test_an_archive_can_be_asked_for_by_its_kind_and_a_refusal_is_a_problem(cast: Cast):
    release = publish(asked_for(cast.dana), cast.dana)
    give(release, cast.ivan, cast.dana)
    package = release.packages.get(level="AGREEMENT", format="CSV")
    program = Program(cast.ivan, EXPORT)
    program.headers["accept"] = "application/zip"
    problem(program.get(at(release, "packages", package.pk, "file")), 409, "terms-not-accepted")
    program.headers["accept"] = "application/json"
    assert program.send(at(release, "terms"), {}).status_code == 201
    program.headers["accept"] = "application/zip"
    response = program.get(at(release, "packages", package.pk, "file"))
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/zip")
    response.close()


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "ivan", "judy", "adam", "eve"])
def test_who_may_not_freeze_makes_and_stops_nothing(project: Project, cast: Cast, name: str):
    program, release = Program(cast[name], EXPORT), asked_for(cast.dana, "QUELL-2030.1", project)
    problem(program.send(LIST, {"project": str(project.pk)}), 403, "no-right")
    for act in ("cancel", "retry"):
        problem(program.send(at(release, act), {}), 403, "no-right")
    problem(program.get(PROJECTS), 403, "no-right")
    assert ExportJob.objects.get().state == JobState.QUEUED


def test_strangers_are_asked_to_sign_in(project: Project):
    for path in (LIST, PROJECTS):
        problem(Client().get(path), 401, "signed-out")
    problem(Client().post(f"{LIST}{uuid.uuid4()}/cancel/"), 401, "signed-out")


def test_what_is_wrong_is_said_in_spanish_to_who_reads_spanish(program: Program, cast: Cast):
    with acting_as(cast.dana):
        User.objects.filter(pk=cast.dana.pk).update(language="es")
    found = problem(program.send(LIST, {"project": str(uuid.uuid4())}), 422, "wrong-fields")
    assert "lista de proyectos" in found["project"]
