"""Settings of the checks: decided with a reason, kept with their history, and followed by a run over all sites."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, connections, transaction

from registry.checks.compiled import branch
from registry.checks.declared import check_named, edit_checks
from registry.checks.settings import WAITING, settings_now
from registry.models import CheckRun, CheckSetting, DataQuery, QueryState, Resolution, RunCause
from registry.services.check_runs import run_claimed
from registry.services.check_settings import (
    Setting,
    check_restore,
    check_set,
    latest_number,
    setting_declared,
    setting_now,
    setting_proposed,
    settings_under,
    thresholds_of,
    wants_whole,
)
from registry.services.refusals import WriteRefused
from sites.context import acting_as_system
from tests.cast import create_cast
from tests.integration.checks.case_of import Case, day
from tests.walls import nobody_acting

LATE, BMI, RANGE = "DT12_CRS_LATE", "WT03_BMI", "RG_INFUSION_COURSE_WEIGHT_KG"
AT_ANY_TIME = pytest.mark.django_db


@pytest.fixture
def set_late(dana):
    """Set from how many days on a CRS is late."""

    def act(days, *, is_on=True, reason="agreed by the steering group", **more):
        return check_set(
            code=LATE, is_on=is_on, thresholds={"days": days}, reason=reason, by=more.pop("by", dana), **more
        )

    return act


def errors_of(act, *args, **kwargs) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        act(*args, **kwargs)
    return refused.value.message_dict


@AT_ANY_TIME
def test_a_decision_is_kept_with_its_reason_and_holds_from_then_on(set_late, dana):
    row = set_late("30")
    assert (row.check_code, row.thresholds, row.reason, row.set_by) == (
        LATE, {"days": "30"}, "agreed by the steering group", dana)  # fmt: skip
    assert settings_now().limits(check_named(LATE)) == {"days": Decimal(30)}
    assert "30" in settings_now().words(check_named(LATE))


@AT_ANY_TIME
def test_a_decision_has_the_check_run_over_all_sites(set_late, dana):
    set_late("30")
    run = CheckRun.objects.get()
    assert (run.cause, run.codes, run.about_site, run.asked_by) == (RunCause.SETTING, [LATE], None, dana)


@AT_ANY_TIME
def test_nothing_is_kept_where_nothing_changes(set_late):
    assert set_late("21") is None
    assert set_late("21,0") is None
    assert not CheckSetting.objects.exists()
    assert not CheckRun.objects.exists()


@AT_ANY_TIME
@pytest.mark.parametrize(
    ("typed", "kept"), [("12,5", "12.5"), ("12.50", "12.5"), (" 13 ", "13"), (Decimal("12.5"), "12.5")]
)
def test_numbers_are_read_with_a_comma_or_a_point(dana, typed, kept):
    row = check_set(code=BMI, is_on=True, thresholds={"lowest": typed}, reason="children", by=dana)
    assert row.thresholds["lowest"] == kept


@AT_ANY_TIME
@pytest.mark.parametrize("typed", ["", "many", "1e3", "4", "26", "1.2.3", "NaN", Decimal("NaN")])
def test_what_is_no_number_within_the_limits_is_refused_by_its_field(dana, typed):
    found = errors_of(check_set, code=BMI, is_on=True, thresholds={"lowest": typed}, reason="x", by=dana)
    assert found == {"lowest": ["Type a number from 5 to 25 kg/m2."]}


@AT_ANY_TIME
def test_days_are_whole(set_late):
    assert errors_of(set_late, "21,5") == {"days": ["Type a whole number from 7 to 365 days."]}


@AT_ANY_TIME
def test_a_reason_is_asked_for_and_all_that_is_wrong_is_said_at_once(set_late):
    assert errors_of(set_late, "many", reason=" ").keys() == {"days", "reason"}
    assert errors_of(set_late, "30", reason="x" * 201) == {"reason": ["Use at most 200 characters."]}


@AT_ANY_TIME
def test_a_lower_limit_does_not_pass_the_upper_one(dana):
    found = errors_of(
        check_set, code=RANGE, is_on=True, thresholds={"low": "160", "high": "150"}, reason="adults", by=dana
    )
    assert found == {"high": ["The lower limit is 160: type no less."]}


@AT_ANY_TIME
def test_a_threshold_that_the_check_does_not_have_is_a_mistake_of_the_program(dana):
    with pytest.raises(LookupError, match="days"):
        check_set(code=BMI, is_on=True, thresholds={"days": "3"}, reason="x", by=dana)
    with pytest.raises(LookupError):
        check_set(code="ZZ99", is_on=True, thresholds={}, reason="x", by=dana)


@AT_ANY_TIME
@pytest.mark.parametrize("name", ["alice", "ivan", "judy", "adam", "eve"])
def test_only_data_managers_decide(cast, set_late, name):
    with pytest.raises(PermissionDenied):
        set_late("30", by=cast[name])


@AT_ANY_TIME
def test_who_looked_at_an_older_decision_is_told(set_late):
    set_late("30", since=0)
    with pytest.raises(WriteRefused, match="meanwhile"):
        set_late("40", since=0)
    assert set_late("40", since=latest_number(LATE)).thresholds == {"days": "40"}


@AT_ANY_TIME
def test_as_declared_follows_the_declaration_again(set_late, dana):
    set_late("30", is_on=False)
    row = check_restore(code=LATE, reason="the trial is over", by=dana)
    assert (row.is_on, row.thresholds) == (True, {})
    assert setting_now(LATE) == setting_declared(LATE)


@AT_ANY_TIME
def test_decisions_cannot_be_changed_or_removed(set_late):
    row = set_late("30")
    for act in (lambda: CheckSetting.objects.update(reason="another"), row.delete):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            act()


@AT_ANY_TIME
def test_the_wait_for_missing_values_is_a_setting_of_all_checks_that_wait(dana):
    check_set(code=WAITING, is_on=True, thresholds={"days": "30"}, reason="slow charts", by=dana)
    assert settings_now().waiting_days == 30
    assert CheckRun.objects.get().codes == []
    assert setting_proposed(WAITING, is_on=False, thresholds={}).is_on, "it cannot be switched off"


def late_queries():
    with acting_as_system("tests", reason="look"):
        return list(DataQuery.objects.filter(check_code=LATE).values_list("state", "resolution"))


def do_waiting_runs():
    with nobody_acting():
        for run in CheckRun.objects.filter(state="QUEUED"):
            run_claimed(run.pk)


@AT_ANY_TIME
def test_queries_follow_the_decision(cast, set_late):
    Case(cast.sev).add("crs_episode", onset_on=day(25))
    set_late("24")
    do_waiting_runs()
    assert late_queries() == [(QueryState.OPEN, "")]
    set_late("30")
    do_waiting_runs()
    assert late_queries() == [(QueryState.CLOSED, Resolution.FIXED)]
    set_late("24")
    do_waiting_runs()
    assert late_queries() == [(QueryState.OPEN, "")]
    set_late("24", is_on=False)
    do_waiting_runs()
    assert late_queries() == [(QueryState.CLOSED, Resolution.SWITCHED_OFF)]


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_end_one_after_the_other():
    cast = create_cast()
    outcome = []

    def decide_elsewhere():
        try:
            check_set(code=LATE, is_on=True, thresholds={"days": "40"}, reason="second", by=cast.dana, since=0)
        except WriteRefused:
            outcome.append("refused")
        finally:
            connections.close_all()

    other = threading.Thread(target=decide_elsewhere)
    with transaction.atomic():
        check_set(code=LATE, is_on=True, thresholds={"days": "30"}, reason="first", by=cast.dana, since=0)
        other.start()
        other.join(0.5)
        assert outcome == []
    other.join()
    assert outcome == ["refused"]
    assert [row.reason for row in CheckSetting.objects.all()] == ["first"]


def extremes(code):
    """Each threshold at either end of what may be set, all the others as declared, as far as that may be decided."""
    for limit in thresholds_of(code):
        for end in (limit.low, limit.high):
            value = end.to_integral_value() if wants_whole(code, limit) else end
            try:
                yield setting_proposed(code, is_on=True, thresholds={limit.name: value})
            except ValidationError:
                continue


@AT_ANY_TIME
def test_every_check_runs_under_every_setting_that_may_be_decided(cast):
    with acting_as_system("tests", reason="run"):
        for check in edit_checks():
            for setting in extremes(check.code):
                assert isinstance(setting, Setting)
                query = branch(check, settings_under(setting), key="", is_asking=True)
                assert query.query.sql_with_params()
                assert not list(query)
                assert check.words(setting.limits)
