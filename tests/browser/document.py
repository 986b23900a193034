"""What `make docs` takes from a real browser: pictures of every page, and what it takes to type the standard case.

Not collected with the tests: `python -m tests.browser.document` runs the pictures below and the whole-case test, and
writes docs/screenshots and docs/entry-effort.md. Without Chromium it says so and leaves both as they are.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import CHROMIUM
from tests.browser.document_releases import pictures_of_releases

ROOT = Path(__file__).parents[2]
PICTURES, EFFORT = ROOT / "docs" / "screenshots", ROOT / "docs" / "entry-effort.md"
# Keystroke-Level Model (Card, Moran, Newell 1980, DOI 10.1145/358886.358895): an average typist, and a moment's thought
# before each field; what a practised person needs who reads from a chart is more.
KEY_SECONDS, THOUGHT_SECONDS = 0.28, 1.35
CASE_PAGES = (
    ("case", "case", ()),
    ("patient", "case_form", ("patient",)),
    ("infusion", "case_form", ("infusion_course",)),
    ("laboratory", "case_form", ("lab",)),
    ("crs", "case_form", ("crs_episode",)),
    ("icans", "case_form", ("icans_episode",)),
    ("therapy", "case_form", ("toxicity_therapy",)),
    ("anakinra", "case_form", ("anakinra_course",)),
    ("adverse-events-none", "case_form", ("adverse_event",)),
    ("follow-up", "case_form", ("follow_up",)),
    ("timeline", "case_timeline", ()),
    ("history", "case_history", ()),
    ("identity-enter", "identity_entry", ()),
)
PAGES = (
    ("work-list-coordinator", "bob", "home"),
    ("work-list-investigator", "fiona", "home"),
    ("work-list-data-manager", "dana", "home"),
    ("work-list-administrator", "adam", "home"),
    ("work-list-adjudicator", "judy", "home"),
    ("cases", "bob", "cases"),
    ("cases-all-sites", "dana", "cases"),
    ("new-case", "bob", "case_new"),
    ("uploads", "bob", "uploads"),
    ("upload-new", "bob", "upload_new"),
    ("queries", "bob", "queries"),
    ("queries-data-manager", "dana", "queries"),
    ("query-new", "dana", "query_new"),
    ("query-digest", "bob", "query_digest"),
    ("quality", "dana", "quality"),
    ("quality-own", "bob", "quality"),
    ("quality-grades", "dana", "quality_grades"),
    ("checks", "dana", "checks"),
    ("check-runs", "dana", "check_runs"),
    ("locks", "dana", "locks"),
    ("adjudication", "dana", "adjudication"),
    ("linkage", "dana", "linkages"),
    ("audit", "dana", "audit"),
    ("sign-ins", "bob", "sign_ins"),
    ("tokens", "bob", "tokens"),
    ("tokens-administrator", "adam", "tokens"),
    ("interface-for-programs", "bob", "api_docs"),
)


@pytest.mark.django_db(transaction=True, databases=["default", "export"])
def test_take_the_pictures(live_server, open_as, page, locale) -> None:
    """Load the demonstration and take a picture of each page in the language of the run."""
    from django.core.management import call_command
    from django.urls import reverse

    from registry.models import Patient
    from sites.context import acting_as_system
    from sites.models import User

    call_command("demo_load", "--force")
    with acting_as_system("tests", reason="pictures"):
        User.objects.update(language=locale[:2])
        people = {user.email.partition("@")[0]: user for user in User.objects.all()}
        patient = Patient.objects.filter(site__code="HOU").order_by("study_id").first()
    for name, person, view in PAGES:
        open_as(people[person], reverse(view))
        _take(page, name, locale)
    for name, person, address in _about_queries():
        open_as(people[person], address)
        _take(page, name, locale)
    for name, view, arguments in CASE_PAGES:
        open_as(people["bob"], reverse(view, args=[patient.pk, *arguments]))
        _take(page, name, locale)
    open_as(people["bob"], reverse("worksheet", args=["crs_episode"]))
    _take(page, "worksheet", locale)
    for name, person, address in pictures_of_releases(people):
        open_as(people[person], address)
        _take(page, name, locale)
    page.set_viewport_size({"width": 1024, "height": 700})
    open_as(people["bob"], reverse("case_form", args=[patient.pk, "crs_episode"]))
    _take(page, "crs-1024", locale)


def _about_queries() -> Iterator[tuple[str, str, str]]:
    """Yield what stands at an address of its own: a query, the form that it is about, a check and its dry run."""
    from django.urls import reverse

    from registry.models import DataQuery, IcansAssessment
    from sites.context import acting_as_system

    with acting_as_system("tests", reason="pictures"):
        asked = DataQuery.objects.filter(site__code="HOU", topic="icans_assessment").order_by("id")
        query = asked.first() or DataQuery.objects.filter(site__code="HOU").order_by("id")[0]
        day = IcansAssessment.objects.filter(pk=query.row_id).first()
    yield "query", "bob", reverse("query", args=[query.pk])
    yield "query-data-manager", "dana", reverse("query", args=[query.pk])
    if day is not None:
        row = ["icans_episode", day.episode_id]
        yield "form-with-a-query", "bob", reverse("case_form_row", args=[query.patient_id, *row]) + f"#query-{query.pk}"
    yield "scorecard", "bob", reverse("site_scorecard", args=["HOU"])
    check = reverse("check", args=["DT12_CRS_LATE"])
    yield "check", "dana", check
    yield "check-dry-run", "dana", f"{check}?dry=run&is=on&days=10"


def _take(page, name: str, locale: str) -> None:
    page.screenshot(path=f"{os.environ['QUELL_PICTURES']}/{name}-{locale[:2]}.png")


def main() -> int:
    """Take everything anew."""
    if CHROMIUM is None:
        sys.stdout.write("No Chromium here: docs/screenshots and docs/entry-effort.md are left as they are.\n")
        return 0
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="quell-effort-") as folder:
        code = _pytest("tests/browser/document.py", QUELL_PICTURES=str(PICTURES))
        code = code or _pytest("tests/browser/test_whole_case.py", QUELL_EFFORT=folder)
        if not code:
            EFFORT.write_text("".join(_effort(Path(folder, "effort-en-GB.tsv"))), encoding="utf-8")
            sys.stdout.write(f"Written: {PICTURES.relative_to(ROOT)}, {EFFORT.relative_to(ROOT)}\n")
    return code


def _pytest(path: str, **environment: str) -> int:
    command = [sys.executable, "-m", "pytest", path, "-q", "-n", "0", "-p", "no:cacheprovider"]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode


def _effort(measured: Path) -> Iterator[str]:
    rows = [line.split("\t") for line in measured.read_text(encoding="utf-8").splitlines()]
    keys = sum(int(row[1]) for row in rows)
    fields = sum(int(row[2]) for row in rows)
    seconds = keys * KEY_SECONDS + fields * THOUGHT_SECONDS
    yield HEAD.format(keys=keys, fields=fields, minutes=seconds / 60, script=sum(float(row[3]) for row in rows))
    for name, pressed, filled, took in rows:
        yield f"| {name} | {pressed} | {filled} | {took} |\n"
    yield f"| **all** | **{keys}** | **{fields}** | |\n"


HEAD = """# What it takes to type the standard case

Written by `make docs` from `tests/browser/test_whole_case.py`, which types it in Chromium by keyboard alone.

The case: one patient with disease and infusion, 10 days of CRS, 12 days of ICANS, 8 days of laboratory results (56
results), 3 other treatments, one course of anakinra with 5 dose segments, two stays, one response, last contact, and
"none occurred" four times. From the sign-in to the last form saved as complete.

**{keys} keys for {fields} values.** By the Keystroke-Level Model (0.28 s a key, 1.35 s of thought a value; Card, Moran
and Newell 1980) that is {minutes:.0f} minutes for somebody who has the values at hand. The script itself, server and
browser included, took {script:.0f} s.

Days, row numbers, units, grades, doses a day and a kilogram, and dose class are not typed: they follow. Normal findings
of a day are one key (Ctrl+Enter).

| part | keys | values | seconds of the script |
|---|---|---|---|
"""

if __name__ == "__main__":
    sys.exit(main())
