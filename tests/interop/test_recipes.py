"""The scripts of the documentation do what they say: each runs as a program of its own, against a served registry."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from exports import services
from exports.models import Download, Project, Release
from registry.models import DataQuery, LabResult, Patient
from registry.models.queries import QueryState
from registry.selectors.cases import case_topics
from sites.context import acting_as, acting_as_system
from sites.models import Site
from tests.factories.releases import give
from tests.interop.clients.served import Served, person_named
from tests.interop.programs import needs_r

pytestmark = [pytest.mark.slow, pytest.mark.interop]
RECIPES = settings.BASE_DIR / "docs" / "recipes"
LINES_MOST = 60
TITLE = "Early anakinra"


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


def test_a_release_is_asked_for_watched_and_read_in_r(recipe: Recipe, looking_on: Any):
    release = watched(recipe, looking_on)
    needs_r("jsonlite", "curl")
    fiona, dana = person_named("fiona"), person_named("dana")
    give(release, fiona, dana, level="AGREEMENT")
    taking = ("release_into_r.R", release.name)
    before = recipe.run(*taking, person="fiona", scopes=("read", "export"))
    assert before.returncode == 1
    assert "--accept-terms" in before.stderr
    done = recipe.run(*taking, "--accept-terms", person="fiona", scopes=("read", "export"))
    assert done.returncode == 0, done.stderr
    printed = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    with looking_on():
        rows = {one["name"]: f"{one['rows']} rows" for one in release.manifest["tables"]}
        assert rows.items() <= {name: shape.split(",")[0] for name, shape in printed.items()}.items()
        assert Download.objects.get(package__release=release).downloaded_by == fiona


def watched(recipe: Recipe, looking_on: Any) -> Release:
    """Ask for a release by the script, sign its risk on the way, and watch it to its end."""
    dana = person_named("dana")
    with acting_as(dana):
        project = services.project_create(title=TITLE, by=dana)
    held = recipe.run("watch_release.py", TITLE, "--leave-out-blocked", person="dana", scopes=("read", "export"))
    with looking_on():
        release = Release.objects.get(project=Project.objects.get(pk=project.pk))
    assert held.returncode == 3, held.stderr
    assert f"/releases/{release.pk}/" in held.stdout
    with acting_as(dana):
        services.release_accept_risk(release=release, reason="An agreement.", by=dana)
        services.release_continue(release=release, by=dana)
    out = recipe.run("watch_release.py", "--release", str(release.pk), person="dana", scopes=("read",))
    assert out.returncode == 0, out.stderr
    assert out.stdout.splitlines()[-1] == f"{release.name} ({release.pk}): PUBLISHED"
    release.refresh_from_db()
    return release


def test_sites_of_others_stay_out_of_the_tables(recipe: Recipe, looking_on: Any):
    done = recipe.run("cases_to_pandas.py", "out", person="alice", scopes=("read",))
    assert done.returncode == 0
    with looking_on():
        assert Site.objects.filter(code="SEV").exists()
    assert {row["site"] for row in rows_of(recipe.folder / "out" / "patient.csv")} == {"SEV"}
