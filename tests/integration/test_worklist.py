"""The work list: what waits for whom, each row one act, never of another site, and at a bounded cost."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registry.metadata.forms import FORMS
from registry.models import (
    AnakinraCourse,
    Death,
    Draft,
    FollowUp,
    FormStatus,
    InfusionCourse,
    LabResult,
    NoneOccurred,
    Patient,
    Upload,
)
from registry.selectors.worklist import (
    complete_unsigned,
    covariates_missing,
    drafts_to_finish,
    follow_ups_due,
    quiet_sites,
)
from registry.services.signatures import case_sign
from registry.web.case_links import form_address
from sites.context import acting_as, acting_as_system
from sites.models import Site
from tests.factories.files import create_products

pytestmark = pytest.mark.usefixtures("looking_on")


@pytest.fixture
def today(cast) -> dt.date:
    create_products()
    return timezone.localdate()


def case(site, study_id: str, infused_on: dt.date, **patient) -> InfusionCourse:
    found = Patient.objects.create(site=site, study_id=study_id, **patient)
    return InfusionCourse.objects.create(site=site, patient=found, course_no=1, infused_on=infused_on, product_id="AXI")


def days(count: int) -> dt.timedelta:
    return dt.timedelta(days=count)


@pytest.mark.parametrize(
    ("infused", "contact", "due"),
    [
        (27, None, None),
        (28, None, 28),
        (59, None, 28),
        (60, None, 60),
        (120, None, 60),
        (121, None, None),
        (40, 27, 28),
        (40, 28, None),
        (80, 28, 60),
        (80, 59, 60),
        (80, 60, None),
    ],
)
def test_a_contact_is_due_after_a_month_and_after_two(cast, today, infused, contact, due) -> None:
    course = case(cast.sev, "A", today - days(infused))
    if contact is not None:
        FollowUp.objects.create(
            site=cast.sev,
            patient=course.patient,
            last_contact_on=course.infused_on + days(contact),
            vital_status="ALIVE",
        )
    assert [found.due_day for found in follow_ups_due(cast.alice, today, 10)] == ([due] if due else [])


@pytest.mark.parametrize("ended", ["death", "DEAD", "LOST"])
def test_no_contact_is_due_with_who_died_or_was_lost(cast, today, ended) -> None:
    course = case(cast.sev, "A", today - days(40))
    if ended == "death":
        Death.objects.create(site=cast.sev, patient=course.patient)
    else:
        FollowUp.objects.create(site=cast.sev, patient=course.patient, vital_status=ended)
    assert follow_ups_due(cast.alice, today, 10) == []


def test_the_earliest_infusion_is_followed_up_first_and_no_more_than_asked(cast, today) -> None:
    for number in range(12):
        case(cast.sev, f"A-{number}", today - days(30 + number))
    found = follow_ups_due(cast.alice, today, 5)
    assert [course.patient.study_id for course in found] == [f"A-{number}" for number in (11, 10, 9, 8, 7)]


def test_a_case_without_covariates_names_all_four(cast, today) -> None:
    case(cast.sev, "A", today - days(5))
    ((_course, missing),) = covariates_missing(cast.alice, 10)
    assert missing == ["no_age", "no_ferritin", "no_kps", "no_dose"]


def test_what_is_there_or_has_a_reason_is_not_missing(cast, today) -> None:
    course = case(cast.sev, "A", today - days(5), age_at_infusion=61)
    course.kps, course.missing = None, {"kps": "ND"}
    course.save()
    LabResult.objects.create(site=cast.sev, course=course, analyte="FERRITIN", sampled_on=course.infused_on, value=5)
    assert [missing for _course, missing in covariates_missing(cast.alice, 10)] == [["no_dose"]]
    AnakinraCourse.objects.create(site=cast.sev, course=course, anakinra_no=1, first_mg_per_kg_day=2)
    assert covariates_missing(cast.alice, 10) == []


@pytest.mark.parametrize(
    ("days_after", "lab", "is_enough"),
    [
        (0, {"value": 5}, True),
        (1, {"value": 5}, False),
        (0, {"value": None}, False),
        (0, {"value": None, "missing": {"value": "UNK"}}, True),
    ],
)
def test_ferritin_counts_up_to_the_first_day_of_lymphodepletion(cast, today, days_after, lab, is_enough) -> None:
    course = case(cast.sev, "A", today)
    course.ld_started_on = today - days(5)
    course.save()
    LabResult.objects.create(
        site=cast.sev, course=course, analyte="FERRITIN", sampled_on=course.ld_started_on + days(days_after), **lab
    )
    ((_course, missing),) = covariates_missing(cast.alice, 10)
    assert ("no_ferritin" not in missing) == is_enough


def test_who_was_given_no_anakinra_lacks_no_dose(cast, today) -> None:
    course = case(cast.sev, "A", today)
    NoneOccurred.objects.create(
        site=cast.sev, patient=course.patient, topic="anakinra_course", said_at=timezone.now(), said_by=cast.alice
    )
    ((_course, missing),) = covariates_missing(cast.alice, 10)
    assert "no_dose" not in missing


def answer(course: InfusionCourse, by, but: str = "") -> None:
    """Say of every form that it is complete, or of a third of those that can, that none occurred."""
    said = {"site": course.site, "patient": course.patient}
    for number, form in enumerate(FORMS):
        if form.code == but:
            continue
        if form.none_words and number % 3 == 0:
            NoneOccurred.objects.create(**said, topic=form.first.code, said_at=timezone.now(), said_by=by)
        else:
            FormStatus.objects.create(**said, topic=form.first.code, completed_at=timezone.now(), completed_by=by)


def test_a_case_waits_for_its_signature_when_every_form_is_answered(cast, today) -> None:
    course = case(cast.sev, "A", today)
    answer(course, cast.alice, but="lab")
    assert complete_unsigned(cast.ivan, 10) == []
    FormStatus.objects.create(
        site=cast.sev, patient=course.patient, topic="lab", completed_at=timezone.now(), completed_by=cast.alice
    )
    assert [found.patient_id for found in complete_unsigned(cast.ivan, 10)] == [course.patient_id]
    case_sign(patient=course.patient, by=cast.ivan)
    assert complete_unsigned(cast.ivan, 10) == []


def test_a_form_that_is_open_again_keeps_the_case_from_its_signature(cast, today) -> None:
    course = case(cast.sev, "A", today)
    answer(course, cast.alice)
    FormStatus.objects.filter(topic="disease").update(is_complete=False)
    # An answer twice over is no answer to another form.
    FormStatus.objects.create(
        site=cast.sev,
        patient=course.patient,
        topic=NoneOccurred.objects.all()[0].topic,
        completed_at=timezone.now(),
        completed_by=cast.alice,
    )
    assert complete_unsigned(cast.ivan, 10) == []


def test_sites_are_quiet_without_infusion_or_upload_in_sixty_days(cast, today) -> None:
    assert [(found.site, found.infused_on) for found in quiet_sites(cast.dana, today, 10)] == [
        (cast.hou, None),
        (cast.sev, None),
    ]
    case(cast.hou, "H", today - days(61))
    case(cast.sev, "S", today - days(60))
    assert [(found.site.code, found.infused_on) for found in quiet_sites(cast.dana, today, 10)] == [
        ("HOU", today - days(61))
    ]
    Upload.objects.create(site=cast.hou, uploaded_by=cast.bob)
    assert quiet_sites(cast.dana, today, 10) == []


def test_a_site_that_is_closed_is_not_called_quiet(cast, today) -> None:
    Site.objects.filter(pk=cast.hou.pk).update(status="CLOSED")
    assert [found.site for found in quiet_sites(cast.dana, today, 10)] == [cast.sev]


@pytest.mark.parametrize("wall_off", ["", "without_scoping", "without_policies"], indirect=True)
@pytest.mark.parametrize("person", ["bob", "ivan", "dana", "judy", "adam", "eve"])
def test_nothing_of_a_site_waits_for_who_does_not_enter_its_cases(cast, today, wall_off, person) -> None:
    course = case(cast.sev, "A", today - days(40))
    answer(course, cast.alice)
    Draft.objects.create(
        site=cast.sev, patient=course.patient, owner=cast.alice, form="lab", saved_at=timezone.now(), typed={}
    )
    with acting_as(cast[person]):
        assert drafts_to_finish(cast[person], 10) == []
        assert follow_ups_due(cast[person], today, 10) == []
        assert covariates_missing(cast[person], 10) == []
        assert bool(complete_unsigned(cast[person], 10)) == (person == "ivan")


def words(client) -> str:
    return " ".join(client.get("/").content.decode().split())


def test_a_coordinator_finds_the_very_form_of_everything_that_waits(cast, today, signed_in) -> None:
    course = case(cast.sev, "SEV-9", today - days(40))
    Draft.objects.create(
        site=cast.sev,
        patient=course.patient,
        owner=cast.alice,
        form="lab",
        saved_at=timezone.now() - days(2),
        typed={},
    )
    text = words(signed_in(cast.alice))
    lab, contact, patient = (form_address(course.patient_id, form) for form in ("lab", "follow_up", "patient"))
    assert f'<a href="{lab}"><strong>SEV-9</strong> <span>Laboratory</span></a>' in text
    assert "typed 2 days ago" in text
    assert f'<a href="{contact}"><strong>SEV-9</strong> <span>Record the contact of day +28</span></a>' in text
    assert "today is day +40" in text
    assert f'<a href="{patient}"><strong>SEV-9</strong> <span>Enter age at first infusion</span></a>' in text
    assert "also missing: ferritin before lymphodepletion, Karnofsky status, anakinra start dose per kg" in text
    assert "Drafts to finish" not in words(signed_in(cast.carol))


def test_ten_rows_are_shown_and_the_way_to_the_others(cast, today, signed_in) -> None:
    for number in range(11):
        case(cast.sev, f"A-{number:02d}", today - days(40))
    text = words(signed_in(cast.alice))
    assert text.count("Record the contact of day +28") == 10
    assert "There are more" in text
    assert f'href="{reverse("cases")}?sort=-infused_on"' in text


def test_an_investigator_is_led_to_what_wants_a_signature_and_a_data_manager_to_quiet_sites(
    cast, today, signed_in
) -> None:
    course = case(cast.sev, "SEV-9", today)
    answer(course, cast.alice)
    text = words(signed_in(cast.ivan))
    assert f'<a href="{reverse("case", args=[course.patient_id])}"><strong>SEV-9</strong>' in text
    assert "Review and sign" in text
    text = words(signed_in(cast.dana))
    assert (
        f'<a href="{reverse("cases")}?site=HOU&amp;sort=-infused_on"><strong>HOU</strong> <span>Houston</span></a>'
        in text
    )
    assert "no case yet" in text


def test_who_has_nothing_to_do_is_told_so(cast, today, signed_in) -> None:
    assert "Nothing waits for you." in words(signed_in(cast.ivan))


@pytest.mark.parametrize(("person", "budget"), [("alice", 21), ("ivan", 18), ("dana", 33)])
def test_the_work_list_costs_as_many_queries_with_many_cases_as_with_one(
    cast, today, signed_in, person, budget
) -> None:
    client = signed_in(cast[person])
    case(cast.sev, "A", today - days(40))
    before = _queries(client)
    with acting_as_system("tests", reason="more"):
        for number in range(20):
            case(cast.sev, f"B-{number}", today - days(41))
    assert _queries(client) == before <= budget


def _queries(client) -> int:
    client.get("/")
    with CaptureQueriesContext(connection) as counted:
        client.get("/")
    return len(counted)
