"""Runs of the checks: claimed once, continued where a worker died, counted, and never in each other's way."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections, transaction
from django.utils import timezone

from registry.checks.settings import settings_now
from registry.models import CheckRun, DataQuery, Patient, RunCause, RunState
from registry.selectors.check_work import runs_failed
from registry.services import case_turns, reconcile
from registry.services import check_runs as service
from registry.services.check_runs import nightly, run_again, run_ask, run_claimed, site_check, sweep
from registry.services.reconcile import asking_checks
from registry.services.refusals import WriteRefused
from registry.tasks import check_run, check_sweep, checks_nightly
from sites.context import acting_as, acting_as_system
from tests.cast import create_cast
from tests.integration.checks.case_of import Case, day
from tests.walls import nobody_acting

LATE = "DT12_CRS_LATE"
AT_ANY_TIME = pytest.mark.django_db


@pytest.fixture
def messages(monkeypatch):
    """Collect what would wake a worker."""
    sent: list[str] = []
    monkeypatch.setattr(
        "registry.services.check_runs.current_app.send_task", lambda _name, args, **_options: sent.extend(args)
    )
    return sent


@pytest.fixture
def late(cast):
    """One late CRS at each hospital."""
    for site in (cast.sev, cast.hou):
        Case(site).add("crs_episode", onset_on=day(30))


def worked(run):
    """Do a run as a worker does, and return it as it is then."""
    with nobody_acting():
        run_claimed(run.pk)
    run.refresh_from_db()
    return run


def late_queries():
    with acting_as_system("tests", reason="look"):
        return DataQuery.objects.filter(check_code=LATE).count()


def age(run, **since):
    CheckRun.objects.filter(pk=run.pk).update(**{name: timezone.now() - ago for name, ago in since.items()})


@AT_ANY_TIME
def test_a_data_manager_asks_for_one_site_and_a_worker_is_woken_with_an_id_alone(
    cast, messages, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        run = site_check(site=cast.sev, by=cast.dana)
    assert (run.cause, run.about_site, run.asked_by, run.state) == (
        RunCause.ASKED, cast.sev, cast.dana, RunState.QUEUED)  # fmt: skip
    assert messages == [str(run.pk)]


@AT_ANY_TIME
@pytest.mark.parametrize("name", ["alice", "ivan", "judy", "adam", "eve"])
def test_nobody_else_may_ask(cast, name):
    with pytest.raises(PermissionDenied):
        site_check(site=cast.sev, by=cast[name])
    with pytest.raises(PermissionDenied):
        run_again(run=nightly(), by=cast[name])


@AT_ANY_TIME
def test_a_run_counts_what_it_did(cast, late):
    run = worked(site_check(site=None, by=cast.dana))
    assert (run.state, run.done) == (RunState.DONE, run.total)
    assert run.found == run.opened > 1
    assert (run.reopened, run.closed) == (0, 0)
    assert run.finished_at >= run.started_at
    assert run.lease_until is None


@AT_ANY_TIME
def test_a_second_run_changes_nothing(cast, late):
    first, second = (worked(site_check(site=None, by=cast.dana)) for _time in range(2))
    assert first.pk != second.pk
    assert (second.opened, second.reopened, second.closed) == (0, 0, 0)
    assert second.found == first.found


@AT_ANY_TIME
def test_a_run_over_one_site_leaves_the_others_alone(cast, late):
    worked(site_check(site=cast.sev, by=cast.dana))
    assert late_queries() == 1


@AT_ANY_TIME
def test_a_run_that_waits_is_not_doubled_and_one_that_has_begun_is(cast):
    waiting = run_ask(cause=RunCause.UPLOAD, site=cast.sev)
    assert run_ask(cause=RunCause.ASKED, site=cast.sev) == waiting
    assert run_ask(cause=RunCause.ASKED, site=cast.hou) != waiting
    assert run_ask(cause=RunCause.ASKED, site=cast.sev, codes=[LATE]) != waiting
    worked(waiting)
    assert run_ask(cause=RunCause.ASKED, site=cast.sev) != waiting


@AT_ANY_TIME
def test_a_message_that_comes_twice_runs_nothing_twice(cast, late):
    run = worked(site_check(site=None, by=cast.dana))
    ended = run.finished_at
    assert worked(run).finished_at == ended
    assert run.attempts == 1


@AT_ANY_TIME
def test_a_run_that_another_worker_has_is_left_to_it(cast):
    run = site_check(site=None, by=cast.dana)
    assert service._claim(run.pk).attempts == 1
    assert service._claim(run.pk) is None
    assert (worked(run).state, run.attempts) == (RunState.RUNNING, 1)


@AT_ANY_TIME
def test_the_progress_is_counted_in_checks(cast, late, monkeypatch):
    seen, noted = [], service._progress
    monkeypatch.setattr(service, "_progress", lambda run, done, total: seen.append((done, total)) or noted(
        run, done, total))  # fmt: skip
    run = worked(nightly())
    assert seen == [(number, run.total) for number in range(run.total + 1)]
    assert run.done == run.total == len(asking_checks(settings_now()))


@AT_ANY_TIME
def test_the_sweeper_wakes_a_worker_for_a_run_whose_message_was_lost(cast, messages):
    run = nightly()
    assert sweep() == 0
    age(run, created_at=service.FORGOTTEN * 2)
    assert sweep() == 1
    assert messages == [str(run.pk)]


class Dies:
    """Stands in for a part of a run: the worker dies when it comes to this part for the n-th time."""

    def __init__(self, real, at):
        self.real, self.left = real, at

    def __call__(self, *args, **kwargs):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return self.real(*args, **kwargs)


@AT_ANY_TIME
@pytest.mark.parametrize(("part", "at"), [("_differing", 30), ("reconcile_cases", 1)])
def test_a_run_whose_worker_died_is_continued_by_another(cast, late, messages, monkeypatch, part, at):
    monkeypatch.setattr(reconcile, "CASES_AT_ONCE", 1)
    run = nightly()
    with monkeypatch.context() as patch:
        patch.setattr(reconcile, part, Dies(getattr(reconcile, part), at))
        with pytest.raises(KeyboardInterrupt):
            worked(run)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    assert run.done >= 30
    assert late_queries() == (1 if part == "reconcile_cases" else 0)

    assert sweep() == 0, "its lease still holds"
    age(run, lease_until=dt.timedelta(seconds=1))
    assert sweep() == 1
    assert worked(run).state == RunState.DONE
    assert (run.attempts, run.done, late_queries()) == (2, run.total, 2)


@AT_ANY_TIME
def test_a_long_run_keeps_its_lease(cast, late, monkeypatch):
    run, seen, real = nightly(), [], reconcile.reconcile_cases

    def slow(*args, **kwargs):
        age(run, lease_until=-dt.timedelta(seconds=1))
        return real(*args, **kwargs)

    monkeypatch.setattr(reconcile, "CASES_AT_ONCE", 1)
    monkeypatch.setattr(reconcile, "reconcile_cases", slow)
    held = service._held
    monkeypatch.setattr(service, "_held", lambda run: seen.append(
        CheckRun.objects.get(pk=run.pk).lease_until) or held(run))  # fmt: skip
    worked(run)
    assert seen[-1] > timezone.now() + service.LEASE / 2


@AT_ANY_TIME
def test_a_worker_that_was_given_up_too_early_lets_the_other_one_end_the_run(cast, late):
    run = nightly()
    slow = service._claim(run.pk)
    age(run, lease_until=dt.timedelta(seconds=1))
    second = service._claim(run.pk)
    with nobody_acting(), pytest.raises(service._Overtaken):
        service._work(slow)
    service._end(slow, RunState.FAILED)
    run.refresh_from_db()
    assert (run.state, run.done) == (RunState.RUNNING, 0)
    with nobody_acting():
        service._work(second)
    run.refresh_from_db()
    assert run.state == RunState.DONE


@AT_ANY_TIME
def test_after_three_attempts_the_sweeper_gives_up_with_a_reference(cast, messages):
    run = nightly()
    CheckRun.objects.filter(pk=run.pk).update(
        state=RunState.RUNNING, attempts=3, lease_until=timezone.now() - dt.timedelta(seconds=1)
    )
    assert sweep() == 0
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert run.error_reference
    assert messages == []


@AT_ANY_TIME
def test_a_run_that_fails_says_so_with_a_reference_and_can_be_asked_for_again(cast, late, monkeypatch, caplog):
    def broken(*_args, **_options):
        raise RuntimeError("value of a patient")

    run = site_check(site=cast.sev, by=cast.dana)
    with monkeypatch.context() as patch:
        patch.setattr(service, "reconcile_sites", broken)
        worked(run)
    assert run.state == RunState.FAILED
    assert run.error_reference in caplog.text
    assert "value of a patient" not in caplog.text
    assert runs_failed(10) == [run]
    again = run_again(run=run, by=cast.dana)
    assert (again.about_site, again.codes) == (cast.sev, [])
    assert worked(again).state == RunState.DONE
    assert runs_failed(10) == [], "made good"


@AT_ANY_TIME
def test_a_failed_run_of_one_check_is_made_good_by_a_run_of_all_and_one_of_all_is_not_by_one_check(cast):
    def run(*codes, state, site=None):
        return CheckRun.objects.create(
            cause=RunCause.ASKED, state=state, codes=list(codes), about_site=site, created_at=timezone.now()
        )

    one = run(LATE, state=RunState.FAILED)
    assert runs_failed(10) == [one]
    everything = run(state=RunState.DONE)
    assert runs_failed(10) == []
    failed = run(state=RunState.FAILED, site=cast.sev)
    run(LATE, state=RunState.DONE)
    run(state=RunState.DONE, site=cast.hou)
    assert runs_failed(10) == [failed]
    age(failed, created_at=dt.timedelta(days=15))
    assert runs_failed(10) == []
    assert everything.pk


@AT_ANY_TIME
def test_cases_that_somebody_saves_for_long_come_last(cast, late, monkeypatch):
    monkeypatch.setattr(reconcile, "CASES_AT_ONCE", 1)
    order, real = [], reconcile.reconcile_cases

    def busy_at_first(cases, **kwargs):
        order.append(cases[0])
        if len(order) == 1:
            raise WriteRefused("busy")
        return real(cases, **kwargs)

    monkeypatch.setattr(reconcile, "reconcile_cases", busy_at_first)
    run = worked(nightly())
    assert order == [order[0], order[1], order[0]]
    assert (run.state, run.opened, late_queries()) == (RunState.DONE, run.found, 2)


@AT_ANY_TIME
def test_the_night_asks_for_everything_and_the_tasks_only_call_the_services(cast, late, messages):
    with nobody_acting():
        checks_nightly()
        run = CheckRun.objects.get()
        check_run(str(run.pk))
        check_sweep()
    run.refresh_from_db()
    assert (run.cause, run.about_site, run.codes, run.asked_by) == (RunCause.NIGHTLY, None, [], None)
    assert run.state == RunState.DONE


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_both_run_it():
    cast = create_cast()
    Case(cast.sev).add("crs_episode", onset_on=day(30))
    run = nightly()

    def work():
        try:
            run_claimed(run.pk)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    run.refresh_from_db()
    assert (run.state, run.attempts, late_queries()) == (RunState.DONE, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_run_that_waits_is_not_begun_before_what_was_written_with_it_is_there():
    """A second reason to run comes with data of its own: the run that waits already must see them."""
    cast = create_cast()
    waiting = run_ask(cause=RunCause.ASKED, site=cast.sev)

    def work():
        try:
            run_claimed(waiting.pk)
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    with acting_as(cast.alice), transaction.atomic():
        Case(cast.sev).add("crs_episode", onset_on=day(30))
        assert run_ask(cause=RunCause.UPLOAD, site=cast.sev) == waiting
        worker.start()
        worker.join(1)
        assert worker.is_alive(), "it waits for the data"
    worker.join()
    assert late_queries() == 1


@pytest.mark.django_db(transaction=True)
def test_a_case_that_somebody_saves_all_the_time_fails_the_run_in_the_end_and_the_others_are_done(monkeypatch):
    cast = create_cast()
    monkeypatch.setattr(case_turns, "WAIT_FOR_OTHERS", "100ms")
    monkeypatch.setattr(reconcile, "CASES_AT_ONCE", 1)
    for site in (cast.sev, cast.hou):
        Case(site).add("crs_episode", onset_on=day(30))
    run = nightly()

    def work():
        try:
            run_claimed(run.pk)
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    with acting_as(cast.bob):
        Patient.objects.filter(site=cast.hou).update(sex="MALE")
        worker.start()
        worker.join()
    run.refresh_from_db()
    assert (run.state, late_queries()) == (RunState.FAILED, 1)
    assert run.opened < run.found
