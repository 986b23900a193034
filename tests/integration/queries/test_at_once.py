"""Queries under several people and runs at one moment: never two for a row, no entry lost, nobody gets an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registry.models import CrsEpisode, DataQuery, QueryEntry, QueryState, Resolution
from registry.services import case_turns
from registry.services.queries import query_answer, query_close, query_comment
from registry.services.query_many import queries_answer, queries_close
from registry.services.reconcile import reconcile_sites
from registry.services.site_turns import wait_for_writers
from registry.services.status import form_complete
from sites.models import User
from tests.integration.checks.case_of import day
from tests.integration.queries.scene import LATE, Scene, threads_hold_together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MOVED_ON = "This query is “Closed” by now. Look at it once more."


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def test_saves_and_runs_of_the_site_at_once_leave_one_query_that_says_what_stands(scene):
    scene.episodes(3)

    def save(number: int) -> Callable[[], None]:
        def part() -> None:
            for onset in (2, 40, 3, 35, 50, 4, 44 if number % 2 else 5):
                scene.correct(number, onset)

        return part

    def runs() -> None:
        for _time in range(10):
            scene.run()

    scene.at_once(save(1), save(2), save(3), runs, runs)
    assert (scene.failures, scene.refused) == ([], [])
    with scene.looking():
        states = {query.row_id: query.state for query in DataQuery.objects.filter(check_code=LATE)}
        for episode in CrsEpisode.objects.all():
            assert states[episode.pk] == ("OPEN" if episode.crs_no % 2 else "CLOSED")
        threads_hold_together()
        nothing = reconcile_sites([scene.cast.sev.pk])
        assert (nothing.opened, nothing.reopened, nothing.closed) == (0, 0, 0)


def test_a_run_that_finds_a_violation_waits_for_the_save_that_corrects_it(scene):
    scene.episodes(1, are_asked=False)
    with scene.meanwhile(scene.run):
        scene.correct(1, 2)
    assert (scene.failures, scene.refused) == ([], [])
    with scene.looking():
        assert not DataQuery.objects.filter(check_code=LATE, state=QueryState.OPEN).exists()


def test_two_runs_at_once_open_each_query_once(scene):
    scene.episodes(30, are_asked=False)
    scene.at_once(scene.run, scene.run, scene.run)
    assert (scene.failures, scene.refused) == ([], [])
    with scene.looking():
        assert DataQuery.objects.filter(check_code=LATE).count() == 30
        assert not QueryEntry.objects.exists()
        threads_hold_together()


@pytest.mark.parametrize("answered_first", [True, False])
def test_an_answer_and_a_correction_at_once_close_the_query_and_keep_the_answer_that_came_in_time(
    scene, answered_first
):
    query = scene.late()

    def answer() -> None:
        query_answer(query=query, cause="TYPO", text="corrected", by=scene.cast.carol)

    def correct() -> None:
        scene.correct(1, 2)

    first, second = (answer, correct) if answered_first else (correct, answer)
    with scene.meanwhile(second):
        first()
    assert scene.failures == []
    assert scene.refused == ([] if answered_first else [MOVED_ON])
    with scene.looking():
        query.refresh_from_db()
        assert (query.state, query.resolution) == (QueryState.CLOSED, Resolution.FIXED)
        acts = sorted(entry.act for entry in query.entries.all())
        assert acts == (["ANSWERED", "CLOSED"] if answered_first else ["CLOSED"])
        threads_hold_together()


def test_of_two_people_who_settle_a_query_at_once_one_does_and_the_other_is_told(scene):
    for query in scene.episodes(8):
        del scene.refused[:]

        def settle(person: User, resolution: str, asked: DataQuery = query) -> Callable[[], Any]:
            return lambda: query_close(query=asked, resolution=resolution, text="seen", by=person)

        scene.at_once(settle(scene.cast.dana, "VERIFIED"), settle(scene.second, "EXCLUDED"))
        assert (scene.failures, scene.refused) == ([], [MOVED_ON])
    with scene.looking():
        assert QueryEntry.objects.count() == 8
        for entry in QueryEntry.objects.select_related("query"):
            assert (entry.by, entry.resolution) == (entry.query.closed_by, entry.query.resolution)
        threads_hold_together()


def test_a_value_that_is_settled_and_changed_at_once_is_asked_about_again(scene):
    query = scene.late()
    with scene.meanwhile(lambda: scene.correct(1, 44)):
        query_close(query=query, resolution=Resolution.VERIFIED, text="seen the chart", by=scene.cast.dana)
    assert (scene.failures, scene.refused) == ([], [])
    with scene.looking():
        query.refresh_from_db()
        assert query.state == QueryState.OPEN
        threads_hold_together()


def test_comments_at_once_are_all_kept(scene):
    query = scene.late()
    people = [scene.cast.alice, scene.cast.carol, scene.cast.dana, scene.second]

    def speak(person: User) -> Callable[[], None]:
        def part() -> None:
            for number in range(10):
                query_comment(query=query, text=f"{person.full_name} {number}", by=person)

        return part

    scene.at_once(*map(speak, people), scene.run)
    assert (scene.failures, scene.refused) == ([], [])
    with scene.looking():
        said = [entry.text for entry in query.entries.all()]
        assert sorted(said) == sorted(f"{person.full_name} {number}" for person in people for number in range(10))
        threads_hold_together()


def test_lists_answered_and_settled_at_once_in_different_orders_never_stop_each_other(scene):
    queries = scene.episodes(25)
    for _round in range(4):
        scene.at_once(
            lambda: queries_answer(queries=queries, cause="CONFIRMED", by=scene.cast.carol),
            lambda: queries_answer(queries=queries[::-1], cause="CONFIRMED", by=scene.cast.alice),
            lambda: queries_close(queries=queries[5:10][::-1], resolution="SETTLED", by=scene.cast.dana),
            lambda: scene.correct(7, 3),
            lambda: scene.correct(20, 2),
            scene.run,
        )
    assert scene.failures == []
    with scene.looking():
        acts = Counter(QueryEntry.objects.values_list("act", flat=True))
        assert acts["ANSWERED"] >= 2 * 25
        threads_hold_together()


def test_a_form_completed_while_the_site_is_run_keeps_the_questions_that_completing_raises(scene):
    scene.case.add("crs_episode", onset_on=day(2))
    complete = lambda: form_complete(patient=scene.case.patient, topic="crs_episode", by=scene.cast.alice)  # noqa: E731
    scene.at_once(complete, scene.run, scene.run)
    assert (scene.failures, scene.refused) == ([], [])
    with scene.looking():
        assert DataQuery.objects.get(check_code="CO03_MISSCODE_CRS_EPISODE").state == QueryState.OPEN
        assert reconcile_sites([scene.cast.sev.pk]).closed == 0


def test_a_correction_while_the_site_is_kept_for_long_is_refused_in_words(scene, monkeypatch):
    monkeypatch.setattr(case_turns, "WAIT_FOR_OTHERS", "100ms")
    scene.episodes(1)
    with scene.looking():
        wait_for_writers([scene.cast.sev.pk])
        scene.at_once(lambda: scene.correct(1, 2))
    assert scene.failures == []
    assert scene.refused == ["Somebody else is saving data of this case right now. Save again in a moment."]


def test_pages_of_two_people_who_act_at_once_answer_without_an_error(scene):
    answers: list[int] = []

    def post(person: User, query: DataQuery, **values: str) -> Callable[[], None]:
        def part() -> None:
            client = Client()
            client.force_login(person)
            answers.append(client.post(reverse("query_act", args=[query.pk]), values).status_code)

        return part

    for query in scene.episodes(5):
        scene.at_once(
            post(scene.cast.alice, query, act="answer", cause="CONFIRMED"),
            post(scene.cast.dana, query, act="close", resolution="VERIFIED", text="seen"),
            post(scene.second, query, act="close", resolution="EXCLUDED", text="a second transplant"),
            scene.run,
        )
    assert scene.failures == []
    assert set(answers) <= {302, 422}
    with scene.looking():
        assert (
            QueryEntry.objects.filter(act="CLOSED").count()
            == answers.count(302) - QueryEntry.objects.filter(act="ANSWERED").count()
        )
        threads_hold_together()
