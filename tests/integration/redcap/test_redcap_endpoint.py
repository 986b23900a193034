"""The contract of REDCap's interface, line by line, over a released level: what is answered."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client

from exports.models import Download, Release
from exports.web.redcap.contents import VERSION
from sites.models import AccessLog
from tests.factories.redcap import ask, post, rows_of, text_of

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def table(response: Any, delimiter: str = ",") -> list[dict[str, str]]:
    assert response.status_code == 200, text_of(response)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(text_of(response), newline=""), delimiter=delimiter))


def test_records_come_in_json_and_csv_and_are_never_kept_on_the_way(token: str):
    response = ask(token, "record")
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    found = json.loads(text_of(response))
    plain = [{name: str(value) for name, value in row.items()} for row in found]
    assert table(ask(token, "record", format="csv")) == plain
    assert (found[0]["patient_sex"], found[1]["lab_value"]) == ("FEMALE", "12.50")


def test_both_kinds_of_form_are_read_without_a_security_token_of_the_pages(token: str):
    client = Client(enforce_csrf_checks=True)
    asked = {"token": token, "content": "record", "format": "json", "records": "AAA"}
    urlencoded = post("&".join(f"{k}={v}" for k, v in asked.items()), client, content_type=FORM)
    assert text_of(urlencoded) == text_of(post(asked, client))
    assert urlencoded.status_code == 200


def test_arrays_come_one_by_one_or_with_commas(token: str):
    one_by_one = rows_of(token, **{"records[0]": "AAA", "records[1]": "CCC", "forms[0]": "lab"})
    assert one_by_one == rows_of(token, records="AAA,CCC", forms="lab")
    assert one_by_one == rows_of(token, **{"records[]": ["AAA", "CCC"], "forms": "lab"})
    assert {row["subject_key"] for row in one_by_one} == {"AAA", "CCC"}
    assert list(rows_of(token, **{"fields[0]": "patient_sex", "fields[1]": "adsl_dthfl"})[0]) == [
        "subject_key",
        "redcap_repeat_instrument",
        "redcap_repeat_instance",
        "patient_sex",
        "adsl_dthfl",
    ]


def test_more_fields_can_be_sent_than_a_page_could_send(token: str, settings: Any):
    many = {f"records[{number}]": f"R{number}" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 100)}
    asked = {**many, "records[0]": "AAA", "token": token, "content": "record", "format": "json"}
    body = "&".join(f"{name}={value}" for name, value in asked.items())
    for response in (post(body, content_type=FORM), post(asked)):
        assert {row["subject_key"] for row in json.loads(text_of(response))} == {"AAA"}


def test_blank_parameters_count_as_not_sent(token: str):
    blank = dict.fromkeys(
        ["records", "fields", "forms", "events", "filterLogic", "dateRangeBegin", "dateRangeEnd", "type"], ""
    )
    assert rows_of(token, **blank) == rows_of(token)


def test_what_a_release_has_nothing_of_changes_nothing(token: str):
    sent = {
        "exportSurveyFields": "true",
        "exportCheckboxLabel": "TRUE",
        "exportBlankForGrayFormStatus": "False",
        "eventName": "label",
        "rawOrLabelHeaders": "raw",
        "action": "export",
        "returnFormat": "json",
    }
    assert rows_of(token, **sent) == rows_of(token)


def test_labels_groups_delimiters_and_decimals(token: str):
    [base] = table(ask(token, "record", format="csv", records="AAA", forms="patient", rawOrLabel="label"))
    assert base["patient_sex"] == "female"
    assert rows_of(token, records="AAA", exportDataAccessGroups="true")[0]["redcap_data_access_group"] == "s01"
    assert "redcap_data_access_group" not in rows_of(token)[0]
    labelled = table(ask(token, "record", format="csv", forms="adsl", rawOrLabelHeaders="label"))
    assert list(labelled[0])[-2:] == ["Died", "Complete?"]
    for written, delimiter in {"tab": "\t", "\t": "\t", ";": ";", "|": "|", "^": "^", ",": ","}.items():
        found = table(ask(token, "record", format="csv", csvDelimiter=written), delimiter)
        assert found[1]["lab_value"] == "12.50"
    for written in ("comma", ","):
        found = table(ask(token, "record", format="csv", csvDelimiter=";", decimalCharacter=written), ";")
        assert found[1]["lab_value"] == "12,50"


def test_one_row_a_value(token: str):
    rows = rows_of(token, type="eav", records="AAA", fields="lab_value")
    assert rows == [
        {
            "record": "AAA",
            "redcap_repeat_instrument": "lab",
            "redcap_repeat_instance": number,
            "field_name": "lab_value",
            "value": value,
        }
        for number, value in ((1, "12.50"), (2, "0.10"))
    ]
    written = table(ask(token, "record", type="eav", format="csv", records="AAA", fields="lab_value"))
    assert written == [{name: str(value) for name, value in row.items()} for row in rows]
    assert rows_of(token, type="eav", records="NOBODY") == []


def test_form_names_may_have_capitals_and_unknown_records_are_no_rows(token: str):
    assert rows_of(token, forms="LAB") == rows_of(token, forms="lab")
    assert rows_of(token, records="NOBODY") == []
    assert table(ask(token, "record", format="csv", records="NOBODY")) == []


def test_every_other_content_comes_in_both_formats(token: str):
    for content in ("metadata", "exportFieldNames", "instrument", "dag", "repeatingFormsEvents", "user"):
        found = json.loads(text_of(ask(token, content)))
        plain = [{name: str(value) for name, value in line.items()} for line in found]
        assert plain == table(ask(token, content, format="csv")), content
        assert found, content


def test_the_project_is_an_object_in_json_and_a_row_in_csv(token: str, release: Release):
    found = json.loads(text_of(ask(token, "project")))
    [row] = table(ask(token, "project", format="csv"))
    assert {name: str(value) for name, value in found.items()} == row
    assert found["project_title"] == f"{release.name} AGREEMENT"
    assert found["missing_data_codes"] == "NA, not applicable | ND, not done | UNK, unknown"


def test_the_version_is_a_bare_text_in_whatever_format(token: str):
    for form in (None, "json", "csv", "xml"):
        response = ask(token, "version", format=form)
        assert (response.status_code, text_of(response)) == (200, VERSION)
    assert VERSION.startswith("14.")


def test_the_dictionary_can_be_narrowed(token: str):
    found = json.loads(text_of(ask(token, "metadata", **{"forms[0]": "adsl", "fields": "lab_value,subject_key"})))
    assert [line["field_name"] for line in found] == ["subject_key", "lab_value", "adsl_dthfl"]
    [one] = json.loads(text_of(ask(token, "exportFieldNames", field="lab_value")))
    assert one["export_field_name"] == "lab_value"


def test_forms_groups_repeats_and_the_one_user(token: str):
    forms = json.loads(text_of(ask(token, "instrument")))
    assert [form["instrument_name"] for form in forms] == ["patient", "lab", "adsl", "adtte"]
    assert [one["form_name"] for one in json.loads(text_of(ask(token, "repeatingFormsEvents")))] == ["lab", "adtte"]
    assert [one["unique_group_name"] for one in json.loads(text_of(ask(token, "dag")))] == ["s01", "s02"]
    [user] = json.loads(text_of(ask(token, "user")))
    assert (user["username"], user["email"], user["api_export"]) == (f"token_{token[-4:].lower()}", "", 1)
    assert (user["api_import"], user["record_delete"], user["design"]) == (0, 0, 0)


def test_whoever_asks_for_nothing_that_is_there_is_not_in_the_ledger(token: str):
    ask(token, "metadata")
    ask(token, "project")
    assert not Download.objects.exists()
    assert not AccessLog.objects.exists()
