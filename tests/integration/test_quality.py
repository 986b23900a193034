"""Figures of quality on a small record, counted by hand: completeness, times, rates, queue; who sees what."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.checks.completeness import covariate_missing
from registry.metadata.forms import FORMS
from registry.models import DataQuery, FormStatus, InfusionCourse, Patient, PeerScore, SiteScore
from registry.selectors.peers import Quartiles
from registry.selectors.quality_completeness import Completeness, cases_holding, completeness, holding_counts
from registry.selectors.quality_measures import MEASURES, measure_named
from registry.selectors.quality_queue import oldest_open, queue
from registry.selectors.quality_rates import Rates, rates, values_entered
from registry.selectors.quality_scores import peers
from registry.selectors.quality_times import Times, times
from registry.selectors.quality_variables import TOGETHER, WATCHED, Held
from registry.selectors.query_ages import Age
from registry.selectors.status import form_topics
from registry.services.quality import figures_compute
from sites.context import acting_as, acting_as_system
from sites.models import Site
from tests.factories.quality import (
    INFUSED,
    Case,
    ago,
    full_case,
    further_sites,
    happened,
    small_queries,
    small_record,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(cast):
    """Cases at Sevilla with other gaps each, and one at Houston."""
    return small_record(cast)


# Counted by hand: with a value, with a reason, with nothing. The second course of D is no index infusion.
EXPECTED = {
    "age": (3, 1, 0),
    "product": (4, 0, 0),
    "ferritin": (2, 1, 1),
    "kps": (2, 1, 1),
    "dose": (1, 0, 1),
    "weight": (1, 1, 2),
    "ld": (1, 0, 1),
    "crs": (1, 0, 1),
    "crs_end": (1, 0, 0),
    "icans": (0, 1, 0),
    "anakinra": (1, 0, 1),
    "relapse": (1, 0, 0),
    "contact": (2, 0, 2),
    "death": (0, 0, 1),
    TOGETHER: (2, 0, 2),
}


def test_completeness_counts_values_reasons_and_gaps_of_the_cases_that_are_asked(cast, record) -> None:
    with acting_as(cast.dana):
        found = completeness(InfusionCourse.objects.visible_to(cast.dana))
    assert found == {cast.sev.pk: {code: Completeness(*counts) for code, counts in EXPECTED.items()}}


def test_a_reason_alone_makes_all_covariates_together_a_reason(cast) -> None:
    case = full_case(cast.sev, "R")
    with acting_as_system("tests", reason="a reason"):
        InfusionCourse.objects.filter(patient=case.patient).update(kps=None, missing={"kps": "ND"})
        assert completeness(InfusionCourse.objects.all())[cast.sev.pk][TOGETHER] == Completeness(0, 1, 0)


@pytest.mark.parametrize("code", [TOGETHER, *(entry.code for entry in WATCHED)])
def test_the_list_behind_a_number_has_exactly_the_cases_that_it_counts(cast, record, code) -> None:
    value, reason, empty = EXPECTED.get(code, (0, 0, 0))
    with acting_as(cast.alice):
        lists = {held: list(cases_holding(cast.alice, cast.sev, code, held)) for held in Held}
        assert holding_counts(cast.alice, cast.sev, code) == Completeness(value, reason, empty)
        assert holding_counts(cast.alice, None, code) == Completeness(value, reason, empty)
    assert {held: len(rows) for held, rows in lists.items()} == {
        Held.EMPTY: empty, Held.REASON: reason, Held.VALUE: value}  # fmt: skip


def test_covariates_are_empty_where_the_check_asks_for_them(cast, record) -> None:
    with acting_as(cast.alice):
        asked = set(covariate_missing(InfusionCourse.objects.visible_to(cast.alice)).values_list("pk", flat=True))
        empty = {row.pk for row in cases_holding(cast.alice, cast.sev, TOGETHER, Held.EMPTY)}
    assert asked == empty == {record[name].last["infusion_course"].pk for name in "BC"}


@pytest.fixture
def asked(record):
    """Queries at Sevilla of every kind, and one at Houston."""
    return small_queries(record)


def test_rates_leave_out_mistakes_and_mere_marks_and_count_a_correction_as_a_response(cast, asked) -> None:
    now = timezone.now()
    with acting_as(cast.dana):
        found = rates(DataQuery.objects.visible_to(cast.dana), now)
    sev = found[cast.sev.pk]
    assert (sev.raised, sev.open, sev.responded, sev.settled, sev.handled, sev.reopened) == (6, 2, 4, 2, 5, 1)
    assert sev.open_days == pytest.approx(21.5, abs=0.01)
    assert sev.response_days == pytest.approx(7, abs=0.01)
    assert sev.resolution_days == pytest.approx(7, abs=0.01)
    hou = found[cast.hou.pk]
    assert hou == Rates(raised=1, open=1, open_days=hou.open_days)


def test_values_entered_are_the_entered_fields_that_hold_something(cast, record) -> None:
    with acting_as_system("tests", reason="count"):
        found = values_entered()
        rows = [row for topic in form_topics() for row in _entered(topic, cast.sev)]
    assert found[cast.hou.pk] == 2, "the study id and the age"
    assert found[cast.sev.pk] == sum(value not in (None, "") for value in rows)


def _entered(topic, site):
    for row in topic.model.objects.filter(site=site):
        yield from (getattr(row, field.attname) for field in topic.entered_fields)


def test_times_run_from_infusion_to_entry_and_from_there_to_the_first_complete_form(cast, record) -> None:
    today, entered = timezone.localdate(), ago(0)
    with acting_as_system("tests", reason="times"):
        for name, days in (("A", 10), ("B", 20), ("C", 60)):
            InfusionCourse.objects.filter(patient=record[name].patient).update(infused_on=today - dt.timedelta(days))
        InfusionCourse.objects.filter(patient=record["D"].patient, course_no=1).update(infused_on=today)
        status = complete(record["A"], "patient", cast.alice)
    happened(status, ago(-4))  # said once more later, which changes nothing
    with acting_as_system("tests", reason="look"):
        found = times(Patient.objects.all(), entered)[cast.sev.pk]
    # Four cases, 0, 10, 20 and 60 days; the one form was complete at once, and no case is 90 days old.
    assert found == Times(15, 4, 0, 1, 0, 0)


def complete(case, topic, by):
    return FormStatus.objects.create(
        site=case.site, patient=case.patient, topic=topic, completed_at=timezone.now(), completed_by=by
    )


def test_forms_are_complete_within_90_days_of_entry_or_not(cast, record) -> None:
    """A was entered 100 days ago and complete at once; B was entered then too, one of its forms only today."""
    for name in "AB":
        case = record[name]
        with acting_as_system("tests", reason="complete"):
            statuses = [complete(case, form.first.code, cast.alice) for form in FORMS[:-1]]
        happened(case.patient, ago(100))
        for status in statuses[: -1 if name == "B" else None]:
            happened(status, ago(90))
        with acting_as_system("tests", reason="the last form"):
            last = complete(case, FORMS[-1].first.code, cast.alice)
        happened(last, ago(20))
    with acting_as_system("tests", reason="look"):
        found = times(Patient.objects.filter(site=cast.sev), timezone.now())[cast.sev.pk]
        assert (found.due, found.done) == (2, 1)
        assert found.first_form_days == pytest.approx(10, abs=0.01)
        FormStatus.objects.filter(patient=record["A"].patient, topic="lab").update(is_complete=False)
        again = times(Patient.objects.filter(site=cast.sev), timezone.now())[cast.sev.pk]
        assert (again.due, again.done) == (2, 0), "opened again and not complete now"


def test_the_queue_counts_what_waits_by_site_topic_check_and_age(cast, asked) -> None:
    now = timezone.now()
    with acting_as(cast.dana):
        found, oldest = queue(cast.dana, now), oldest_open(cast.dana)
    assert found.sites[cast.sev.pk].open == {Age.WEEK: 1, Age.QUARTER: 1}
    assert found.sites[cast.sev.pk].answered == {Age.MONTH: 1}
    assert found.sites[cast.hou.pk].open == {Age.MONTH: 1}
    assert found.topics["crs_episode"].open_count == 1
    assert found.topics["patient"].open_count == 2
    assert (found.checks["DT12_CRS_LATE"].open_count, found.checks[""].open_count) == (1, 2)
    assert (found.all.open_count, found.all.answered_count) == (3, 1)
    assert oldest == {cast.sev.pk: asked["again"], cast.hou.pk: asked["houston"]}


def test_a_person_of_one_site_counts_that_site_alone(cast, asked) -> None:
    with acting_as(cast.alice):
        found = queue(cast.alice, timezone.now())
        assert set(found.sites) == set(oldest_open(cast.alice)) == {cast.sev.pk}
        assert found.all.open_count == 2


@pytest.fixture
def computed(cast, asked):
    """The figures of two hospitals."""
    assert figures_compute() == 2
    return cast


def test_figures_are_kept_by_site_and_a_second_run_replaces_them(computed) -> None:
    with acting_as_system("tests", reason="look"):
        before = SiteScore.objects.get(site=computed.sev)
        figures_compute()
        after = SiteScore.objects.get(site=computed.sev)
    assert (after.pk, after.figures) == (before.pk, before.figures)
    assert after.taken_at > before.taken_at
    assert after.figures[TOGETHER] == {"value": 50.0, "of": 4, "count": 2, "reason": 0, "empty": 2}
    assert after.figures["reopened"] == {"value": 20.0, "of": 5, "count": 1}
    assert after.figures["open_days"] == {"value": 21.5, "of": 2}
    values = after.figures["queries_per_1000"]["of"]
    assert after.figures["queries_per_1000"] == {"value": round(6000 / values, 1), "of": values, "count": 6}
    assert set(after.figures) == {measure.code for measure in MEASURES}


def test_nobody_reads_figures_of_all_where_fewer_than_five_hospitals_contribute(computed) -> None:
    assert set(peers().values()) == {5}
    assert PeerScore.objects.filter(figures__has_key="median").count() == 0


def peers_of(ages: list[int]) -> Quartiles | int:
    """Return the peers of the completeness of age, each hospital with five cases of which so many have one."""
    for site, with_age in zip(Site.objects.order_by("code"), ages, strict=False):
        for number in range(5):
            case = Case(site, f"P{number}", age_at_infusion=60 if number < with_age else None)
            case.add("infusion_course", infused_on=INFUSED)
    figures_compute()
    return peers()["age"]


def test_five_hospitals_give_quartiles_on_a_coarse_grid(cast) -> None:
    further_sites(3)
    assert peers_of([0, 2, 3, 4, 5]) == Quartiles(40, 60, 80)


def test_a_hospital_with_too_few_cases_does_not_count_among_the_five(cast) -> None:
    *_others, last = further_sites(3)
    for number in range(2):
        Case(last, f"L{number}", age_at_infusion=60).add("infusion_course")
    assert peers_of([0, 2, 3, 4]) == 5


def test_figures_cost_the_same_queries_for_many_hospitals(computed) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            figures_compute()
        return len(captured)

    before = cost()
    for site in further_sites(4):
        full_case(site, "F").query(asked=3)
    assert cost() == before


def test_the_words_of_the_measure_name_the_days_that_are_counted() -> None:
    from registry.selectors.quality_times import COMPLETE_WITHIN_DAYS

    assert str(COMPLETE_WITHIN_DAYS) in measure_named("complete_90").label
