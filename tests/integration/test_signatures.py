"""Signing: who may, what is kept, and how a later change shows."""

from __future__ import annotations

import hashlib

import pytest
from django.core.exceptions import PermissionDenied

from registry.metadata import topic_named
from registry.models import AnakinraCourse, PatientIdentity, Signature
from registry.selectors.status import form_topics
from registry.services.locks import case_lock, case_unlock
from registry.services.signatures import case_sign, record_hashes, signatures_of, signed_cases
from sites.audit import event_model_of
from sites.context import acting_as_system
from tests.factories.whole_case import whole_case

pytestmark = pytest.mark.usefixtures("nothing_blocks")


@pytest.fixture
def case(cast):
    patient = whole_case(cast.sev, "A-1", judge=cast.judy)
    with acting_as_system("tests", reason="looking on"):
        yield patient


def row_of(code, case):
    topic = topic_named(code)
    return topic.model.objects.get(**{topic.path_to("patient") or "pk": case.pk})


def standing(case):
    return [state.stands for state in signatures_of(case)]


def test_a_signature_keeps_name_meaning_time_hash_and_place_in_the_history(cast, case):
    signature = case_sign(patient=case, by=cast.ivan)
    assert (signature.signer_name, signature.meaning) == ("Ivan", "CORRECT")
    assert signature.signed_at.utcoffset().total_seconds() == 0
    assert set(signature.audit_position) == {topic.code for topic in form_topics()}
    assert signature.audit_position["lab"] == event_model_of(topic_named("lab").model).objects.latest("pgh_id").pgh_id
    assert standing(case) == [True]
    assert event_model_of(Signature).objects.get().pgh_context["user_label"] == "ivan@example.org"


@pytest.mark.parametrize("name", ["alice", "bob", "dana", "judy", "adam", "eve"])
def test_only_an_investigator_of_the_site_signs(cast, case, name):
    with pytest.raises(PermissionDenied):
        case_sign(patient=case, by=cast[name])


@pytest.mark.parametrize("topic", form_topics(), ids=lambda topic: topic.code)
def test_a_change_of_any_form_supersedes_the_signature_and_its_reversal_restores_it(cast, case, topic):
    case_sign(patient=case, by=cast.ivan)
    rows = topic.model.objects.filter(pk=row_of(topic.code, case).pk)
    rows.update(version=2)
    assert standing(case) == [False]
    assert signed_cases([case]) == {case.pk: False}
    rows.update(version=1)
    assert standing(case) == [True]


def test_identity_adjudication_and_other_cases_do_not_touch_a_signature(cast, case):
    other = whole_case(cast.sev, "A-2", judge=cast.judy)
    case_sign(patient=case, by=cast.ivan)
    PatientIdentity.objects.update(version=2)
    row_of("death_review", case).delete()
    AnakinraCourse.objects.filter(course__patient=other).update(first_daily_mg=1)
    assert standing(case) == [True]
    assert signed_cases([case, other]) == {case.pk: True}


def test_unlocking_voids_a_signature_for_good_and_a_new_one_stands_beside_it(cast, case):
    case_sign(patient=case, by=cast.ivan)
    case_lock(patient=case, by=cast.dana, reason="analysis")
    assert standing(case) == [True]
    case_unlock(patient=case, by=cast.dana, reason="late correction")
    assert standing(case) == [False]
    case_sign(patient=case, by=cast.ivan)
    assert standing(case) == [True, False]
    assert signed_cases([case]) == {case.pk: True}


def test_the_hash_is_that_of_the_rows_in_plain_sight(cast, case, db):
    assert record_hashes([]) == {}
    found = record_hashes([case.pk])
    assert list(found) == [case.pk]
    assert found[case.pk] != hashlib.sha256(b"").hexdigest()
    assert record_hashes([case.pk]) == found
