"""The interface for programs: the same acts and walls as the pages, in JSON, with problems that say what to send."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registry.models import DataQuery, QueryState
from registry.rules.labs import LabUnit
from registry.services.queries import query_close
from registry.services.reconcile import reconcile_cases
from registry.services.records import VersionConflict
from sites.context import acting_as_system
from sites.models import User
from tests.integration.checks.case_of import Case, day

pytestmark = pytest.mark.django_db
JSON, PROBLEM = "application/json", "application/problem+json"
LIST = "/api/queries/"
MEMBERS = {"type", "title", "status", "detail", "errors"}
CAST = ("alice", "bob", "carol", "ivan", "dana", "judy", "adam", "eve")


@pytest.fixture
def case(cast):
    """A case at Sevilla with an episode of CRS."""
    made = Case(cast.sev)
    made.add("crs_episode", onset_on=day(30))
    return made


def asked(case: Case, **values: Any) -> DataQuery:
    """Write a question of a person about the episode."""
    now = timezone.now()
    given = {
        "topic": "crs_episode", "row_id": case.last["crs_episode"].pk, "field": "onset_on", "rank": 2,
        "text": "Look at the chart.", "opened_at": now, "asked_at": now, **values,
    }  # fmt: skip
    with acting_as_system("tests", reason="a question"):
        return DataQuery.objects.create(site=case.site, patient=case.patient, **given)


def now_of(query: DataQuery) -> DataQuery:
    with acting_as_system("tests", reason="look"):
        return DataQuery.objects.get(pk=query.pk)


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(path, json.dumps(body if body is not None else {}), content_type=JSON, headers=headers)


def act(query: DataQuery, name: str) -> str:
    return f"{LIST}{query.pk}/{name}/"


def problem(response: Any, status: int, kind: str) -> dict[str, Any]:
    """Return the problem of an answer that must be one."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == PROBLEM
    told = response.json()
    assert told.keys() >= MEMBERS
    assert (told["status"], told["type"]) == (status, f"urn:quell:problem:{kind}")
    assert told["title"]
    assert told["detail"]
    return told


def errors(told: dict[str, Any]) -> dict[str, str]:
    """Return field -> remedy; every error has all three parts."""
    assert all(error["message"] and error["remedy"] for error in told["errors"])
    return {error["field"]: error["remedy"] for error in told["errors"]}


# Who may do what


READERS = {"alice": 200, "carol": 200, "ivan": 200, "dana": 200, "bob": 404, "judy": 403, "adam": 403, "eve": 403}
ANSWERERS = {"alice": 200, "carol": 200, "bob": 404} | dict.fromkeys(("ivan", "dana", "judy", "adam", "eve"), 403)
TALKERS = ANSWERERS | {"dana": 200}
SETTLERS = dict.fromkeys(CAST, 403) | {"dana": 200}
ACTS = [
    ("answer", {"cause": "CONFIRMED"}, ANSWERERS, QueryState.OPEN),
    ("comment", {"text": "a word"}, TALKERS, QueryState.OPEN),
    ("assign", {"assignee": None}, TALKERS, QueryState.OPEN),
    ("close", {"resolution": "SETTLED"}, SETTLERS, QueryState.OPEN),
    ("reopen", {"text": "look again"}, SETTLERS, QueryState.ANSWERED),
]


@pytest.mark.parametrize("name", CAST)
def test_each_person_reads_the_queries_of_their_own_sites(cast, case, signed_in, name):
    query = asked(case)
    client = signed_in(cast[name])
    assert client.get(f"{LIST}{query.pk}/").status_code == READERS[name]
    listed = client.get(LIST)
    if READERS[name] == 403:
        problem(listed, 403, "no-right")
    else:
        keys = [row["id"] for row in listed.json()["results"]]
        assert keys == ([str(query.pk)] if READERS[name] == 200 else [])


