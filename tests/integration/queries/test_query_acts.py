"""What people do on the pages of queries, with one or several at once; what cannot be done loses nothing typed."""

from __future__ import annotations

import datetime as dt
import html
import re
from urllib.parse import quote

import pytest
from django.urls import reverse

from registry.models import CaseLock, DataQuery, Death, FollowUp, Resolution
from registry.selectors.query_order import Spot
from registry.services.reconcile import reconcile_cases
from sites.context import acting_as_system
from tests.factories.queries import INFUSED, late_episode, query_about
from tests.integration.queries.query_pages import act, current, entries, read

pytestmark = pytest.mark.django_db


def bulk(client, queries, **given):
    given = {"list": "state=open", **given}
    return client.post(reverse("queries_bulk"), {"query": [query.pk for query in queries], **given})


def test_a_coordinator_answers_and_goes_to_the_next_query(here, cast, signed_in) -> None:
    later = query_about(late_episode(cast.sev, "SEV-0002"), days=3)
    client = signed_in(cast.alice)
    page = client.get(f"{reverse('query', args=[here.pk])}?state=open").content.decode()
    way = html.unescape(re.search(r'data-act="main" formaction="([^"]+)"', page)[1])
    answer = client.post(way, {"act": "answer", "cause": "CONFIRMED", "text": "seen", "next": "/"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/queries/{later.pk}/?state=open"
    assert "SEV-0001: the query is answered." in read(answer)
    assert (current(here).state, entries(here)[0].text) == ("ANSWERED", "seen")


def test_after_the_last_one_the_list_says_that_all_are_done(here, cast, signed_in) -> None:
    client = signed_in(cast.alice)
    way = f"{reverse('query_next')}?state=open&after={Spot.of(here)}"
    assert "1 that you passed over is still here." in read(client.get(way, follow=True))
    act(client, here, act="answer", cause="TYPO")
    answer = client.get(way, follow=True)
    assert answer.redirect_chain == [("/queries/?state=open", 302)]
    assert "All queries of this list are done." in read(answer)
    assert client.get(f"{reverse('query_next')}?after=nonsense").url == "/queries/?state=open"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"act": "answer", "text": "typed words"}, "Choose why the value was as it was."),
        ({"act": "answer", "cause": "OTHER"}, "Say it in words."),
        ({"act": "comment"}, "Write a comment."),
        ({"act": "assign", "assignee": "nobody"}, "This person cannot answer queries of this hospital."),
        ({"act": "accept"}, "Nothing is suggested here any more."),
        ({"act": "accept", "suggested": "onset_on=2021-06-11"}, "Something else is suggested by now."),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_what_cannot_be_done_is_said_and_nothing_typed_is_lost(here, cast, signed_in, given, words, htmx) -> None:
    given = {"next": f"/queries/{here.pk}/?state=open&rank=2", **given}
    answer = act(signed_in(cast.alice), here, htmx=htmx, **given)
    page = read(answer)
    assert answer.status_code == 422
    assert words in page
    assert given.get("text", "") in page
    assert ("<html" in page) != htmx
    assert page.count('<section class="thread"') == 1
    if not htmx:
        assert 'value="/queries/' in page
        assert "state=open&rank=2" in page
    assert current(here).state == "OPEN"


def test_a_fragment_is_the_thread_alone_as_it_is_now(here, cast, signed_in) -> None:
    answer = act(signed_in(cast.alice), here, act="answer", cause="TYPO", text="hm", htmx=True)
    page = read(answer)
    assert (answer.status_code, page.startswith("<section"), page.endswith("</section>")) == (200, True, True)
    assert f'id="query-{here.pk}"' in page
    assert "The registry needs to decide" in page


def test_a_data_manager_settles_asks_again_comments_and_assigns(here, cast, signed_in) -> None:
    client = signed_in(cast.dana)
    act(client, here, act="assign", assignee=cast.alice.pk)
    act(client, here, act="comment", text="look at page 3")
    assert act(client, here, act="close", resolution="VERIFIED").status_code == 422
    act(client, here, act="close", resolution="VERIFIED", text="seen the chart")
    assert (current(here).state, current(here).resolution) == ("CLOSED", "VERIFIED")
    act(client, here, act="reopen", text="another chart says")
    assert (current(here).state, current(here).assignee, current(here).times_reopened) == ("OPEN", cast.alice, 1)
    assert [entry.act for entry in entries(here)] == ["ASSIGNED", "COMMENTED", "CLOSED", "REOPENED"]


@pytest.mark.parametrize(
    ("person", "name", "given"),
    [
        ("alice", "close", {"resolution": "SETTLED"}),
        ("alice", "reopen", {"text": "x"}),
        ("dana", "answer", {"cause": "TYPO"}),
        ("dana", "accept", {}),
        ("ivan", "answer", {"cause": "TYPO"}),
        ("ivan", "comment", {"text": "x"}),
        ("ivan", "assign", {}),
    ],
)
def test_nobody_does_what_is_not_theirs(here, cast, signed_in, person, name, given) -> None:
    assert act(signed_in(cast[person]), here, act=name, **given).status_code == 403
    assert entries(here) == []


def test_an_act_that_is_none_is_not_there(here, cast, signed_in) -> None:
    assert act(signed_in(cast.alice), here, act="dance").status_code == 404
    assert signed_in(cast.alice).get(reverse("query_act", args=[here.pk])).status_code == 405


