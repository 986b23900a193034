"""The second wall: what the database itself refuses to roles that serve people, whatever the code asks for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, connections, transaction

from config.database import roles
from exports.freeze.snapshot import snapshot
from registry.models import Patient
from sites.audit import event_model_of
from sites.context import acting_as, acting_as_system
from tests.walls import WALLS

pytestmark = pytest.mark.django_db
NEVER_TOLD = "unrecognized configuration parameter"
TOLD_NO_MORE = "malformed array literal"


@pytest.fixture
def patients(cast) -> dict[str, Patient]:
    """One patient at each hospital."""
    with acting_as_system("tests", reason="a patient at each hospital"):
        sites = {"SEV": cast.sev, "HOU": cast.hou}
        return {code: Patient.objects.create(site=site, study_id=f"{code}-1") for code, site in sites.items()}


def seen(statement: str = "SELECT study_id FROM registry_patient ORDER BY 1") -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [value for (value,) in cursor.fetchall()]


def refused(work: Callable[[], object]) -> str:
    """The words with which the database refuses a piece of work."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        work()
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("alice", ["SEV-1"]),
        ("bob", ["HOU-1"]),
        ("carol", ["HOU-1", "SEV-1"]),
        ("ivan", ["SEV-1"]),
        ("dana", ["HOU-1", "SEV-1"]),
        ("judy", []),
        ("adam", []),
        ("eve", []),
    ],
)
def test_plain_sql_shows_everybody_the_rows_of_their_own_sites(cast, patients, name, expected):
    with acting_as(cast[name]):
        assert seen() == expected
        assert seen("SELECT DISTINCT study_id FROM registry_patientevent ORDER BY 1") == expected


def test_where_nobody_acts_the_database_raises_an_error_and_shows_no_empty_registry(cast, patients):
    for work in (seen, Patient.objects.count, lambda: Patient.objects.update(sex="MALE")):
        assert TOLD_NO_MORE in refused(work)


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_never_told_anything_raises_too(patients):
    connection.close()
    assert NEVER_TOLD in refused(seen)


def test_rows_of_another_site_can_be_neither_written_moved_nor_removed(cast, patients):
    with acting_as(cast.alice):
        words = refused(lambda: Patient.objects.create(site=cast.hou, study_id="HOU-2"))
        assert "row-level security" in words
        own = Patient.objects.filter(pk=patients["SEV"].pk)
        assert "row-level security" in refused(lambda: own.update(site=cast.hou))
        assert Patient.objects.filter(pk=patients["HOU"].pk).update(sex="MALE") == 0
        assert Patient.objects.filter(pk=patients["HOU"].pk).delete()[0] == 0
    with acting_as(cast.bob):
        assert Patient.objects.get().sex is None


def test_history_of_another_site_can_be_neither_read_nor_forged(cast, patients):
    events = event_model_of(Patient)
    with acting_as(cast.bob):
        theirs = events.objects.get()
    with acting_as(cast.alice):
        assert not events.objects.filter(pk=theirs.pk).exists()
        theirs.pk = None
        assert "row-level security" in refused(lambda: theirs.save(force_insert=True))


def test_the_same_study_number_at_two_sites_is_no_conflict_that_would_tell_of_the_other(cast, patients):
    with acting_as(cast.alice):
        Patient.objects.create(site=cast.sev, study_id="HOU-1")
        assert seen() == ["HOU-1", "SEV-1"]


def test_the_owner_changes_rows_of_all_sites_for_migrations_without_any_context(cast, patients):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {roles.OWNER}")
        cursor.execute("SELECT count(*) FROM registry_patient")
        assert cursor.fetchone() == (2,)


@pytest.mark.django_db(transaction=True, databases=["default", "export"])
def test_the_freeze_reads_all_sites_within_its_context_and_nothing_without(patients):
    with snapshot("QUELL-TEST") as cursor:
        cursor.execute("SELECT count(*) FROM registry_patient")
        assert cursor.fetchone() == (2,)
    with pytest.raises(DatabaseError), connections["export"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_patient")


@pytest.mark.parametrize("wall_off", WALLS, indirect=True)
def test_either_wall_alone_keeps_the_other_hospital_out(cast, patients, wall_off):
    with acting_as(cast.alice):
        assert set(Patient.objects.visible_to(cast.alice)) == {patients["SEV"]}


def test_with_both_walls_down_there_is_something_to_see(cast, patients, without_scoping, without_policies):
    with acting_as(cast.alice):
        assert Patient.objects.visible_to(cast.alice).count() == 2
