"""The pages of the audit trail: history of a case and of a value, the case at an earlier date, search, file, reads."""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registry.models import LabResult, Patient, PatientIdentity
from sites.context import acting_as, acting_as_system
from sites.models import AccessKind, AccessLog, Membership, User
from sites.sealing.findings import Break, Trouble
from tests.factories.whole_case import whole_case


@pytest.fixture
def two(cast):
    """One whole case at Sevilla and one at Houston, with tell-tale words in every field of words."""
    here = whole_case(cast.sev, "SEV-0001", words="sevilla", judge=cast.judy)
    there = whole_case(cast.hou, "HOU-0001", words="houston", judge=cast.judy)
    return here, there


@pytest.fixture
def changed(cast, two) -> Patient:
    """Sevilla's case, whose year of birth was corrected by its coordinator."""
    with acting_as(cast.alice, reason="typed wrongly"):
        Patient.objects.filter(pk=two[0].pk).update(birth_year=1961)
    return two[0]


def page(client, name: str, args: Sequence[object] = (), **asked: str) -> str:
    response = client.get(reverse(name, args=args), asked)
    assert response.status_code == 200, (name, response.status_code)
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(text.split())


def test_the_history_of_a_case_tells_old_new_who_when_and_why(cast, changed, signed_in) -> None:
    text = page(signed_in(cast.alice), "case_history", [changed.pk], topic="patient")
    newest = text[text.index("alice@example.org") :]
    assert newest.startswith("alice@example.org web typed wrongly Patients changed Year of birth 1958 1961")
    assert f"{timezone.now():%Y-%m-%d}" in text
    assert "entered" in newest


def test_the_history_says_in_spanish_where_a_change_came_from(cast, changed, signed_in) -> None:
    with acting_as(cast.alice, reason="de archivo", source="upload"):
        Patient.objects.filter(pk=changed.pk).update(birth_year=1962)
    with acting_as_system("tests", reason="a reader of Spanish"):
        User.objects.filter(pk=cast.alice.pk).update(language="es")
    text = page(signed_in(cast.alice), "case_history", [changed.pk])
    assert "alice@example.org carga de archivo Pacientes cambiado" in text


def test_the_history_has_all_topics_and_pages_by_place(cast, changed, signed_in) -> None:
    client, seen, before = signed_in(cast.alice), [], ""
    with acting_as(cast.alice, reason="many"):
        for year in range(1900, 1960):
            Patient.objects.filter(pk=changed.pk).update(birth_year=year)
    for _page in range(20):
        response = client.get(reverse("case_history", args=[changed.pk]), {"before": before} if before else {})
        seen += [(entry.code, entry.row, entry.at) for entry in response.context["entries"]]
        if response.context["following"] is None:
            break
        before = str(response.context["following"])
    assert len(seen) > 60 + 20
    assert [at for _code, _row, at in seen] == sorted((at for _code, _row, at in seen), reverse=True)
    assert {"patient", "infusion_course", "lab", "crs_assessment"} <= {code for code, _row, _at in seen}
    assert not {"identity", "death_review"} & {code for code, _row, _at in seen}


def test_deleted_rows_stay_in_the_history(cast, changed, signed_in) -> None:
    with acting_as(cast.alice, reason="another patient's sample"):
        lab = LabResult.objects.get(site=cast.sev)
        LabResult.objects.filter(pk=lab.pk).delete()
    text = page(signed_in(cast.alice), "case_history", [changed.pk], topic="lab")
    assert "another patient&#x27;s sample" in text
    assert "deleted" in text
    field = page(signed_in(cast.alice), "field_history", [changed.pk, "lab", lab.pk, "analyte"])
    assert "another patient&#x27;s sample" in field


def test_the_history_of_a_value(cast, changed, signed_in) -> None:
    text = page(signed_in(cast.ivan), "field_history", [changed.pk, "patient", changed.pk, "birth_year"])
    assert re.search(r"1958 1961 alice@example.org typed wrongly web", text)
    assert re.search(r"empty 1958 tests", text)


@pytest.mark.parametrize("tail", [["patient", "sex_x"], ["identity", "birth_date"], ["nonsense", "x"]])
def test_no_history_of_what_is_not_on_the_case_page(cast, changed, signed_in, tail) -> None:
    identity = PatientIdentity.objects.filter(patient=changed)
    with acting_as_system("tests", reason="look"):
        row = identity.get().pk if tail[0] == "identity" else changed.pk
    url = reverse("field_history", args=[changed.pk, tail[0], row, tail[1]])
    assert signed_in(cast.alice).get(url).status_code == 404


def test_a_row_of_another_case_is_no_row_of_this_one(cast, two, signed_in) -> None:
    url = reverse("field_history", args=[two[0].pk, "patient", two[1].pk, "sex"])
    assert signed_in(cast.dana).get(url).status_code == 404


def test_the_case_as_it_stood(cast, two, signed_in) -> None:
    case, client = two[0], signed_in(cast.alice)
    text = page(client, "case_moment", [case.pk], at=f"{timezone.now() + timedelta(minutes=1):%Y-%m-%dT%H:%M}")
    assert "SEV-0001" in text
    assert "1958" in text
    text = page(client, "case_moment", [case.pk], at="2001-01-01T00:00")
    assert "The case did not exist yet." in text
    assert "Not saved yet" in page(client, "case_moment", [case.pk], at="nonsense")
    assert "identity" not in text