@pytest.mark.parametrize(("path", "body", "who", "state"), ACTS, ids=[row[0] for row in ACTS])
@pytest.mark.parametrize("name", CAST)
def test_each_person_does_what_the_role_allows(cast, case, signed_in, name, path, body, who, state):
    query = asked(case, state=state)
    response = post(signed_in(cast[name]), act(query, path), body)
    assert response.status_code == who[name], response.content
    assert now_of(query).version == (2 if who[name] == 200 else 1)


@pytest.mark.parametrize("name", CAST)
def test_data_managers_ask_questions_and_nobody_else(cast, case, signed_in, name):
    body = {
        "patient": str(case.patient.pk), "topic": "crs_episode", "row": str(case.last["crs_episode"].pk),
        "field": "onset_on", "text": "Is the month right?", "assignee": str(cast.alice.pk),
    }  # fmt: skip
    response = post(signed_in(cast[name]), LIST, body)
    if name != "dana":
        problem(response, 403, "no-right")
        return
    assert response.status_code == 201
    told = response.json()
    assert (told["question"], told["check"], told["assignee"]["name"]) == ("Is the month right?", "", "Alice")
    assert response.headers["Location"].endswith(f"{LIST}{told['id']}/")
    assert response.headers["ETag"] == '"1"'
    assert now_of(DataQuery(pk=told["id"])).opened_by == cast.dana


def test_a_query_of_another_site_is_answered_like_one_that_does_not_exist(cast, case, signed_in):
    client, query = signed_in(cast.bob), asked(case)
    for path in ("", "answer/", "comment/", "assign/", "accept-suggestion/"):
        method = client.post if path else client.get
        there, nowhere = (method(f"{LIST}{key}/{path}") for key in (query.pk, uuid.uuid4()))
        assert (there.status_code, there.content) == (404, nowhere.content)
        problem(there, 404, "not-found")


def test_what_a_person_does_is_done_in_their_name_by_the_services(cast, case, signed_in):
    query = asked(case)
    told = post(signed_in(cast.alice), act(query, "answer"), {"cause": "OTHER", "text": "see the chart"}).json()
    assert (told["state"], told["version"]) == ("ANSWERED", 2)
    [entry] = told["thread"]
    assert entry["by"] == {"id": str(cast.alice.pk), "name": "Alice"}
    assert (entry["act"], entry["cause"], entry["text"]) == ("ANSWERED", "OTHER", "see the chart")
    assert entry["at"].endswith("Z")


def test_a_suggested_value_is_taken_over_and_its_query_closes(cast, signed_in):
    case = Case(cast.sev)
    case.add("lab", analyte="CRP", unit=LabUnit.MG_DL.value, value=80)
    with acting_as_system("tests", reason="run the checks"):
        reconcile_cases([case.patient.pk])
    client = signed_in(cast.alice)
    [row] = client.get(LIST, {"check": "LB05_CRP_UNIT"}).json()["results"]
    query = client.get(row["url"]).json()
    assert query["suggestion"] == {"unit": LabUnit.MG_L.value}
    done = post(client, f"{LIST}{query['id']}/accept-suggestion/", **{"If-Match": f'"{query["version"]}"'})
    assert done.status_code == 200, done.content
    assert (done.json()["state"], done.json()["resolution"]) == ("CLOSED", "FIXED")


# The list


def test_the_list_has_the_order_and_the_filters_of_the_page(cast, case, signed_in):
    now = timezone.now()
    late = asked(case, rank=1, asked_at=now - timedelta(days=40), assignee=cast.alice)
    young = asked(case, rank=1, state=QueryState.ANSWERED)
    soft = asked(case, rank=4, field="")
    client = signed_in(cast.alice)

    def found(**filters):
        return [row["id"] for row in client.get(LIST, filters).json()["results"]]

    assert found() == [str(one.pk) for one in (late, young, soft)]
    assert found(state="answered") == [str(young.pk)]
    assert found(who="me") == found(age="31-90") == [str(late.pk)]
    assert found(rank="4") == [str(soft.pk)]
    assert found(site="SEV", form="crs_episode", kind="hand", case="SEV-0001") == found()
    assert found(kind="check") == found(case="SEV-0002") == []


