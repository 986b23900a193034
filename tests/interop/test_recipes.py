"""The scripts of the documentation do what they say: each runs as a program of its own, against a served registry."""

from __future__ import annotations

import csv
import datetime as dt
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from exports import services
from exports.models import Download, Release
from registry.models import DataQuery, LabResult, Patient
from registry.models.queries import QueryState
from registry.selectors.cases import case_topics
from sites.context import acting_as, acting_as_system
from sites.models import Site
from tests.factories.releases import give
from tests.interop.clients.served import Served, person_named
from tests.interop.programs import needs_r

pytestmark = [pytest.mark.slow, pytest.mark.interop]
DOCS = settings.BASE_DIR / "docs"
RECIPES = DOCS / "recipes"
LINES_MOST = 60
TITLE = "Early anakinra"
OF_FIONA = "Requests and releases"


@pytest.fixture
def looking_on() -> Any:
    """The record as it is, whoever may see it."""
    return lambda: acting_as_system("tests", reason="looking on")


@dataclass
class Recipe:
    """The scripts as somebody runs them."""

    served: Served
    folder: Path

    def run(self, name: str, *given: str, person: str, scopes: Sequence[str]) -> Any:
        """Run a script with a token of somebody."""
        command = ["Rscript", "--vanilla"] if name.endswith(".R") else [sys.executable]
        environment = self.served.environment(person_named(person), scopes)
        return self.served.run([*command, RECIPES / name, *given], self.folder, environment)


@pytest.fixture
def recipe(served: Served, tmp_path: Path) -> Recipe:
    return Recipe(served, tmp_path)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_scripts_are_short_enough_to_be_read():
    scripts = [path for path in RECIPES.iterdir() if path.suffix in (".py", ".R")]
    assert len(scripts) == 6
    assert all(len(path.read_text(encoding="utf-8").splitlines()) < LINES_MOST for path in scripts)


def test_cases_of_the_own_hospital_become_a_table_for_each_topic(recipe: Recipe, looking_on: Any):
    done = recipe.run("cases_to_pandas.py", "out", person="bob", scopes=("read",))
    assert (done.returncode, done.stderr) == (0, "")
    printed = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    with looking_on():
        for topic in case_topics():
            held = {str(row.pk): row for row in topic.model.objects.filter(site__code="HOU")}
            assert printed[topic.code].startswith(f"{len(held)} rows")
            if held:
                read = rows_of(recipe.folder / "out" / f"{topic.code}.csv")
                assert {row["id"] for row in read} == set(held)
                assert {int(row["version"]) for row in read} <= {row.version for row in held.values()}
        ages = {str(one.pk): one.age_at_infusion for one in Patient.objects.filter(site__code="HOU")}
    written = rows_of(recipe.folder / "out" / "patient.csv")
    assert {row["id"]: int(row["age_at_infusion"]) if row["age_at_infusion"] else None for row in written} == ages
    assert set(printed) == {topic.code for topic in case_topics()}


