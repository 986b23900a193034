"""From a request to the opened package, in a real browser, with the real jobs: what leaves is what was asked for."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from django.urls import reverse
from django.utils import timezone

from exports.models import DataRequest, Download, Level, Release, ReleaseState
from exports.selectors import blocked_cases
from exports.services.feasibility import feasibility_refresh
from registry.demo.bulk.generate import generate_registry
from registry.models import Patient
from sites.context import acting_as_system
from sites.models import User
from tests.browser.test_decisions_release import tab_to
from tests.cast import PASSWORD, Cast
from tests.factories.releases import client_of
from tests.releases import run_job

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "export"]), pytest.mark.slow]

CASES, OF_PRODUCT = 60, 20
ADSL = ("AGEGR", "SEX", "PROD", "INFYR")
TITLE, SAID = "Dose and resolution", "One group under an agreement."
Open = Callable[[User, str], None]


@pytest.fixture(autouse=True)
def registry(stage: Cast, settings: Any, tmp_path: Path) -> None:
    """Cases of nine hospitals, and the groups that feasibility counts are made from."""
    settings.QUELL_RELEASE_DIR = str(tmp_path / "releases")
    generate_registry(patients=CASES, seed=1)
    feasibility_refresh(at_once=True)


@pytest.fixture
def open_fresh(page, live_server) -> Open:
    """Open a page as somebody who has just signed in."""

    def open_page(user: User, address: str) -> None:
        page.context.clear_cookies()
        cookie = client_of(user).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page.goto(live_server.url + address)

    return open_page


def test_what_was_asked_for_is_what_the_package_holds(stage, open_fresh, page, inspect, tmp_path) -> None:
    open_fresh(stage.ivan, reverse("home"))
    asked = a_request_is_written(page, inspect)
    open_fresh(stage.dana, reverse("request_decide", args=[asked.pk]))
    release = it_is_assessed(page, inspect)
    it_is_coarsened_and_signed(page)
    it_is_approved(page)
    run_job(release)
    the_page_notices(page)
    open_fresh(stage.ivan, reverse("request", args=[asked.pk]))
    taken = it_is_taken(page, inspect, tmp_path)
    cases = cases_asked_for(stage)
    what_is_in_the_csv_package(taken["CSV"], tmp_path / "opened", cases)
    what_is_in_the_spss_package(taken["SPSS"], tmp_path / "opened", cases)
    open_fresh(stage.dana, reverse("release", args=[release.pk]))
    it_is_withdrawn(page, stage)
    open_fresh(stage.ivan, reverse("releases"))
    whoever_holds_it_is_told_to_stop(page, inspect, release)


def press(page, selector: str, key: str = "Enter") -> None:
    page.locator(selector).first.press(key)


def go(page, selector: str, key: str = "Enter") -> None:
    """Press what leads to another page, and wait for it."""
    with page.expect_navigation():
        press(page, selector, key)


def a_request_is_written(page, inspect) -> DataRequest:
    go(page, f'.bar a[href="{reverse("requests")}"]')
    go(page, f'a[href="{reverse("request_new")}"]')
    page.locator("#id_title").focus()
    page.keyboard.type(TITLE)
    page.keyboard.press("Tab")
    page.keyboard.type("Whether a higher dose is associated with an earlier resolution.")
    assert str(CASES) in page.locator("#feasibility strong").inner_text()
    criterion_is_met(page, "PROD", "AXI")
    page.locator("#feasibility strong", has_text=str(OF_PRODUCT)).wait_for()
    criterion_is_met(page, "SEX", "FEMALE")
    variables_are_picked(page)
    for code in ("STATA", "SAS", "PARQUET", "ADAM"):
        press(page, f'[name="formats"][value="{code}"]', "Space")
    page.locator("#id_approval_reference").fill("CEI 2026/17")
    page.locator("#id_agreement_reference").fill("DUA-7")
    inspect("whole-request-written")
    go(page, 'button[value="submit"]')
    page.locator("#steps").wait_for()
    return DataRequest.objects.get()


def criterion_is_met(page, column: str, level: str) -> None:
    press(page, f"details[data-criterion]:has([name={column}]) summary")
    press(page, f'[name="{column}"][value="{level}"]', "Space")


def variables_are_picked(page) -> None:
    """A whole dataset, a whole table, and single columns of another dataset."""
    for sheet in ("datasets.adtte", "tables.crs_assessment"):
        press(page, f'details[data-sheet]:has([value="{sheet}"]) summary')
        press(page, f'[name="whole"][value="{sheet}"]', "Space")
    press(page, 'details[data-sheet]:has([value="datasets.adsl"]) summary')
    for column in ADSL:
        press(page, f'[name="variables"][value="datasets.adsl.{column}"]', "Space")


def it_is_assessed(page, inspect) -> Release:
    """The job freezes what was asked for; the report says how easily a person is found."""
    press(page, "#id_leaves_out_blocked", "Space")
    go(page, "#assess ~ .actions button")
    release = Release.objects.get()
    assert run_job(release).release.state == ReleaseState.HELD
    page.locator("#risk").wait_for()
    every_column = page.locator(".risk details", has_text="adsl.INFYR")
    every_column.locator("summary").press("Enter")
    assert every_column.locator("th", has_text="adsl.INFYR").is_visible()
    assert page.locator(".verdict--bad").is_visible()
    inspect("whole-request-assessed")
    return release


def it_is_coarsened_and_signed(page) -> None:
    tab_to(page, 'input[name="steps"][value="NO_YEAR"]')
    page.keyboard.press("Space")
    go(page, ".steps ~ .actions button")
    assert page.locator(".risk details", has_text="adsl.INFYR").count() == 0
    go(page, "#sign ~ .actions a")
    page.locator("#id_reason").focus()
    page.keyboard.type(SAID)
    tab_to(page, "#id_password")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".verdict", has_text=SAID).is_visible()


def it_is_approved(page) -> None:
    press(page, 'input[name="decision"][value="approve"]', "Space")
    page.locator('textarea[name="reason"]').fill("The aim is sound.")
    go(page, '.panel[action$="/decide/"] button')
    page.locator("#decided").wait_for()


def the_page_notices(page) -> None:
    """The open page asks every few seconds, and loads itself anew when the job has ended."""
    page.locator("#job").wait_for(state="detached")
    page.wait_for_load_state()


def it_is_taken(page, inspect, folder: Path) -> dict[str, Path]:
    """The terms first, then the packages."""
    go(page, "#release ~ .actions a")
    inspect("whole-request-terms")
    press(page, "#id_accepted", "Space")
    go(page, "#terms button")
    inspect("whole-request-packages")
    return {code: downloaded(page, code, folder) for code in ("CSV", "SPSS")}


def downloaded(page, code: str, folder: Path) -> Path:
    package = Release.objects.get().packages.get(level=Level.AGREEMENT, format=code)
    with page.expect_download() as waiting:
        press(page, f'form[action*="/packages/{package.pk}/"] button')
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.stat().st_size == package.size
    return path


def cases_asked_for(cast: Cast) -> int:
    """Count in the registry what was asked for, by plain conditions."""
    with acting_as_system("tests", reason="counting"):
        women = Patient.objects.filter(sex="FEMALE", infusion_courses__course_no=1, infusion_courses__product="AXI")
        found = women.exclude(pk__in=blocked_cases(cast.dana, timezone.localdate())).count()
    assert 0 < found < OF_PRODUCT
    return found


def what_is_in_the_csv_package(path: Path, folder: Path, cases: int) -> None:
    with zipfile.ZipFile(path) as package:
        package.extractall(folder)
    sheets = {file.stem: rows_of(file) for file in (*folder.glob("tables/*.csv"), *folder.glob("datasets/*.csv"))}
    assert set(sheets) == {"crs_assessment", "adsl", "adtte"}
    people = sheets["adsl"]
    assert {column.partition("__")[0] for column in people[0]} == {"USUBJID", *ADSL} - {"INFYR"}
    assert {(row["SEX"], row["PROD"]) for row in people} == {("FEMALE", "AXI")}
    keys = {row["USUBJID"] for row in people}
    assert len(keys) == len(people) == cases
    assert {row["USUBJID"] for row in sheets["adtte"]} <= keys
    assert {row["subject_key"] for row in sheets["crs_assessment"]} <= keys
    shapes = {f"{name}.csv": (len(rows), len(rows[0])) for name, rows in sheets.items()}
    the_manifest_counts_the_same(folder, shapes)
    the_script_prints_the_shapes(folder, shapes)


def rows_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


def the_manifest_counts_the_same(folder: Path, shapes: dict[str, tuple[int, int]]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    told = {f"{sheet['name']}.csv": sheet["rows"] for sheet in [*manifest["tables"], *manifest["datasets"]]}
    assert told == {name: rows for name, (rows, _columns) in shapes.items()}


def the_script_prints_the_shapes(folder: Path, shapes: dict[str, tuple[int, int]]) -> None:
    done = subprocess.run([sys.executable, "load.py"], cwd=folder, capture_output=True, text=True, check=True)
    said = {line.rpartition(":")[0].rpartition("/")[2]: line for line in done.stdout.splitlines()}
    assert set(said) == set(shapes)
    for name, (rows, columns) in shapes.items():
        assert said[name].endswith(f": {rows} rows, {columns} columns")


def what_is_in_the_spss_package(path: Path, folder: Path, cases: int) -> None:
    with zipfile.ZipFile(path) as package:
        [name] = [name for name in package.namelist() if name.endswith("adsl.sav")]
        package.extract(name, folder)
    frame, told = pyreadstat.read_sav(folder / name, apply_value_formats=True)
    assert len(frame) == cases
    assert set(frame.columns) == {"USUBJID", *ADSL} - {"INFYR"}
    assert told.variable_value_labels["SEX"]
    assert frame["SEX"].nunique() == 1


def it_is_withdrawn(page, cast: Cast) -> None:
    """The ledger shows both downloads; then the release is taken out of use."""
    holder = page.locator("#holders ~ .scroll tr", has_text=str(cast.ivan))
    assert holder.locator("td.number").inner_text() == "2"
    assert set(Download.objects.values_list("downloaded_by", "package__format")) == {
        (cast.ivan.pk, "CSV"),
        (cast.ivan.pk, "SPSS"),
    }
    go(page, f'a[href="{reverse("release_withdraw", args=[Release.objects.get().pk])}"]')
    page.locator("#id_reason").fill("Two cases were entered twice.")
    go(page, "button.button--danger")


def whoever_holds_it_is_told_to_stop(page, inspect, release: Release) -> None:
    inspect("whole-request-withdrawn-list")
    go(page, f'a[href="{reverse("release", args=[release.pk])}"]')
    assert page.locator(".errors", has_text="Two cases were entered twice.").is_visible()
    assert page.locator('form[action*="/packages/"]').count() == 0
    inspect("whole-request-withdrawn")
