"""Queries follow the record: one per check and row, closed by corrected data, quiet about what a person settled."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.metadata import topic_named
from registry.models import DataQuery, QueryState, Resolution
from registry.services.queries import query_answer, query_close, query_reopen, value_verify
from registry.services.reconcile import reconcile_cases, reconcile_sites
from registry.services.records import record_change, record_create, record_delete
from registry.services.refusals import WriteRefused
from sites.context import acting_as, acting_as_system
from tests.integration.checks.case_of import INFUSED, Case, day

pytestmark = pytest.mark.django_db
LATE = "DT12_CRS_LATE"


def late_case(cast):
    """A case whose CRS begins a month after the infusion, written by hand, checked by nobody yet."""
    case = Case(cast.sev)
    case.add("crs_episode", onset_on=day(30))
    return case


def check(case):
    with acting_as_system("tests", reason="run the checks"):
        return reconcile_cases([case.patient.pk])


def check_site(cast, codes=()):
    with acting_as_system("tests", reason="run the checks"):
        return reconcile_sites([cast.sev.pk], codes)


def late(case):
    return DataQuery.objects.get(check_code=LATE, patient=case.patient)


def set_onset(case, number):
    with acting_as_system("tests", reason="a change"):
        type(case.last["crs_episode"]).objects.filter(pk=case.last["crs_episode"].pk).update(onset_on=day(number))


@pytest.fixture(params=["case", "site"])
def run(request, cast):
    """Both ways of running the checks: one case after a save, and a whole site."""
    return check if request.param == "case" else lambda _case: check_site(cast)


@pytest.fixture
def sees(cast):
    with acting_as_system("tests", reason="look at queries"):
        yield


def test_a_violation_opens_one_query_and_a_second_run_changes_nothing(cast, sees, run):
    case = late_case(cast)
    first, second = run(case), run(case)
    assert first.opened >= 1
    assert (second.opened, second.reopened, second.closed) == (0, 0, 0)
    query = late(case)
    assert (query.state, query.topic, query.field, query.row_id) == (
        QueryState.OPEN, "crs_episode", "onset_on", case.last["crs_episode"].pk)  # fmt: skip


def test_corrected_data_close_the_query_and_a_new_violation_opens_it_again_with_its_history(cast, sees, run):
    case = late_case(cast)
    run(case)
    set_onset(case, 3)
    assert run(case).closed == 1
    assert (late(case).state, late(case).resolution) == (QueryState.CLOSED, Resolution.FIXED)
    set_onset(case, 31)
    assert run(case).reopened == 1
    query = late(case)
    assert (query.state, query.resolution, query.times_reopened) == (QueryState.OPEN, "", 1)
    assert [entry.act for entry in query.entries.all()] == ["CLOSED", "REOPENED"]


@pytest.mark.parametrize("resolution", [Resolution.VERIFIED, Resolution.EXCLUDED, Resolution.SETTLED])
def test_what_a_person_settled_stays_quiet_until_the_value_changes(cast, sees, run, resolution):
    case = late_case(cast)
    run(case)
    query_close(query=late(case), resolution=resolution, text="late by the chart", by=cast.dana)
    assert run(case).reopened == 0
    assert late(case).state == QueryState.CLOSED
    set_onset(case, 33)
    assert run(case).reopened == 1
    assert late(case).state == QueryState.OPEN


def test_an_answer_waits_for_the_registry_through_further_runs(cast, sees, run):
    case = late_case(cast)
    run(case)
    query_answer(query=late(case), cause="CONFIRMED", by=cast.alice)
    run(case)
    assert late(case).state == QueryState.ANSWERED


def test_deleting_the_row_closes_its_queries_as_gone(cast, sees):
    case = late_case(cast)
    check(case)
    record_delete(topic=topic_named("crs_episode"), record=case.last["crs_episode"], by=cast.alice, reason="twice")
    query = late(case)
    assert (query.state, query.resolution) == (QueryState.CLOSED, Resolution.GONE)
    assert query.entries.get().resolution == Resolution.GONE


def test_a_correction_by_a_person_closes_the_query_with_their_name_and_reason(cast, sees):
    case = late_case(cast)
    check(case)
    episode = case.last["crs_episode"]
    record_change(
        topic=topic_named("crs_episode"), record=episode, values={"onset_on": day(2)}, by=cast.alice,
        version=episode.version, reason="month misread",
    )  # fmt: skip
    entry = late(case).entries.get()
    assert (entry.by, entry.text, entry.is_automatic) == (cast.alice, "month misread", True)


def test_saving_a_row_runs_the_checks_of_the_case(cast, sees):
    case = Case(cast.sev)
    case.add("infusion_course")
    values = {"crs_no": 1, "onset_on": day(40)}
    record_create(topic=topic_named("crs_episode"), parent=case.last["infusion_course"], values=values, by=cast.alice)
    assert late(case).state == QueryState.OPEN


def test_the_number_of_database_queries_is_the_same_for_one_violation_and_for_thirty(cast, sees):
    case = late_case(cast)
    check(case)

    def count():
        with CaptureQueriesContext(connection) as seen:
            check(case)
        return len(seen)

    few = count()
    for number in range(2, 32):
        case.add("crs_episode", crs_no=number, onset_on=day(30 + number))
    with CaptureQueriesContext(connection) as seen:
        assert check(case).opened >= 30
    assert count() == few
    assert len(seen) == few


def test_a_run_of_one_check_leaves_the_queries_of_others_alone(cast, sees):
    case = late_case(cast)
    check(case)
    set_onset(case, 3)
    assert check_site(cast, ["DT14_ICANS_LATE"]).closed == 0
    assert late(case).state == QueryState.OPEN
    assert check_site(cast, [LATE]).closed == 1


def test_a_query_asked_again_by_a_person_counts_its_age_anew(cast, sees):
    case = late_case(cast)
    check(case)
    query_close(query=late(case), resolution=Resolution.SETTLED, by=cast.dana)
    before = late(case).asked_at
    query_reopen(query=late(case), text="look at the ward's notes", by=cast.dana)
    assert late(case).asked_at > before
    assert late(case).opened_at <= before


def test_missing_values_are_asked_for_when_the_form_is_complete_or_the_case_has_waited(cast, sees):
    case = Case(cast.sev)
    case.add("infusion_course", infused_on=INFUSED)
    missing = DataQuery.objects.filter(check_code="CO03_MISSCODE_INFUSION_COURSE")
    check(case)
    assert not missing.exists()
    from registry.models import FormStatus

    FormStatus.objects.create(
        site=cast.sev, patient=case.patient, topic="infusion_course", completed_at=dt.datetime.now(dt.UTC),
        completed_by=cast.alice,
    )  # fmt: skip
    check(case)
    assert missing.get().state == QueryState.OPEN
    FormStatus.objects.all().delete()
    check(case)
    assert missing.get().state == QueryState.OPEN, "opening the form again settles nothing"


def test_sites_that_the_context_does_not_see_keep_their_queries(cast):
    with acting_as_system("tests", reason="two sites"):
        case = late_case(cast)
        check(case)
    with acting_as(cast.bob):
        reconcile_cases([case.patient.pk])
    with acting_as_system("tests", reason="look"):
        assert late(case).state == QueryState.OPEN


def test_a_value_that_was_verified_keeps_soft_checks_quiet_until_it_changes(cast, sees, run):
    case = late_case(cast)
    about = {"patient": case.patient, "topic": "crs_episode", "row_id": case.last["crs_episode"].pk}
    value_verify(**about, field="onset_on", text="compared with the chart", by=cast.dana)
    run(case)
    assert not DataQuery.objects.filter(check_code=LATE).exists()
    set_onset(case, 33)
    run(case)
    assert late(case).state == QueryState.OPEN


def test_verifying_a_value_settles_what_soft_checks_have_asked_about_it(cast, sees, run):
    case = late_case(cast)
    run(case)
    about = {"patient": case.patient, "topic": "crs_episode", "row_id": case.last["crs_episode"].pk}
    value_verify(**about, field="onset_on", text="compared with the chart", by=cast.dana)
    assert (late(case).state, late(case).resolution) == (QueryState.CLOSED, Resolution.VERIFIED)
    run(case)
    assert late(case).state == QueryState.CLOSED
    set_onset(case, 34)
    run(case)
    assert late(case).state == QueryState.OPEN


def test_nobody_settles_a_value_that_they_have_not_seen(cast, sees):
    case = late_case(cast)
    check(case)
    episode = case.last["crs_episode"]
    seen = episode.version
    record_change(
        topic=topic_named("crs_episode"), record=episode, values={"onset_on": day(41)}, by=cast.alice,
        version=seen, reason="typed again",
    )  # fmt: skip
    with pytest.raises(WriteRefused, match="changed this row"):
        query_close(query=late(case), resolution=Resolution.VERIFIED, text="seen", by=cast.dana, seen=seen)
    assert late(case).state == QueryState.OPEN
