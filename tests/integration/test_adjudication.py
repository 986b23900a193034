"""Adjudication: two judge each death blind, a third decides; the page gives nothing away."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from registry.models import CareStay, Death, DeathReview
from registry.rules.outcome import ClassSource, TrmClass
from registry.selectors.home import death_reviews_waiting, deaths_to_assign
from registry.services.adjudication import (
    DeathState,
    adjudicators,
    review_assign,
    review_facts,
    review_record,
    reviews_assigned,
)
from registry.services.blinding import age_band
from registry.services.locks import WriteRefused, case_lock
from sites.audit import event_model_of
from sites.context import acting_as, acting_as_system
from sites.models import Membership, User
from sites.roles import Role
from tests.cast import long_ago
from tests.factories.whole_case import whole_case
from tests.tokens import without_random


@pytest.fixture
def judges(cast):
    """Judy and two more adjudicators."""
    with acting_as_system("tests", reason="two more adjudicators"):
        more = [User.objects.create_user(f"judge{n}@example.org", full_name=f"Judge {n}") for n in (2, 3)]
        for person in more:
            Membership.objects.create(user=person, role=Role.ADJUDICATOR, starts_on=long_ago())
    return [cast.judy, *more]


@pytest.fixture
def death(cast):
    patient = whole_case(cast.sev, "SECRET-7", words="unspeakable", judge=cast.judy)
    with acting_as_system("tests", reason="a death without reviews"):
        DeathReview.objects.all().delete()
        CareStay.objects.update(kind="ICU")
        Death.objects.update(trm_class_site="OTHER", trm_class_algorithm="MALIGNANCY")
        return Death.objects.select_related("site", "patient").get(patient=patient)


def assign(cast, death, *people):
    return [review_assign(death=death, adjudicator=person, by=cast.dana) for person in people]


def judge(review, person, trm_class):
    return review_record(review_id=review.pk, user=person, trm_class=trm_class)


def state(death):
    with acting_as_system("tests", reason="looking on"):
        death = Death.objects.get(pk=death.pk)
        return DeathState(death, list(death.reviews.all()))


def test_two_who_agree_settle_a_death_before_site_and_algorithm(cast, death, judges):
    assert state(death).result == (TrmClass.OTHER, ClassSource.SITE)
    first, second = assign(cast, death, *judges[:2])
    assert (first.review_no, second.review_no) == (1, 2)
    assert judge(first, judges[0], "TRM")
    assert state(death).result == (TrmClass.OTHER, ClassSource.SITE)
    assert judge(second, judges[1], "TRM")
    assert state(death).result == (TrmClass.TRM, ClassSource.ADJUDICATED)
    assert state(death).wants == 0
    with pytest.raises(WriteRefused, match="no further"):
        assign(cast, death, judges[2])


def test_a_third_is_asked_only_when_two_disagree_and_decides(cast, death, judges):
    first, second = assign(cast, death, *judges[:2])
    with pytest.raises(WriteRefused, match="no further"):
        assign(cast, death, judges[2])
    judge(first, judges[0], "TRM")
    judge(second, judges[1], "MALIGNANCY")
    assert state(death).is_split
    with acting_as(cast.dana):
        assert deaths_to_assign(cast.dana) == 1
    [third] = assign(cast, death, judges[2])
    judge(third, judges[2], "MALIGNANCY")
    assert state(death).result == (TrmClass.MALIGNANCY, ClassSource.ADJUDICATED)
    with acting_as(cast.dana):
        assert deaths_to_assign(cast.dana) == 0


def test_three_different_judgements_leave_the_class_of_the_site(cast, death, judges):
    for review, person, verdict in zip(
        assign(cast, death, *judges[:2]), judges[:2], ["TRM", "MALIGNANCY"], strict=True
    ):
        judge(review, person, verdict)
    [third] = assign(cast, death, judges[2])
    judge(third, judges[2], "UNKNOWN")
    found = state(death)
    assert (found.wants, found.is_split, found.result) == (0, True, (TrmClass.OTHER, ClassSource.SITE))


def test_nobody_judges_twice_nor_a_death_of_their_own_hospital_nor_without_the_role(cast, death, judges):
    assign(cast, death, judges[0])
    with pytest.raises(WriteRefused, match="already"):
        assign(cast, death, judges[0])
    with pytest.raises(WriteRefused, match="no adjudicator"):
        assign(cast, death, cast.ivan)
    with acting_as_system("tests", reason="a second role"):
        Membership.objects.create(user=judges[1], site=cast.sev, role=Role.INVESTIGATOR, starts_on=long_ago())
    with pytest.raises(WriteRefused, match="hospital"):
        assign(cast, death, judges[1])
    assert {person.pk for person in adjudicators()} == {person.pk for person in judges}


@pytest.mark.parametrize("name", ["alice", "ivan", "judy", "adam", "eve"])
def test_only_a_data_manager_assigns(cast, death, name):
    with pytest.raises(PermissionDenied):
        review_assign(death=death, adjudicator=cast.judy, by=cast[name])


def test_a_judgement_is_given_once_by_the_one_who_was_asked_and_names_them_in_the_history(cast, death, judges):
    first, second = assign(cast, death, *judges[:2])
    assert not judge(second, judges[0], "TRM")
    assert judge(first, judges[0], "TRM")
    assert not judge(first, judges[0], "OTHER")
    with pytest.raises(PermissionDenied):
        judge(second, cast.dana, "TRM")
    with acting_as_system("tests", reason="looking on"):
        assert DeathReview.objects.get(pk=first.pk).trm_class == "TRM"
        event = event_model_of(DeathReview).objects.latest("pgh_id")
    assert event.pgh_context["user_label"] == "judy@example.org"
    assert event.pgh_context["reason"] == "death judged"


@pytest.mark.usefixtures("nothing_blocks")
def test_a_locked_case_can_be_judged(cast, death, judges):
    case_lock(patient=death.patient, by=cast.dana, reason="analysis")
    [review] = assign(cast, death, judges[0])
    assert judge(review, judges[0], "TRM")


def test_an_adjudicator_sees_coded_facts_and_nothing_that_names_site_case_product_or_dose(
    cast, death, judges, signed_in
):
    mine, other = assign(cast, death, *judges[:2])
    page = signed_in(judges[0]).get(reverse("review", args=[mine.pk])).content.decode()
    words = without_random(page).replace("Sevilla, demonstration", "")
    assert "60–69" in page
    assert "intensive care" in page
    for secret in ("SECRET-7", "Sevilla", "SEV", "unspeakable", "axi", "AXI", "anakinra", "2021", "mg"):
        assert secret not in words, secret
    assert all(str(key) not in page for key in (death.pk, other.pk))
    assert signed_in(judges[0]).get(reverse("review", args=[other.pk])).status_code == 404
    labels = {reviews_assigned(person)[0].label for person in judges[:2]}
    assert len(labels) == 2


def test_the_list_and_the_card_count_what_waits(cast, death, judges, signed_in):
    [review] = assign(cast, death, judges[0])
    client = signed_in(judges[0])
    assert death_reviews_waiting(judges[0]) == 1
    assert "Not judged yet" in client.get(reverse("reviews")).content.decode()
    assert reverse("reviews") in client.get(reverse("home")).content.decode()
    answer = client.post(reverse("review", args=[review.pk]), {"trm_class": "TRM"}, follow=True)
    assert "Your judgement is recorded" in answer.content.decode()
    assert death_reviews_waiting(judges[0]) == 0
    again = client.post(reverse("review", args=[review.pk]), {"trm_class": "OTHER"}, follow=True)
    assert "judged already" in again.content.decode()
    assert review_facts(review_id=review.pk, user=judges[1]) is None
    assert "No death has been assigned" in signed_in(judges[1]).get(reverse("reviews")).content.decode()


def test_the_data_manager_assigns_from_the_page(cast, death, judges, signed_in):
    client = signed_in(cast.dana)
    page = client.get(reverse("adjudication")).content.decode()
    assert "SECRET-7" in page
    assert "nobody asked yet" in page
    where = reverse("death_assign", args=[death.pk])
    client.post(where, {"adjudicator": str(judges[0].pk)})
    assert "Choose an adjudicator" in client.post(where, {"adjudicator": ""}, follow=True).content.decode()
    answer = client.post(where, {"adjudicator": str(judges[0].pk)}, follow=True)
    assert "already" in answer.content.decode()
    assert len(state(death).reviews) == 1
    assert "want" in client.get(reverse("home")).content.decode()


@pytest.mark.parametrize(
    ("age", "band"), [(None, ""), (3, "0–17"), (17, "0–17"), (18, "18–19"), (20, "20–29"), (79, "70–79"), (80, "≥ 80")]
)
def test_ages_leave_in_bands(age, band):
    assert age_band(age) == band


def test_a_day_that_is_not_known_is_not_made_up(cast, death, judges):
    with acting_as_system("tests", reason="an imprecise date"):
        Death.objects.update(died_on=dt.date(2021, 6, 1), died_on_precision="MONTH")
    [review] = assign(cast, death, judges[0])
    assert review_facts(review_id=review.pk, user=judges[0])[1].day_of_death is None
