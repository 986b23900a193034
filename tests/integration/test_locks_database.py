"""Locks, reasons and signatures are kept by the database itself, under raw SQL by the web role."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from registry.metadata import topics
from registry.models import CaseLock, FormStatus, InfusionCourse, LabResult, Patient, Signature, SiteLock
from sites.context import acting_as, acting_as_system
from tests.factories.whole_case import INFUSED, whole_case

TOPICS = [topic for topic in topics() if topic.code != "identity"]


@pytest.fixture
def case(cast):
    return whole_case(cast.sev, "A-1", judge=cast.judy)


@pytest.fixture
def other(cast, case):
    return whole_case(cast.sev, "A-2", judge=cast.judy)


def rows_of(topic, patient):
    path = topic.path_to("patient")
    return topic.model.objects.filter(**{path or "pk": patient.pk})


def lock(cast, patient, topic=""):
    with acting_as(cast.dana):
        return CaseLock.objects.create(site=cast.sev, patient=patient, topic=topic, reason="r", locked_by=cast.dana)


def refused(constraint):
    return pytest.raises(IntegrityError, match="locked" if constraint == "case_locked" else "reason")


def touch(topic, patient):
    """Change a row of the form by raw SQL."""
    row = rows_of(topic, patient).get()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {topic.model._meta.db_table} SET version = version + 1 WHERE id = %s", [row.pk])
        return cursor.rowcount


def test_every_clinical_table_has_the_guards(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname IN ('quell_guard_insert', 'quell_guard_update', 'quell_guard_delete')"
            " AND t.tgenabled = 'O' GROUP BY 1"
        )
        assert dict(cursor.fetchall()) == {topic.model._meta.db_table: 3 for topic in topics()}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.code)
def test_a_locked_case_refuses_a_change_of_every_form_but_the_review(cast, case, other, topic):
    lock(cast, case)
    with acting_as(cast.alice, reason="a very good one"):
        if topic.code == "death_review":
            assert touch(topic, case) == 1
            return
        with refused("case_locked"):
            touch(topic, case)
        assert touch(topic, other) == 1


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.code)
def test_a_locked_form_refuses_change_and_deletion_of_its_rows_and_of_no_others(cast, case, topic):
    lock(cast, case, topic.code)
    with acting_as(cast.alice, reason="a very good one"):
        with refused("case_locked"):
            touch(topic, case)
        with pytest.raises(IntegrityError, match="locked|CaseLock"), transaction.atomic():
            rows_of(topic, case).delete()
        free = next(other for other in TOPICS if other.code not in {topic.code, "patient"})
        assert touch(free, case) == 1


def lab(case, site):
    course = InfusionCourse.objects.get(patient=case)
    return LabResult(site=site, course=course, analyte="CRP", sampled_on=INFUSED)


def test_nothing_is_added_to_a_locked_form(cast, case):
    lock(cast, case, "lab")
    with acting_as(cast.alice), refused("case_locked"), transaction.atomic():
        lab(case, cast.sev).save(force_insert=True)


@pytest.mark.parametrize(("days", "is_locked"), [(-1, False), (0, True), (30, True)])
def test_a_site_is_locked_up_to_the_day_of_the_infusion(cast, case, days, is_locked):
    until = INFUSED + dt.timedelta(days=days)
    with acting_as(cast.dana):
        SiteLock.objects.create(site=cast.sev, until_on=until, reason="first analysis", locked_by=cast.dana)
    with acting_as(cast.alice):
        if is_locked:
            with refused("case_locked"), transaction.atomic():
                lab(case, cast.sev).save(force_insert=True)
        else:
            lab(case, cast.sev).save(force_insert=True)


def test_no_infusion_slips_into_a_locked_period(cast, case):
    with acting_as(cast.dana):
        day = INFUSED - dt.timedelta(days=1)
        SiteLock.objects.create(site=cast.sev, until_on=day, reason="first analysis", locked_by=cast.dana)
    with acting_as(cast.alice), refused("case_locked"), transaction.atomic():
        InfusionCourse.objects.filter(patient=case).update(infused_on=day)
    with acting_as(cast.alice):
        late = Patient.objects.create(site=cast.sev, study_id="A-9")
        with refused("case_locked"), transaction.atomic():
            InfusionCourse.objects.create(site=cast.sev, patient=late, course_no=1, product_id="AXI", infused_on=day)


def completed(cast, case, topic):
    with acting_as(cast.alice):
        FormStatus.objects.create(
            site=cast.sev, patient=case, topic=topic, completed_at=timezone.now(), completed_by=cast.alice
        )


def test_a_completed_form_asks_for_a_reason_and_another_does_not(cast, case):
    completed(cast, case, "lab")
    with acting_as(cast.alice, reason=" "):
        with refused("reason_needed"), transaction.atomic():
            LabResult.objects.update(value=7)
        with refused("reason_needed"), transaction.atomic():
            LabResult.objects.all().delete()
        with refused("reason_needed"), transaction.atomic():
            lab(case, cast.sev).save(force_insert=True)
        LabResult.objects.update(canonical_value=1)
        assert Patient.objects.update(sex="MALE") == 1
    with acting_as(cast.alice, reason="typing mistake"):
        assert LabResult.objects.update(value=7) == 1


@pytest.mark.parametrize("what", ["caselock", "formstatus", "sitelock"])
def test_nobody_takes_a_lock_away_without_a_reason(cast, case, what):
    lock(cast, case)
    completed(cast, case, "lab")
    with acting_as(cast.dana):
        SiteLock.objects.create(site=cast.sev, until_on=INFUSED, reason="analysis", locked_by=cast.dana)
        with refused("reason_needed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM registry_{what}")


def test_a_signature_is_voided_once_and_never_altered(cast, case):
    with acting_as(cast.ivan, reason="signing"):
        signature = Signature.objects.create(
            site=cast.sev, patient=case, signed_by=cast.ivan, signer_name="Ivan", signed_at=timezone.now(),
            meaning="CORRECT", record_sha256="0" * 64, audit_position={},
        )  # fmt: skip
    mine = Signature.objects.filter(pk=signature.pk)
    with acting_as_system("tests", reason="forgery"):
        with pytest.raises(IntegrityError), transaction.atomic():
            mine.update(record_sha256="1" * 64, voided_at=timezone.now())
        assert mine.update(voided_at=timezone.now(), void_reason="unlocked") == 1
        with pytest.raises(IntegrityError), transaction.atomic():
            mine.update(voided_at=None)


def test_a_table_of_the_same_name_in_the_session_hides_no_lock(cast, case):
    lock(cast, case)
    with acting_as(cast.alice), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE registry_caselock (site_id uuid, patient_id uuid, topic text) ON COMMIT DROP")
        with refused("case_locked"), transaction.atomic():
            cursor.execute("UPDATE public.registry_labresult SET version = 9")