def test_pages_hold_every_query_once_also_when_the_list_changes_in_between(cast, case, signed_in):
    now = timezone.now()
    made = [asked(case, rank=1 + number % 3, asked_at=now - timedelta(days=number // 4)) for number in range(25)]
    client, seen, address = signed_in(cast.dana), [], f"{LIST}?limit=4&state=open"
    while address:
        page = client.get(address).json()
        seen += [row["id"] for row in page["results"]]
        if len(seen) == 8:
            with acting_as_system("tests", reason="settled meanwhile"):
                DataQuery.objects.filter(pk__in=seen[:4]).update(state=QueryState.ANSWERED)
            asked(case, rank=1, asked_at=now - timedelta(days=90))
        address = page["next"]
        assert not address or "state=open" in address
    assert sorted(seen) == sorted(str(query.pk) for query in made)


def test_the_number_of_database_queries_does_not_grow_with_the_list(cast, case, signed_in):
    client = signed_in(cast.dana)

    def count(path):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    query = asked(case, opened_by=cast.dana, assignee=cast.alice)
    count(LIST)
    few, alone = count(LIST), count(f"{LIST}{query.pk}/")
    for name in ("carol", "alice") * 15:
        asked(case, opened_by=cast[name], assignee=cast.alice)
        post(signed_in(cast[name]), act(query, "comment"), {"text": "a word"})
    assert count(LIST) == few
    assert count(f"{LIST}{query.pk}/") == alone


def test_a_query_tells_where_it_stands_and_when_in_utc(cast, case, signed_in):
    query = asked(case)
    told = signed_in(cast.alice).get(f"{LIST}{query.pk}/")
    assert told.headers["Content-Type"] == JSON
    assert told.headers["Cache-Control"] == "no-store"
    shown = told.json()
    assert shown["asked_at"] == query.asked_at.isoformat().replace("+00:00", "Z")
    assert (shown["site"], shown["case"], shown["form"]) == ("SEV", "SEV-0001", "crs_episode")
    assert shown["page"] == f"http://testserver{reverse('query', args=[query.pk])}"
    assert [person["name"] for person in shown["assignable"]] == ["Alice", "Carol"]


def test_the_question_is_in_the_language_of_the_person_and_the_codes_in_none(cast, case, signed_in):
    with acting_as_system("tests", reason="run the checks"):
        reconcile_cases([case.patient.pk])
        User.objects.filter(pk=cast.carol.pk).update(language="es")
    english, spanish = (
        signed_in(cast[name]).get(LIST, {"check": "DT12_CRS_LATE"}).json()["results"][0] for name in ("alice", "carol")
    )
    assert english.pop("question") != spanish.pop("question")
    assert english == spanish


# What goes wrong


def test_strangers_are_told_to_sign_in(client, case):
    told = client.get(LIST)
    problem(told, 401, "signed-out")
    assert "WWW-Authenticate" in told.headers
    problem(post(client, LIST, {}), 401, "signed-out")


def test_a_write_without_the_security_token_is_refused(cast, case):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.alice)
    query = asked(case)
    problem(post(client, act(query, "comment"), {"text": "a word"}), 403, "security-token")
    token = client.get(reverse("session_state")).json()["token"]
    assert post(client, act(query, "comment"), {"text": "a word"}, **{"X-CSRFToken": token}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "status", "kind"),
    [
        ({"data": "{not json", "content_type": JSON}, 400, "not-json"),
        ({"data": b"\xff\xfe", "content_type": JSON}, 400, "not-json"),
        ({"data": "[" * 100_000, "content_type": JSON}, 400, "not-json"),
        ({"data": '{"text": NaN}', "content_type": JSON}, 400, "not-json"),
        ({"data": {"text": "as a form"}}, 415, "media-type"),
        ({"data": "text=x", "content_type": "text/plain"}, 415, "media-type"),
        ({"data": '{"text": "x"}', "content_type": JSON, "headers": {"Accept": "text/html"}}, 406, "not-acceptable"),
        ({"data": "null", "content_type": JSON}, 422, "wrong-fields"),
        ({"data": '["a list"]', "content_type": JSON}, 422, "wrong-fields"),
        ({"data": '{"text": "no\\u0000text"}', "content_type": JSON}, 422, "wrong-fields"),
        ({"data": '{"text": "\\ud800"}', "content_type": JSON}, 422, "wrong-fields"),
    ],
)
def test_what_cannot_be_read_is_a_problem_that_says_so(cast, case, signed_in, sent, status, kind):
    problem(signed_in(cast.alice).post(act(asked(case), "comment"), **sent), status, kind)


def test_too_much_at_once_is_refused_before_it_is_read(cast, case, signed_in, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    told = post(signed_in(cast.alice), act(asked(case), "comment"), {"text": "x" * 1000})
    assert "1000" in problem(told, 413, "too-large")["detail"]


def test_a_method_that_an_address_does_not_take_is_named_with_those_it_takes(cast, case, signed_in):
    client = signed_in(cast.dana)
    for method in (client.put, client.patch, client.delete, client.options):
        told = method(LIST)
        problem(told, 405, "method")
        assert told.headers["Allow"] == "GET, HEAD, POST"


def test_an_address_below_api_that_nobody_knows_is_a_problem_too(cast, signed_in, client):
    problem(signed_in(cast.dana).get("/api/nothing/"), 404, "not-found")
    problem(client.post("/api/nothing/"), 404, "not-found")
    assert "html" in client.get("/nothing/").headers["Content-Type"]


def test_a_broken_server_gives_a_number_to_report_and_saves_nothing(cast, case, monkeypatch):
    query = asked(case)
    client = Client(raise_request_exception=False)
    client.force_login(cast.alice)
    monkeypatch.setattr("registry.api.query_acts.told", lambda *_: 1 / 0)
    told = post(client, act(query, "comment"), {"text": "a word"})
    assert told.headers["X-Request-ID"] in problem(told, 500, "broken")["detail"]
    assert now_of(query).version == 1


def test_a_sign_in_without_its_second_factor_is_a_problem_and_not_a_page(cast, signed_in, settings):
    settings.QUELL_SECOND_FACTOR = True
    problem(signed_in(cast.alice).get(LIST), 403, "second-factor")


def test_too_many_requests_are_told_how_long_to_wait(cast, signed_in, monkeypatch):
    monkeypatch.setattr("sites.api.access.PersonRate.THROTTLE_RATES", {"person": "2/min"})
    client = signed_in(cast.alice)
    assert [client.get(LIST).status_code for _ in range(3)] == [200, 200, 429]
    told = client.get(LIST)
    problem(told, 429, "too-many")
    assert 0 < int(told.headers["Retry-After"]) <= 60
    assert signed_in(cast.carol).get(LIST).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "field", "remedy"),
    [
        ("answer", {}, "cause", "Use one of: TYPO, UNIT"),
        ("answer", {"cause": "FATE"}, "cause", "Use one of: TYPO, UNIT"),
        ("answer", {"cause": "OTHER"}, "text", "Say it in words."),
        ("answer", {"cause": "TYPO", "text": "x" * 501}, "text", "500 characters"),
        ("answer", {"cause": "TYPO", "words": "x"}, "words", "The fields are: cause, text."),
        ("comment", {"text": ""}, "text", "500 characters"),
        ("comment", {"text": None}, "text", "500 characters"),
        ("comment", {"text": ["a"]}, "text", "500 characters"),
        ("assign", {}, "assignee", "“assignable”"),
        ("assign", {"assignee": "alice"}, "assignee", "“assignable”"),
        ("assign", {"assignee": str(uuid.uuid4())}, "assignee", "“assignable”"),
    ],
)
def test_wrong_fields_are_named_with_what_to_send(cast, case, signed_in, path, body, field, remedy):
    query = asked(case)
    told = problem(post(signed_in(cast.alice), act(query, path), body), 422, "wrong-fields")
    assert remedy in errors(told)[field]
    assert now_of(query).version == 1


