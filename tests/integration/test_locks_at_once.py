"""Locking and writing at the same moment: no change slips in after the lock."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from registry.models import CaseLock, Patient
from registry.services import site_turns
from registry.services.locks import WriteRefused, case_lock
from sites.context import acting_as, acting_as_system
from tests.cast import create_cast

pytestmark = pytest.mark.usefixtures("nothing_blocks")


@pytest.fixture
def scene(transactional_db):
    cast = create_cast()
    with acting_as_system("tests", reason="a case"):
        return cast, Patient.objects.create(site=cast.sev, study_id="A-1")


def lock_elsewhere(patient, person, outcome):
    """Lock on a connection of its own, as another request would."""
    try:
        case_lock(patient=patient, by=person, reason="analysis")
        outcome.append("locked")
    except WriteRefused as refused:
        outcome.append(" ".join(refused.messages))
    finally:
        connections.close_all()


def test_a_lock_waits_for_a_write_that_is_under_way_and_holds_from_then_on(scene):
    cast, patient = scene
    outcome = []
    other = threading.Thread(target=lock_elsewhere, args=(patient, cast.dana, outcome))
    with acting_as(cast.alice):
        Patient.objects.filter(pk=patient.pk).update(sex="MALE")
        other.start()
        other.join(0.5)
        assert outcome == []
    other.join()
    assert outcome == ["locked"]


def test_a_lock_gives_up_in_words_where_a_long_upload_runs(scene, monkeypatch):
    cast, patient = scene
    monkeypatch.setattr(site_turns, "WAIT_FOR_WRITERS", "100ms")
    outcome = []
    with acting_as(cast.alice):
        Patient.objects.filter(pk=patient.pk).update(sex="MALE")
        other = threading.Thread(target=lock_elsewhere, args=(patient, cast.dana, outcome))
        other.start()
        other.join()
    assert outcome == ["Data of this site are being saved right now. Try again in a moment."]
    with acting_as_system("tests", reason="looking on"):
        assert not CaseLock.objects.exists()
