"""Clients that generators make of the description go the whole way: case, rows, versions, query, file, package."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from config.openapi.document import FILE
from exports import services
from exports.models import Download
from registry.models import DataQuery, Disease, LabResult, Patient, Relapse
from sites.context import acting_as, acting_as_system
from tests.factories.releases import asked_for, content_of, give, publish
from tests.interop.clients.served import Served, person_named
from tests.interop.programs import needs_r

pytestmark = [pytest.mark.slow, pytest.mark.interop]
CLIENTS = settings.BASE_DIR / "tests" / "interop" / "clients"
MAKERS = settings.BASE_DIR / ".venv-clients" / "bin"
CONFIGURATION = settings.BASE_DIR / "docs" / "recipes" / "python-client.yaml"
PACKAGE = content_of("AGREEMENT", "CSV")
NUMBERS = itertools.count(1)


@pytest.fixture
def given(served: Served) -> None:
    """A release that fiona holds, the latest one, its terms not accepted."""
    dana = person_named("dana")
    number = next(NUMBERS)
    with acting_as(dana):
        project = services.project_create(title=f"Project {number}", by=dana)
    release = publish(asked_for(dana, f"QUELL-2026.{number}", project), dana, {"AGREEMENT": ("CSV",)})
    give(release, person_named("fiona"), dana, level="AGREEMENT")


@pytest.fixture
def ran(served: Served, given: None, tmp_path: Path) -> Callable[..., Any]:
    """Runs a command with a token of bob, and one of fiona for the release; gives what it printed."""

    def run(*command: str | Path, **more: str) -> str:
        release = served.environment(person_named("fiona"), ("read", "export"))["QUELL_TOKEN"]
        environment = {**served.environment(person_named("bob")), "QUELL_TOKEN_OF_RELEASES": release, **more}
        done = served.run(command, tmp_path, environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return str(done.stdout)

    return run


def maker(name: str) -> Path:
    """Return a generator; skip where it is absent."""
    if not (MAKERS / name).exists():
        pytest.skip(f"{name} is not installed: make clients")
    return Path(MAKERS / name)


def holds(told: dict[str, Any], study_id: str) -> None:
    """See that the client was told what the record holds, and that the record holds what the client sent."""
    assert told["late"] == [412, "urn:quell:problem:stale", 3]
    assert (told["done"], told["listed"], told["nested"]) == (4, 3, [812.5] * 4)
    assert told["disease"] == [3, "2024-03"]
    assert (told["checked"], told["saved"], told["state"]) == (["CHECKED", 1], "DONE", "ANSWERED")
    assert told["before"] == [409, "urn:quell:problem:terms-not-accepted"]
    assert (told["is_whole"], told["bytes"]) == (True, len(PACKAGE))
    with acting_as_system("tests", reason="looking on"):
        patient = Patient.objects.get(study_id=study_id, site__code="HOU")
        assert Disease.objects.get(patient=patient).prior_lines == 3
        assert LabResult.objects.filter(course__patient=patient).count() == 4
        assert Relapse.objects.get(course__patient=patient).kind == "RELAPSE"
        assert DataQuery.objects.get(pk=told["query"]).state == "ANSWERED"
        assert Download.objects.filter(downloaded_by__email="fiona@quell.example").exists()


def test_the_python_client_goes_the_whole_way(ran: Callable[..., Any], tmp_path: Path):
    generator, package = maker("openapi-python-client"), tmp_path / "quell_client"
    making = ("generate", "--path", FILE, "--output-path", package, "--meta", "none", "--config", CONFIGURATION)
    assert "warning" not in ran(generator, *making).lower()
    told = json.loads(ran(MAKERS / "python", CLIENTS / "round_trip.py", PYTHONPATH=str(tmp_path)))
    holds(told, "PY-1")


def test_the_typescript_client_is_strict_and_goes_the_whole_way(ran: Callable[..., Any], tmp_path: Path):
    place, packages = CLIENTS / "typescript", CLIENTS / "typescript" / "node_modules"
    if shutil.which("node") is None or not packages.exists():
        pytest.skip("node or the packages of the client in TypeScript are not installed: make clients")
    for name in ("package.json", "tsconfig.json", "round_trip.ts"):
        shutil.copy(place / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(packages)
    ran("node_modules/.bin/openapi-typescript", FILE, "--output", "quell.ts", "--default-non-nullable=false")
    assert ran("node_modules/.bin/tsc") == ""
    holds(json.loads(ran("node", "made/round_trip.js")), "TS-1")


def test_the_r_client_reads_and_writes_a_case(ran: Callable[..., Any], tmp_path: Path):
    needs_r("httr", "R6", "jsonlite", "stringr", "base64enc")
    generator = maker("openapi-generator-cli")
    if shutil.which("java") is None:
        pytest.skip("java is not installed")
    (tmp_path / "library").mkdir()
    # A member named “missing” would hide the function of R that the client calls.
    names, only = "missing=why_missing", "apis,models,supportingFiles,apiTests=false,modelTests=false"
    package = ("--additional-properties=packageName=quell", "--name-mappings", names, f"--global-property={only}")
    ran(generator, "generate", "-i", FILE, "-g", "r", "-o", "made", *package)
    quickly = ("--no-docs", "--no-byte-compile", "--no-test-load", "--library=library")
    ran("R", "CMD", "INSTALL", *quickly, "made")
    told = json.loads(ran("Rscript", "--vanilla", CLIENTS / "smoke.R", "library").splitlines()[-1])
    assert told == {"study_id": "R-1", "courses": 1, "late": 412, "lines": 3, "state": "ANSWERED", "is_whole": True}
    with acting_as_system("tests", reason="looking on"):
        assert Disease.objects.get(patient__study_id="R-1").prior_lines == 3