def test_all_wrong_fields_are_told_at_once(cast, case, signed_in):
    told = problem(post(signed_in(cast.dana), LIST, {"patient": "x", "day": 1}), 422, "wrong-fields")
    assert errors(told).keys() == {"patient", "topic", "row", "text", "day"}


def test_a_question_about_what_is_not_in_the_case_is_refused_by_field(cast, case, signed_in):
    client, row = signed_in(cast.dana), str(case.last["crs_episode"].pk)
    body = {"patient": str(case.patient.pk), "topic": "crs_episode", "row": row, "text": "Is it right?"}
    for field, value, named in [
        ("patient", str(uuid.uuid4()), "patient"),
        ("topic", "weather", "row"),
        ("row", str(uuid.uuid4()), "row"),
        ("field", "colour", "row"),
        ("assignee", str(cast.bob.pk), "assignee"),
    ]:
        told = problem(post(client, LIST, body | {field: value}), 422, "wrong-fields")
        assert errors(told).keys() == {named}


@pytest.mark.parametrize(
    ("address", "field", "remedy"),
    [
        ("?state=opened", "state", "open, answered, closed, all"),
        ("?site=HOU", "site", "Use one of: SEV."),
        ("?rank=9", "rank", "1, 2, 3, 4"),
        ("?colour=red", "colour", "state, site, form"),
        ("?state=open&state=closed", "state", "Give it once."),
        ("?case=%00", "case", "Leave it out"),
        ("?limit=201", "limit", "1 to 200"),
        ("?limit=-1", "limit", "1 to 200"),
        ("?limit=000000000200", "limit", "1 to 200"),
        ("?after=there", "after", "“next”"),
    ],
)
def test_a_parameter_that_would_narrow_nothing_is_refused(cast, case, signed_in, address, field, remedy):
    told = problem(signed_in(cast.alice).get(LIST + address), 400, "wrong-parameters")
    assert remedy in errors(told)[field]