SEEN = {"alice": 200, "ivan": 200, "carol": 200, "dana": 200, "bob": 404, "judy": 403, "adam": 403, "eve": 403}
PAGES = ["case_history", "case_moment"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("alice", 200),
        ("ivan", 200),
        ("carol", 200),
        ("dana", 200),
        ("bob", 404),
        ("judy", 403),
        ("adam", 403),
        ("eve", 403),
    ],
)
def test_who_sees_the_history_of_a_case(cast, signed_in, name: str, person: str, status: int) -> None:
    with acting_as_system("tests", reason="a bare case"):
        case = Patient.objects.create(site=cast.sev, study_id="SEV-1")
    client = signed_in(cast[person])
    assert client.get(reverse(name, args=[case.pk])).status_code == status
    absent = client.get(reverse(name, args=[uuid.uuid4()])).status_code
    assert absent == (404 if status in (200, 404) else 403)


@pytest.mark.parametrize("name", ["audit", "audit_file", "audit_reads"])
@pytest.mark.parametrize("person", ["alice", "bob", "ivan", "judy", "adam", "eve"])
def test_the_audit_trail_of_the_registry_is_for_data_managers(cast, signed_in, name: str, person: str) -> None:
    client = signed_in(cast[person])
    assert client.get(reverse(name)).status_code == 403
    assert client.post(reverse("audit_seal")).status_code == 403
    assert not AccessLog.objects.exists()


def test_searching_by_person_table_kind_and_day(cast, changed, signed_in) -> None:
    client, today = signed_in(cast.dana), f"{timezone.now():%Y-%m-%d}"
    found = page(client, "audit", person="alice", table="patient", kind="update", since=today, until=today)
    assert "typed wrongly" in found
    assert "1958 1961" in found
    assert "No event fits." in page(client, "audit", person="nobody")
    assert "No event fits." in page(client, "audit", until="2001-01-01")
    assert "No event fits." in page(client, "audit", person="alice", kind="delete")
    assert "Enter a valid date" in page(client, "audit", since="yesterday")
    assert [log.kind for log in AccessLog.objects.all()] == [AccessKind.AUDIT_SEARCH] * 4


def test_words_and_identifiers_stay_out_of_search_and_file(cast, two, signed_in) -> None:
    client = signed_in(cast.dana)
    text = page(client, "audit", table="identity") + page(client, "audit", table="disease") + page(client, "audit")
    file = client.get(reverse("audit_file")).content.decode()
    for words in ("sevilla", "houston"):
        # The version of a rule is no word of people; the factory fills it like one.
        assert set(re.findall(rf"{words}_(\w+)", text + file)) <= {"grade_rule"}
    assert "not shown" in text
    people = page(client, "audit", table="study_sites.user")
    assert "Alice" not in people


def test_the_file_is_safe_and_logged(cast, changed, signed_in) -> None:
    with acting_as(cast.alice, reason="=HYPERLINK(0)"):
        Patient.objects.filter(pk=changed.pk).update(birth_year=1962)
    response = signed_in(cast.dana).get(reverse("audit_file"), {"person": "alice"})
    assert response.headers["Cache-Control"] == "no-store"
    lines = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [(line["Why"], line["Variable"], line["Before"], line["After"]) for line in lines] == [
        ("'=HYPERLINK(0)", "birth_year", "1961", "1962"),
        ("typed wrongly", "birth_year", "1958", "1961"),
    ]
    log = AccessLog.objects.get()
    assert (log.kind, log.user, log.detail) == (AccessKind.AUDIT_EXPORT, cast.dana, "person=alice")


def test_the_file_goes_on_past_one_round(cast, two, signed_in, monkeypatch) -> None:
    monkeypatch.setattr("registry.web.views.audit.AT_ONCE", 7)
    response = signed_in(cast.dana).get(reverse("audit_file"), {"table": "study_sites.membership"})
    lines = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    with acting_as(cast.dana):
        assert {line["Row"] for line in lines} == {str(pk) for pk in Membership.objects.values_list("pk", flat=True)}


def test_a_search_for_cases_and_a_download_are_in_the_log_of_reads(cast, two, signed_in) -> None:
    signed_in(cast.alice).get(reverse("cases"), {"q": "SEV-00"})
    client = signed_in(cast.dana)
    text = page(client, "audit_reads")
    assert "alice@example.org Search" in text
    assert "SEV-00" in text
    assert "No read fits." in page(client, "audit_reads", kind="DOWNLOAD")
    assert "alice@example.org" in page(client, "audit_reads", kind="SEARCH", person="alice")


def test_the_seal_is_asked_for_once_the_request_is_done(
    cast, signed_in, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    sent: list[str] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, **_: sent.append(name))
    with django_capture_on_commit_callbacks(execute=True):
        response = signed_in(cast.dana).post(reverse("audit_seal"))
    assert response.status_code == 302
    assert sent == ["sites.audit_seal"]


def test_a_broken_trail_stands_on_the_page_and_on_the_work_list(cast, signed_in, monkeypatch) -> None:
    client = signed_in(cast.dana)
    assert "Nothing has been sealed yet" in page(client, "audit")
    found = Break(Trouble.ROW_CHANGED, None, "registry_patient", "7", 3)
    assert "past the audit" in str(found)
    assert "The first of 3" in str(found)


def test_a_page_of_history_costs_the_same_for_many_events(cast, changed, signed_in) -> None:
    client = signed_in(cast.alice)
    url = reverse("case_history", args=[changed.pk])

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(url, {"topic": "patient"})
        return len(queries)

    few = cost()
    with acting_as(cast.alice, reason="many"):
        for year in range(1900, 1940):
            Patient.objects.filter(pk=changed.pk).update(birth_year=year)
    assert cost() <= few
