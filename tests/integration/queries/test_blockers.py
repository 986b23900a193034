"""What stops completing and locking: the blocking checks, in words, until a data manager lets one pass."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from registry.metadata import topic_named
from registry.models import CaseLock, CrsEpisode, DataQuery, FormStatus, QueryState, Resolution, SiteLock
from registry.services.check_settings import check_set
from registry.services.derive import derive_patients
from registry.services.locks import case_lock, site_lock
from registry.services.queries import query_close, query_reopen
from registry.services.reconcile import reconcile_cases
from registry.services.records import record_change, record_create
from registry.services.refusals import WriteRefused
from registry.services.status import form_complete, forms_complete
from sites.context import acting_as_system
from tests.integration.checks.case_of import Case, day

pytestmark = pytest.mark.django_db
BEFORE = "DT11_CRS_PRE"
CRS_WORDS = "CRS episode: CRS begins before the CAR-T infusion. Check both dates."
COVARIATE_WORDS = "A covariate of the models is missing"
DAY_OF_LOCK = dt.date(2022, 1, 1)


@pytest.fixture
def case(cast):
    """A case whose CRS is dated before the infusion and that lacks covariates, with the questions raised."""
    case = Case(cast.sev)
    case.add("crs_episode", onset_on=day(-3))
    check(case)
    return case


def check(case):
    with acting_as_system("tests", reason="run the checks"):
        reconcile_cases([case.patient.pk])


def query_of(case, check=BEFORE):
    with acting_as_system("tests", reason="look"):
        return DataQuery.objects.get(patient=case.patient, check_code=check)


def close(case, cast, resolution):
    query_close(query=query_of(case), resolution=resolution, text="the chart says so", by=cast.dana)


def set_onset(case, cast, number):
    with acting_as_system("tests", reason="look"):
        record = CrsEpisode.objects.get(pk=case.last["crs_episode"].pk)
    record_change(
        topic=topic_named("crs_episode"), record=record, values={"onset_on": day(number)}, by=cast.alice,
        version=record.version, reason="corrected",
    )  # fmt: skip


def completing(case, cast, *topics):
    """The words in which completing is refused, none where it is done."""
    try:
        forms_complete(patient=case.patient, topics=topics or ["crs_episode"], by=cast.alice)
    except WriteRefused as refused:
        return refused.messages
    return []


def locking(case, cast, topic=""):
    """The words in which locking is refused, none where it is done."""
    try:
        case_lock(patient=case.patient, by=cast.dana, reason="analysis", topic=topic)
    except WriteRefused as refused:
        return refused.messages
    return []


def held():
    """What is completed and what is locked."""
    with acting_as_system("tests", reason="look"):
        complete = FormStatus.objects.filter(is_complete=True).values_list("topic", flat=True)
        return sorted(complete), sorted(CaseLock.objects.values_list("topic", flat=True)), SiteLock.objects.count()


def test_a_form_is_not_completed_while_a_blocking_check_stands_and_the_refusal_says_which(case, cast):
    assert completing(case, cast) == [CRS_WORDS]
    assert held() == ([], [], 0)
    set_onset(case, cast, 2)
    assert completing(case, cast) == []
    assert held() == (["crs_episode"], [], 0)


def test_checks_of_other_forms_do_not_stop_a_form_nor_do_those_of_the_lock(case, cast):
    assert completing(case, cast, "infusion_course", "lab") == []
    assert held() == (["infusion_course", "lab"], [], 0)


def test_of_several_forms_of_a_page_none_is_completed_where_one_is_stopped(case, cast):
    case.add("crs_assessment", grade_reported=3, temp_max_c=37, has_hypotension=False, vasopressors=0,
             oxygen="ROOM_AIR", assessed_on=day(1))  # fmt: skip
    refused = completing(case, cast, "crs_episode", "crs_assessment")
    assert CRS_WORDS in refused
    assert held() == ([], [], 0)


def test_a_case_is_not_locked_for_blocking_checks_and_for_those_of_the_lock(case, cast):
    refused = locking(case, cast)
    assert refused[0].startswith(f"Infusion course: {COVARIATE_WORDS}")
    assert refused[1:] == [CRS_WORDS]
    assert held() == ([], [], 0)


def test_the_lock_of_one_form_asks_the_checks_of_that_form_alone(case, cast):
    assert locking(case, cast, "crs_episode") == [CRS_WORDS]
    assert locking(case, cast, "infusion_course")[0].startswith(f"Infusion course: {COVARIATE_WORDS}")
    assert locking(case, cast, "lab") == []
    assert held() == ([], ["lab"], 0)


def test_a_site_is_not_locked_and_the_refusal_names_its_cases(case, cast):
    with pytest.raises(WriteRefused) as refused:
        site_lock(site=cast.sev, until_on=DAY_OF_LOCK, by=cast.dana, reason="analysis")
    assert refused.value.messages[0] == "1 case cannot be locked yet: SEV-0001."
    assert CRS_WORDS in refused.value.messages
    assert held() == ([], [], 0)


def test_cases_after_the_day_of_a_lock_and_other_sites_do_not_stop_it(case, cast):
    site_lock(site=cast.sev, until_on=day(-30), by=cast.dana, reason="analysis")
    site_lock(site=cast.hou, until_on=DAY_OF_LOCK, by=cast.dana, reason="analysis")
    assert held() == ([], [], 2)


@pytest.mark.parametrize("resolution", [Resolution.VERIFIED, Resolution.EXCLUDED])
def test_what_a_data_manager_lets_pass_stops_nothing_until_the_value_changes(case, cast, resolution):
    close(case, cast, resolution)
    assert completing(case, cast) == []
    assert locking(case, cast, "crs_episode") == []
    with acting_as_system("tests", reason="unlock"):
        CaseLock.objects.all().delete()
    set_onset(case, cast, -4)
    assert query_of(case).state == QueryState.OPEN
    assert completing(case, cast) == [CRS_WORDS]
    assert locking(case, cast, "crs_episode") == [CRS_WORDS]


@pytest.mark.parametrize("resolution", [Resolution.SETTLED, Resolution.FIXED, Resolution.CANCELLED])
def test_other_decisions_close_the_query_and_stop_all_the_same(case, cast, resolution):
    close(case, cast, resolution)
    assert completing(case, cast) == [CRS_WORDS]
    assert CRS_WORDS in locking(case, cast)


def test_a_query_asked_again_stops_again(case, cast):
    close(case, cast, Resolution.VERIFIED)
    query_reopen(query=query_of(case), text="the chart says otherwise", by=cast.dana)
    assert completing(case, cast) == [CRS_WORDS]


def test_a_covariate_that_is_excluded_with_a_reason_does_not_stop_the_lock(case, cast):
    set_onset(case, cast, 2)
    with acting_as_system("tests", reason="asked for"):
        FormStatus.objects.create(
            site=cast.sev, patient=case.patient, topic="infusion_course", completed_by=cast.alice,
            completed_at=dt.datetime.now(dt.UTC),
        )  # fmt: skip
    check(case)
    assert locking(case, cast)[0].startswith(f"Infusion course: {COVARIATE_WORDS}")
    missing = query_of(case, "CO01_MVA")
    query_close(query=missing, resolution=Resolution.EXCLUDED, text="no sample was taken", by=cast.dana)
    assert locking(case, cast) == []


def test_a_check_that_is_switched_off_stops_nothing(case, cast):
    check_set(code=BEFORE, is_on=False, thresholds={}, reason="under review", by=cast.dana)
    assert completing(case, cast) == []


def test_a_draft_is_saved_whatever_is_wrong_with_it(case, cast):
    course = case.last["infusion_course"]
    values = {"crs_no": 2, "onset_on": day(-9), "is_resolved": True, "max_grade": 5}
    saved = record_create(topic=topic_named("crs_episode"), parent=course, values=values, by=cast.alice)
    set_onset(case, cast, -8)
    with acting_as_system("tests", reason="look"):
        asked = DataQuery.objects.filter(check_code=BEFORE, state=QueryState.OPEN).values_list("row_id", flat=True)
        assert set(asked) == {saved.pk, case.last["crs_episode"].pk}


def test_a_completed_form_may_be_changed_into_what_a_check_finds_and_is_asked_about(case, cast):
    set_onset(case, cast, 2)
    form_complete(patient=case.patient, topic="crs_episode", by=cast.alice)
    set_onset(case, cast, -5)
    assert query_of(case).state == QueryState.OPEN
    assert held() == (["crs_episode"], [], 0)


def test_no_more_than_five_checks_are_named_and_the_others_counted(case, cast):
    wrong = {"onset_on": day(-3), "is_resolved": True, "max_grade": 5, "max_grade_on": day(-9)}
    case.add("follow_up", last_contact_on=day(-60), vital_status="ALIVE")
    case.add("crs_episode", crs_no=2, **wrong)
    case.add("crs_assessment", assessed_on=day(-2), grade_reported=4, temp_max_c=36, had_antipyretic=False,
             has_hypotension=False, vasopressors=0, oxygen="ROOM_AIR")  # fmt: skip
    case.add("crs_episode", crs_no=3, onset_on=day(-3), max_grade=1)
    case.add("crs_assessment", assessed_on=day(-2), grade_reported=2)
    with acting_as_system("tests", reason="computed values"):
        derive_patients([case.patient.pk])
    refused = completing(case, cast)
    assert len(refused) == 6
    assert refused[-1].endswith("more.")


@pytest.fixture
def unasked(cast):
    """A case just entered: its covariates and the date of its resolution are missing, and nobody asks yet."""
    case = Case(cast.sev)
    case.add("crs_episode", onset_on=day(3), is_resolved=True)
    check(case)
    assert codes_asked(case) == set()
    return case


def codes_asked(case):
    with acting_as_system("tests", reason="look"):
        return set(DataQuery.objects.filter(patient=case.patient).values_list("check_code", flat=True))


def test_what_is_missing_is_asked_once_it_stops_a_form_so_that_somebody_can_let_it_pass(cast, unasked, signed_in):
    said = {"act": "complete", "topic": "crs_episode", "reason": ""}
    signed_in(cast.alice).post(reverse("case_forms", args=[unasked.patient.pk]), said)
    assert held() == ([], [], 0)
    assert codes_asked(unasked) == {"CO02_EVT_CRS"}
    query_close(query=query_of(unasked, "CO02_EVT_CRS"), resolution="VERIFIED", text="not in the chart", by=cast.dana)
    assert completing(unasked, cast, "crs_episode") == []


@pytest.mark.parametrize("reach", ["case", "site"])
def test_what_is_missing_is_asked_once_it_stops_a_lock(cast, unasked, signed_in, reach):
    if reach == "case":
        address, said = reverse("case_locks", args=[unasked.patient.pk]), {"topic": "", "reason": "analysis"}
    else:
        day_of_lock = {"SEV-until_on": DAY_OF_LOCK.isoformat(), "SEV-reason": "analysis"}
        address, said = reverse("site_lock", args=[cast.sev.pk]), day_of_lock
    signed_in(cast.dana).post(address, {"act": "lock", **said})
    assert held()[:2] == ([], [])
    assert codes_asked(unasked) == {"CO01_MVA", "CO02_EVT_CRS"}
