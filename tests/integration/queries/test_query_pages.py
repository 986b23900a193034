"""The list of queries, the page of one, the file, the work list and the bar; by role and language."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registry.models import DataQuery
from registry.services.queries import query_answer
from sites.context import acting_as, acting_as_system
from sites.models import AccessLog
from tests.factories.queries import asked_by_hand, late_episode, query_about
from tests.integration.queries.query_pages import act, current, read, speak_spanish

pytestmark = pytest.mark.django_db
LIST = "/queries/"


@pytest.mark.parametrize(
    ("person", "shown", "hidden"),
    [
        ("alice", ["SEV-0001", "SEV needs to answer", "12 days", "DT12_CRS_LATE", "Answer the chosen"],
         ["HOU-0001", "Close the chosen", "Ask a question"]),
        ("bob", ["HOU-0001"], ["SEV-0001"]),
        ("carol", ["SEV-0001", "HOU-0001", "All sites"], ["Close the chosen"]),
        ("ivan", ["SEV-0001"], ["HOU-0001", "Answer the chosen", "Close the chosen", "Ask a question"]),
        ("dana", ["SEV-0001", "HOU-0001", "Close the chosen", "Ask a question"], ["Answer the chosen"]),
    ],
)  # fmt: skip
def test_the_list_shows_each_role_its_queries_and_what_may_be_done(
    here, there, cast, signed_in, person, shown, hidden
) -> None:
    page = read(signed_in(cast[person]).get(LIST))
    assert [words for words in shown if words not in page] == []
    assert [words for words in hidden if words in page] == []


@pytest.mark.parametrize(("person", "manages"), [("alice", False), ("ivan", False), ("dana", True)])
def test_the_list_leads_to_the_quality_of_the_data_and_whoever_may_to_the_checks(cast, signed_in, person, manages):
    page = read(signed_in(cast[person]).get(LIST))
    assert f'href="{reverse("quality")}"' in page
    assert (f'href="{reverse("checks")}"' in page) is manages


@pytest.mark.parametrize("person", ["judy", "adam", "eve"])
@pytest.mark.parametrize(
    "address", [LIST, "/queries/next/", "/queries/queries.csv", "/queries/new/", "/queries/new/csv/"]
)
def test_who_sees_no_cases_gets_no_list(here, cast, signed_in, person, address) -> None:
    assert signed_in(cast[person]).get(address).status_code == 403


@pytest.mark.parametrize("person", ["alice", "ivan"])
@pytest.mark.parametrize("address", ["/queries/new/", "/queries/new/csv/"])
def test_only_data_managers_ask(here, cast, signed_in, person, address) -> None:
    assert signed_in(cast[person]).get(address).status_code == 403


@pytest.mark.parametrize("person", ["alice", "ivan", "dana"])
def test_every_page_is_spoken_in_spanish(here, there, cast, signed_in, person) -> None:
    asked_by_hand(late_episode(cast.sev, "SEV-0002"), "¿?", state="ANSWERED", times_reopened=2)
    speak_spanish()
    client = signed_in(cast[person])
    for address in (LIST, f"{LIST}?state=all", reverse("query", args=[here.pk])):
        page = read(client.get(address))
        assert "Consultas" in page
        assert not re.search(
            r"\b(Queries|Query|Answer|Answered|Open|Close|Closed|All|Rank|Assigned|Keys|Last|Who)\b",
            re.sub(r"<[^>]*>", " ", page),
        )


def test_data_managers_find_what_is_answered_and_what_is_open_where_nothing_is(here, cast, signed_in) -> None:
    client = signed_in(cast.dana)
    assert 'aria-current="page">Open' in read(client.get(LIST))
    with acting_as(cast.alice):
        query_answer(query=here, cause="CONFIRMED", by=cast.alice)
    page = read(client.get(LIST))
    assert 'aria-current="page">Answered queries <span class="tabs__count">1' in page
    assert "The registry needs to decide" in page
    assert 'aria-current="page">Open' in read(signed_in(cast.alice).get(LIST))


def test_the_tabs_count_under_the_filters_and_keep_them(here, cast, signed_in) -> None:
    query_about(late_episode(cast.sev, "SEV-0002"), state="CLOSED", rank=4)
    page = read(signed_in(cast.alice).get(f"{LIST}?rank=4"))
    assert re.findall(r'tabs__count">(\d+)', page) == ["0", "0", "1", "1"]
    assert 'href="/queries/?state=closed&rank=4"' in page


def test_what_the_address_does_not_know_is_told_and_left_out(here, cast, signed_in) -> None:
    page = read(signed_in(cast.alice).get(f"{LIST}?state=open&rank=9&check=XX"))
    assert "SEV-0001" in page
    assert "it was left out: check, rank." in page


def test_an_empty_list_says_what_is_missing(cast, signed_in) -> None:
    assert "No open queries at your site." in read(signed_in(cast.alice).get(LIST))
    assert "No open queries at your sites." in read(signed_in(cast.carol).get(LIST))
    assert "No open queries." in read(signed_in(cast.dana).get(LIST))
    page = read(signed_in(cast.alice).get(f"{LIST}?rank=1"))
    assert "No queries match these filters." in page
    assert 'href="/queries/?state=open"' in page


def test_each_row_leads_to_its_query_with_the_filters_and_to_its_value(here, cast, signed_in) -> None:
    page = read(signed_in(cast.alice).get(f"{LIST}?state=open&rank=2"))
    assert f'href="/queries/{here.pk}/?state=open&rank=2"' in page
    assert f"/forms/crs_episode/{here.row_id}/#" in page
    assert "Onset of CRS" in page


def test_pages_of_a_list_asked_at_one_moment_hold_each_query_once(cast, signed_in, monkeypatch) -> None:
    monkeypatch.setattr("registry.web.queries_list.ON_A_PAGE", 5)
    moment = timezone.now() - dt.timedelta(days=1)
    made = {str(query_about(late_episode(cast.sev, f"S-{number:02d}"), asked_at=moment).pk) for number in range(12)}
    client, address, seen = signed_in(cast.alice), LIST, []
    for _page in range(3):
        page = client.get(address).content.decode()
        seen += re.findall(r'name="query" value="([^"]+)"', page)
        address = html.unescape(found[1]) if (found := re.search(r'href="([^"]+)" rel="next"', page)) else ""
    assert address == ""
    assert len(seen) == 12
    assert set(seen) == made


def test_the_list_costs_as_many_database_queries_for_many_as_for_one(here, cast, signed_in) -> None:
    client = signed_in(cast.alice)

    def cost() -> int:
        client.get(LIST)
        with CaptureQueriesContext(connection) as counted:
            client.get(LIST)
        return len(counted)

    before = cost()
    for number in range(20):
        query = query_about(late_episode(cast.sev, f"M-{number:02d}"), assignee=cast.carol)
        with acting_as(cast.alice):
            query_answer(query=query, cause="PENDING", by=cast.alice)
        query_about(late_episode(cast.sev, f"O-{number:02d}"), assignee=cast.carol)
    assert cost() == before <= 26


def test_a_query_shows_its_question_the_value_with_its_day_and_the_thread(here, cast, signed_in) -> None:
    with acting_as(cast.alice):
        query_answer(query=here, cause="PENDING", text="asked the ward", by=cast.alice)
    page = read(signed_in(cast.dana).get(reverse("query", args=[here.pk])))
    for words in ("SEV-0001", "2021-07-10", "day +30", "Alice", "answered", "Being looked up", "asked the ward",
                  "The registry", "How is it settled?", "1 The value is right as it stands"):  # fmt: skip
        assert words in page, words


def test_queries_of_other_sites_are_not_there(here, there, cast, signed_in) -> None:
    client = signed_in(cast.alice)
    assert client.get(reverse("query", args=[there.pk])).status_code == 404
    assert act(client, there, act="answer", cause="TYPO").status_code == 404
    answer = client.post(reverse("queries_bulk"), {"query": [there.pk], "act": "answer", "cause": "TYPO"})
    assert answer.status_code == 422
    assert current(there).state == "OPEN"


def test_the_file_holds_the_whole_list_whatever_page_is_shown_and_is_logged(here, there, cast, signed_in) -> None:
    asked_by_hand(late_episode(cast.sev, "SEV-0002"), "=1+1", rank=4, state="ANSWERED")
    client = signed_in(cast.alice)
    answer = client.get("/queries/queries.csv?state=all&after=9.1.x")
    content = b"".join(answer.streaming_content)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="queries.csv"'
    assert [row[1] for row in rows[1:]] == ["SEV-0001", "SEV-0002"]
    assert rows[0][1:3] == ["Study id", "Site"]
    assert rows[2][7] == "'=1+1"
    assert len({len(row) for row in rows}) == 1
    with acting_as_system("tests", reason="look"):
        log = AccessLog.objects.get(object_type="queries")
    assert (log.detail, str(log.user)) == ("state=all", "Alice")


def test_a_long_list_is_written_part_by_part(cast, signed_in, monkeypatch) -> None:
    monkeypatch.setattr("registry.web.queries_csv.AT_ONCE", 4)
    made = [query_about(late_episode(cast.sev, f"S-{number:02d}")) for number in range(10)]
    answer = signed_in(cast.alice).get("/queries/queries.csv?state=open")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert {row[0] for row in rows[1:]} == {str(query.pk) for query in made}
    assert len(rows) == 11


def test_a_case_whose_identity_a_check_asks_about_shows_none_of_it(here, cast, signed_in) -> None:
    with acting_as_system("tests", reason="a query of the identity"):
        DataQuery.objects.filter(pk=here.pk).update(topic="identity", field="birth_date")
    page = read(signed_in(cast.alice).get(reverse("query", args=[here.pk])))
    assert "its values are shown on a page of their own" in page


def test_the_work_list_begins_with_what_is_asked_of_a_coordinator(here, there, cast, signed_in) -> None:
    urgent = query_about(late_episode(cast.sev, "SEV-0002"), rank=1, days=1)
    page = read(signed_in(cast.alice).get("/"))
    assert page.index("Queries to answer") < page.index("Covariates missing")
    rows = re.findall(r'<a href="/queries/([^/]+)/\?state=open"><strong>([^<]+)</strong>', page)
    assert rows == [(str(urgent.pk), "SEV-0002"), (str(here.pk), "SEV-0001")]
    assert "12 days" in page
    assert "Queries to answer" not in read(signed_in(cast.ivan).get("/"))


def test_a_data_manager_finds_answers_on_the_work_list(here, there, cast, signed_in) -> None:
    assert "Answered queries" not in read(signed_in(cast.dana).get("/"))
    act(signed_in(cast.alice), here, act="answer", cause="TYPO")
    page = read(signed_in(cast.dana).get("/"))
    assert f'<a href="/queries/{here.pk}/?state=answered"><strong>SEV-0001</strong>' in page
    assert str(there.pk) not in page


def test_ten_queries_are_shown_on_the_work_list_and_the_way_to_the_others(cast, signed_in) -> None:
    for number in range(11):
        query_about(late_episode(cast.sev, f"S-{number:02d}"))
    page = read(signed_in(cast.alice).get("/"))
    assert len(re.findall(r'href="/queries/[^"]+state=open"><strong>', page)) == 10
    assert 'href="/queries/?state=open">There are more' in page


def test_the_bar_counts_what_waits_and_no_further_than_is_worth_it(here, there, cast, signed_in, monkeypatch) -> None:
    def counts(name: str) -> list[str]:
        return re.findall(r'bar__count">([^<]+)<', signed_in(cast[name]).get("/worksheets/").content.decode())

    assert [counts(name) for name in ("alice", "carol")] == [["1"], ["2"]]
    assert [re.findall(r'bar__count">([^<]+)<', read(signed_in(cast[name]).get("/"))) for name in ("ivan", "dana")] == [
        [],
        [],
    ]
    monkeypatch.setattr("registry.web.home_cards.SHOWN_AT_MOST", 1)
    monkeypatch.setattr("registry.selectors.queries.SHOWN_AT_MOST", 1)
    assert counts("carol") == ["1+"]
    assert "Queries" not in read(signed_in(cast.judy).get("/"))
