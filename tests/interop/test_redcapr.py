"""REDCapR, as released, reads a level over HTTP: what it gets is compared cell by cell with the files of a package."""

from __future__ import annotations

import csv
import json
import math
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from exports.models import Release
from exports.web.redcap.contents import VERSION
from sites.models import AccessLog
from tests.cast import Cast
from tests.factories.redcap import token_of
from tests.interop import test_pycap
from tests.interop.programs import needs_r
from tests.interop.test_pycap import GROUP, INSTANCE, INSTRUMENT, SUBJECT, Files, Row

pytestmark = [
    pytest.mark.slow,
    pytest.mark.interop,
    pytest.mark.django_db(transaction=True),
]
package, files, release = test_pycap.package, test_pycap.files, test_pycap.release
SCRIPT = settings.BASE_DIR / "tests" / "interop" / "clients" / "redcapr.R"
SECONDS = 240
LEAD = [SUBJECT, INSTRUMENT, INSTANCE]
FORMS = ["patient", "adsl", "anakinra_course"]
WORDS = {"TRUE": "1", "FALSE": "0"}
# readr reads a decimal within the last of its digits.
LAST_DIGIT = 1e-14


@dataclass(frozen=True)
class Wrote:
    """What the script wrote: tables, and what it told of everything else."""

    folder: Path

    @property
    def told(self) -> dict[str, Any]:
        """Return what it told."""
        return dict(json.loads((self.folder / "told.json").read_text(encoding="utf-8")))

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a table."""
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="module", autouse=True)
def _client() -> None:
    """Skip before anything is built where the client is not installed."""
    needs_r("REDCapR")


@pytest.fixture
def ran(release: Release, cast: Cast, live_server: Any, tmp_path: Path) -> Callable[[str], Wrote]:
    """Runs one part of the script with a token of ivan."""
    found = {"QUELL_URL": f"{live_server.url}/redcap/api/", "QUELL_TOKEN": token_of(release, cast.ivan)}
    environment = {**os.environ, **found, "NO_PROXY": "localhost,127.0.0.1"}

    def run(part: str) -> Wrote:
        command = ["Rscript", "--vanilla", "--encoding=UTF-8", str(SCRIPT), str(tmp_path), part]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
        assert done.returncode == 0, done.stderr
        return Wrote(tmp_path)

    return run


def fields_of(files: Files, form: str) -> list[str]:
    """Return the names of the fields of a form, without the record id."""
    return [line[0] for line in files.dictionary if line[1] == form and line[0] != SUBJECT]


def repeating(rows: list[Row]) -> set[str]:
    """Return the forms that repeat in rows."""
    return {row[INSTRUMENT] for row in rows} - {""}


def is_same(read: str, text: str) -> bool:
    """Say whether a value that was read under a type is the value of the file."""
    if read in WORDS or not (read and text):
        return WORDS.get(read) == text
    try:
        return math.isclose(float(read), float(text), rel_tol=LAST_DIGIT)
    except ValueError:
        return False


def test_a_project_tells_what_it_is(ran: Callable[[str], Wrote], files: Files):
    wrote = ran("about")
    dictionary = [line[0] for line in files.dictionary]
    assert [list(line.values()) for line in wrote.rows("metadata")] == files.dictionary
    assert [line["field_name"] for line in wrote.rows("narrowed")] == ["patient_sex", *fields_of(files, "death")]
    names = [line["export_field_name"] for line in wrote.rows("variables")]
    assert [name for name in names if not name.endswith("_complete") or name in dictionary] == dictionary
    assert {f"{form}_complete" for form in files.sheets} <= set(names)
    assert {line["instrument_name"] for line in wrote.rows("instruments")} == set(files.sheets)
    sites = sorted({row["site"] for row in files.sheets["patient"]})
    assert [line["data_access_group_name"] for line in wrote.rows("groups")] == sites
    assert {"lab", "adtte"} <= {line["form_name"] for line in wrote.rows("repeats")} <= set(files.sheets)
    about(wrote.told, files)


def about(told: dict[str, Any], files: Files) -> None:
    """See what is told of the project and of whoever reads it."""
    facts, user = told["facts"], told["users"]
    assert told["version"] == VERSION
    assert (facts["project_title"], facts["is_longitudinal"]) == ("QUELL-TEST AGREEMENT", False)
    assert (facts["in_production"], facts["record_autonumbering_enabled"], told["unread"]) == (True, False, 0)
    assert isinstance(facts["project_id"], int)
    assert facts["creation_time"]
    assert facts["missing_data_codes"].startswith("NA, not applicable | ")
    assert (user["api_export"], user["api_import"], user["record_delete"]) == (True, False, False)
    assert user["expiration"]
    assert told["rights"] == "readonly"
    assert (told["record_id"], told["plumbing"], told["has_repeats"]) == (SUBJECT, LEAD, True)
    assert (told["has_arms"], told["arms"], told["events"]) == (False, 0, 0)
    assert (told["mapping"]["success"], told["mapping"]["status"]) == (False, 400)
    assert "for classic projects" in told["mapping"]["message"]


def test_every_cell_of_every_sheet_comes_at_once_and_in_batches(ran: Callable[[str], Wrote], files: Files):
    wrote = ran("records")
    rows = wrote.rows("whole")
    assert wrote.rows("batched") == rows
    assert (wrote.told["batched"], wrote.told["codes"]) == (True, "; ".join(["200"] * 5))
    forms = repeating(rows)
    for form in sorted(files.sheets):
        found = [row for row in rows if row[INSTRUMENT] == (form if form in forms else "")]
        complete = [row for row in found if row[f"{form}_complete"]]
        fields = [SUBJECT, *fields_of(files, form)]
        assert [{name: row[name] for name in fields} for row in complete] == files.form(form)
        assert {row[f"{form}_complete"] for row in complete} <= {"2"}
    sites = {row[SUBJECT]: row["patient_site"].lower() for row in rows if not row[INSTRUMENT]}
    assert all(row[GROUP] == sites[row[SUBJECT]] for row in rows)
    assert AccessLog.objects.filter(source="redcap", object_type="release").exists()
    parts(wrote, rows, files)


def parts(wrote: Wrote, rows: list[Row], files: Files) -> None:
    """See that forms, fields, subjects, labels and values are parts of the whole."""
    forms = wrote.rows("forms")
    assert wrote.rows("forms_batched") == forms
    known = {tuple(row[name] for name in LEAD): row for row in rows}
    assert all(row.items() <= known[tuple(row[name] for name in LEAD)].items() for row in forms)
    values = [row for row in wrote.rows("values") if row["field_name"] != SUBJECT]
    assert len(values) == sum(bool(row[name]) for row in forms for name in row if name not in LEAD)
    for row in values:
        assert known[row["record"], row[INSTRUMENT], row[INSTANCE]][row["field_name"]] == row["value"]
    some = wrote.rows("some")
    assert [row[SUBJECT] for row in some] == wrote.told["some"]
    assert list(some[0]) == [*LEAD, "patient_sex"]
    [line] = [line for line in files.dictionary if line[0] == "patient_sex"]
    words = dict(choice.split(", ", 1) for choice in line[5].split(" | "))
    labels = {row[SUBJECT]: row["patient_sex"] for row in wrote.rows("labelled")}
    assert labels == {row[SUBJECT]: words[row["patient_sex"]] for row in rows if not row[INSTRUMENT]}
    assert (wrote.told["nobody"]["success"], wrote.told["nobody"]["rows"]) == (True, 0)


def test_the_types_of_the_dictionary_lose_no_cell(ran: Callable[[str], Wrote]):
    wrote = ran("typed")
    texts, told = wrote.rows("texts"), wrote.told
    assert (told["unread"], told["success"]) == (0, True)
    assert {told["kinds"][name] for name in ("patient_has_developmental_delay", "adsl_dthfl")} == {"logical"}
    assert (told["kinds"]["patient_age_at_infusion"], told["kinds"]["lab_value"]) == ("integer", "numeric")
    assert {kind for name, kind in told["kinds"].items() if name.endswith(("_mr", "_sex"))} == {"character"}
    for name in ("typed", "typed_batched"):
        read = [cell for row in wrote.rows(name) for cell in row.items()]
        written = [cell for row in texts for cell in row.items()]
        assert [field for field, _cell in read] == [field for field, _text in written]
        cells = {(cell, text) for (_field, cell), (_name, text) in zip(read, written, strict=True)}
        assert {(cell, text) for cell, text in cells if cell != text and not is_same(cell, text)} == set()


def test_types_that_are_guessed_in_batches_lose_nothing_but_the_code_that_r_takes_for_missing(
    ran: Callable[[str], Wrote],
):
    wrote = ran("guessed")
    texts = wrote.rows("texts")
    held = {name: sum(row[name] not in ("", "NA") for row in texts) for name in texts[0]}
    assert wrote.told["cells"] == held
    assert {name[-3:] for row in texts for name, text in row.items() if text == "NA"} == {"_mr"}


def test_what_cannot_be_had_is_told_and_is_never_an_answer(ran: Callable[[str], Wrote]):
    told = ran("refused").told
    for name, status, words in (
        ("filter", 400, "“filterLogic” is not applied here. Leave it out, read the records and filter them yourself."),
        ("since", 400, "“dateRangeBegin” is not applied here."),
        ("field", 400, "no_such_field"),
        ("write", 403, "a release is read-only"),
        ("log", 403, "a release is read-only"),
        ("stranger", 403, "The token is not valid."),
    ):
        assert (told[name]["success"], told[name]["status"]) == (False, status)
        assert "ERROR: " in told[name]["message"]
        assert words in told[name]["message"]
    assert (told["filter_batched"]["success"], told["filter_batched"]["status"]) == (False, 400)
    assert told["events"]["message"].startswith("This project is NOT longitudinal")
    assert told["stranger_batched"].startswith("ERROR: The token is not valid.")
