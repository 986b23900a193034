"""Identity apart: encrypted in the database, once in a site, shown with a reason, under a new key when asked for."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.core.serializers import serialize
from django.db import IntegrityError, connection, transaction

from registry.metadata import topic_named
from registry.models import CaseLock, Patient, PatientIdentity
from registry.services import record_change, record_create
from registry.services.identity import identity_reveal
from registry.services.identity_keys import keys_in_use, rotate
from sites.audit import event_model_of
from sites.context import acting_as, acting_as_system
from sites.crypto import CannotOpen
from sites.models import AccessLog
from tests.cast import Cast
from tests.tokens import without_random

IDENTITY = topic_named("identity")
BORN = dt.date(1958, 3, 16)
NUMBER = "NHC-0077123"
NEW_KEY = "n1:another key of thirty-two characters and more; for tests"


def patient_of(site, study_id: str) -> Patient:
    with acting_as_system("tests", reason="a case"):
        return Patient.objects.create(site=site, study_id=study_id, sex="FEMALE")


def identity_of(cast: Cast, patient: Patient, **values) -> PatientIdentity:
    values = {"local_record_number": NUMBER, "birth_date": BORN} | values
    return record_create(topic=IDENTITY, parent=patient, values=values, by=cast.alice, reason="from the chart")


@pytest.fixture
def patient(cast: Cast) -> Patient:
    return patient_of(cast.sev, "S-1")


@pytest.fixture
def identity(cast: Cast, patient: Patient) -> PatientIdentity:
    return identity_of(cast, patient)


def everything_stored() -> str:
    with acting_as_system("tests", reason="look at the tables"), connection.cursor() as cursor:
        found = ""
        for table in ("registry_patientidentity", "registry_patientidentityevent", "registry_linkagetoken"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")
            found += cursor.fetchone()[0]
        return found


def test_the_database_and_its_history_hold_no_plain_value(cast: Cast, identity: PatientIdentity):
    with acting_as(cast.alice):
        stored = PatientIdentity.objects.get()
        assert (stored.local_record_number, stored.birth_date) == (NUMBER, BORN)
        assert event_model_of(PatientIdentity).objects.count() == 1
        assert NUMBER not in serialize("json", [stored])
    text = without_random(everything_stored())
    assert text.count("v1.t1.") == 4
    assert "77123" not in text
    assert "1958" not in text


def test_a_row_that_is_saved_unchanged_stays_the_same_to_the_byte(cast: Cast, identity: PatientIdentity):
    before = everything_stored()
    with acting_as(cast.alice, reason="saved again"):
        stored = PatientIdentity.objects.get()
        stored.birth_date = BORN
        stored.full_clean()
        stored.save()
    same = {"local_record_number": NUMBER, "birth_date": BORN}
    record_change(topic=IDENTITY, record=identity, values=same, by=cast.alice, version=1)
    assert everything_stored() == before


def test_a_change_seals_that_field_alone(cast: Cast, identity: PatientIdentity):
    with acting_as(cast.alice):
        before = PatientIdentity.objects.values_list("local_record_number", "birth_date").get()
    changed = record_change(
        topic=IDENTITY, record=identity, values={"birth_date": dt.date(1958, 3, 17)}, by=cast.alice, version=1,
        reason="typing error",
    )  # fmt: skip
    assert (changed.birth_date, changed.local_record_number) == (dt.date(1958, 3, 17), NUMBER)
    with acting_as(cast.alice):
        after = PatientIdentity.objects.values_list("local_record_number", "birth_date").get()
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False]


def test_a_missing_reason_stands_in_place_of_a_value(cast: Cast, patient: Patient):
    values = {"local_record_number": NUMBER}
    record = record_create(
        topic=IDENTITY, parent=patient, values=values, missing={"birth_date": "UNK"}, by=cast.alice, reason="chart"
    )
    assert (record.birth_date, record.missing) == (None, {"birth_date": "UNK"})


@pytest.mark.parametrize("act", ["filter", "update", "exclude"])
def test_a_sealed_column_is_neither_searched_nor_set_by_statement(cast: Cast, identity: PatientIdentity, act: str):
    with acting_as(cast.alice, reason="try"), pytest.raises(TypeError, match="local_record_number is encrypted"):
        list(getattr(PatientIdentity.objects.all(), act)(local_record_number=NUMBER) or [])


def test_a_swapped_or_altered_value_raises(cast: Cast, identity: PatientIdentity):
    other = identity_of(cast, patient_of(cast.sev, "S-2"), local_record_number="8")
    with acting_as_system("tests", reason="tamper"):
        sealed = PatientIdentity.objects.values_list("birth_date", flat=True).get(pk=other.pk)
        PatientIdentity.objects.filter(pk=identity.pk).update(birth_date=sealed)
        with pytest.raises(CannotOpen, match=f"registry_patientidentity.birth_date.{identity.pk}"):
            _ = PatientIdentity.objects.get(pk=identity.pk).birth_date


@pytest.mark.parametrize("number", [NUMBER, "nhc-0077123", " NHC-0077123"])
def test_the_same_patient_twice_in_a_site_is_refused_by_the_study_id_alone(cast: Cast, identity, number: str):
    with pytest.raises(ValidationError) as refused:
        identity_of(cast, patient_of(cast.sev, "S-2"), local_record_number=number)
    words = refused.value.message_dict["local_record_number"]
    assert words == ["This record number is recorded already, for the case S-1. Open that case instead."]


def test_the_database_refuses_it_too_and_another_site_has_its_own_numbers(cast: Cast, identity: PatientIdentity):
    elsewhere, again = patient_of(cast.hou, "H-1"), patient_of(cast.sev, "S-2")
    with acting_as_system("tests", reason="past the form"):
        PatientIdentity.objects.create(site=cast.hou, patient=elsewhere, local_record_number=NUMBER)
        with pytest.raises(IntegrityError, match="identity_once_in_a_site"), transaction.atomic():
            PatientIdentity.objects.create(site=cast.sev, patient=again, local_record_number=NUMBER)
    with acting_as_system("tests", reason="look"):
        assert len(set(PatientIdentity.objects.values_list("record_index", flat=True))) == 2


def test_names_are_refused_until_the_site_records_them(cast: Cast, patient: Patient):
    with pytest.raises(ValidationError) as refused:
        identity_of(cast, patient, given_name="Ana", family_name="Prueba")
    assert refused.value.message_dict.keys() == {"given_name", "family_name"}
    with acting_as(cast.adam, reason="names are agreed on"):
        cast.sev.names_enabled = True
        cast.sev.save()
    patient.site = cast.sev
    assert identity_of(cast, patient, given_name="Ana", family_name="Prueba").family_name == "Prueba"
    assert "Prueba" not in everything_stored()


def test_a_reveal_needs_a_reason_and_is_logged(cast: Cast, patient: Patient, identity: PatientIdentity):
    with acting_as(cast.ivan):
        with pytest.raises(ValidationError):
            identity_reveal(patient, by=cast.ivan, reason="  ")
        assert not AccessLog.objects.exists()
        shown = identity_reveal(patient, by=cast.ivan, reason="paper record for a query")
        logged = AccessLog.objects.get()
    assert shown == {"local_record_number": NUMBER, "birth_date": BORN}
    assert (logged.user, logged.about_site, logged.object_id) == (cast.ivan, cast.sev, str(patient.pk))
    assert logged.reason == "paper record for a query"
    assert NUMBER not in logged.detail + logged.reason


@pytest.mark.parametrize("name", ["bob", "dana", "judy", "adam", "eve"])
def test_nobody_else_is_shown_an_identity(cast: Cast, patient: Patient, identity, name: str):
    with acting_as(cast[name]), pytest.raises(PermissionDenied):
        identity_reveal(patient, by=cast[name], reason="curious")


def test_rotation_seals_everything_under_the_new_key(cast: Cast, identity, patient: Patient, settings):
    identity_of(cast, patient_of(cast.sev, "S-2"), local_record_number="8")
    with acting_as(cast.dana, reason="data cut"):
        CaseLock.objects.create(patient=patient, site=cast.sev, locked_by=cast.dana, reason="data cut")
    old = settings.QUELL_IDENTITY_KEYS
    settings.QUELL_IDENTITY_KEYS = f"{NEW_KEY},{old}"
    assert dict(keys_in_use()) == {"t1": 4}
    out = io.StringIO()
    call_command("rotate_identity_key", "--batch", "1", stdout=out)
    assert "2 rows sealed again." in out.getvalue()
    assert dict(keys_in_use()) == {"n1": 4}
    assert rotate() == 0
    settings.QUELL_IDENTITY_KEYS = NEW_KEY
    with acting_as_system("tests", reason="look"):
        rotated = PatientIdentity.objects.get(pk=identity.pk)
        assert (rotated.local_record_number, rotated.birth_date, rotated.version) == (NUMBER, BORN, 1)
        event = event_model_of(PatientIdentity).objects.filter(pgh_obj_id=identity.pk).latest("pgh_id")
    assert event.pgh_context["reason"] == "key rotation"


def test_a_locked_identity_is_not_changed_otherwise(cast: Cast, identity, patient: Patient):
    with acting_as(cast.dana, reason="data cut"):
        CaseLock.objects.create(patient=patient, site=cast.sev, locked_by=cast.dana, reason="data cut")
    identity.birth_date = dt.date(1959, 1, 1)
    identity.version += 1
    with acting_as_system("tests", reason="past the form"), pytest.raises(IntegrityError), transaction.atomic():
        identity.save()


def test_rotation_stops_at_a_value_that_cannot_be_opened(cast: Cast, identity, settings):
    settings.QUELL_IDENTITY_KEYS = NEW_KEY
    with pytest.raises(CannotOpen, match=str(identity.pk)):
        rotate()


def test_a_new_index_key_finds_the_same_patient_again(cast: Cast, identity, settings):
    settings.QUELL_IDENTITY_INDEX_KEY = "another index key of thirty-two characters, for tests"
    out = io.StringIO()
    call_command("reindex_identity", stdout=out)
    assert out.getvalue().startswith("1 digests")
    with pytest.raises(ValidationError, match="S-1"):
        identity_of(cast, patient_of(cast.sev, "S-2"))
