"""Requests as REDCapR and redcapAPI send them, field by field, are answered as those clients read the answers."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client

from exports.web.redcap.contents import VERSION
from tests.factories.redcap import ask, post, text_of

pytestmark = pytest.mark.django_db
CSV = {"format": "csv", "returnFormat": "csv"}
FLAT = {"content": "record", **CSV, "type": "flat"}
TYPED = {**FLAT, "exportSurveyFields": "true", "exportDataAccessGroups": "true", "csvDelimiter": ","}
LEAD = ["subject_key", "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_data_access_group"]


def vector(name: str, values: Sequence[str]) -> dict[str, str]:
    """Return an array as redcapAPI sends it, numbered from 1."""
    return {f"{name}[{number}]": value for number, value in enumerate(values, 1)}


def read(token: str, sent: dict[str, Any]) -> list[dict[str, str]]:
    """Send a multipart form as redcapAPI does, and read the answer by the charset of its header, as it does."""
    response = post({**sent, "token": token})
    assert response.status_code == 200, text_of(response)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(text_of(response), newline="")))


@pytest.mark.parametrize(
    ("content", "things"), [("event", "events"), ("arm", "arms"), ("formEventMapping", "form/event mappings")]
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_classic_project_is_told_in_the_words_that_clients_compare(
    token: str, content: str, things: str, language: str
):
    client = Client(headers={"Accept-Language": language})
    for sent in ({"format": "csv"}, CSV):
        response = ask(token, content, client, **sent)
        words = f"ERROR: You cannot export {things} for classic projects"
        assert (response.status_code, text_of(response)) == (400, words)


def test_errors_in_csv_have_no_line_end(token: str):
    for sent in ({"content": "formEventMapping", "arms": ""}, {"content": "log"}, {"content": "record", "fields": "x"}):
        text = text_of(ask(token, **sent, format="csv"))
        assert text.startswith("ERROR: ")
        assert text == text.strip()


def test_what_redcapapi_asks_of_a_project(token: str):
    names = [line["export_field_name"] for line in read(token, {"content": "exportFieldNames", **CSV})]
    dictionary = [line["field_name"] for line in read(token, {"content": "metadata", **CSV})]
    assert [name for name in names if not name.endswith("_complete")] == dictionary
    narrowed = {"content": "metadata", **CSV, **vector("fields", ["patient_sex"]), **vector("forms", ["adsl"])}
    assert [line["field_name"] for line in read(token, narrowed)] == ["patient_sex", "adsl_dthfl"]
    assert len(read(token, {"content": "exportFieldNames", **CSV, "field": "patient_sex"})) == 1
    assert len(read(token, {"content": "instrument", "format": "csv"})) == 4
    [project] = read(token, {"content": "project", **CSV})
    told = (project["is_longitudinal"], project["has_repeating_instruments_or_events"])
    assert (*told, project["secondary_unique_field"]) == ("0", "1", "")
    assert len(read(token, {"content": "repeatingFormsEvents", "format": "csv"})) == 2
    assert len(read(token, {"content": "dag", **CSV})) == 2
    assert len(read(token, {"content": "user", **CSV})) == 1


def test_the_version_is_asked_for_without_a_format(token: str):
    response = post({"token": token, "content": "version"})
    assert (response.status_code, text_of(response)) == (200, VERSION)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_redcapapi_names_every_field_with_those_that_say_what_is_complete(token: str):
    names = [line["export_field_name"] for line in read(token, {"content": "exportFieldNames", **CSV})]
    whole = read(token, {**TYPED, **vector("fields", names)})
    assert list(whole[0]) == [*LEAD, *names[1:]]
    assert whole == read(token, TYPED)


def test_redcapapi_in_batches_asks_for_the_ids_first(token: str):
    fields = vector("fields", ["subject_key", "patient_sex", "lab_value"])
    asked = {"content": "record", "format": "csv", "outputFormat": "csv", **vector("fields", ["subject_key"])}
    ids = [row["subject_key"] for row in read(token, asked)]
    assert len(ids) == len(set(ids)) == 3
    batches = [ids[:2], ids[2:]]
    found = [row for batch in batches for row in read(token, {**TYPED, **fields, **vector("records", batch)})]
    assert found == read(token, {**TYPED, **fields})


def test_redcapr_sends_words_in_capitals_and_blanks(token: str):
    sent = {
        "rawOrLabel": "raw", "rawOrLabelHeaders": "raw", "exportCheckboxLabel": "false", "exportSurveyFields": "false",
        "exportDataAccessGroups": "false", "filterLogic": "", "dateRangeBegin": "", "dateRangeEnd": "",
        "exportBlankForGrayFormStatus": "FALSE", "records": "AAA,CCC", "fields": "subject_key,patient_sex",
    }  # fmt: skip
    plain = read(token, {**FLAT, **vector("records", ["AAA", "CCC"]), **vector("fields", ["patient_sex"])})
    assert read(token, {"content": "record", "format": "csv", "type": "flat", **sent}) == plain
