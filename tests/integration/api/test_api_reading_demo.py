"""The whole demonstration read through the interface, topic by topic and case by case, against the record itself."""

from __future__ import annotations

import pytest

from registry.metadata import topic_named
from registry.models import Patient
from registry.selectors.cases import case_topics
from sites.context import acting_as_system
from sites.models import Membership, User
from sites.roles import Role
from tests.integration.api.asking import Program
from tests.integration.api.naive_rows import naive_case, naive_rows

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("demo_registry")]


def data_manager() -> User:
    with acting_as_system("tests", reason="looking on"):
        return Membership.objects.filter(role=Role.DATA_MANAGER).select_related("user")[0].user


def test_every_row_of_every_topic_reads_as_the_record_holds_it() -> None:
    program, read = Program(data_manager()), 0
    for topic in case_topics():
        told = program.all_of(f"/api/records/{topic.code}/", limit=200)
        with acting_as_system("tests", reason="looking on"):
            expected = naive_rows(topic)
        assert [row["id"] for row in told] == sorted(expected)
        assert {row["id"]: row for row in told} == expected
        read += len(told)
    assert read > 43 * len(case_topics())


def test_every_case_reads_with_its_rows_as_the_record_holds_them() -> None:
    told = Program(data_manager()).all_of("/api/cases/", include="all", limit=20)
    with acting_as_system("tests", reason="looking on"):
        patients = list(Patient.objects.order_by("study_id"))
        assert [case["id"] for case in told] == [str(patient.pk) for patient in patients]
        for case, patient in list(zip(told, patients, strict=True))[::5]:
            assert case == naive_case(patient, topic_named("patient"))