def test_laboratory_results_are_entered_corrected_or_refused_with_the_reason(recipe: Recipe, looking_on: Any):
    with looking_on():
        known = LabResult.objects.filter(site__code="HOU", analyte="FERRITIN").select_related("course__patient").first()
        assert known is not None
        case, day, clock = known.course.patient.study_id, known.sampled_on.isoformat(), known.sampled_at.isoformat()
        before = LabResult.objects.count()
    lines = [
        (case, known.course.course_no, day, "FERRITIN", "4321.5", known.unit, clock[:5]),
        (case, known.course.course_no, day, "CRP", "<0.5", "mg/L", "23:59"),
        (case, known.course.course_no, day, "CRP", "many", "mg/L", "23:58"),
        ("NO-SUCH-CASE", 1, day, "CRP", "7", "mg/L", "23:57"),
    ]
    header = ("study_id", "course_no", "sampled_on", "analyte", "value", "unit", "sampled_at")
    with (recipe.folder / "extract.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *lines])
    done = recipe.run("labs_from_ehr.py", "extract.csv", "From the laboratory", person="bob", scopes=("write",))
    assert done.returncode == 1
    said = done.stdout.splitlines()
    assert said[:2] == ["line 2: up to date", "line 3: entered"]
    assert said[-1] == "2 taken, 2 refused"
    assert "extract.csv.refused.csv" in done.stderr
    refused = rows_of(recipe.folder / "extract.csv.refused.csv")
    assert [row["value"] for row in refused] == ["many", "7"]
    assert [row["reason"].split(":")[0] for row in refused] == ["value", "study_id"]
    with looking_on():
        known.refresh_from_db()
        assert (float(known.value), LabResult.objects.count()) == (4321.5, before + 1)
        new = LabResult.objects.get(course=known.course, analyte="CRP", sampled_at="23:59")
        assert (float(new.value), new.comparator) == (0.5, "<")


def test_old_queries_are_listed_by_hospital_with_their_pages(recipe: Recipe, looking_on: Any):
    with looking_on():
        held = list(DataQuery.objects.filter(state=QueryState.OPEN).select_related("site").order_by("id"))
        old, young = held[::2], held[1::2]
        ago = timezone.now() - dt.timedelta(days=31)
        DataQuery.objects.filter(pk__in=[query.pk for query in old]).update(asked_at=ago)
    done = recipe.run("overdue_queries.py", person="dana", scopes=("read",))
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout.splitlines()
    for code, count in Counter(query.site.code for query in old).items():
        assert f"{code}: {count} open for 30 days or more" in said
    assert said[-1] == f"{len(old)} in all"
    assert all(f"{recipe.served.url}/queries/{query.pk}/" in done.stdout for query in old)
    assert not any(str(query.pk) in done.stdout for query in young)


def test_a_refusal_is_told_in_the_words_of_the_registry(recipe: Recipe):
    done = recipe.run("watch_release.py", TITLE, person="bob", scopes=("read",))
    assert (done.returncode, done.stdout) == (1, "")
    assert "role does not allow" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_is_not_there_is_told_in_a_sentence(recipe: Recipe):
    nowhere = Recipe(Served("http://localhost:9"), recipe.folder)
    done = nowhere.run("overdue_queries.py", person="dana", scopes=("read",))
    assert done.returncode == 1
    assert "cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


class Impatient(BaseHTTPRequestHandler):
    """A server that asks for a second of patience before its first answer."""

    asked: list[tuple[float, str | None]] = []

    def do_POST(self) -> None:
        """Answer the second time."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((time.monotonic(), self.headers.get("Idempotency-Key")))
        is_first = len(self.asked) == 1
        self.send_response(429 if is_first else 200)
        self.send_header("Retry-After", "1")
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"next": null, "results": []}')

    do_GET = do_POST

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def impatient() -> Iterator[Served]:
    Impatient.asked.clear()
    with ThreadingHTTPServer(("localhost", 0), Impatient) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Served(f"http://localhost:{server.server_port}")
        server.shutdown()


def test_scripts_wait_as_long_as_they_are_told_and_ask_again_under_the_same_key(
    served: Served, impatient: Served, tmp_path: Path
):
    environment = {**served.environment(person_named("bob")), "QUELL_URL": impatient.url}
    asking = "from quell import ask; ask('POST', '/api/cases/', json={})"
    done = impatient.run([sys.executable, "-c", asking], tmp_path, {**environment, "PYTHONPATH": str(RECIPES)})
    assert (done.returncode, done.stderr) == (0, "")
    [(first, key), (second, again)] = Impatient.asked
    assert second - first >= 1
    assert key == again
    assert key


def test_the_script_in_r_waits_as_long_as_it_is_told(served: Served, impatient: Served, tmp_path: Path):
    needs_r("jsonlite", "curl")
    environment = {**served.environment(person_named("bob")), "QUELL_URL": impatient.url}
    done = impatient.run(["Rscript", "--vanilla", RECIPES / "release_into_r.R"], tmp_path, environment)
    assert (done.returncode, "no such release" in done.stderr) == (1, True)
    [(first, _key), (second, _again)] = Impatient.asked
    assert second - first >= 1


@pytest.fixture(scope="module")
def release(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release that the script asked for and watched to its end, its risk signed on the way, given to fiona."""
    recipe, dana = Recipe(served, tmp_path_factory.mktemp("watched")), person_named("dana")
    with acting_as(dana):
        project = services.project_create(title=TITLE, by=dana)
    held = recipe.run("watch_release.py", TITLE, "--leave-out-blocked", person="dana", scopes=("read", "export"))
    with acting_as_system("tests", reason="looking on"):
        found: Release = Release.objects.get(project=project)
    assert (held.returncode, held.stderr) == (3, "")
    assert f"{served.url}/releases/{found.pk}/" in held.stdout
    with acting_as(dana):
        services.release_accept_risk(release=found, reason="An agreement.", by=dana)
        services.release_continue(release=found, by=dana)
    out = recipe.run("watch_release.py", "--release", str(found.pk), person="dana", scopes=("read",))
    assert (out.returncode, out.stderr) == (0, "")
    assert out.stdout.splitlines()[-1] == f"{found.name} ({found.pk}): PUBLISHED"
    found.refresh_from_db()
    give(found, person_named("fiona"), dana, level="AGREEMENT")
    return found


def test_a_release_is_asked_for_and_watched_until_it_is_out(release: Release):
    assert (release.state, release.leaves_out_blocked, list(release.formats)) == ("PUBLISHED", True, ["CSV"])


def test_a_release_is_read_in_r_once_its_terms_are_accepted(recipe: Recipe, release: Release, looking_on: Any):
    needs_r("jsonlite", "curl")
    taking: Any = {"person": "fiona", "scopes": ("read", "export")}
    before = recipe.run("release_into_r.R", release.name, **taking)
    assert before.returncode == 1
    assert "--accept-terms" in before.stderr
    done = recipe.run("release_into_r.R", release.name, "--accept-terms", **taking)
    assert done.returncode == 0, done.stderr
    printed = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    with looking_on():
        rows = {one["name"]: f"{one['rows']} rows" for one in release.manifest["tables"]}
        assert rows.items() <= {name: shape.split(",")[0] for name, shape in printed.items()}.items()
        assert Download.objects.get(package__release=release).downloaded_by == person_named("fiona")


@pytest.mark.parametrize(("person", "language"), [("bob", "python"), ("bob", "sh"), ("fiona", "python")])
@pytest.mark.usefixtures("release")
def test_every_example_of_the_manual_runs(served: Served, tmp_path: Path, person: str, language: str):
    script, ending = tmp_path / f"examples.{language}", "set -euo pipefail\n" if language == "sh" else ""
    script.write_text(ending + "\n".join(examples_of(person, language)), encoding="utf-8")
    command = ["bash" if language == "sh" else sys.executable, script]
    done = served.run(command, tmp_path, served.environment(person_named(person)))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def examples_of(person: str, language: str) -> Iterator[str]:
    """Yield the examples of the manual that are somebody's, and those at its beginning, on which all others stand."""
    for name in ("api.md", "queries-api.md"):
        for chapter in re.split("^## ", (DOCS / name).read_text(encoding="utf-8"), flags=re.MULTILINE):
            title = chapter.partition("\n")[0]
            if title == "Begin" or (title == OF_FIONA) == (person == "fiona"):
                yield from re.findall(rf"^```{language}\n(.*?)^```$", chapter, re.MULTILINE | re.DOTALL)


def test_sites_of_others_stay_out_of_the_tables(recipe: Recipe, looking_on: Any):
    done = recipe.run("cases_to_pandas.py", "out", person="alice", scopes=("read",))
    assert done.returncode == 0
    with looking_on():
        assert Site.objects.filter(code="SEV").exists()
    assert {row["site"] for row in rows_of(recipe.folder / "out" / "patient.csv")} == {"SEV"}