def test_a_query_that_has_moved_on_is_not_answered(cast, case, signed_in):
    query = asked(case)
    with acting_as_system("tests", reason="settled"):
        query_close(query=query, resolution="SETTLED", by=cast.dana)
    told = problem(post(signed_in(cast.alice), act(query, "answer"), {"cause": "TYPO"}), 409, "moved-on")
    assert "Closed" in told["detail"]


def test_a_row_that_somebody_saves_in_between_keeps_its_suggestion_from_being_taken_over(
    cast, case, signed_in, monkeypatch
):
    def overtaken(**_given):
        raise VersionConflict(case.last["crs_episode"], {})

    monkeypatch.setattr("registry.api.query_acts.Accept.service", overtaken)
    problem(post(signed_in(cast.alice), act(asked(case), "accept-suggestion")), 409, "moved-on")


# Acting on what was seen


def test_an_act_on_an_older_version_is_refused_with_the_present_state(cast, case, signed_in):
    query, client = asked(case), signed_in(cast.alice)
    tag = client.get(f"{LIST}{query.pk}/").headers["ETag"]
    assert post(signed_in(cast.carol), act(query, "comment"), {"text": "wait"}).headers["ETag"] == '"2"'
    told = problem(post(client, act(query, "answer"), {"cause": "TYPO"}, **{"If-Match": tag}), 412, "stale")
    assert (told["present"]["version"], told["present"]["thread"][0]["text"]) == (2, "wait")
    assert now_of(query).state == QueryState.OPEN
    assert post(client, act(query, "answer"), {"cause": "TYPO"}, **{"If-Match": '"2"'}).status_code == 200


