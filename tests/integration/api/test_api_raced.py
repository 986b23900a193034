"""Several programs write at the same moment, each on its own connection: no change is lost, nothing is done twice."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections

from registry.models import CrsAssessment, LabResult, ToxicityTherapy
from tests.cast import create_cast
from tests.entry_forms import a_case, an_episode, day, events, rows
from tests.integration.api.asking import Program
from tests.integration.api.rows_sent import address, change, made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
# Of each of three programs; QUELL_RACED_SAVES=334 makes a thousand.
ROUNDS, PROGRAMS = int(os.environ.get("QUELL_RACED_SAVES", "20")), 3


@pytest.fixture
def programs(db):
    """Three programs, of alice, of carol, and another one of alice, on a case with an episode."""
    cast = create_cast()
    an_episode(a_case(cast.sev))
    return [Program(cast.alice), Program(cast.carol), Program(cast.alice)]


def at_once(parts: list[Callable[[], None]]) -> None:
    """Do several things at once; an error in any of them is one of the test."""
    failures: list[BaseException] = []
    starting = threading.Barrier(len(parts))

    def do(part: Callable[[], None]) -> None:
        try:
            starting.wait()
            part()
        except BaseException as failed:
            failures.append(failed)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_no_change_is_lost_however_many_programs_count_up_one_number(programs):
    where = {"study_id": "SEV-0017", "course_no": 1, "crs_no": 1, "assessed_on": str(day(1))}
    row = made(programs[0], "crs_assessment", **where, systolic_min_mmhg=0)
    answers: Counter[int] = Counter()

    def count(program: Program) -> None:
        done = 0
        while done < ROUNDS:
            cache.clear()  # what is counted here is not how often one may ask
            now = program.read(address("crs_assessment", row))
            # The number goes round: it has an upper limit, and the race has none.
            response = change(program, "crs_assessment", now, systolic_min_mmhg=(now["systolic_min_mmhg"] + 1) % 300)
            answers[response.status_code] += 1
            done += response.status_code == 200

    at_once([lambda program=program: count(program) for program in programs])
    assert set(answers) <= {200, 412}
    assert answers[200] == PROGRAMS * ROUNDS
    [counted] = rows(CrsAssessment)
    assert counted.version == PROGRAMS * ROUNDS + 1
    assert counted.systolic_min_mmhg == PROGRAMS * ROUNDS % 300
    told = {event.version: event.systolic_min_mmhg for event in events(CrsAssessment)}
    assert told == {number + 1: number % 300 for number in range(PROGRAMS * ROUNDS + 1)}


def test_of_programs_that_create_the_same_row_one_does_and_the_others_are_told_which_it_is(programs):
    answers: list[Any] = []
    result = {
        "study_id": "SEV-0017",
        "course_no": 1,
        "analyte": "CRP",
        "sampled_on": str(day(1)),
        "value": 1,
        "unit": "mg/L",
    }
    at_once([lambda one=one: answers.append(one.send(address("lab"), result)) for one in programs])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    [row] = rows(LabResult)
    existing = [answer.json()["existing"] for answer in answers if answer.status_code == 409]
    assert existing == [{"id": str(row.pk), "version": 1}] * 2


@pytest.mark.parametrize("is_bulk", [False, True])
def test_a_request_sent_by_two_threads_with_one_key_is_done_once_and_answered_twice(programs, is_bulk):
    result = {"study_id": "SEV-0017", "course_no": 1, "drug": "TOCILIZUMAB", "started_on": str(day(1))}
    path, body = (
        (f"{address('toxicity_therapy')}bulk/", {"rows": [result]})
        if is_bulk
        else (address("toxicity_therapy"), result)
    )
    answers: list[Any] = []
    one = programs[0]
    send = lambda: answers.append(one.send(path, body, **{"Idempotency-Key": "therapy-1"}))  # noqa: E731
    at_once([send, send])
    assert answers[0].json() == answers[1].json()
    assert {answer.status_code for answer in answers} == ({200} if is_bulk else {201})
    assert sorted(answer.headers.get("Idempotency-Replayed", "") for answer in answers) == ["", "true"]
    assert len(rows(ToxicityTherapy)) == 1


def test_rows_of_two_bulks_at_once_are_numbered_one_after_the_other(programs):
    therapy = {"study_id": "SEV-0017", "course_no": 1, "drug": "TOCILIZUMAB", "started_on": str(day(1))}
    path, answers = f"{address('toxicity_therapy')}bulk/", []
    at_once([lambda one=one: answers.append(one.send(path, {"rows": [therapy] * 10}).json()) for one in programs])
    assert [answer["done"] for answer in answers] == [10] * PROGRAMS
    assert [row.therapy_no for row in rows(ToxicityTherapy, "therapy_no")] == list(range(1, 10 * PROGRAMS + 1))
