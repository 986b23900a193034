"""Several people save the same few rows at the same moment, on connections of their own: no accepted change is lost."""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connections

from registry.metadata import topic_named
from registry.models import CrsAssessment, NoneOccurred, Patient, ToxicityTherapy
from registry.services.locks import WriteRefused
from registry.services.none_occurred import none_record
from registry.services.row_saving import rows_save
from registry.services.rows import Became, Outcome, RowWrite, State, state_of
from sites.context import acting_as, acting_as_system
from tests.cast import Cast, create_cast
from tests.entry_forms import a_case, an_episode, day, events, rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
# Of each of four people. A run of all tests makes a fifth of the thousand saves; QUELL_RACED_SAVES=250 makes them all.
SAVES, THREADS, INCREMENTS = int(os.environ.get("QUELL_RACED_SAVES", "50")), 4, 10
CHOICES: dict[str, tuple[Any, ...]] = {
    "has_hypotension": (True, False, None),
    "oxygen": ("ROOM_AIR", "CPAP", None),
    "grade_reported": (0, 1, 2, 3, None),
}


@dataclass
class Race:
    """What the people of a race did: what became of each save, and which version each accepted one had seen."""

    cast: Cast
    patient: Patient
    became: Counter[str] = field(default_factory=Counter)
    accepted: dict[tuple[Any, int], tuple[int, str, Any]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def run(self, *parts: Callable[[Any, random.Random], None]) -> None:
        """Let people do their parts at once; an error of any of them is a failure of the race."""
        people = [self.cast.alice, self.cast.carol]
        threads = [
            threading.Thread(target=self._one, args=(part, people[number % 2], number))
            for number, part in enumerate(parts)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _one(self, part: Callable[[Any, random.Random], None], person: Any, seed: int) -> None:
        try:
            part(person, random.Random(seed))
        except Exception as error:
            self.failures.append(repr(error))
        finally:
            connections.close_all()

    def save(self, person: Any, record: Any, name: str, value: Any) -> Outcome:
        """Save one field of one row over the version that the person saw."""
        topic = topic_named("crs_assessment" if isinstance(record, CrsAssessment) else "toxicity_therapy")
        write = RowWrite(
            slot=f"{topic.code}-0",
            topic=topic,
            states={name: State(value)},
            record_id=record.pk,
            version=record.version,
        )
        try:
            outcome = rows_save(patient=self.patient, writes=[write], by=person)[write.slot]
        except WriteRefused:
            outcome = Outcome(write, Became.REFUSED)
        self.became[outcome.became.value] += 1
        if outcome.became is Became.SAVED:
            self.accepted[record.pk, outcome.record.version] = (record.version, name, value)
        return outcome


@pytest.fixture
def race(db):
    cast = create_cast()
    patient = a_case(cast.sev)
    episode = an_episode(patient)
    with acting_as_system("tests", reason="a few rows"):
        for number in (1, 2, 3):
            CrsAssessment.objects.create(site=cast.sev, episode=episode, assessed_on=day(number), systolic_min_mmhg=0)
        ToxicityTherapy.objects.create(
            site=cast.sev, course=patient.infusion_courses.get(), therapy_no=1, drug="TOCILIZUMAB", started_on=day(2)
        )
    return Race(cast, patient)


def seen_by(person: Any, model: Any) -> list[Any]:
    """Return the rows as a person opens them."""
    with acting_as(person):
        return list(model.objects.order_by("pk"))


def test_in_a_thousand_saves_at_once_no_accepted_change_is_overwritten_by_a_stale_one(race):
    def assess(person, dice):
        for number in range(SAVES):
            if number % 5 == 0:  # four saves of five go over versions that may be old by now
                page = seen_by(person, CrsAssessment)
            name = dice.choice(sorted(CHOICES))
            race.save(person, dice.choice(page), name, dice.choice(CHOICES[name]))

    def treat(person, dice):
        for _number in range(SAVES):
            [row] = seen_by(person, ToxicityTherapy)
            # The day decides from when fever may be hidden, so the grades of all days are computed anew.
            race.save(person, row, "started_on", day(dice.randint(0, 5)))

    race.run(*[assess] * (THREADS - 1), treat)
    assert race.failures == []
    assert sum(race.became.values()) == THREADS * SAVES
    assert set(race.became) <= {"saved", "same", "conflict"}
    told = sum(trail(race, model) for model in (CrsAssessment, ToxicityTherapy))
    assert told == len(race.accepted) == race.became["saved"]
    assert min(race.became["saved"], race.became["conflict"]) > SAVES // 5


def trail(race: Race, model: Any) -> int:
    """Follow the audit trail of each row, and return how many changes it tells: each is an accepted one, in order."""
    told = 0
    for row in rows(model):
        versions = {event.version: event for event in events(model) if event.pgh_obj_id == row.pk}
        assert sorted(versions) == list(range(1, row.version + 1))
        for number in range(2, row.version + 1):
            seen, name, value = race.accepted[row.pk, number]
            before, after = versions[number - 1], versions[number]
            assert state_of(after, name).value == value
            # Nobody had changed the field since the person saw it.
            assert state_of(versions[seen], name) == state_of(before, name)
            others = [other for other in (*CHOICES, "started_on") if other != name and hasattr(row, other)]
            assert all(state_of(before, other) == state_of(after, other) for other in others)
            told += 1
        assert all(
            state_of(row, name) == state_of(versions[row.version], name) for name in CHOICES if hasattr(row, name)
        )
    return told


def test_a_number_counted_up_by_several_people_at_once_counts_every_time(race):
    def count(person, _dice):
        left = INCREMENTS
        while left:
            row = seen_by(person, CrsAssessment)[0]
            left -= race.save(person, row, "systolic_min_mmhg", row.systolic_min_mmhg + 1).became is Became.SAVED

    race.run(*[count] * THREADS)
    assert race.failures == []
    [counted, *_others] = sorted(rows(CrsAssessment), key=lambda row: row.pk)
    assert counted.systolic_min_mmhg == THREADS * INCREMENTS
    assert counted.version == THREADS * INCREMENTS + 1


def test_rows_added_by_several_people_at_once_are_numbered_one_after_the_other(race):
    course = race.patient.infusion_courses.values_list("pk", flat=True)
    with acting_as_system("tests", reason="look"):
        above = course.get()

    def add(person, _dice):
        states = {"drug": State("DEXAMETHASONE"), "started_on": State(day(1))}
        topic = topic_named("toxicity_therapy")
        for _number in range(10):
            write = RowWrite(slot="t-0", topic=topic, states=states, above=above, auto_key="therapy_no")
            assert rows_save(patient=race.patient, writes=[write], by=person)["t-0"].became is Became.SAVED

    race.run(*[add] * THREADS)
    assert race.failures == []
    assert [row.therapy_no for row in rows(ToxicityTherapy, "therapy_no")] == list(range(1, 10 * THREADS + 2))


def test_none_occurred_is_never_recorded_beside_a_row_that_is_saved_at_the_same_moment(race):
    topic = topic_named("infection")
    with acting_as_system("tests", reason="look"):
        above = race.patient.infusion_courses.get().pk

    def say_none(person, _dice):
        for _number in range(15):
            try:
                none_record(patient=race.patient, topic="infection", by=person)
            except WriteRefused:
                return

    def add(person, _dice):
        write = RowWrite(slot="i-0", topic=topic, states=INFECTION, above=above, auto_key="infection_no")
        rows_save(patient=race.patient, writes=[write], by=person)

    race.run(say_none, add, say_none)
    assert race.failures == []
    assert len(rows(topic.model)) == 1
    assert rows(NoneOccurred) == []


INFECTION = {"diagnosed_on": State(day(2), "DAY")}
