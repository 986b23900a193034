"""However edits, runs, answers, decisions and settings follow each other: one query a check and row, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.checks.catalogue import load
from registry.checks.declared import check_named
from registry.metadata import topic_named
from registry.models import CheckSetting, CrsEpisode, DataQuery, FormStatus, InfusionCourse, Patient, QueryEntry
from registry.services.queries import (
    CLOSINGS,
    query_answer,
    query_close,
    query_comment,
    query_open,
    query_reopen,
)
from registry.services.reconcile import reconcile_cases, reconcile_sites
from registry.services.records import record_change, record_create, record_delete
from registry.services.refusals import WriteRefused
from sites.context import acting_as_system
from tests.integration.checks.case_of import Case, day
from tests.integration.queries.query_model import CHECKS, LATE, Model, Query, Row

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EPISODE = topic_named("crs_episode")
BY_HAND = ""
UNSETTLED, ANY, DECIDED = {"OPEN", "ANSWERED"}, {"OPEN", "ANSWERED", "CLOSED"}, {"ANSWERED", "CLOSED"}


class World:
    """The registry and the model, to which everything is done at the same time."""

    def __init__(self, cast: Any) -> None:
        self.cast, self.model = cast, Model()
        self.cases = [Case(cast.sev), Case(cast.hou)]
        self.ids: list[UUID] = []
        self.entries: set[UUID] = set()
        for case in self.cases:
            case.add("infusion_course")
        for number, onset in enumerate((25, 2, -4)):
            self.create(number % 2, onset)

    def patients(self, cases: Sequence[int]) -> list[UUID]:
        """The keys of some cases."""
        return [self.cases[case].patient.pk for case in cases]

    def sites(self, cases: Sequence[int]) -> list[UUID]:
        """The keys of their sites: each case has one of its own."""
        return [self.cases[case].site.pk for case in cases]

    def create(self, case: int, onset: int | None) -> None:
        """Enter an episode, which runs the checks of its case."""
        values = {"crs_no": len(self.ids) + 1, "onset_on": None if onset is None else day(onset)}
        course = self.cases[case].last["infusion_course"]
        record = record_create(topic=EPISODE, parent=course, values=values, by=self.cast.carol, reason="entered")
        self.ids.append(record.pk)
        self.model.rows.append(Row(case, onset))
        self.model.run([case])

    def change(self, number: int, onset: int | None, is_undated: bool) -> None:
        """Change an episode on its page, which runs the checks of its case where something became another."""
        row, record = self.row(number)
        if record is None:
            return
        onset_on = None if onset is None else day(onset)
        self.save(EPISODE.code, record, {"onset_on": onset_on, "is_resolved": True if is_undated else None})
        if (row.onset, row.is_undated) != (onset, is_undated):
            row.onset, row.is_undated = onset, is_undated
            self.model.run([row.case])

    def move_infusion(self, case: int, number: int) -> None:
        """Correct the day of the infusion, from which the onsets of the whole case are counted."""
        record = InfusionCourse.objects.get(patient=self.cases[case].patient)
        self.save("infusion_course", record, {"infused_on": day(number)})
        if self.model.infused.get(case, 0) != number:
            self.model.infused[case] = number
            self.model.run([case])

    def save_elsewhere(self, case: int, sex: str) -> None:
        """Change what none of the checks reads: they do not run."""
        record = Patient.objects.get(pk=self.cases[case].patient.pk)
        self.save("patient", record, {"sex": sex})
        if record.sex != sex:
            self.model.run([case], ())

    def save(self, topic: str, record: Any, values: dict[str, Any]) -> None:
        """Save values on a page, over the version that stands."""
        how = {"by": self.cast.carol, "version": record.version, "reason": "corrected"}
        record_change(topic=topic_named(topic), record=record, values=values, **how)

    def upload(self, number: int, onset: int | None) -> None:
        """Change an episode by a file, after which no check has run yet."""
        row, record = self.row(number)
        if record is not None:
            row.onset = onset
            CrsEpisode.objects.filter(pk=record.pk).update(onset_on=None if onset is None else day(onset))

    def delete(self, number: int) -> None:
        """Delete an episode."""
        row, record = self.row(number)
        if record is not None:
            record_delete(topic=EPISODE, record=record, by=self.cast.carol, reason="entered twice")
            row.is_there = False
            self.model.run([row.case])

    def row(self, number: int) -> tuple[Row, CrsEpisode | None]:
        """An episode as the model has it and as it stands, nothing for a deleted one."""
        number %= len(self.ids)
        return self.model.rows[number], CrsEpisode.objects.filter(pk=self.ids[number]).first()

    def run_sites(self, cases: Sequence[int], checks: Sequence[str]) -> None:
        """Run some checks, all if none are named, over whole sites."""
        reconcile_sites(self.sites(cases), checks)
        self.model.run(cases, checks or CHECKS)

    def run_case(self, case: int) -> None:
        """Run the checks of one case."""
        reconcile_cases(self.patients([case]))
        self.model.run([case])

    def complete(self, case: int, is_complete: bool) -> None:
        """Complete the form of one case or open it again, before anything has run."""
        values = {"is_complete": is_complete, "completed_at": timezone.now(), "completed_by": self.cast.carol}
        one = self.cases[case]
        FormStatus.objects.update_or_create(
            patient=one.patient, topic=EPISODE.code, defaults=values, create_defaults={"site": one.site, **values}
        )
        (self.model.complete.add if is_complete else self.model.complete.discard)(case)

    def switch(self, check: str, is_on: bool, days: int) -> None:
        """Decide whether a check runs, and from how many days on CRS is late."""
        (self.model.switched_off.discard if is_on else self.model.switched_off.add)(check)
        self.model.days = days if check == LATE else self.model.days
        thresholds = {"days": str(days)} if check == LATE else {}
        CheckSetting.objects.create(
            check_code=check, is_on=is_on, thresholds=thresholds, reason="agreed", set_at=timezone.now(),
            set_by=self.cast.dana,
        )  # fmt: skip

    def ask(self, number: int) -> None:
        """Ask about an episode by hand."""
        row, record = self.row(number)
        number %= len(self.ids)
        if record is not None and number not in self.model.asked:
            patient = self.cases[row.case].patient
            query_open(patient=patient, topic=EPISODE.code, row_id=record.pk, text="which ward?", by=self.cast.dana)
            self.model.asked[number] = Query()

    def answer(self, check: str, number: int) -> None:
        """Answer a query."""

        def told(query: Query) -> None:
            query.state = "ANSWERED"
            query.acts.append("ANSWERED")

        self.act(check, number, UNSETTLED, told, query_answer, cause="CONFIRMED", by=self.cast.carol)

    def comment(self, check: str, number: int) -> None:
        """Add words to a query."""
        words = {"text": "looking it up", "by": self.cast.carol}
        self.act(check, number, ANY, lambda query: query.acts.append("COMMENTED"), query_comment, **words)

    def close(self, check: str, number: int, resolution: str) -> None:
        """Settle a query."""
        settled = () if check == BY_HAND else self.row(number)[0].print_of(check)
        words = {"resolution": resolution, "text": "seen the chart", "by": self.cast.dana}
        self.act(check, number, UNSETTLED, lambda query: query.close(resolution, settled), query_close, **words)

    def reopen(self, check: str, number: int) -> None:
        """Ask again."""
        self.act(check, number, DECIDED, Query.reopen, query_reopen, text="look once more", by=self.cast.dana)

    def act(
        self,
        check: str,
        number: int,
        states: set[str],
        told: Callable[[Query], Any],
        do: Callable[..., Any],
        **how: Any,
    ) -> None:
        """Do something to a query that is there, and to the model; in no other state than these is it accepted."""
        number %= len(self.ids)
        known = self.model.asked.get(number) if check == BY_HAND else self.model.queries.get((check, number))
        if known is None:
            return
        query = DataQuery.objects.get(check_code=check, row_id=self.ids[number])
        if known.state in states:
            do(query=query, **how)
            told(known)
        else:
            with pytest.raises(WriteRefused):
                do(query=query, **how)

    def compare(self) -> None:
        """Compare the registry with the model; entries once written stay."""
        found = {(query.check_code, query.row_id): query for query in DataQuery.objects.all()}
        assert len(found) == DataQuery.objects.count()  # never two for a check and a row
        told = {(check, self.ids[number]): query for (check, number), query in self.model.queries.items()}
        told |= {(BY_HAND, self.ids[number]): query for number, query in self.model.asked.items()}
        ours = {key: query for key, query in found.items() if key[0] in (*CHECKS, BY_HAND)}
        entries = list(QueryEntry.objects.order_by("at").values_list("pk", "query_id", "act"))
        assert {key: self.seen(query, entries) for key, query in ours.items()} == {
            key: (query.state, query.resolution, query.acts, query.acts.count("REOPENED"))
            for key, query in told.items()
        }
        assert self.entries <= {pk for pk, _query, _act in entries}
        self.entries = {pk for pk, _query, _act in entries}

    @staticmethod
    def seen(query: DataQuery, entries: Sequence[tuple[UUID, UUID, str]]) -> tuple[str, str, list[str], int]:
        """Say of a query what the model says of it."""
        acts = [act for _pk, of_query, act in entries if of_query == query.pk]
        return query.state, query.resolution, acts, query.times_reopened


NUMBER, CASE = st.integers(0, 5), st.sampled_from((0, 1))
ONSET = st.sampled_from((-4, 2, 25, 40, None))
CHECK, ABOUT = st.sampled_from(CHECKS), st.sampled_from((*CHECKS, BY_HAND))
ACTS = st.one_of(
    st.tuples(st.just(World.create), CASE, ONSET),
    st.tuples(st.just(World.change), NUMBER, ONSET, st.booleans()),
    st.tuples(st.just(World.change), NUMBER, ONSET, st.booleans()),
    st.tuples(st.just(World.move_infusion), CASE, st.sampled_from((0, 10, -12))),
    st.tuples(st.just(World.save_elsewhere), CASE, st.sampled_from(("MALE", "FEMALE"))),
    st.tuples(st.just(World.upload), NUMBER, ONSET),
    st.tuples(st.just(World.delete), NUMBER),
    st.tuples(st.just(World.run_sites), st.sampled_from(((0,), (1,), (0, 1))), st.lists(CHECK, max_size=2)),
    st.tuples(st.just(World.run_case), CASE),
    st.tuples(st.just(World.complete), CASE, st.booleans()),
    st.tuples(st.just(World.switch), CHECK, st.booleans(), st.sampled_from((21, 30))),
    st.tuples(st.just(World.ask), NUMBER),
    st.tuples(st.just(World.answer), ABOUT, NUMBER),
    st.tuples(st.just(World.comment), ABOUT, NUMBER),
    st.tuples(st.just(World.close), ABOUT, NUMBER, st.sampled_from(CLOSINGS)),
    st.tuples(st.just(World.reopen), ABOUT, NUMBER),
)
EVERY = settings(
    max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@contextmanager
def forgotten_afterwards() -> Iterator[None]:
    """One example: the next one begins with an empty registry again."""
    with transaction.atomic(), acting_as_system("tests", reason="interleavings"):
        yield
        transaction.set_rollback(True)


@pytest.fixture
def three_checks(monkeypatch):
    """Nothing but the checks of the model: after each change of settings all that run are written anew as SQL."""
    load()
    monkeypatch.setattr("registry.checks.settings.edit_checks", lambda: [check_named(code) for code in sorted(CHECKS)])


@EVERY
@given(acts=st.lists(ACTS, min_size=8, max_size=40), by_case_first=st.booleans())
def test_any_interleaving_leaves_what_the_model_says_and_both_ways_of_running_agree(
    cast, three_checks, acts, by_case_first
):
    with forgotten_afterwards():
        world = World(cast)
        for act, *how in acts:
            act(world, *how)
            world.compare()
        runs: list[Callable[[], Any]] = [
            lambda: reconcile_cases(world.patients((0, 1))),
            lambda: reconcile_sites(world.sites((0, 1))),
        ]
        first, second = runs if by_case_first else reversed(runs)
        first()
        world.model.run((0, 1))
        world.compare()
        nothing = second()
        assert (nothing.opened, nothing.reopened, nothing.closed) == (0, 0, 0)
        world.compare()