@pytest.mark.parametrize("way", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "queries"])
def test_the_way_on_stays_in_the_house(here, cast, signed_in, way) -> None:
    answer = act(signed_in(cast.alice), here, act="comment", text="x", next=way)
    assert answer.url == reverse("query", args=[here.pk])
    answer = signed_in(cast.alice).post(
        f"{reverse('query_act', args=[here.pk])}?next={quote(way)}", {"act": "comment", "text": "x"}
    )
    assert answer.url == reverse("query", args=[here.pk])


def test_a_query_that_has_moved_on_is_looked_at_once_more(here, cast, signed_in) -> None:
    client = signed_in(cast.dana)
    act(client, here, act="close", resolution="SETTLED")
    answer = act(signed_in(cast.alice), here, act="answer", cause="TYPO", text="mine")
    assert answer.status_code == 422
    assert "This query is “Closed” by now." in read(answer)


def test_a_suggested_value_is_shown_with_the_old_one_and_saved_by_one_act(cast, signed_in) -> None:
    episode = late_episode(cast.sev, "SEV-0001", day=2)
    patient = episode.course.patient
    with acting_as_system("tests", reason="a contact after the death"):
        Death.objects.create(site=cast.sev, patient=patient, died_on=INFUSED + dt.timedelta(days=40))
        FollowUp.objects.create(
            site=cast.sev, patient=patient, last_contact_on=INFUSED + dt.timedelta(days=35), vital_status="DEAD"
        )
        reconcile_cases([patient.pk])
        query = DataQuery.objects.filter(topic="follow_up", check_code__startswith="DT", state="OPEN").first()
        listed = sorted(DataQuery.objects.values_list("check_code", flat=True))
    assert query is not None, listed
    client = signed_in(cast.alice)
    page = client.get(f"{reverse('query', args=[query.pk])}?state=open").content.decode()
    assert "Accept suggested value" in page
    assert "2021-07-15" in page
    assert "2021-07-20" in page
    suggested = html.unescape(re.search(r'name="suggested" value="([^"]*)"', page)[1])
    answer = act(client, query, act="accept", suggested=suggested, next="/queries/")
    assert answer.status_code == 302
    assert (current(query).state, current(query).resolution) == ("CLOSED", Resolution.FIXED)
    assert (entries(query)[-1].is_automatic, entries(query)[-1].by) == (True, cast.alice)


def test_a_locked_form_keeps_its_value(cast, signed_in, here) -> None:
    with acting_as_system("tests", reason="a lock"):
        CaseLock.objects.create(site=cast.sev, patient=here.patient, reason="freeze", locked_by=cast.dana)
    answer = act(signed_in(cast.alice), here, act="answer", cause="CONFIRMED")
    assert answer.status_code == 302


def test_several_queries_are_answered_alike_and_the_filters_stay(here, cast, signed_in) -> None:
    other = query_about(late_episode(cast.sev, "SEV-0002"))
    given = {"act": "answer", "cause": "CONFIRMED", "text": "all seen", "list": "state=open&rank=2"}
    client = signed_in(cast.alice)
    answer = bulk(client, [here, other], **given)
    assert answer.url == "/queries/?state=open&rank=2"
    assert [current(query).state for query in (here, other)] == ["ANSWERED", "ANSWERED"]
    assert "2 queries answered." in read(client.get(answer.url))


@pytest.mark.parametrize(
    ("person", "given", "words"),
    [
        ("alice", {"act": "answer", "cause": "", "text": "typed words"}, "Choose why the value was as it was."),
        ("dana", {"act": "close", "resolution": "VERIFIED", "text": ""}, "Say why."),
        ("dana", {"act": "close", "resolution": "", "text": "typed words"}, "Choose how the query is settled."),
    ],
)
def test_what_several_queries_lack_is_said_and_the_choice_is_kept(here, cast, signed_in, person, given, words) -> None:
    answer = bulk(signed_in(cast[person]), [here], **given)
    page = read(answer)
    assert answer.status_code == 422
    assert words in page
    assert re.search(rf'value="{here.pk}" data-choose checked', page)
    assert f'value="{given["text"]}"' in page
    assert current(here).state == "OPEN"


def test_queries_that_could_not_be_closed_are_told_each_and_the_others_are(here, cast, signed_in) -> None:
    other = query_about(late_episode(cast.sev, "SEV-0002"), state="CLOSED")
    answer = bulk(signed_in(cast.dana), [here, other], act="close", resolution="SETTLED", text="fine")
    page = read(answer)
    assert answer.status_code == 422
    assert "1 query closed." in page
    assert "SEV-0002</a>: This query is “Closed” by now." in page
    assert (current(here).state, current(other).state) == ("CLOSED", "CLOSED")


def test_nothing_chosen_is_said(here, cast, signed_in) -> None:
    answer = bulk(signed_in(cast.alice), [], act="answer", cause="TYPO", text="typed words")
    assert "Choose at least one query." in read(answer)
    assert 'value="typed words"' in read(answer)


@pytest.mark.parametrize(("person", "name", "status"), [("ivan", "answer", 403), ("alice", "close", 403),
                                                        ("dana", "answer", 403), ("dana", "dance", 404)])  # fmt: skip
def test_nobody_does_to_several_what_is_not_theirs(here, cast, signed_in, person, name, status) -> None:
    answer = bulk(signed_in(cast[person]), [here], act=name, cause="TYPO", resolution="SETTLED")
    assert answer.status_code == status
    assert current(here).state == "OPEN"