@pytest.mark.parametrize(
    ("tag", "status"),
    [('"1"', 200), ("*", 200), ('"7", "1"', 200), ('"7"', 412), ('W/"1"', 412), ("1", 400), ('"1', 400)],
)
def test_the_header_is_read_as_the_standard_says(cast, case, signed_in, tag, status):
    told = post(signed_in(cast.alice), act(asked(case), "comment"), {"text": "a word"}, **{"If-Match": tag})
    assert told.status_code == status
    if status == 400:
        assert errors(problem(told, 400, "wrong-parameters")).keys() == {"If-Match"}


# Several at once


def test_several_are_answered_and_each_has_its_own_result(cast, case, signed_in):
    elsewhere = Case(cast.hou)
    elsewhere.add("crs_episode")
    first, second, changed = asked(case), asked(case), asked(case, version=3)
    closed, foreign, nowhere = asked(case), asked(elsewhere), uuid.uuid4()
    with acting_as_system("tests", reason="settled"):
        query_close(query=closed, resolution="SETTLED", by=cast.dana)
    rows = [
        {"id": str(first.pk), "version": 1}, {"id": str(changed.pk), "version": 2}, {"id": str(foreign.pk)},
        {"id": str(closed.pk)}, {"id": str(nowhere)}, {"id": str(second.pk)},
    ]  # fmt: skip
    told = post(signed_in(cast.alice), f"{LIST}bulk/answer/", {"queries": rows, "cause": "CONFIRMED"})
    assert told.status_code == 200, told.content
    told = told.json()
    assert [row["id"] for row in told["results"]] == [row["id"] for row in rows]
    assert [row["status"] for row in told["results"]] == [200, 412, 404, 409, 404, 200]
    assert (told["done"], told["refused"]) == (2, 4)
    assert (told["results"][0]["version"], told["results"][1]["problem"]["present"]["version"]) == (2, 3)
    assert all(row["problem"].keys() >= MEMBERS for row in told["results"] if row["status"] != 200)
    assert [now_of(one).state for one in (first, second, changed, foreign)] == ["ANSWERED"] * 2 + ["OPEN"] * 2


def test_several_are_closed_by_data_managers_alone(cast, case, signed_in):
    body = {"queries": [{"id": str(asked(case).pk)} for _ in range(3)], "resolution": "VERIFIED", "text": "seen"}
    problem(post(signed_in(cast.alice), f"{LIST}bulk/close/", body), 403, "no-right")
    told = post(signed_in(cast.dana), f"{LIST}bulk/close/", body).json()
    assert [row["status"] for row in told["results"]] == [200] * 3


def test_what_all_lack_is_told_once_and_nothing_is_done(cast, case, signed_in):
    queries = [asked(case), asked(case)]
    rows = [{"id": str(query.pk)} for query in queries]
    client = signed_in(cast.dana)
    for body, field in [
        ({"queries": rows, "resolution": "VERIFIED"}, "text"),
        ({"queries": [], "resolution": "SETTLED"}, "queries"),
        ({"queries": rows * 2, "resolution": "SETTLED"}, "queries"),
        ({"queries": rows * 101, "resolution": "SETTLED"}, "queries"),
        ({"queries": [*rows, {"id": "x"}], "resolution": "SETTLED"}, "queries.2.id"),
        ({"queries": [*rows, None], "resolution": "SETTLED"}, "queries.2"),
        ({"queries": [*rows, {"id": rows[0]["id"], "day": 1}], "resolution": "SETTLED"}, "queries.2.day"),
        ({"queries": "all", "resolution": "SETTLED"}, "queries"),
    ]:
        assert errors(problem(post(client, f"{LIST}bulk/close/", body), 422, "wrong-fields")).keys() == {field}
    assert {now_of(query).version for query in queries} == {1}
