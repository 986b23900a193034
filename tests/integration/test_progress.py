"""How far the forms of a case are: standing, what is missing, what is one's own draft, and at what cost."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from registry.metadata.forms import FORMS
from registry.models import (
    CaseLock,
    CrsAssessment,
    CrsEpisode,
    DataQuery,
    Death,
    Draft,
    FollowUp,
    FormStatus,
    InfusionCourse,
    NoneOccurred,
    Patient,
    QueryState,
    SiteLock,
)
from registry.selectors.progress import FormProgress, Standing, forms_progress
from registry.services.signatures import case_sign, signed_cases
from sites.context import acting_as, acting_as_system
from tests.factories.files import create_products
from tests.factories.whole_case import whole_case

pytestmark = pytest.mark.usefixtures("looking_on")
INFUSED = dt.date(2021, 6, 10)


@pytest.fixture
def patient(cast) -> Patient:
    """A case of Sevilla with nothing but its number."""
    create_products()
    return Patient.objects.create(site=cast.sev, study_id="A-1")


@pytest.fixture
def course(patient) -> InfusionCourse:
    return InfusionCourse.objects.create(
        site=patient.site, patient=patient, course_no=1, infused_on=INFUSED, product_id="AXI"
    )


@pytest.fixture
def episode(course) -> CrsEpisode:
    return CrsEpisode.objects.create(site=course.site, course=course, crs_no=1)


def progress(user, patient, code) -> FormProgress:
    return next(found for found in forms_progress(user, [patient])[patient.pk] if found.form.code == code)


def complete(patient, *topics, by) -> None:
    FormStatus.objects.bulk_create(
        FormStatus(site=patient.site, patient=patient, topic=code, completed_at=timezone.now(), completed_by=by)
        for code in topics
    )


def test_a_case_has_all_forms_in_the_order_of_the_rail(cast, patient) -> None:
    assert [found.form for found in forms_progress(cast.alice, [patient])[patient.pk]] == list(FORMS)


def test_every_standing_has_its_own_shape_and_words_in_both_languages() -> None:
    assert len({standing.shape for standing in Standing}) == len({str(s.words) for s in Standing}) == len(Standing)
    with translation.override("es"):
        assert all(str(standing.words) for standing in Standing)
    assert {standing.tone for standing in Standing} <= {"plain", "busy", "good", "wait"}


def test_nothing_is_missing_in_a_case_with_a_value_in_every_field(cast) -> None:
    patient = whole_case(cast.sev, "SEV-1", judge=cast.judy)
    FollowUp.objects.update(vital_status="DEAD")
    found = forms_progress(cast.alice, [patient])[patient.pk]
    assert {form.form.code: form.missing for form in found if form.missing} == {}
    assert {form.standing for form in found} == {Standing.IN_PROGRESS}
    assert {form.rows for form in found} == {1}


def test_a_form_without_a_row_is_not_started_and_misses_nothing(cast, patient) -> None:
    found = progress(cast.alice, patient, "lab")
    assert (found.standing, found.rows, found.missing) == (Standing.NOT_STARTED, 0, ())


def test_what_is_empty_without_a_reason_is_missing(cast, patient) -> None:
    patient.sex, patient.missing = "FEMALE", {"race": "UNK", "consent_basis": "ND"}
    patient.save()
    labels = [label for label, _count in progress(cast.alice, patient, "patient").missing]
    assert labels == [
        "Year of birth",
        "Age at first infusion",
        "Ethnicity",
        "Country of residence",
        "Developmental delay",
    ]


@pytest.mark.parametrize(
    ("values", "missing", "is_asked"),
    [
        ({"oxygen": "LOW_FLOW"}, {}, True),
        ({"oxygen": "ROOM_AIR"}, {}, False),
        ({"oxygen": None}, {}, False),
        ({"oxygen": None}, {"oxygen": "ND"}, False),
        ({"oxygen": "LOW_FLOW"}, {"oxygen_flow_l_min": "UNK"}, False),
        ({"oxygen": "LOW_FLOW", "oxygen_flow_l_min": 2}, {}, False),
    ],
)
def test_a_field_counts_only_where_it_is_asked(cast, patient, episode, values, missing, is_asked) -> None:
    CrsAssessment.objects.create(
        site=patient.site, episode=episode, assessed_on=INFUSED, missing=missing, **{"oxygen_flow_l_min": None} | values
    )
    found = dict(progress(cast.alice, patient, "crs_episode").missing)
    assert ("Oxygen flow" in found) == is_asked


@pytest.mark.parametrize(("is_resolved", "is_asked"), [(True, True), (False, False), (None, False)])
def test_the_answer_of_a_flag_decides_as_a_code_does(cast, patient, episode, is_resolved, is_asked) -> None:
    CrsEpisode.objects.update(is_resolved=is_resolved)
    assert ("Resolution of CRS" in dict(progress(cast.alice, patient, "crs_episode").missing)) == is_asked


@pytest.mark.parametrize(("kps", "is_asked"), [(80, True), (None, False)])
def test_any_answer_may_be_what_asks(cast, patient, course, kps, is_asked) -> None:
    InfusionCourse.objects.update(kps=kps)
    found = dict(progress(cast.alice, patient, "infusion_course").missing)
    assert ("Scale of that status" in found) == is_asked


def test_neither_keys_nor_notes_nor_what_is_optional_or_computed_is_missing(cast, patient, course, episode) -> None:
    CrsAssessment.objects.create(site=patient.site, episode=episode, assessed_on=INFUSED)
    found = [label for form in forms_progress(cast.alice, [patient])[patient.pk] for label, _count in form.missing]
    for label in ("Note", "Day", "Course number", "ECOG performance status before lymphodepletion", "Study id"):
        assert label not in found
    assert not [label for label in found if "computed" in label]


def test_the_first_fields_are_named_with_how_often_and_how_many_follow(cast, patient, episode) -> None:
    for day in range(3):
        CrsAssessment.objects.create(
            site=patient.site, episode=episode, assessed_on=INFUSED + dt.timedelta(days=day), temp_max_c=38
        )
    CrsEpisode.objects.update(onset_on=INFUSED, is_resolved=False, max_grade=2, max_grade_on=INFUSED)
    found = progress(cast.alice, patient, "crs_episode")
    assert found.missing_words.startswith("Fever has another cause (3), Antipyretic given (3), ")
    assert found.missing_words.endswith(f"and {len(found.missing) - 3} more")
    assert found.missing_count == 3 * len(found.missing)


def test_a_form_of_several_topics_is_complete_with_all_that_have_rows(cast, patient, episode) -> None:
    complete(patient, "crs_episode", by=cast.alice)
    assert progress(cast.alice, patient, "crs_episode").standing == Standing.COMPLETE
    CrsAssessment.objects.create(site=patient.site, episode=episode, assessed_on=INFUSED)
    assert progress(cast.alice, patient, "crs_episode").standing == Standing.IN_PROGRESS
    complete(patient, "crs_assessment", by=cast.alice)
    assert progress(cast.alice, patient, "crs_episode").standing == Standing.COMPLETE
    FormStatus.objects.filter(topic="crs_episode").update(is_complete=False)
    assert progress(cast.alice, patient, "crs_episode").standing == Standing.IN_PROGRESS


def test_a_form_without_rows_may_be_said_to_be_complete(cast, patient) -> None:
    complete(patient, "response", by=cast.alice)
    assert progress(cast.alice, patient, "response").standing == Standing.COMPLETE


def test_none_occurred_is_an_answer_until_there_is_a_row(cast, patient, course) -> None:
    NoneOccurred.objects.create(
        site=patient.site, patient=patient, topic="crs_episode", said_at=timezone.now(), said_by=cast.alice
    )
    found = progress(cast.alice, patient, "crs_episode")
    assert (found.standing, found.said_none) == (Standing.NONE_OCCURRED, True)
    CrsEpisode.objects.create(site=course.site, course=course, crs_no=1)
    assert progress(cast.alice, patient, "crs_episode").standing == Standing.IN_PROGRESS


@pytest.mark.parametrize(
    ("status", "has_death", "missing"),
    [("ALIVE", False, 0), ("ALIVE", True, 0), (None, True, 0), ("DEAD", False, 5), ("DEAD", True, 5)],
)
def test_a_death_is_asked_about_the_dead_alone(cast, patient, status, has_death, missing) -> None:
    missing_status = {} if status else {"vital_status": "ND"}
    FollowUp.objects.create(site=patient.site, patient=patient, vital_status=status, missing=missing_status)
    if has_death:
        Death.objects.create(site=patient.site, patient=patient)
    found = dict(progress(cast.alice, patient, "follow_up").missing)
    found.pop("Date of last contact")
    assert sum(found.values()) == missing, found


def test_a_death_alone_starts_the_form_of_follow_up(cast, patient) -> None:
    Death.objects.create(site=patient.site, patient=patient)
    assert progress(cast.alice, patient, "follow_up").standing == Standing.IN_PROGRESS


def ask(patient, topic, row, state=QueryState.OPEN) -> DataQuery:
    """A query of a person about a row."""
    now = timezone.now()
    return DataQuery.objects.create(
        site=patient.site, patient=patient, topic=topic, row_id=row.pk, text="Is that so?", state=state, opened_at=now,
        asked_at=now,
    )  # fmt: skip


def test_an_open_query_outranks_what_was_entered_and_is_counted(cast, patient, episode) -> None:
    complete(patient, "crs_episode", "crs_assessment", by=cast.alice)
    query = ask(patient, "crs_episode", episode)
    ask(patient, "crs_assessment", episode)
    found = progress(cast.alice, patient, "crs_episode")
    assert (found.standing, found.queries) == (Standing.QUERY_OPEN, 2)
    assert progress(cast.alice, patient, "patient").queries == 0
    DataQuery.objects.exclude(pk=query.pk).delete()
    query.state = QueryState.ANSWERED
    query.save()
    found = progress(cast.alice, patient, "crs_episode")
    assert (found.standing, found.queries) == (Standing.COMPLETE, 0), "an answered query waits for the registry"


def test_locks_and_signatures_outrank_an_open_query(cast, patient, episode) -> None:
    ask(patient, "crs_episode", episode)
    with acting_as(cast.ivan):
        case_sign(patient=patient, by=cast.ivan)
    found = progress(cast.alice, patient, "crs_episode")
    assert (found.standing, found.queries) == (Standing.SIGNED, 1)
    CaseLock.objects.create(site=patient.site, patient=patient, topic="", reason="analysis", locked_by=cast.dana)
    assert progress(cast.alice, patient, "crs_episode").standing == Standing.LOCKED


def test_a_query_of_another_case_counts_there_alone(cast, patient, episode) -> None:
    other = Patient.objects.create(site=cast.sev, study_id="A-2")
    ask(patient, "crs_episode", episode)
    found = {
        case: sum(form.queries for form in forms)
        for case, forms in forms_progress(cast.alice, [patient, other]).items()
    }
    assert found == {patient.pk: 1, other.pk: 0}


def test_a_draft_is_told_to_who_typed_it_alone(cast, patient) -> None:
    Draft.objects.create(
        site=patient.site, patient=patient, owner=cast.alice, form="disease", saved_at=timezone.now(), typed={"a": "b"}
    )
    assert progress(cast.alice, patient, "disease").has_draft
    assert not progress(cast.alice, patient, "patient").has_draft
    assert not progress(cast.carol, patient, "disease").has_draft


@pytest.mark.parametrize(("topic", "held"), [("", len(FORMS)), ("crs_assessment", 1)])
def test_a_lock_of_the_case_or_of_a_topic_shows(cast, patient, topic, held) -> None:
    CaseLock.objects.create(site=patient.site, patient=patient, topic=topic, reason="audit", locked_by=cast.dana)
    found = [form.standing for form in forms_progress(cast.alice, [patient])[patient.pk]]
    assert found.count(Standing.LOCKED) == held


@pytest.mark.parametrize(("days", "is_held"), [(0, True), (1, True), (-1, False)])
def test_the_lock_of_the_site_shows_where_it_reaches_the_infusion(cast, patient, course, days, is_held) -> None:
    until = INFUSED + dt.timedelta(days=days)
    SiteLock.objects.create(site=patient.site, until_on=until, reason="year", locked_by=cast.dana)
    found = {form.standing for form in forms_progress(cast.alice, [patient])[patient.pk]}
    assert (found == {Standing.LOCKED}) == is_held


def test_a_signature_shows_until_the_record_changes(cast, patient, course) -> None:
    with acting_as(cast.ivan):
        case_sign(patient=patient, by=cast.ivan)
    assert {form.standing for form in forms_progress(cast.alice, [patient])[patient.pk]} == {Standing.SIGNED}
    assert signed_cases([patient]) == {patient.pk: True}
    InfusionCourse.objects.update(kps=80)
    assert progress(cast.alice, patient, "infusion_course").standing == Standing.IN_PROGRESS
    assert signed_cases([patient]) == {patient.pk: False}


@pytest.mark.parametrize("wall_off", ["", "without_scoping", "without_policies"], indirect=True)
def test_a_case_of_another_site_is_left_out(cast, patient, wall_off) -> None:
    with acting_as(cast.bob):
        assert forms_progress(cast.bob, [patient]) == {}


def test_a_hundred_cases_cost_as_many_queries_as_one(cast) -> None:
    first = whole_case(cast.sev, "SEV-0", judge=cast.judy)
    case_sign(patient=first, by=cast.ivan)
    with acting_as_system("tests", reason="many"):
        more = Patient.objects.bulk_create(Patient(site=cast.hou, study_id=f"H-{n}") for n in range(99))
    costs = [_cost(cast.dana, cases) for cases in ([first], [first, *more])]
    assert costs[0] == costs[1] <= 7


def _cost(user, patients) -> int:
    with CaptureQueriesContext(connection) as counted:
        assert len(forms_progress(user, patients)) == len(patients)
    return len(counted)
