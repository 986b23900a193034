"""A dry run says what a setting would find, ask and close at each site, and changes nothing."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.checks.declared import Severity, edit_checks
from registry.checks.settings import WAITING
from registry.models import CheckRun, CheckSetting, DataQuery, FormStatus, Patient, QueryEntry, Resolution
from registry.services import dry_run as service
from registry.services.check_settings import setting_now, setting_proposed
from registry.services.dry_run import Outcome, dry_run
from registry.services.queries import query_close
from registry.services.reconcile import reconcile_sites
from sites.context import acting_as, acting_as_system
from tests.integration.checks.case_of import Case, day
from tests.walls import nobody_acting

pytestmark = pytest.mark.django_db
LATE = "DT12_CRS_LATE"


def case(site, number, onset, **episode):
    """A case of one episode that begins so many days after the infusion."""
    made = Case(site)
    with acting_as_system("tests", reason="a name"):
        Patient.objects.filter(pk=made.patient.pk).update(study_id=f"{site.code}-{number}")
    made.add("crs_episode", onset_on=day(onset), **episode)
    return made


def run_checks(*sites):
    with acting_as_system("tests", reason="run the checks"):
        reconcile_sites([site.pk for site in sites])


def proposal(days=21, *, is_on=True, code=LATE):
    return setting_proposed(code, is_on=is_on, thresholds={"days": str(days)})


def settle(made, resolution, by):
    with acting_as_system("tests", reason="settle"):
        query_close(query=DataQuery.objects.get(check_code=LATE, patient=made.patient), resolution=resolution,
                    text="the chart says so", by=by)  # fmt: skip


def set_onset(made, number):
    with acting_as_system("tests", reason="a change"):
        row = made.last["crs_episode"]
        type(row).objects.filter(pk=row.pk).update(onset_on=day(number))


@pytest.fixture
def scene(cast):
    """At Sevilla: asked, verified, verified and then changed, in time. At Houston: asked, and late since the run."""
    asked, quiet, changed, early = (case(cast.sev, number, onset) for number, onset in enumerate((23, 40, 41, 3), 1))
    case(cast.hou, 1, 25)
    later = case(cast.hou, 2, 5)
    run_checks(cast.sev, cast.hou)
    settle(quiet, Resolution.VERIFIED, cast.dana)
    settle(changed, Resolution.EXCLUDED, cast.dana)
    set_onset(changed, 42)
    set_onset(later, 50)
    return {"asked": asked, "quiet": quiet, "changed": changed, "early": early, "later": later}


def counts(run):
    return {fires.site.code: {outcome.value: count for outcome, count in fires.counts.items()} for fires in run.sites}


def test_it_counts_at_each_site_what_is_new_what_is_asked_and_what_stays_quiet(cast, scene):
    run = dry_run(proposal(21), by=cast.dana)
    assert counts(run) == {"SEV": {"asked": 1, "quiet": 1, "reopens": 1}, "HOU": {"asked": 1, "opens": 1}}
    assert (run.all.cases, run.all.found, run.all.new) == (6, 5, 2)


def test_other_thresholds_find_other_rows_and_close_other_queries(cast, scene):
    assert counts(dry_run(proposal(24), by=cast.dana)) == {
        "SEV": {"quiet": 1, "reopens": 1, "closes": 1}, "HOU": {"asked": 1, "opens": 1}}  # fmt: skip
    assert counts(dry_run(proposal(45), by=cast.dana)) == {"SEV": {"closes": 1}, "HOU": {"opens": 1, "closes": 1}}
    set_onset(scene["early"], 8)
    assert counts(dry_run(proposal(7), by=cast.dana))["SEV"] == {"asked": 1, "quiet": 1, "reopens": 1, "opens": 1}


def test_a_check_that_is_to_be_switched_off_finds_nothing_and_closes_its_queries(cast, scene):
    run = dry_run(proposal(21, is_on=False), by=cast.dana)
    assert counts(run) == {"SEV": {"closes": 1}, "HOU": {"closes": 1}}
    assert (run.all.found, run.all.new, run.sample) == (0, 0, [])


def test_what_it_says_is_what_the_run_then_does(cast, scene):
    said = dry_run(proposal(24), by=cast.dana).all
    with acting_as_system("tests", reason="do it"):
        CheckSetting.objects.create(
            check_code=LATE, thresholds={"days": "24"}, reason="agreed", set_by=cast.dana, set_at="2026-01-01T00:00Z"
        )
        did = reconcile_sites([cast.sev.pk, cast.hou.pk], [LATE])
    assert (did.found, did.opened, did.reopened, did.closed) == (
        said.found, said.counts[Outcome.OPENS], said.counts[Outcome.REOPENS], said.counts[Outcome.CLOSES])  # fmt: skip
    after = dry_run(setting_now(LATE), by=cast.dana).all
    assert (after.new, after.counts[Outcome.CLOSES]) == (0, 0)


def test_the_work_is_told_in_hours_and_per_hundred_cases(cast, scene):
    run = dry_run(proposal(21), by=cast.dana)
    assert run.all.per_100 == pytest.approx(100 * 2 / 6)
    assert [fires.per_100 for fires in run.sites] == [pytest.approx(50), pytest.approx(25)]
    assert run.hours == (pytest.approx(2 * 20 / 60), pytest.approx(2 * 30 / 60))


def test_the_sample_shows_what_is_new_first_of_each_site_in_turn_and_no_more_than_ten(cast, scene):
    sample = dry_run(proposal(21), by=cast.dana).sample
    assert [fire.outcome for fire in sample] == ["opens", "reopens", "asked", "asked", "quiet"]
    assert (sample[0].row_id, sample[0].patient_id) == (
        scene["later"].last["crs_episode"].pk, scene["later"].patient.pk)  # fmt: skip
    for number in range(3, 15):
        case(cast.sev, number + 10, 60 + number)
    assert [fire.outcome for fire in dry_run(proposal(21), by=cast.dana).sample].count("opens") == 10


def snapshot():
    with acting_as_system("tests", reason="look"):
        models = (DataQuery, QueryEntry, CheckSetting, CheckRun)
        return [list(model.objects.order_by("pk").values()) for model in models]


def test_nothing_is_written(cast, scene):
    before = snapshot()
    with CaptureQueriesContext(connection) as seen:
        dry_run(proposal(30), by=cast.dana)
    assert snapshot() == before
    written = ("INSERT", "UPDATE", "DELETE", "CREATE", "TRUNCATE")
    assert not [query["sql"] for query in seen if query["sql"].lstrip().upper().startswith(written)]


def test_one_query_counts_however_many_rows_there_are(cast, scene):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            dry_run(proposal(7), by=cast.dana)
        return len(seen)

    few = queries()
    for number in range(3, 20):
        case(cast.sev, number + 10, 60)
    assert queries() == few


def test_a_new_check_counts_as_it_would_be_switched_on(cast, scene):
    with acting_as_system("tests", reason="off"):
        CheckSetting.objects.create(
            check_code=LATE, is_on=False, reason="too many", set_by=cast.dana, set_at="2026-01-01T00:00Z"
        )
        reconcile_sites([cast.sev.pk, cast.hou.pk])
    run = dry_run(proposal(21), by=cast.dana)
    assert counts(run) == {"SEV": {"reopens": 2, "quiet": 1}, "HOU": {"reopens": 1, "opens": 1}}


def test_the_wait_for_missing_values_is_counted_over_all_checks_that_wait(cast):
    case(cast.sev, 1, 3)
    assert dry_run(setting_proposed(WAITING, is_on=True, thresholds={"days": "14"}), by=cast.dana).all.new == 0
    now = dry_run(setting_proposed(WAITING, is_on=True, thresholds={"days": "0"}), by=cast.dana)
    assert now.all.new >= 4
    assert len({fire.check_code for fire in now.sample}) > 1
    with acting_as_system("tests", reason="complete"):
        patient = Patient.objects.get()
        FormStatus.objects.create(
            site=cast.sev, patient=patient, topic="infusion_course", completed_by=cast.alice,
            completed_at="2026-01-01T00:00Z",
        )  # fmt: skip
    one = dry_run(setting_proposed(WAITING, is_on=True, thresholds={"days": "14"}), by=cast.dana).all.new
    assert 0 < one < now.all.new


def test_a_check_that_only_stops_a_lock_asks_nothing(cast, scene):
    for check in edit_checks():
        if check.severity is Severity.LOCKING:
            run = dry_run(setting_now(check.code), by=cast.dana)
            assert not run.asks
            assert run.all.new == 0
            assert set(run.all.counts) == set(Outcome)


def test_a_dry_run_that_takes_too_long_is_stopped_and_told_in_words(cast, scene, monkeypatch):
    monkeypatch.setattr(service, "_COUNTS", service._COUNTS.replace("FROM laid", "FROM laid, pg_sleep(5)"))
    with acting_as(cast.dana):
        with pytest.raises(ValidationError, match="stopped after 0.2 seconds"):
            dry_run(proposal(21), by=cast.dana, seconds=0.2)
        assert Patient.objects.count() == 6, "the request goes on"
        assert timeout_now() == "0"


def test_the_time_allowed_holds_for_the_dry_run_alone(cast, scene):
    with acting_as(cast.dana):
        dry_run(proposal(21), by=cast.dana)
        assert timeout_now() == "0"


def timeout_now():
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("name", ["alice", "ivan", "judy", "adam", "eve"])
def test_only_data_managers_may(cast, name):
    with pytest.raises(PermissionDenied), nobody_acting():
        dry_run(proposal(21), by=cast[name])
