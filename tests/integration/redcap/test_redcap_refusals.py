"""The contract of REDCap's interface, line by line, over a released level: what is refused, and how it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exports.models import Download, Release
from exports.web.redcap import answers
from exports.web.redcap import sent as sending
from exports.web.redcap.parameters import CLASSIC, ELSEWHERE
from sites.models import AccessLog
from tests.cast import Cast
from tests.factories.redcap import ADDRESS, ask, post, rows_of, text_of
from tests.factories.releases import client_of

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def error_of(response: Any, status: int = 400) -> str:
    assert response.status_code == status, text_of(response)
    return str(json.loads(text_of(response))["error"])


def test_the_address_ends_as_clients_want_it_and_takes_nothing_but_post(token: str):
    assert reverse("redcap_api") == ADDRESS
    assert ADDRESS.endswith("/api/")
    client = Client()
    for method in (client.get, client.put, client.patch, client.delete, client.head):
        assert method(ADDRESS).status_code == 405


def test_more_than_can_be_read_is_refused_and_so_is_what_is_no_text(token: str, settings: Any):
    body = "&".join(f"records[{number}]=R" for number in range(sending.MOST_FIELDS + 1))
    for content in (f"token={token}&{body}", "token=%FF", b"token=\xff"):
        response = post(content, content_type=FORM)
        assert (response.status_code, "cannot be read" in text_of(response)) == (400, True)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    response = post(f"token={token}&{body}", content_type=FORM)
    assert (response.status_code, "fewer records" in text_of(response)) == (413, True)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"", FORM), (b"--x\r\nnonsense", "multipart/form-data; boundary=x"), (b"no", "multipart/form-data"),
     (b"{}", "application/json"), (b"&&==&%", FORM)],
)  # fmt: skip
def test_what_is_no_form_is_refused_like_a_stranger(db: None, body: bytes, kind: str):
    assert post(body, content_type=kind).status_code in (400, 403)


def test_a_classic_project_has_no_events(token: str):
    for content in CLASSIC:
        assert "classic" in error_of(ask(token, content))


@pytest.mark.parametrize("content", sorted(ELSEWHERE))
def test_what_is_no_part_of_a_release_is_read_only(token: str, content: str):
    assert "read-only" in error_of(ask(token, content), 403)


@pytest.mark.parametrize(
    "sent",
    [{"content": "record", "data": "[]"}, {"content": "record", "action": "delete", "records[0]": "AAA"},
     {"content": "metadata", "data": "[]"}, {"content": "record", "action": "rename"},
     {"content": "dag", "action": "switch"}, {"content": "user", "action": "import", "data": "[]"},
     {"content": "record", "overwriteBehavior": "overwrite"}],
)  # fmt: skip
def test_nothing_is_written(token: str, sent: dict[str, str]):
    assert "read-only" in error_of(ask(token, sent.pop("content"), **sent), 403)


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"filterLogic": "[patient_sex]='MALE'"}, "filterLogic"),
        ({"dateRangeBegin": "2026-01-01 00:00:00"}, "dateRangeBegin"),
        ({"dateRangeEnd": "2026-01-01 00:00:00"}, "dateRangeEnd"),
        ({"events[0]": "event_1_arm_1"}, "events"),
        ({"rawOrLabel": "both"}, "rawOrLabel"),
        ({"type": "long"}, "type"),
        ({"decimalCharacter": "'"}, "decimalCharacter"),
        ({"csvDelimiter": "x", "format": "csv"}, "csvDelimiter"),
        ({"exportDataAccessGroups": "perhaps"}, "exportDataAccessGroups"),
        ({"rawOrLabelHeaders": "long"}, "rawOrLabelHeaders"),
        ({"no_such_parameter": "1"}, "no_such_parameter"),
        ({"fields": "patient_sex,nothing_like_it"}, "nothing_like_it"),
        ({"forms": "nothing_like_it"}, "nothing_like_it"),
        ({"exportSurveyFields": "perhaps"}, "exportSurveyFields"),
        ({"format": "xml"}, "format"),
        ({"format": "odm"}, "format"),
        ({"format": None}, "format"),
    ],
)
def test_what_would_change_the_answer_unheard_is_refused_by_name(token: str, sent: dict[str, str], named: str):
    assert named in error_of(ask(token, "record", returnFormat="json", **sent))
    assert not Download.objects.exists()


def test_names_that_are_not_there_are_refused_in_the_dictionary_too(token: str):
    assert "nothing_like_it" in error_of(ask(token, "metadata", fields="nothing_like_it"))
    assert "nothing_like_it" in error_of(ask(token, "metadata", forms="nothing_like_it"))
    assert "nothing_like_it" in error_of(ask(token, "exportFieldNames", field="nothing_like_it"))
    assert "records" in error_of(ask(token, "metadata", records="AAA"))
    assert "record" in error_of(ask(token, "nothing_like_it"))
    assert "format" in error_of(ask(token, "metadata", format="xml", returnFormat="json"))


def test_errors_come_in_the_format_that_was_asked_for(token: str):
    csv_error = ask(token, "event", returnFormat="csv")
    assert text_of(csv_error).startswith("ERROR: You cannot export events")
    assert csv_error.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert text_of(ask(token, "event", format="csv")).startswith("ERROR: ")
    for sent in ({"returnFormat": "xml"}, {"format": None}, {"returnFormat": "nonsense"}):
        response = ask(token, "event", **sent)
        assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert "<hash><error>You cannot export events" in text_of(response)
    assert "&lt;b&gt;" in text_of(ask(token, "record", returnFormat="xml", fields="<b>"))


def test_too_much_at_once_is_refused_with_a_way_out(token: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(answers, "MOST_CELLS", {"csv": 100, "json": 100})
    for asked in ({}, {"type": "eav"}):
        assert "some forms or records" in error_of(ask(token, "record", **asked), 413)
    assert len(rows_of(token, forms="patient")) == 3


def test_a_signed_in_browser_gets_nothing_by_it(release: Release, cast: Cast, token: str):
    for person in (cast.dana, cast.ivan):
        client = client_of(person)
        assert ask("", "record", client).status_code == 403
        assert ask("0" * 32, "record", client).status_code == 403
        assert ask(token, "record", client).status_code == 200
    assert set(AccessLog.objects.filter(source="redcap").values_list("user_id", flat=True)) == {cast.ivan.pk}


def test_a_missing_or_damaged_file_is_told_and_is_no_breakdown(release: Release, token: str, fresh: Path):
    path = fresh / release.packages.get(level="AGREEMENT", format="CSV").path
    path.write_bytes(path.read_bytes()[:-10] + b"0123456789")
    assert "missing or damaged" in error_of(ask(token, "record"), 410)
    path.unlink()
    assert "missing or damaged" in error_of(ask(token, "metadata"), 410)
    assert not Download.objects.exists()


def test_errors_are_in_the_language_that_the_client_asks_for(token: str):
    response = post({"token": "x", "format": "json"}, Client(headers={"Accept-Language": "es"}))
    assert "no es válid" in error_of(response, 403)
