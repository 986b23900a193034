"""Lists of queries: filters, places in the order, counts, neighbours, and threads, each within the reader's sites."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.models import DataQuery, QueryState
from registry.selectors.queries import (
    answerers_at,
    last_answers,
    last_entries,
    queries_found,
    queries_page,
    queries_visible,
    queries_waiting,
    queries_waiting_count,
    query_entries,
    query_for,
    query_next,
    state_counts,
    waiting_state,
)
from registry.selectors.query_filters import QueryFilters
from registry.selectors.query_order import Spot
from registry.services.queries import query_answer, query_comment
from sites.context import acting_as, acting_as_system
from sites.models import Membership
from tests.factories.queries import asked_by_hand, late_episode, query_about

pytestmark = pytest.mark.django_db
ALL = QueryFilters(state="all")
SEEN = {"alice": {"A"}, "bob": {"B"}, "carol": {"A", "B"}, "ivan": {"A"}, "dana": {"A", "B"}, "judy": set(),
        "adam": set(), "eve": set()}  # fmt: skip
KNOWN = {"sites": ["SEV", "HOU"], "checks": {"DT12_CRS_LATE"}}


def read(address: str) -> QueryFilters:
    return QueryFilters.read(QueryDict(address), **KNOWN)


def shown(user, filters=ALL, **place):
    with acting_as(user):
        return queries_page(user, filters, **place)


def keys(queries):
    return [query.pk for query in queries]


@pytest.fixture
def many(cast):
    """Twelve queries of one site, asked at the same moment, in two ranks."""
    episodes = [late_episode(cast.sev, f"SEV-{number:04d}") for number in range(12)]
    moment = timezone.now() - dt.timedelta(days=3)
    return [query_about(episode, rank=2 + number % 2, asked_at=moment) for number, episode in enumerate(episodes)]


@pytest.mark.parametrize(
    ("address", "ignored"),
    [
        ("state=open&site=SEV&form=crs_episode&check=DT12_CRS_LATE&rank=2&age=8-30&who=me&case=S-1&kind=hand", ()),
        ("state=all", ()),
        ("", ()),
        ("site=ZZZ&rank=9&state=open", ("site", "rank")),
        ("age=12&kind=robot&who=bob&form=nothing&check=NO", ("form", "check", "age", "who", "kind")),
    ],
)
def test_an_address_is_read_and_written_back_and_what_it_does_not_know_is_named(address, ignored) -> None:
    found = read(address)
    assert set(found.ignored) == set(ignored)
    assert read(found.as_query()).replaced() == QueryFilters.read(QueryDict(found.as_query()), **KNOWN)
    if not ignored:
        assert found.as_query() == address


def test_further_parts_stand_after_the_filters() -> None:
    assert QueryFilters(state="open", site="SEV").as_query(after="x") == "state=open&site=SEV&after=x"
    assert QueryFilters(state="open").is_narrowed is False
    assert QueryFilters(case="A").is_narrowed is True


def test_each_filter_keeps_what_fits(cast) -> None:
    episode = late_episode(cast.sev, "SEV-0001")
    other = late_episode(cast.hou, "HOU-0001")
    open_one = query_about(episode, days=3, assignee=cast.alice)
    answered = asked_by_hand(episode, "by hand", state="ANSWERED", days=20, rank=4)
    closed = query_about(other, state="CLOSED", days=100)
    fits = {
        "state=open": {open_one}, "state=answered": {answered}, "state=closed": {closed},
        "state=all&site=HOU": {closed},
        "form=crs_episode": {open_one, answered, closed}, "form=lab": set(), "check=DT12_CRS_LATE": {open_one, closed},
        "rank=4": {answered}, "age=0-7": {open_one}, "age=8-30": {answered}, "age=31-90": set(), "age=91": {closed},
        "case=sev-0001": {open_one, answered}, "case=SEV": set(), "kind=hand": {answered},
        "kind=check": {open_one, closed},
    }  # fmt: skip
    with acting_as(cast.dana):
        assert {address: set(queries_found(cast.dana, read(address))) for address in fits} == fits
    with acting_as(cast.alice):
        assert set(queries_found(cast.alice, read("who=me"))) == {open_one}


@pytest.mark.parametrize(("days", "age"), [(0, "0-7"), (7, "0-7"), (8, "8-30"), (30, "8-30"), (31, "31-90"),
                                           (90, "31-90"), (91, "91")])  # fmt: skip
def test_ages_are_whole_days_and_each_day_is_in_one_span(cast, days, age) -> None:
    query_about(late_episode(cast.sev, "A"), days=days)
    with acting_as(cast.alice):
        found = [span for span in ("0-7", "8-30", "31-90", "91")
                 if queries_found(cast.alice, QueryFilters(age=span)).exists()]  # fmt: skip
    assert found == [age]


def test_pages_go_on_from_a_place_though_all_were_asked_at_one_moment(cast, many) -> None:
    ordered = keys(sorted(many, key=lambda query: (query.rank, str(query.pk))))
    first = shown(cast.alice, size=5)
    second = shown(cast.alice, size=5, after=Spot.of(first.queries[-1]))
    third = shown(cast.alice, size=5, after=Spot.of(second.queries[-1]))
    assert keys(first.queries) + keys(second.queries) + keys(third.queries) == ordered
    assert [(page.has_previous, page.has_following) for page in (first, second, third)] == [
        (False, True), (True, True), (True, False)]  # fmt: skip


def test_pages_go_back_the_same_way_and_the_last_page_is_found_from_the_end(cast, many) -> None:
    last = shown(cast.alice, size=5, is_last=True)
    before = shown(cast.alice, size=5, before=Spot.of(last.queries[0]))
    first = shown(cast.alice, size=5, before=Spot.of(before.queries[0]))
    assert len(first.queries) == 2
    assert keys(first.queries) + keys(before.queries) + keys(last.queries) == keys(shown(cast.alice).queries)
    assert (first.has_previous, first.has_following, last.has_following) == (False, True, False)


def test_a_query_that_is_answered_meanwhile_moves_no_other(cast, many) -> None:
    is_open = QueryFilters(state="open")
    whole = keys(shown(cast.alice, is_open).queries)
    spot = Spot.of(shown(cast.alice, is_open, size=5).queries[-1])
    with acting_as(cast.alice):
        query_answer(query=DataQuery.objects.get(pk=whole[4]), cause="CONFIRMED", by=cast.alice)
    assert keys(shown(cast.alice, is_open, after=spot).queries) == whole[5:]


@pytest.mark.parametrize(
    "text", ["", "2", "2.x.y", "a.1.b", "2.99999999999999999999.0e37df36-f698-11e6-8dd4-cb9ced3df976"]
)
def test_a_place_that_is_none_is_passed_over(text) -> None:
    assert Spot.read(text) is None


def test_a_place_survives_the_way_through_an_address(cast) -> None:
    query = query_about(late_episode(cast.sev, "A"), asked_at=dt.datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=dt.UTC))
    assert Spot.read(str(Spot.of(query))) == Spot.of(query)


def test_neighbours_are_those_of_the_same_list(cast, many) -> None:
    with acting_as(cast.alice):
        listed = queries_page(cast.alice, ALL).queries
        assert query_next(cast.alice, ALL, Spot.of(listed[3])).pk == listed[4].pk
        assert query_next(cast.alice, ALL, Spot.of(listed[3]), is_back=True).pk == listed[2].pk
        assert query_next(cast.alice, ALL, Spot.of(listed[-1])) is None
        second_rank = QueryFilters(rank="2")
        assert query_next(cast.alice, second_rank, Spot.of(listed[5])) is None
        with CaptureQueriesContext(connection) as counted:
            query_next(cast.alice, ALL, Spot.of(listed[3]))
        found, _whole = [query["sql"] for query in counted if "registry_dataquery" in query["sql"]]
        assert found.count("LIMIT 1") == 2


def test_counts_are_told_by_state_under_the_other_filters(cast, many, monkeypatch) -> None:
    with acting_as(cast.alice):
        query_answer(query=many[0], cause="CONFIRMED", by=cast.alice)
        assert state_counts(cast.alice, QueryFilters(state="closed")) == {"OPEN": 11, "ANSWERED": 1, "CLOSED": 0}
        assert state_counts(cast.alice, QueryFilters(rank="3"))["OPEN"] == 6
        monkeypatch.setattr("registry.selectors.queries.COUNTED_AT_MOST", 3)
        assert state_counts(cast.alice, ALL)["OPEN"] == 4


@pytest.mark.parametrize("wall_off", ["", "without_scoping", "without_policies"], indirect=True)
@pytest.mark.parametrize(("person", "sees"), SEEN.items())
def test_nobody_sees_queries_of_other_sites(cast, looking_on, wall_off, person, sees) -> None:
    here, there = query_about(late_episode(cast.sev, "A")), query_about(late_episode(cast.hou, "B"))
    user = cast[person]
    with acting_as(user):
        assert {query.patient.study_id for query in queries_page(user, ALL).queries} == sees
        assert {query.patient.study_id for query in queries_visible(user)} == sees
        assert (query_for(user, here.pk) is not None) == ("A" in sees)
        assert (query_for(user, there.pk) is not None) == ("B" in sees)
        assert sum(state_counts(user, ALL).values()) == len(sees)


def test_what_waits_is_what_a_person_may_deal_with(cast) -> None:
    query_about(late_episode(cast.sev, "A"))
    query_about(late_episode(cast.hou, "B"), state="ANSWERED")
    expected = {"alice": ("OPEN", 1), "bob": ("OPEN", 0), "carol": ("OPEN", 1), "ivan": (None, 0),
                "dana": ("ANSWERED", 1), "judy": (None, 0)}  # fmt: skip
    for name, (state, count) in expected.items():
        with acting_as(cast[name]):
            assert (waiting_state(cast[name]), queries_waiting_count(cast[name])) == (state, count), name


def test_what_waits_is_counted_no_further_than_told(cast, many, monkeypatch) -> None:
    monkeypatch.setattr("registry.selectors.queries.SHOWN_AT_MOST", 5)
    with acting_as(cast.alice):
        assert queries_waiting_count(cast.alice) == 6
        assert [query.rank for query in queries_waiting(cast.alice, QueryState.OPEN, 20)] == [2] * 6 + [3] * 6


def test_threads_of_many_queries_are_read_at_once(cast, many) -> None:
    with acting_as(cast.alice):
        query_answer(query=many[0], cause="TYPO", text="mine", by=cast.alice)
        query_comment(query=many[0], text="and more", by=cast.alice)
        query_comment(query=many[1], text="hm", by=cast.alice)
        with CaptureQueriesContext(connection) as counted:
            found = query_entries(many)
        assert len(counted) == 1
        assert [entry.text for entry in found[many[0].pk]] == ["mine", "and more"]
        assert found[many[2].pk] == []
        assert last_entries(many)[many[0].pk].text == "and more"
        assert {key: entry.cause for key, entry in last_answers(many).items()} == {many[0].pk: "TYPO"}


def test_those_may_answer_at_a_site_who_coordinate_there_today(cast) -> None:
    sites = [cast.sev.pk, cast.hou.pk]
    assert {site: [str(person) for person in people] for site, people in answerers_at(sites).items()} == {
        cast.sev.pk: ["Alice", "Carol"], cast.hou.pk: ["Bob", "Carol"]}  # fmt: skip
    with acting_as_system("tests", reason="a role ends"):
        Membership.objects.filter(user=cast.alice).update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    assert [str(person) for person in answerers_at(sites)[cast.sev.pk]] == ["Carol"]
